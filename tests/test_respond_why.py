"""Why?: from the button, the shortcut and the command; for what was told, held, dropped, and for what nobody knows."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from router.gate import AlertClass, Cover, Kind, Outcome, Reason
from router.incident import ClassState
from router.respond.decided import shown_of, standing
from router.respond.whys import spoken_id
from router.slack.inbound import Click
from router.slack.message import Message
from router.slack.values import Action, Choice, Target
from router.slo.verdict import Verdict
from tests.support.responding import (
    OBJECTIVE,
    ROOT_TS,
    Desk,
    click,
    decision,
    desk_on,
    held,
    incident,
    origin,
    quiet,
    shortcut,
    typed,
)
from tests.support.state import KEY, START, State, make_alert
from tests.support.talking import a_silence

GATED = AlertClass(Kind.GATED, (Cover(OBJECTIVE.id),))
OBJECTIVES = {OBJECTIVE.id: OBJECTIVE}


@pytest.fixture
async def desk(state: State) -> AsyncIterator[Desk]:
    async with desk_on(state) as opened:
        yield opened


def shown(message: Message) -> str:
    return str([message.text, message.blocks])


async def asked(desk: Desk, text: str) -> str:
    """What `/slo why` answers inline."""
    taken = await desk.do(typed(f"why {text}"))
    assert taken.body is not None
    assert taken.body["response_type"] == "ephemeral"
    return str([taken.body["text"], taken.body["blocks"]])


# --- what the log says


def test_the_numbers_of_a_decision_are_read_back_from_the_log() -> None:
    """The pair that fired, its burn rates, the budget; in English the recorded line itself."""
    found = standing([decision()], incident())
    told = shown_of(found, incident(), OBJECTIVES, "en")
    assert (told.outcome, told.reason, told.text) == (Outcome.PAGE, Reason.THREAT_PAGE, "it burns")
    assert told.slo is not None
    judged = told.slo.assessment
    assert judged.tier is not None
    assert (judged.verdict, judged.tier.long, judged.burn_long, judged.burn_short) == (
        Verdict.THREAT_PAGE, "1h", 22.1, 31.0,
    )  # fmt: skip
    assert told.place == OBJECTIVE.place


def test_the_recorded_line_is_told_in_the_person_s_language() -> None:
    """The log keeps both."""
    found = standing([decision(text_ja="消費中です")], incident())
    assert shown_of(found, incident(), OBJECTIVES, "ja").text == "消費中です"


def test_a_line_that_is_not_recorded_is_made_again_from_the_numbers() -> None:
    """Without claiming that nothing was counted: the log does not say."""
    told = shown_of(standing([decision()], incident()), incident(), OBJECTIVES, "ja")
    assert "直近1時間で22.1倍、直近5分で31.0倍" in told.text
    assert "ページの基準は14.4倍" in told.text
    assert "失敗件数" not in told.text


def test_the_newest_decision_of_each_class_counts_and_the_loudest_leads() -> None:
    """Held at first, a page now, and another class held."""
    log = [quiet("E-AAAAAA", at=START - 60), decision(at=START - 30), quiet("E-AAAAAA", **{"class": "c2"})]
    both = {"c1": ClassState(GATED, 1), "c2": ClassState(GATED, 1)}
    found = standing(log, incident(classes=both))
    assert [each.outcome for each in found] == [Outcome.PAGE, Outcome.HOLD]
    assert shown_of(found, None, OBJECTIVES, "en").others == (Outcome.HOLD,)


def test_alerts_that_were_held_and_are_muted_now_are_told_as_muted() -> None:
    """They moved to another class, in which nothing was decided but that they are quiet."""
    log = [quiet("E-AAAAAA"), decision(**{"class": "c2"}, outcome="suppress", reason="silence")]
    moved = {"c1": ClassState(GATED, 0), "c2": ClassState(GATED, 1)}
    assert [each.outcome for each in standing(log, held(classes=moved))] == [Outcome.SUPPRESS]


@pytest.mark.parametrize("firing", [None, 0], ids=["forgotten", "over"])
def test_what_was_held_and_is_over_was_dropped(firing: int | None) -> None:
    """The log ends with the last decision while it fired."""
    over = None if firing is None else held(classes={"c1": ClassState(GATED, firing)})
    [found] = standing([quiet()], over)
    assert (found.outcome, found.reason) == (Outcome.DROP, Reason.NEVER_THREATENED)
    told = shown_of([found], over, OBJECTIVES, "en")
    assert told.text.startswith("dropped")


def test_an_slo_that_is_configured_no_more_is_left_out() -> None:
    """The decision is still told."""
    told = shown_of(standing([decision()], None), None, {}, "en")
    assert (told.slo, told.tier, told.place, told.outcome) == (None, None, None, Outcome.PAGE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("E-7KQ2MA", "E-7KQ2MA"), (" e-7kq2ma. ", "E-7KQ2MA"), ("7kq2ma", "E-7KQ2MA"), ("`E-7KQ2MA`", "E-7KQ2MA"),
     ("HighErrorRate", ""), ("E-7KQ2M", ""), ("", ""), ("E-7KQ1MA", "")],
)  # fmt: skip
def test_an_id_is_understood_as_people_type_it(text: str, expected: str) -> None:
    """Capitals or not, with or without the E-, with a full stop after it."""
    assert spoken_id(text) == expected


# --- asked


@pytest.mark.parametrize("action", ["menu", "button"])
async def test_a_click_is_answered_by_an_ephemeral(desk: Desk, action: str) -> None:
    """The 200 is empty; the answer follows."""
    spoken = desk.board.known[0].id
    desk.board.log.append(decision(spoken))
    asking = click(desk, Action.MORE, Choice.WHY) if action == "menu" else click(desk, Action.WHY)
    taken = await desk.do(asking)
    assert taken.body is None
    [(_, message, where)] = desk.said
    assert where == {}
    assert "*Paged*" in shown(message)
    assert f"https://acme.slack.com/archives/C0SRE/p{ROOT_TS.replace('.', '')}" in shown(message)
    assert await desk.stored() == []


async def test_a_click_in_the_home_is_answered_by_a_modal(desk: Desk) -> None:
    """There is no message beside which an ephemeral could stand."""
    spoken = desk.board.known[0].id
    desk.board.log.append(quiet(spoken))
    away = replace(origin(), answer_url="", channel="")
    await desk.do(Click(away, Action.WHY, str(Target(KEY, spoken)), view={"type": "home", "id": "V0"}))
    [(_, modal)] = desk.opened
    assert "*Held*" in str(modal["blocks"])


async def test_another_incident_of_the_same_group_is_not_mistaken_for_it(desk: Desk) -> None:
    """An old message names an incident that is over, though its key is in use again."""
    desk.board.log += [quiet("E-OLDOLD"), decision(desk.board.known[0].id)]
    await desk.do(replace(click(desk, Action.WHY), value=str(Target(KEY, "E-OLDOLD"))))
    assert "*Dropped*" in shown(desk.said[0][1])


async def test_the_command_knows_ids_of_what_is_forgotten(desk: Desk) -> None:
    """From the log; the button "It should have paged" carries no key then."""
    desk.board.log.append(quiet("E-OLDOLD"))
    said = await asked(desk, "e-oldold")
    assert "*Dropped*" in said
    assert "-.E-OLDOLD" in said


async def test_the_command_knows_rules(desk: Desk) -> None:
    """The newest incidents in which the rule fired, three at most."""
    for name in ("E-AAAAA2", "E-AAAAA3", "E-AAAAA4", "E-AAAAA5"):
        desk.board.log.append(quiet(name))
        desk.board.firings += [{"rule": "PodRestart", "incident": name}] * 2
    said = await asked(desk, "PodRestart")
    assert [name in said for name in ("E-AAAAA2", "E-AAAAA3", "E-AAAAA4", "E-AAAAA5")] == [False, True, True, True]
    assert "PodRestart" in said


async def test_what_nobody_knows_is_answered_with_how_to_find_it(desk: Desk) -> None:
    """Where ids stand, and what else can be asked."""
    said = await asked(desk, "E-ZZZZZZ")
    assert "knows neither an incident nor a rule E-ZZZZZZ" in said
    assert "small print" in said


async def test_an_incident_that_was_not_looked_at_yet(desk: Desk) -> None:
    """It says so."""
    said = await asked(desk, desk.board.known[0].id)
    assert "not judged yet" in said


async def test_without_a_name_the_command_asks_for_one(desk: Desk) -> None:
    """With an example."""
    assert "/slo why E-7KQ2MA" in await asked(desk, "")


async def test_what_is_silenced_names_the_silence(desk: Desk) -> None:
    """Who, until when, why."""
    spoken = desk.board.known[0].id
    desk.board.log.append(decision(spoken, outcome="suppress", reason="silence"))
    desk.board.firing[KEY] = [make_alert(labels={"alertname": "DiskFull", "instance": "node-17"})]
    desk.silencing.kept += [
        a_silence(starts_at=START - 60, ends_at=START + 60),
        a_silence("Other", name="other-id", starts_at=START - 60, ends_at=START + 60),
    ]
    said = await asked(desk, spoken)
    assert "silence 5b1d of Sato" in said
    assert "other-id" not in said


async def test_the_shortcut_finds_the_incident_of_a_message_and_of_its_thread(desk: Desk) -> None:
    """By channel and time of the root."""
    desk.board.log.append(decision(desk.board.known[0].id))
    await desk.do(shortcut("why_msg"))
    await desk.do(shortcut("why_msg", ts="1780000009.000200", thread_ts=ROOT_TS))
    await desk.do(shortcut("why_msg", ts="1780000009.000200"))
    assert ["Paged" in text for text in desk.texts()] == [True, True, False]
    assert "belongs to no open incident" in desk.texts()[2]


async def test_why_while_the_state_is_away(desk: Desk) -> None:
    """Nobody is left without an answer."""
    desk.outage.on = True
    await desk.do(click(desk, Action.WHY))
    await desk.do(shortcut("why_msg"))
    assert ["cannot read its state" in text for text in desk.texts()] == [True, True]
    assert "cannot read its state" in await asked(desk, "E-AAAAAA")
