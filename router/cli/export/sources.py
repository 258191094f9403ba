"""Where an export reads from: what the router has stored, or history files."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from router.cli.export.tables import roll_record
from router.cli.files import read_lines
from router.config.values import Config
from router.errors import PayloadError
from router.noise.records import firing_of, instant, record_of
from router.noise.weeks import day_of
from router.state.history import History
from router.state.history.rollups import RollUps
from router.state.history.slos import SloHistory
from router.state.scripts import Scripts

Record = Mapping[str, Any]


class Source(Protocol):
    """Yields the records of a table, one after another."""

    def records(self, table: str) -> AsyncIterator[Record]: ...


class Kept:
    """What the router has stored, from `first` to `last`."""

    def __init__(self, scripts: Scripts, config: Config, first: float, last: float) -> None:
        self._scripts = scripts
        self._config = config
        self._first = first
        self._last = last

    async def records(self, table: str) -> AsyncIterator[Record]:
        """Yield firings, snapshots of every SLO of the configuration, or daily roll-ups."""
        match table:
            case "firings":
                async for record in History(self._scripts).records(self._first, self._last):
                    yield record
            case "slos":
                for slo in self._config.objectives:
                    async for record in SloHistory(self._scripts).snapshots(slo, self._first, self._last):
                        yield record
            case _:
                zone = self._config.timezone
                days = await RollUps(self._scripts).load(day_of(self._first, zone), day_of(self._last, zone))
                for day, rolls in days.items():
                    for roll in rolls:
                        yield roll_record(day, roll)


class Given:
    """History files, checked on the way; None leaves an end open."""

    def __init__(self, history: str | None, slo_history: str | None, first: float | None, last: float | None) -> None:
        self._paths = {"firings": history, "slos": slo_history}
        self._first = first
        self._last = last

    async def records(self, table: str) -> AsyncIterator[Record]:
        """Yield firings or snapshots; raises PayloadError that names the first bad line, or a table without a file."""
        path = self._paths.get(table)
        if path is None:
            raise PayloadError(f"no file holds {table}: name one with --history or --slo-history, or leave both out")
        for record in self._firings(path) if table == "firings" else self._snapshots(path):
            yield record

    def _firings(self, path: str) -> Iterator[Record]:
        for number, line in lines(path):
            try:
                firing = firing_of(line)
            except ValueError as error:
                raise PayloadError(f"{path}:{number}: {error}") from error
            if self._holds(firing.started_at):
                yield record_of(firing)

    def _snapshots(self, path: str) -> Iterator[Record]:
        for number, line in lines(path):
            try:
                at = datetime.fromisoformat(str(line.get("at"))).timestamp()
            except ValueError as error:
                raise PayloadError(f"{path}:{number}: `at` is no RFC 3339 time") from error
            if self._holds(at):
                yield {**line, "at": instant(at)}

    def _holds(self, at: float) -> bool:
        return (self._first is None or at >= self._first) and (self._last is None or at < self._last)
