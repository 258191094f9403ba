"""Modals, the app's home, shortcuts and events: stored before they are answered, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from router.incident import Deed, Person
from router.mute import Silence
from router.respond.homes import SETTLE_S
from router.respond.private import Private, pack, unpack
from router.slack.dialogue import asking
from router.slack.inbound import Click, Closed
from router.slack.values import Action, Choice, Target
from router.slo.objective import Count, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state.slos import Watched
from router.testing.views import check_view
from tests.support.responding import (
    CHANNEL,
    ELSEWHERE,
    OBJECTIVE,
    ROOT_TS,
    SATO,
    URL,
    Desk,
    click,
    desk_on,
    happening,
    held,
    origin,
    shortcut,
    submission,
)
from tests.support.state import KEY, START, State
from tests.support.talking import a_silence


@pytest.fixture
async def desk(state: State) -> AsyncIterator[Desk]:
    async with desk_on(state) as opened:
        yield opened


async def burning(desk: Desk, error: float) -> None:
    """The SLO's newest snapshot: this ratio fails in every window, and little of the whole period."""
    windows = {name: Count(error * 10_000, 10_000) for name in ("5m", "30m", "1h", "2h", "6h", "1d", "3d")}
    windows |= {"period": Count(100.0, 1_000_000.0)}
    shot = Snapshot(OBJECTIVE.id, START - 5, windows, interval_s=15.0)
    await desk.state.slos.store(Watched(shot, Memory(), Verdict.NO_THREAT, START))


# --- hand over


async def test_an_incident_is_handed_over_by_a_modal(desk: Desk) -> None:
    """Opened at once; the act names the new owner and answers where the click came from."""
    await desk.do(click(desk, Action.MORE, Choice.HAND_OVER))
    [(_, view)] = desk.opened
    assert check_view(view) == []
    assert unpack(view["private_metadata"]).target == Target(KEY, desk.board.known[0].id)
    taken = await desk.do(submission(asking.HAND_OVER, view["private_metadata"], person="U0ADA"))
    assert taken.body is None
    [act] = await desk.stored()
    assert (act.deed, act.person, act.to, act.answer_url) == (Deed.HAND_OVER, SATO, Person("U0ADA", "Ada"), URL)


@pytest.mark.parametrize(
    ("broken", "spoken", "person", "part"),
    [(False, "", "", "Choose somebody"), (False, "E-ZZZZZZ", "U1", "is closed"), (True, "", "U1", "Not recorded")],
    ids=["nobody", "closed", "state away"],
)
async def test_a_hand_over_that_fails_keeps_the_modal_open(
    desk: Desk, broken: bool, spoken: str, person: str, part: str
) -> None:
    """Beside the field, what is wrong."""
    private = pack(Private(KEY, spoken or desk.board.known[0].id, CHANNEL, ROOT_TS, URL))
    desk.outage.on = broken
    taken = await desk.do(submission(asking.HAND_OVER, private, person=person))
    assert taken.body is not None
    assert part in taken.body["errors"]["person"]


# --- a missed page


async def test_a_missed_page_is_reported_by_a_modal(desk: Desk) -> None:
    """Which SLO, when, what happened; stored once, thanked for in the modal."""
    await desk.do(shortcut("missed"))
    [(_, view)] = desk.opened
    assert check_view(view) == []
    values = {"slo": OBJECTIVE.id, "when": f"{START - 600:.0f}", "what": "users saw errors"}
    taken = await desk.do(submission(asking.MISSED, view["private_metadata"], **values))
    assert desk.misses == {"s-1": (SATO, START, OBJECTIVE.id, START - 600, "users saw errors")}
    assert taken.body is not None
    assert "recorded as a miss" in str(taken.body["view"])
    assert check_view(taken.body["view"]) == []


@pytest.mark.parametrize(
    ("values", "broken", "field"),
    [({"when": f"{START + 900:.0f}"}, False, "when"), ({}, True, "what")],
    ids=["in the future", "state away"],
)
async def test_a_report_that_fails_keeps_the_modal_open(
    desk: Desk, values: dict[str, str], broken: bool, field: str
) -> None:
    """What was typed is not lost."""
    desk.outage.on = broken
    taken = await desk.do(submission(asking.MISSED, "", **({"slo": "-", "when": "", "what": "it hurt"} | values)))
    assert taken.body is not None
    assert list(taken.body["errors"]) == [field]
    assert desk.misses == {}


async def test_a_report_may_know_no_slo(desk: Desk) -> None:
    """That is where one may be missing."""
    await desk.do(submission(asking.MISSED, "", slo=asking.OTHER, when="", what="it hurt"))
    assert desk.misses["s-1"][2:4] == ("", START)


# --- home


