"""History records carry what people did: who answered, opened the guide, called it a wolf, and when."""

from datetime import datetime
from typing import Any

import pytest

from router.alert import Status
from router.gate import Outcome, Reason
from router.incident import Handling, Person, Settle
from router.incident.handling import Mark
from router.state.history import History
from tests.support.state import KEY, START, State, entry, look, make_alert

CLASS = entry(make_alert()).class_id
HOLD = Settle(CLASS, Outcome.HOLD, Reason.NO_THREAT)
NOTHING = {
    "acknowledged_at": None,
    "acknowledged_by": None,
    "guide_opened_at": None,
    "human_verdict": None,
    "wolf_reason": None,
    "missed_report": False,
}


def page(at: float) -> Settle:
    return Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, at)


def deed(name: str, at: float, person: str = "Sato", **fields: Any) -> dict[str, Any]:
    """A row as the dispatcher writes it, but for the incident's id."""
    return {"deed": name, "at": START + at, "person": "U1", "name": person, "reason": "", "code": "done", **fields}


async def told_twice(state: State, *deeds: dict[str, Any], handling: Handling | None = None) -> list[dict[str, Any]]:
    """Two firings of one incident, told at START + 10 and (after the first was over) at START + 100, and deeds."""
    for begin in (0, 90):
        alert = {"fingerprint": f"{begin:032x}", "starts_at": START + begin}
        await state.store(entry(make_alert(**alert)), now=START + begin)
        claim = await state.claim(now=START + begin)
        await state.incidents.commit(claim, look(START, settle=[page(START + begin + 10)]), START + begin)
        if begin == 0:
            gone = make_alert(**alert, status=Status.RESOLVED, ends_at=START + 50)
            await state.store(entry(gone), now=START + 50)
    claim = await state.claim(now=START + 200)
    rows = [{**each, "incident": claim.incident.id} for each in deeds]
    await state.incidents.commit(claim, look(START, deeds=rows, handling=handling), START + 200)
    return await History(state.scripts).firings()


def done(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in NOTHING and value != NOTHING[name]}


async def test_without_deeds_nothing_was_done(state: State) -> None:
    first, second = await told_twice(state)
    assert (first["outcome"], second["outcome"]) == ("page", "page")
    assert {name: first[name] for name in NOTHING} == {name: second[name] for name in NOTHING} == NOTHING


async def test_the_first_answer_after_a_telling_is_its_acknowledgement(state: State) -> None:
    """Each telling has its own; an answer to the first is none to the second."""
    deeds = [deed("acknowledge", 20), deed("hand_over", 30, "Ito"), deed("hand_over", 110, "Ito"), deed("guide", 115)]
    first, second = await told_twice(state, *deeds)
    guide = {"guide_opened_at": "2026-05-28T20:28:35Z"}
    assert done(first) == {"acknowledged_at": "2026-05-28T20:27:00Z", "acknowledged_by": "Sato", **guide}
    assert done(second) == {"acknowledged_at": "2026-05-28T20:28:30Z", "acknowledged_by": "Ito", **guide}


@pytest.mark.parametrize(
    ("deeds", "expected"),
    [
        ([deed("wolf", 20, reason="test")], {"human_verdict": "wolf", "wolf_reason": "test"}),
        ([deed("wolf", 20), deed("real", 30)], {"human_verdict": "real"}),
        ([deed("real", 30), deed("wolf", 20)], {"human_verdict": "real"}),
        ([deed("wolf", 20), deed("unmark", 30)], {}),
        ([deed("wolf", 20), deed("unmark", 30), deed("real", 40)], {"human_verdict": "real"}),
        ([deed("wolf", 20), deed("unmark", 20)], {}),
        ([deed("real", 20, code="already"), deed("acknowledge", 30, code="closed")], {}),
        ([deed("missed", 20)], {"missed_report": True}),
        ([deed("snooze", 110), deed("wake", 110), deed("resolve", 110), deed("release", 110)], {}),
    ],
    ids=[
        "wolf", "marked anew", "in another order", "taken back", "taken back and anew", "taken back at once",
        "made no difference", "missed", "no part of the history",
    ],
)  # fmt: skip
async def test_marks_hold_for_every_told_firing_of_the_incident(
    state: State, deeds: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert [done(each) for each in await told_twice(state, *deeds)] == [expected, expected]


async def test_a_firing_that_nobody_was_told_of_is_not_marked_but_may_be_missed(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await state.claim()
    rows = [{**deed(name, 20), "incident": claim.incident.id} for name in ("wolf", "acknowledge", "guide", "missed")]
    await state.incidents.commit(claim, look(START, settle=[HOLD], deeds=rows), START)
    [record] = await History(state.scripts).firings()
    assert (record["outcome"], done(record)) == ("hold", {"missed_report": True})


async def test_what_an_open_incident_remembers_counts_where_the_log_has_lost_it(state: State) -> None:
    """The log is capped; a living incident knows its own story."""
    sato = Person("U1", "Sato")
    handling = Handling(
        acknowledged_by=Person("U2"), acknowledged_at=START + 101, mark=Mark(True, sato, START + 120, "duplicate"),
        guide_at=START + 102, missed_by=sato, missed_at=START + 130,
    )  # fmt: skip
    _, second = await told_twice(state, handling=handling)
    assert done(second) == {
        "acknowledged_at": "2026-05-28T20:28:21Z",
        "acknowledged_by": "U2",
        "guide_opened_at": "2026-05-28T20:28:22Z",
        "human_verdict": "wolf",
        "wolf_reason": "duplicate",
        "missed_report": True,
    }


async def test_deeds_concern_their_own_incident_only(state: State) -> None:
    await state.store(entry(make_alert("Other", fingerprint="b" * 32), "other"))
    claim = await state.claim("other")
    await state.incidents.commit(claim, look(START, settle=[page(START)]), START)
    await told_twice(state, deed("wolf", 120))
    records = await History(state.scripts).firings()
    assert [each["human_verdict"] for each in records if each["rule"] == "Other"] == [None]
    assert KEY != "other"


async def test_a_resolve_that_does_not_say_when_it_was_over_tells_it_by_coming(state: State) -> None:
    """As curl and many senders do: without `endsAt` the firing lasted until its resolve came, told or not yet told."""
    for number, settled_first in enumerate((True, False)):
        alert = {"fingerprint": f"{number:032x}", "starts_at": START}
        await state.store(entry(make_alert(**alert)), now=START)
        if settled_first:
            claim = await state.claim(now=START)
            await state.incidents.commit(claim, look(START, settle=[page(START + 10)]), START)
        await state.store(entry(make_alert(**alert, status=Status.RESOLVED, ends_at=None)), now=START + 250)
        claim = await state.claim(now=START + 251)
        await state.incidents.commit(claim, look(START, settle=[page(START + 251)]), START + 251)
    found = await History(state.scripts).firings()
    lasted = [datetime.fromisoformat(each["ended_at"]).timestamp() - START for each in found]
    assert lasted == pytest.approx([250, 251])
