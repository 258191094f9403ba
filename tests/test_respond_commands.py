"""`/slo`: answered inline, each line saying what to do; what it stores is stored before it is answered."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from router.incident import CauseKind, Deed, Handling, Phase
from router.incident.life import Stage
from router.slo.objective import Count, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state.slos import Watched
from router.testing import check_blocks
from tests.support.responding import (
    ADA,
    ELSEWHERE,
    OBJECTIVE,
    SATO,
    URL,
    Desk,
    desk_on,
    held,
    incident,
    origin,
    typed,
)
from tests.support.state import START, State
from tests.support.talking import a_silence


@pytest.fixture
async def desk(state: State) -> AsyncIterator[Desk]:
    async with desk_on(state) as opened:
        yield opened


async def asked(desk: Desk, text: str) -> str:
    """What the command answers inline, with its blocks checked."""
    taken = await desk.do(typed(text))
    assert taken.body is not None
    assert taken.body["response_type"] == "ephemeral"
    assert check_blocks(taken.body["blocks"]) == []
    return str([taken.body["text"], taken.body["blocks"]])


async def burning(desk: Desk, error: float) -> None:
    """The SLO's newest snapshot: this ratio fails in every window, and little of the whole period."""
    windows = {name: Count(error * 10_000, 10_000) for name in ("5m", "30m", "1h", "2h", "6h", "1d", "3d")}
    windows |= {"period": Count(100.0, 1_000_000.0)}
    shot = Snapshot(OBJECTIVE.id, START - 5, windows, interval_s=15.0)
    await desk.state.slos.store(Watched(shot, Memory(), Verdict.NO_THREAT, START))


# --- /slo status, held, help


@pytest.mark.parametrize("text", ["status", "", "  STATUS "])
async def test_status_says_how_everything_stands(desk: Desk, text: str) -> None:
    """SLOs by the newest snapshot, open incidents with owner and link, what is held, silences."""
    await burning(desk, 0.02)
    desk.board.known += [
        incident("b", "E-BBBBBB", handling=Handling(owner=ADA, owned_at=START)),
        incident("c", "E-CCCCCC", told=replace(desk.board.known[0].told, phase=Phase.RESOLVED), stage=Stage.RESOLVED),
        held("d", "E-DDDDDD"),
    ]
    desk.board.held = 12
    desk.silencing.kept.append(a_silence(starts_at=0.0, ends_at=START + 60))
    said = await asked(desk, text)
    for part in (
        "Act now: open its guide.", "of the budget", "nobody has it", "ada has it", "*12 alerts are held*",
        "*1 silence stands.*", "https://acme.slack.com/archives/C0SRE/p1780000000000100",
    ):  # fmt: skip
        assert part in said
    assert "E-CCCCCC" not in said
    assert "E-DDDDDD" not in said
    assert said.index(desk.board.known[0].id) < said.index("E-BBBBBB")


async def test_status_where_all_is_calm(desk: Desk) -> None:
    """One sentence says it."""
    await burning(desk, 0.0001)
    desk.board.known = []
    assert "No SLO is threatened and nothing is open." in await asked(desk, "status")


async def test_an_slo_that_was_never_measured_is_named_as_such(desk: Desk) -> None:
    """Unknown is never calm."""
    assert "Check its data" in await asked(desk, "status")


async def test_held_lists_rules_with_their_incidents(desk: Desk) -> None:
    """What fires and was told to nobody; what fires no more is not listed."""
    kinds = (CauseKind("PodRestart", "gw", START - 90, START, 3, 3), CauseKind("Old", "gw", START - 90, START, 0, 3))
    desk.board.known.append(held(kinds=kinds))
    said = await asked(desk, "held")
    assert "PodRestart (gw): 3 alerts" in said
    assert "E-BBBBBB" in said
    assert "Old" not in said


@pytest.mark.parametrize(
    ("text", "near"),
    [("staus", "/slo status"), ("silence liist", "/slo silence list"), ("silence dance", "/slo silence"),
     ("status now", "/slo status"), ("drop table", "")],
)  # fmt: skip
async def test_what_is_not_understood_is_answered_with_help(desk: Desk, text: str, near: str) -> None:
    """And the nearest command."""
    said = await asked(desk, text)
    assert "is no command" in said
    assert "What you can type" in said
    assert f"Did you mean {near}" in said if near else "Did you mean" not in said


async def test_help_and_foreign_words(desk: Desk) -> None:
    """Whatever is typed comes back harmless."""
    assert "What you can type" in await asked(desk, "help")
    assert "<!channel>" not in await asked(desk, "<!channel> &lt;x")


async def test_commands_while_the_state_is_away(desk: Desk) -> None:
    """What would have been stored is said not to be; the rest says that it cannot be read."""
    desk.outage.on = True
    assert "cannot read its state" in await asked(desk, "status")
    assert "Not recorded" in await asked(desk, "ack E-AAAAAA")
    assert "Not recorded" in await asked(desk, "silence expire 5b1d")


async def test_a_guest_of_a_shared_channel_is_refused_inline(desk: Desk) -> None:
    """With the same politeness."""
    taken = await desk.do(replace(typed("status"), origin=replace(origin(), home=ELSEWHERE)))
    assert taken.body is not None
    assert "Only people of the workspace" in taken.body["text"]


async def test_an_answer_that_takes_long_follows_later(desk: Desk) -> None:
    """Slack waits three seconds; then the answer comes by its own address."""
    gate = asyncio.Event()
    listed = desk.silencing.list

    async def slow() -> Any:
        await gate.wait()
        return await listed()

    desk.silencing.list = slow  # type: ignore[method-assign]
    taken = await desk.responder.take(typed("silence list"))
    assert taken.body is None
    gate.set()
    await desk.responder.drain(5)
    assert desk.texts() == ["No silence stands. /slo silence makes one."]


# --- /slo ack


async def test_ack_by_command_is_stored(desk: Desk) -> None:
    """As a click would be, with the address for the answer."""
    spoken = desk.board.known[0].id
    said = await asked(desk, f"ack {spoken.lower()}")
    assert f"Recorded: you acknowledge {spoken} (Checkout availability)" in said
    [act] = await desk.stored()
    assert (act.deed, act.person, act.answer_url) == (Deed.ACKNOWLEDGE, SATO, URL)
    assert desk.woken == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [("ack", "Name the incident: /slo ack E-7KQ2MA"), ("ack E-ZZZZZZ", "No open incident has the id E-ZZZZZZ"),
     ("ack everything", "No open incident has the id everything"), ("ack E-OVEROV", "is over")],
)  # fmt: skip
async def test_ack_of_what_is_not_open(desk: Desk, text: str, part: str) -> None:
    """Says what is so, and stores nothing."""
    desk.board.known.append(incident("o", "E-OVEROV", told=replace(desk.board.known[0].told, phase=Phase.RESOLVED)))
    assert part in await asked(desk, text)
    assert await desk.stored() == []
