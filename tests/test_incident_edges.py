"""The fine print of an incident's life: times, reasons, order of messages, and what is left alone."""

from dataclasses import replace

import pytest

from router.gate import Reason
from router.incident import (
    Call,
    Deed,
    Intent,
    Judgement,
    Life,
    Person,
    Phase,
    Receipt,
    Root,
    Say,
    Told,
    plan,
    resumed,
    told,
)
from router.incident.life import Loud, Mind, Stage
from router.incident.step import Drawn, Step
from router.incident.view import drawn_of, view_of
from router.slo.verdict import Assessment, Verdict
from tests.support.episodes import OBJECTIVES, Bench
from tests.support.lives import (
    BURN_PAGE,
    BYPASS,
    CALM,
    FORWARD,
    GATED,
    PAGES,
    TICKETS,
    TOLD,
    WATCHES,
    fails,
    fires,
    flickers,
    resolves,
    waits,
)


def test_the_first_of_two_equal_reasons_leads() -> None:
    bench = Bench({"x": GATED, "y": BURN_PAGE})
    for act in (PAGES, fires("x"), TOLD, fires("y"), TOLD):
        act(bench)
    assert bench.slack.posts(Say.ROOT)[0].views[-1].reason is Reason.THREAT_PAGE


def test_a_call_goes_before_the_edit() -> None:
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD, resolves(), waits(60)):
        act(bench)
    (root,) = bench.slack.posts(Say.ROOT)
    shown = len(root.views)
    bench.fire("x")
    bench.look()
    assert (bench.calls(), len(root.views)) == ([Call.REFIRED], shown)


def test_a_new_episode_has_its_own_times() -> None:
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD, resolves(), waits(600)):
        act(bench)
    again = bench.now
    flickers()(bench)
    view = bench.slack.posts(Say.ROOT)[0].views[-1]
    assert (view.phase, view.started_at, view.ended_at) == (Phase.RESOLVED, again, again)
    assert bench.slack.posts(Say.BROADCAST)[0].views[0].ended_at == again


def test_the_end_that_was_told_stays_the_end() -> None:
    """Two messages tell it; the second one later, because Slack refused it twice."""
    bench = Bench({"x": GATED})
    for act in (TICKETS, fires(), TOLD, PAGES, TOLD, CALM):
        act(bench)
    ended = bench.now
    bench.resolve("x")
    fails("", "refuse")(bench)
    bench.now += 7
    fails("refuse")(bench)
    bench.pass_time(60)
    views = [message.views[-1] for message in bench.slack.posts(Say.ROOT)]
    assert [(view.phase, view.ended_at) for view in views] == [(Phase.RESOLVED, ended)] * 2


def test_a_ticket_that_became_a_page_says_so_in_both_messages() -> None:
    bench = Bench({"x": GATED})
    for act in (TICKETS, fires(), TOLD, PAGES, TOLD):
        act(bench)
    assert [message.views[-1].escalated for message in bench.slack.posts(Say.ROOT)] == [True, True]


def test_the_causes_of_a_new_episode_stand_under_its_own_message() -> None:
    bench = Bench({"x": GATED})
    for act in (TICKETS, fires(), fires(), TOLD, resolves(), PAGES, fires(), fires(), TOLD):
        act(bench)
    for act in (TICKETS, resolves(), fires(), fires(), TOLD):
        act(bench)
    ticket, page = bench.slack.posts(Say.ROOT)
    assert [message.thread for message in bench.slack.posts(Say.CAUSES)] == [ticket.ts, page.ts, ticket.ts]


def test_a_resolved_message_is_left_alone() -> None:
    bench = Bench({"x": GATED})
    for act in (PAGES, fires(), TOLD, CALM, resolves(), TOLD):
        act(bench)
    (root,) = bench.slack.posts(Say.ROOT)
    shown = len(root.views)
    for act in (WATCHES, waits(60), PAGES, waits(60), CALM, waits(60)):
        act(bench)
    assert len(root.views) == shown


def test_a_deadline_is_met_between_two_measurements() -> None:
    bench = Bench({"x": GATED}, life=Life(rejudge_s=400))
    for act in (WATCHES, fires()):
        act(bench)
    began = bench.now
    bench.pass_time(2_000)
    assert bench.slack.posts(Say.ROOT)[0].at == began + 900


def test_a_deadline_that_is_near_makes_nobody_run_in_circles() -> None:
    bench = Bench({"x": GATED}, life=Life(rejudge_s=400))
    for act in (WATCHES, fires()):
        act(bench)
    bench.now += 899.99
    bench.due_at = bench.now
    bench.look()
    assert bench.due_at == bench.now + 1


# --- steps that only a crash in a rare moment asks for


def _standing(phase: Phase | None, **more: object) -> tuple[Bench, Judgement]:
    """A bypass alert over, its message in Slack, and what a look finds."""
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD, resolves()):
        act(bench)
    assert bench.stored is not None
    known = replace(bench.stored.told, phase=phase, **more)
    loud = {"x": Loud(FORWARD, Reason.BYPASS, bench.now)}
    bench.stored = replace(bench.stored, told=known, mind=Mind(loud))
    judgement = Judgement({}, Mind(loud), "x", Phase.RESOLVED, None)
    return bench, judgement