async def test_the_home_shows_what_is_open_with_its_buttons(desk: Desk) -> None:
    """Drawn when somebody opens it, for that person."""
    await burning(desk, 0.02)
    desk.board.known.append(held())
    desk.silencing.kept.append(a_silence(starts_at=0.0, ends_at=START + 60))
    await desk.do(happening("app_home_opened", tab="home"))
    [(user, view)] = desk.published
    assert (user, check_view(view, kind="home")) == ("U0SATO", [])
    for part in (desk.board.known[0].id, "'ack'", "'expire_silence'", "'extend_silence'", "HighErrors"):
        assert part in str(view)


async def test_only_the_home_tab_is_drawn(desk: Desk) -> None:
    """Not where somebody opens the app's messages."""
    await desk.do(happening("app_home_opened", tab="messages"))
    assert desk.published == []


async def test_a_click_in_the_home_draws_it_again(desk: Desk) -> None:
    """A moment later, when the dispatcher has taken notice."""
    at_home = replace(click(desk, Action.ACK), view={"type": "home", "id": "V0"}, message_ts="")
    await desk.do(replace(at_home, origin=replace(origin(), answer_url="", channel="")))
    assert [act.deed for act in await desk.stored()] == [Deed.ACKNOWLEDGE]
    assert len(desk.published) == 1
    assert desk.state.clock.now() == START + SETTLE_S


async def test_a_lost_click_in_the_home_opens_a_word(desk: Desk) -> None:
    """There is no address for an answer, but a modal can say it."""
    desk.outage.on = True
    at_home = replace(click(desk, Action.ACK), view={"type": "home", "id": "V0"}, message_ts="")
    await desk.do(replace(at_home, origin=replace(origin(), answer_url="", channel="")))
    assert "Not recorded" in str(desk.opened[0][1])


async def test_the_home_while_the_state_is_away(desk: Desk) -> None:
    """It says so instead of standing still."""
    desk.outage.on = True
    await desk.do(happening("app_home_opened"))
    assert "cannot read its state" in str(desk.published[0][1])


async def test_a_miss_reported_in_a_modal_is_thanked_for_there(desk: Desk) -> None:
    """The answer to Why? in the home is a modal; its button acts too."""
    inside = replace(click(desk, Action.MISSED), view={"type": "modal", "id": "V9"}, message_ts="")
    await desk.do(replace(inside, origin=replace(origin(), answer_url="")))
    [(view_id, view, _)] = desk.updated
    assert view_id == "V9"
    assert "recorded as missed" in str(view)


# --- events, and what nobody expects


async def test_what_slack_takes_away_raises_an_alarm(desk: Desk) -> None:
    """The app, its token, a channel."""
    await desk.do(happening("app_uninstalled"))
    await desk.do(happening("tokens_revoked"))
    await desk.do(happening("channel_archive", channel=CHANNEL))
    assert desk.alarms == ["app_uninstalled", "tokens_revoked"]
    assert desk.broken == [(CHANNEL, "is_archived")]


async def test_what_needs_no_answer_gets_none(desk: Desk) -> None:
    """A closed modal, an event that is none of ours."""
    assert (await desk.do(Closed(origin()))).body is None
    assert (await desk.do(happening("reaction_added"))).body is None
    assert desk.said == []


async def test_forms_and_shortcuts_of_another_version_are_not_ignored(desk: Desk) -> None:
    """People are told that nothing was done."""
    taken = await desk.do(submission("customer_notice"))
    assert taken.body is not None
    assert "does not know this button" in str(taken.body["view"])
    await desk.do(shortcut("drill"))
    assert "does not know this button" in desk.texts()[0]


async def test_guests_are_refused_everywhere(desk: Desk) -> None:
    """Modals, shortcuts; a wolf or a silence is not theirs to decide."""
    abroad = replace(origin(), home=ELSEWHERE)
    taken = await desk.do(replace(submission(asking.MISSED, "", what="it hurt"), origin=abroad))
    assert taken.body is not None
    assert "Only people" in str(taken.body["view"])
    await desk.do(replace(shortcut("missed"), origin=abroad))
    await desk.do(Click(abroad, Action.EXPIRE_SILENCE, "5b1d"))
    assert ["Only people" in text for text in desk.texts()] == [True, True]
    assert (desk.misses, desk.opened) == ({}, [])


async def test_a_follow_up_that_fails_is_logged_and_hurts_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the kind of error, never by what it holds."""

    async def broken() -> tuple[Silence, ...]:
        raise RuntimeError("secret")

    desk.silencing.list = broken  # type: ignore[method-assign]
    await desk.do(happening("app_home_opened"))
    said = capsys.readouterr().out
    assert "follow_up_failed" in said
    assert "RuntimeError" in said
    assert "secret" not in said
    await desk.do(click(desk, Action.ACK))
    assert len(await desk.stored()) == 1


async def test_what_hangs_is_given_up_at_the_end(desk: Desk) -> None:
    """The process must stop."""

    async def hangs() -> tuple[Silence, ...]:
        await asyncio.Event().wait()
        return ()

    desk.silencing.list = hangs  # type: ignore[method-assign]
    await desk.responder.take(happening("app_home_opened"))
    await desk.responder.drain(0.01)
    assert desk.published == []
