"""Clicks: stored on a real Valkey before Slack has its answer, once, and never in silence."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from router.gate import Outcome
from router.incident import Deed, Handling, Person, Phase, Told
from router.incident.handling import HandResolved, Snooze
from router.respond.deeds import NO_KEY
from router.slack.inbound import Click
from router.slack.values import Action, Choice, Target
from tests.support.responding import (
    ADA,
    ELSEWHERE,
    SATO,
    URL,
    Desk,
    click,
    decision,
    desk_on,
    incident,
    origin,
)
from tests.support.state import KEY, START, State, entry, make_alert


@pytest.fixture
async def desk(state: State) -> AsyncIterator[Desk]:
    async with desk_on(state) as opened:
        yield opened


@pytest.mark.parametrize(
    ("action", "verb", "deed"),
    [
        (Action.ACK, "", Deed.ACKNOWLEDGE),
        (Action.GUIDE, "", Deed.GUIDE),
        (Action.WOLF, "", Deed.WOLF),
        (Action.REAL, "", Deed.REAL),
        (Action.UNMARK, "", Deed.UNMARK),
        (Action.RESOLVE, "", Deed.RESOLVE),
        (Action.WAKE, "", Deed.WAKE),
        (Action.MISSED, "", Deed.MISSED),
        (Action.MORE, Choice.RELEASE, Deed.RELEASE),
        (Action.MORE, Choice.REAL, Deed.REAL),
        (Action.MORE, Choice.RESOLVE, Deed.RESOLVE),
        (Action.MORE, Choice.SNOOZE_2H, Deed.SNOOZE),
        (Action.WOLF_REASON, "wrong_threshold", Deed.WOLF),
    ],
)
async def test_a_click_is_stored_before_slack_has_its_answer(desk: Desk, action: str, verb: str, deed: Deed) -> None:
    """The 200 is empty, and the next look finds the act with person, time and where to answer."""
    taken = await desk.responder.take(click(desk, action, verb))
    assert taken.body is None
    [act] = await desk.stored()
    assert (act.deed, act.person, act.at, act.answer_url) == (deed, SATO, START, URL)
    assert act.incident == desk.board.known[0].id
    assert act.reason == ("wrong_threshold" if action == Action.WOLF_REASON else "")
    assert desk.woken == 1


@pytest.mark.parametrize(
    ("choice", "until"),
    [(Choice.SNOOZE_30M, START + 1_800), (Choice.SNOOZE_2H, START + 7_200), (Choice.SNOOZE_MORNING, 1_780_012_800.0)],
)
async def test_a_snooze_ends_after_its_time_or_when_the_team_works_again(
    desk: Desk, choice: Choice, until: float
) -> None:
    """START is Friday 05:26 in Tokyo: the next working morning is the same day at 09:00."""
    await desk.do(click(desk, Action.MORE, choice))
    [act] = await desk.stored()
    assert act.until == until


async def test_two_deliveries_of_one_click_are_one_act(desk: Desk) -> None:
    """Slack retries, and Socket Mode delivers again: nothing more is stored, and nothing said."""
    for _ in range(2):
        await desk.do(click(desk, Action.ACK))
    assert len(await desk.stored()) == 1
    assert desk.said == []
    assert desk.counted == [("acknowledge", "stored"), ("acknowledge", "repeated")]


async def test_two_people_who_click_are_two_acts(desk: Desk) -> None:
    """Who was first is decided by the look, in the order in which they were stored."""
    await desk.do(click(desk, Action.ACK, name="i-1"))
    await desk.do(click(desk, Action.ACK, name="i-2", by=ADA))
    assert [act.person for act in await desk.stored()] == [SATO, ADA]


async def test_a_click_that_cannot_be_stored_is_said_to_be_lost(desk: Desk) -> None:
    """Never a silent success: the person hears it, and what else to try."""
    desk.outage.on = True
    taken = await desk.do(click(desk, Action.ACK))
    assert taken.body is None
    spoken = desk.board.known[0].id
    assert desk.texts() == [f"Not recorded: the router cannot store it now. Try again, or type /slo ack {spoken}."]
    desk.outage.on = False
    assert await desk.stored() == []
    assert desk.counted == [("acknowledge", "unavailable")]


async def test_a_click_that_is_lost_can_be_made_again(desk: Desk) -> None:
    """Nothing of the first attempt stands in the way of the second."""
    desk.outage.on = True
    await desk.do(click(desk, Action.ACK))
    desk.outage.on = False
    await desk.do(click(desk, Action.ACK))
    assert [act.deed for act in await desk.stored()] == [Deed.ACKNOWLEDGE]


async def test_the_message_of_a_forgotten_incident_says_that_it_is_closed(desk: Desk) -> None:
    """With the state as of now, and the last that was decided."""
    desk.board.log.append(decision("E-ZZZZZZ"))
    gone = replace(click(desk, Action.ACK), value=str(Target(KEY, "E-ZZZZZZ")))
    await desk.do(gone)
    [text] = desk.texts()
    assert text.startswith("This alert is closed (E-ZZZZZZ). State as of")
    assert "last decision Paged" in text
    assert await desk.stored() == []


async def test_opening_the_guide_of_a_forgotten_incident_says_nothing(desk: Desk) -> None:
    """The browser opened it; there is nobody to bother."""
    await desk.do(replace(click(desk, Action.GUIDE), value=str(Target(KEY, "E-ZZZZZZ"))))
    await desk.do(replace(click(desk, Action.GUIDE), value=""))
    assert desk.said == []


async def test_it_should_have_paged_is_thanked_for(desk: Desk) -> None:
    """The miss counts in the next report."""
    await desk.do(click(desk, Action.MISSED))
    assert desk.texts() == [f"Thank you: {desk.board.known[0].id} is recorded as missed. It counts in Monday's report."]


@pytest.mark.parametrize("key", [KEY, NO_KEY], ids=["forgotten", "known by name only"])
async def test_it_should_have_paged_is_recorded_for_what_is_forgotten_too(desk: Desk, key: str) -> None:
    """Most misses are noticed late: then it is a report of its own, with the SLO and when it was decided."""
    desk.board.log.append(decision("E-ZZZZZZ", outcome="hold", reason="no_threat"))
    await desk.do(replace(click(desk, Action.MISSED), value=str(Target(key, "E-ZZZZZZ"))))
    [(by, at, slo, when, text)] = desk.misses.values()
    assert (by, at, slo, when) == (SATO, START, "checkout-availability", START - 30)
    assert text == "E-ZZZZZZ: drop/never_threatened"
    assert "recorded as missed" in desk.texts()[0]


async def test_an_undo_in_the_question_for_the_reason_replaces_the_question(desk: Desk) -> None:
    """An undo on the channel's message replaces nothing: that would overwrite the message of all."""
    await desk.do(replace(click(desk, Action.UNMARK), ephemeral=True))
    await desk.do(click(desk, Action.UNMARK, name="i-2"))
    [(_, message, where)] = desk.said
    assert message.text.startswith("Undone")
    assert where == {"replace": True}