def test_what_every_message_says_is_known() -> None:
    bench, judgement = _standing(Phase.FIRING)
    incident = bench.claimed()
    drawn = drawn_of(view_of(incident, judgement, OBJECTIVES, "", bench.now))
    shown = tuple(replace(root, material=drawn.material, numbers=drawn.numbers) for root in incident.told.roots)
    incident = replace(incident, told=replace(incident.told, roots=shown))
    step = plan(incident, judgement, drawn, "C1", Life(), bench.now)
    assert (step.say, step.told.phase) == (None, Phase.RESOLVED)


def test_finishing_an_old_edit_tells_nobody_of_the_new_episode() -> None:
    bench, judgement = _standing(None, refires=1)
    (root,) = bench.told.roots
    step = Step(Stage.OPEN, bench.now, Mind(), bench.told, say=Say.ROOT, root=root, channel="C1")
    after = told(step, judgement, Receipt("C1", root.ts), Drawn("m", "n", ""), bench.now)
    assert after.told.phase is None
    assert after.told.roots == (replace(root, material="m", numbers="n", edited_at=bench.now),)


def test_an_edit_of_a_message_that_is_gone_need_not_be_finished() -> None:
    bench, _ = _standing(Phase.FIRING)
    intent = Intent(Say.ROOT, "d", "C1", bench.now, ts="gone")
    incident = replace(bench.claimed(), intent=intent)
    step = Step(Stage.OPEN, bench.now, Mind(), Told(), say=Say.ROOT, channel="C1")
    assert resumed(step, incident) == (step, None)


def test_a_begun_list_of_causes_is_finished_before_another_message() -> None:
    bench, _ = _standing(Phase.FIRING)
    intent = Intent(Say.CAUSES, "d", "C1", bench.now)
    incident = replace(bench.claimed(), intent=intent)
    (root,) = incident.told.roots
    step = Step(Stage.OPEN, bench.now, Mind(), replace(incident.told, refires=9), say=Say.ROOT, root=root, channel="C1")
    finished, with_intent = resumed(step, incident)
    assert (finished.say, finished.root, finished.thread, finished.telling) == (Say.CAUSES, None, root.ts, False)
    assert finished.told == incident.told, "it tells of nothing else"
    assert with_intent is intent


def test_a_root_is_found_by_the_channel_it_was_meant_for() -> None:
    root = Root("C0FALLBACK", "1", "", "", 0.0, asked="C0SRE")
    assert (root.place, replace(root, asked="").place) == ("C0SRE", "C0FALLBACK")


def test_a_covering_slo_is_shown_once_however_many_classes_it_covers() -> None:
    bench = Bench({"x": GATED, "y": BURN_PAGE})
    bench.verdicts["a"] = Assessment("a", Verdict.THREAT_PAGE)
    for act in (fires("x"), fires("y"), TOLD):
        act(bench)
    view = bench.slack.posts(Say.ROOT)[0].views[-1]
    assert view.slo is not None
    assert view.other_slos == ()


@pytest.mark.parametrize("fault", ["lost", "landed", "crash_before", "crash_after"])
def test_a_call_whose_answer_was_lost_does_not_become_another_call(fault: str) -> None:
    """A hand-over stays in its thread, and an escalation rings anew: an edit of the call before wakes nobody."""
    bench = Bench({"x": GATED}, life=Life(remind_s=0.0))
    for act in (PAGES, fires(), TOLD):
        act(bench)
    bench.does(Deed.SNOOZE, until=bench.now + 60.0)
    bench.work()
    bench.now += 60.0
    bench.work([fault])
    bench.does(Deed.HAND_OVER, to=Person("U0SATO", "Sato"))
    bench.pass_time(120)
    assert set(bench.calls()) <= {Call.WOKEN}
    assert bench.asked() == [(Call.HANDED_OVER, "<@U0SATO>")]
    assert all(len({view.call for view in message.views}) == 1 for message in bench.slack.posts(Say.BROADCAST))


def test_an_episode_that_is_handed_over_before_it_was_told_is_told_as_what_it_is() -> None:
    """That it fires again names whom it was given to; where that is not called any more, the hand-over is."""
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD, resolves(), waits(60)):
        act(bench)
    bench.fire("x")
    bench.work(["refuse"])
    bench.does(Deed.HAND_OVER, to=Person("U0SATO", "Sato"))
    bench.pass_time(30)
    (again,) = bench.slack.posts(Say.BROADCAST)
    assert (again.views[0].call, again.views[0].call_mention) == (Call.REFIRED, "<@U0SATO>")
    assert bench.asked() == []
    for act in (resolves(), waits(60)):
        act(bench)
    bench.fire("x")
    bench.work(["refuse"])
    bench.does(Deed.HAND_OVER, to=Person("U0GRACE", "Grace"))
    bench.pass_time(30)
    assert bench.calls() == [Call.REFIRED]
    assert bench.asked() == [(Call.HANDED_OVER, "<@U0GRACE>")]


def test_a_call_that_could_not_be_made_before_it_was_over_is_not_made() -> None:
    """Nobody is woken to read that it still fires when it does not."""
    bench = Bench({"x": BYPASS})
    for act in (fires(), TOLD):
        act(bench)
    bench.does(Deed.SNOOZE, until=bench.now + 60.0)
    bench.work()
    bench.now += 60.0
    bench.work(["refuse"])
    bench.resolve("x")
    bench.pass_time(60)
    assert bench.calls() == []
    assert bench.slack.posts(Say.ROOT)[0].views[-1].phase is Phase.RESOLVED
