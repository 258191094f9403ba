"""Where an export reads from: what the router has stored, or history files."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from router.cli.export.tables import roll_record
from router.cli.files import read_lines
from router.config.values import Config
from router.noise.records import firing_of, instant, instant_of, record_of
from router.noise.weeks import day_of
from router.state.history import History
from router.state.history.rollups import RollUps
from router.state.history.slos import SloHistory
from router.state.scripts import Scripts

DAYS_AT_ONCE = 7
"""Of roll-ups: a day of a large company has a thousand."""
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
                async for roll in self._rolls():
                    yield roll

    async def _rolls(self) -> AsyncIterator[Record]:
        """Yield the roll-ups of every day of which a part is asked for."""
        zone, stored = self._config.timezone, RollUps(self._scripts)
        day, last = day_of(self._first, zone), _last_day(self._first, self._last, zone)
        while day <= last:
            until = min(day + timedelta(DAYS_AT_ONCE - 1), last)
            for each, rolls in (await stored.load(day, until)).items():
                for roll in rolls:
                    yield roll_record(each, roll)
            day = until + timedelta(1)


def _last_day(first: float, last: float, zone: ZoneInfo) -> date:
    """Return the last day of a span whose end is not part of it."""
    return day_of(max(first, last - 0.001), zone)


class Given:
    """History files, checked on the way; None leaves an end open."""

    def __init__(self, paths: Mapping[str, str | None], first: float | None, last: float | None) -> None:
        self._paths = paths
        self._first = first
        self._last = last

    async def records(self, table: str) -> AsyncIterator[Record]:
        """Yield firings or snapshots; raises PayloadError that names up to ten bad lines, OSError."""
        path = self._paths.get(table)
        if path is None:
            raise ValueError(f"no file holds {table}")
        for at, record in read_lines(path, _READ[table]):
            if self._holds(at):
                yield record

    def _holds(self, at: float) -> bool:
        return (self._first is None or at >= self._first) and (self._last is None or at < self._last)


def _firing(line: Record) -> tuple[float, Record]:
    firing = firing_of(line)
    return firing.started_at, record_of(firing)


def _snapshot(line: Record) -> tuple[float, Record]:
    slo, at = line.get("slo"), instant_of(line.get("at"), "at")
    if not isinstance(slo, str) or not slo:
        raise ValueError("`slo` is missing: write the SLO's id")
    for name in ("verdict", "error"):
        if not isinstance(line.get(name), str | None):
            raise ValueError(f"`{name}` is {line[name]!r:.40}: write a text or null")  # noqa: TRY004 - in a file
    _check_number(line, "budget_remaining")
    for window in _objects(line, "windows"):
        for name in ("bad", "total", "ratio"):
            _check_number(window, name)
    return at, {**line, "at": instant(at)}


def _objects(line: Record, name: str) -> Iterator[Record]:
    found = line.get(name) or {}
    if not isinstance(found, dict) or not all(isinstance(each, dict | None) for each in found.values()):
        raise ValueError(f'`{name}` is {found!r:.40}: write {{"5m": {{"bad": 3, "total": 1000}}, "30m": null}}')
    return (each for each in found.values() if each)


def _check_number(values: Record, name: str) -> None:
    value = values.get(name)
    if value is not None and type(value) not in (int, float):
        raise ValueError(f"`{name}` is {value!r:.40}: write a number or null")


_READ: Mapping[str, Callable[[Record], tuple[float, Record]]] = {"firings": _firing, "slos": _snapshot}