@pytest.mark.parametrize(
    ("action", "value"),
    [("ack", "nonsense"), ("ack", ""), ("new_button", "k.E-AAAAAA"), ("more", "dance|k.E-AAAAAA"),
     ("wolf_reason", "bored|k.E-AAAAAA")],
)  # fmt: skip
async def test_a_button_that_nobody_knows_is_not_ignored(desk: Desk, action: str, value: str) -> None:
    """People are told what to type instead (a message of another version)."""
    await desk.do(Click(origin(), action, value))
    assert "does not know this button" in desk.texts()[0]
    assert desk.counted == [("click", "unknown")]


async def test_people_of_another_company_are_refused_politely(desk: Desk) -> None:
    """A guest of a shared channel may not acknowledge; nothing is stored. Opening an address needs no answer."""
    guest = click(desk, Action.ACK)
    await desk.do(replace(guest, origin=replace(guest.origin, home=ELSEWHERE)))
    await desk.do(replace(click(desk, Action.GUIDE), origin=replace(guest.origin, home=ELSEWHERE)))
    [text] = desk.texts()
    assert "Only people of the workspace" in text
    assert await desk.stored() == []


async def test_people_hear_it_in_their_own_language(desk: Desk) -> None:
    """Slack's language of the person, where we speak it."""
    desk.outage.on = True
    lost = click(desk, Action.ACK)
    await desk.do(replace(lost, origin=replace(lost.origin, locale="ja-JP")))
    assert desk.texts()[0].startswith("記録できませんでした")


