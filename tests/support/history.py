"""Firings that happen from beginning to end, an archive, and servers that are interrupted between any two calls."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from router.alert import Status
from router.gate import Outcome, Reason
from router.incident import Settle
from router.noise.values import Stretch
from router.slo.verdict import Verdict
from router.state import keys
from router.state.entries import Entry
from router.state.history import History
from router.state.history.archive import Archive
from router.state.incidents import Claim
from router.state.scripts import Argument, Scripts
from tests.support.state import KEY, START, ManualClock, State, entry, look, make_alert

KEEP_S = 90 * 86_400.0
LATER = START + 86_400.0
"""Long after everything in a test."""
CLASS = entry(make_alert()).class_id
PAGE = Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, START + 10)
HOLD = Settle(CLASS, Outcome.HOLD, Reason.NO_THREAT)


async def silence(slos: Collection[str], start: float, end: float) -> Mapping[str, Sequence[Stretch]]:
    """No SLO was ever measured."""
    return {}


async def burning(slos: Collection[str], start: float, end: float) -> Mapping[str, Sequence[Stretch]]:
    """Every SLO was calm, threatened from START + 20 to START + 40, and calm again."""
    spans = (
        Stretch(Verdict.NO_THREAT, START - 9e6, START + 20),
        Stretch(Verdict.THREAT_PAGE, START + 20, START + 40),
        Stretch(Verdict.NO_THREAT, START + 40, START + 9e6),
    )
    return {slo: [each for each in spans if each.start <= end and each.end >= start] for slo in slos}


def archive(scripts: Scripts, owner: str = "test", stretches: Any = burning) -> Archive:
    """One replica's archive."""
    return Archive(scripts, owner, stretches)


def history(scripts: Scripts, stretches: Any = burning, now: float = START + 50) -> History:
    """What reads firings; the clock concerns what fires still."""
    return History(scripts, stretches, ManualClock(now))


async def settle(state: State, at: float, *decisions: Settle, key: str = KEY, **fields: Any) -> Claim:
    """A look that settles what waits."""
    found = {each.incident.key: each for each in await state.incidents.claim(keys.partition_of(key), at, 1_000)}
    claim = found.pop(key)
    await state.incidents.commit(claim, look(at, settle=decisions or [PAGE], **fields), at)
    for other in found.values():
        await state.incidents.commit(other, look(at), at)
    return claim


def number(n: int, rule: str = "HighErrors", status: Status = Status.FIRING, **fields: Any) -> Entry:
    """An alert by its number, under its own incident unless a key is given."""
    key, copy = fields.pop("key", f"k{n}"), fields.pop("copy", False)
    return entry(make_alert(rule, status, fingerprint=f"{n:032x}", **fields), key, copy=copy)


async def begin(state: State, n: int, at: float, rule: str = "HighErrors", **fields: Any) -> None:
    assert await state.store(number(n, rule, starts_at=at, **fields), now=at + 1) in "NU"


async def end(state: State, n: int, at: float, rule: str = "HighErrors", **fields: Any) -> None:
    gone = number(n, rule, Status.RESOLVED, starts_at=at - 60, ends_at=at, **fields)
    assert await state.store(gone, now=at + 1) == "R"


async def happen(state: State, count: int, first: int = 0, rule: str = "HighErrors", at: float = START) -> None:
    """Firings with these numbers begin, page and end, ten seconds apart; all are in the log."""
    for n in range(first, first + count):
        began = at + 10.0 * n
        await begin(state, n, began, rule)
        told = Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, began + 5)
        await settle(state, began + 2, told, key=f"k{n}")
        await end(state, n, began + 60, rule)


def wolf(incident: str) -> dict[str, Any]:
    """A row as the dispatcher writes it: Sato calls it a wolf."""
    said = {"deed": "wolf", "at": START + 70, "person": "U1", "name": "Sato", "reason": "", "code": "done"}
    return {**said, "incident": incident}


def names(firings: Sequence[Any]) -> list[int]:
    """The numbers of firings, of records too."""
    return [int(each["fingerprint"] if isinstance(each, dict) else each.fingerprint, 16) for each in firings]


async def logged(state: State) -> int:
    """How many rows the log has."""
    return sum([await state.client.xlen(prefix + "log") for prefix in keys.PREFIXES])


class Killed(BaseException):
    """The process dies here."""


class Interrupted(Scripts):
    """Something happens before its call of this number."""

    def __init__(self, state: State, call: int, what: Callable[[], Awaitable[object]]) -> None:
        super().__init__(state.scripts.client)
        self._left = call
        self._what = what

    @property
    def over(self) -> bool:
        """Whether there were fewer calls."""
        return self._left > 0

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        await self._count()
        return await super().run(name, keys, arguments)

    async def read(self, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
        await self._count()
        return await super().read(commands)

    async def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            await self._what()


async def die() -> None:
    raise Killed
