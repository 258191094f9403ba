"""Reports of pages that should have come: people's own, for the statistics; the newest 1,000 are kept."""

from dataclasses import dataclass

import orjson

from router.incident import Person
from router.state import keys
from router.state.durable import Durable
from router.state.scripts import Scripts

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Miss:
    """One report: by whom and when, of which SLO ("" for none known), when it should have paged, in their words."""

    id: str
    by: Person
    at: float
    slo: str
    when: float | None
    text: str


class Missed:
    """Stores and reads reports."""

    def __init__(self, scripts: Scripts, durability: str = "L1") -> None:
        self._scripts = scripts
        self._durable = Durable(scripts, durability)

    async def report(self, by: Person, at: float, slo: str, when: float | None, text: str, id: str) -> bool:  # noqa: A002 - its name
        """Store a report durably; returns False when it was stored before under the same id.

        Raises UnavailableError when it is not certain that it is stored.
        """
        entry = orjson.dumps(Miss(id, by, at, slo, when, text))
        return bool(await self._durable.run("missed", keys.MISSED, [id, MOST, entry]))

    async def all(self) -> tuple[Miss, ...]:
        """Return every report that is kept, newest first."""
        [rows] = await self._scripts.read([("XREVRANGE", keys.MISSED, "+", "-")])
        stored = (orjson.loads(fields[b"entry"]) for _, fields in rows)
        return tuple(Miss(**{**each, "by": Person(**each["by"])}) for each in stored)