async def test_an_answer_that_slack_refuses_is_counted(desk: Desk) -> None:
    """It is not lost silently."""
    desk.answer_code = "expired"
    await desk.do(click(desk, Action.MISSED))
    assert ("answer", "failed") in desk.counted


async def storm(desk: Desk, count: int) -> list[str]:
    """More pages in the channel, really stored; their keys."""
    for number in range(count):
        stored = entry(make_alert(f"A{number}"), key=f"storm-{number}")
        await desk.state.store(stored)
        desk.board.known.append(incident(f"storm-{number}", stored.incident_id))
    return [each.key for each in desk.board.known]


async def test_acknowledge_all_takes_every_page_of_the_channel_that_waits(desk: Desk) -> None:
    """One act for each page that fires and that nobody has; one answer tells how many."""
    names = await storm(desk, 2)
    taken = desk.board.known[0]
    others = [
        replace(taken, key="owned", handling=Handling(owner=ADA, owned_at=START)),
        replace(taken, key="snoozed", handling=Handling(snooze=Snooze(ADA, START, START + 60, 1.0))),
        replace(taken, key="by-hand", handling=Handling(resolved=HandResolved(ADA, START, 1.0))),
        replace(taken, key="elsewhere", told=replace(taken.told, roots=(replace(taken.told.roots[0], channel="C0X"),))),
        replace(taken, key="over", told=replace(taken.told, phase=Phase.RESOLVED)),
        replace(taken, key="ticket", told=replace(taken.told, outcome=Outcome.TICKET)),
        replace(taken, key="untold", told=Told()),
    ]
    desk.board.known += others
    taken_body = await desk.do(click(desk, Action.ACK_ALL))
    assert taken_body.body is None
    assert desk.texts() == ["3 acknowledged."]
    for name in names:
        [act] = await desk.stored(name)
        assert (act.deed, act.person, act.answer_url) == (Deed.ACKNOWLEDGE, SATO, "")
    assert desk.counted == [("ack_all", "stored")] * 3


async def test_acknowledge_all_says_how_many_could_not_be_stored(desk: Desk) -> None:
    """Click again: what is stored already is not stored twice."""
    await storm(desk, 1)
    desk.outage.on = True
    await desk.do(click(desk, Action.ACK_ALL))
    assert "Not recorded" in desk.texts()[0]
    desk.outage.on = False
    desk.board.known.append(incident("gone", "E-YYYYYY"))
    await desk.do(click(desk, Action.ACK_ALL))
    await desk.do(click(desk, Action.ACK_ALL))
    assert desk.texts()[1:] == ["2 acknowledged.", "2 acknowledged."]
    assert len(await desk.stored()) == 1


async def test_acknowledge_all_where_nothing_waits(desk: Desk) -> None:
    """It says so."""
    desk.board.known = [replace(desk.board.known[0], handling=Handling(owner=Person("U1")))]
    await desk.do(click(desk, Action.ACK_ALL))
    assert desk.texts() == ["No page in this channel waits for an acknowledgement."]


async def test_a_burst_of_clicks_is_stored_whole_and_once(desk: Desk) -> None:
    """Fifty people at once: fifty acts, whatever is delivered twice."""
    people = [Person(f"U{number}", f"p{number}") for number in range(50)]
    for each in people:
        for _ in range(2):
            await desk.responder.take(click(desk, Action.ACK, name=f"i-{each.id}", by=each))
    assert [act.person for act in await desk.stored()] == people
