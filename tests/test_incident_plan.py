"""Every transition of an incident: what people see, in which channel, and what becomes of the firings."""

import pytest

from router.incident import Say
from tests.support.episodes import Bench
from tests.support.lives import (
    ALL,
    BYPASS,
    FIRING,
    FORWARD,
    GATED,
    PAGES,
    RESOLVED,
    TICKETS,
    TOLD,
    Case,
    fires,
    resolves,
)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.sentence)
def test_what_people_see(case: Case) -> None:
    bench = Bench(case.classes)
    for act in case.acts:
        act(bench)
    assert tuple(bench.roots()) == case.roots
    assert tuple(bench.calls()) == case.calls
    assert tuple(bench.outcomes()) == case.outcomes
    if case.stage is not None:
        assert bench.stage is case.stage


def test_edits_wait_for_five_seconds_and_numbers_for_a_minute() -> None:
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD):
        act(bench)
    (root,) = bench.slack.posts(Say.ROOT)
    shown = len(root.views)
    bench.fire("x")
    bench.work()
    bench.pass_time(4)
    assert len(root.views) == shown + 1, "the first change after a while is shown at once"
    bench.fire("x")
    bench.work()
    assert len(root.views) == shown + 1
    bench.pass_time(2)
    assert len(root.views) == shown + 2


def test_the_causes_reply_moves_to_the_thread_of_the_page() -> None:
    bench = Bench({"x": GATED})
    for act in (TICKETS, fires(), fires(), TOLD, PAGES, TOLD):
        act(bench)
    ticket, page = bench.slack.posts(Say.ROOT)
    threads = [message.thread for message in bench.slack.posts(Say.CAUSES)]
    assert threads == [ticket.ts, page.ts]


def test_the_message_says_when_it_became_a_threat_not_when_it_was_first_held() -> None:
    bench = Bench({"x": GATED})
    fires()(bench)
    bench.pass_time(3_600)
    began = bench.now
    PAGES(bench)
    assert bench.slack.posts(Say.ROOT)[0].views[0].started_at == began


def test_a_message_that_slack_lost_is_replaced() -> None:
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD):
        act(bench)
    (lost,) = bench.slack.posts(Say.ROOT)
    bench.slack.gone.add(lost.ts)
    resolves()(bench)
    assert bench.roots() == [("C1", FORWARD, FIRING), ("C1", FORWARD, RESOLVED)]
    assert [root.ts for root in bench.told.live] == [bench.slack.posts(Say.ROOT)[1].ts]


def test_what_was_told_tells_when() -> None:
    bench = Bench({"x": GATED})
    for act in (PAGES, fires(), TOLD, fires()):
        act(bench)
    told, joined = bench.firings
    assert told.told_at == bench.opened_at + bench.group_wait_s
    assert joined.told_at is None
