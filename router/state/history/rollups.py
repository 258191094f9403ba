"""Sums by day, for 25 months: one hash, a field for each local day, its rolls as deflated JSON."""

import zlib
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from router.noise.review import Counts, Dimension, Pager, Roll
from router.state import keys
from router.state.answers import translated
from router.state.scripts import Scripts


class RollUps:
    """Stores and reads the sums of days."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    async def store(self, day: date, rolls: Iterable[Roll]) -> None:
        """Keep a day's sums in the place of those it had; raises UnavailableError."""
        with translated():
            await self._client.hset(keys.ROLLUPS, day.isoformat(), cast(Any, _pack(list(rolls))))

    async def load(self, first: date, last: date) -> dict[date, tuple[Roll, ...]]:
        """Return the sums of the days from `first` to `last`, in order; a day that was never stored is absent."""
        days = [first + timedelta(number) for number in range((last - first).days + 1)]
        if not days:
            return {}
        [stored] = await self._scripts.read([("HMGET", keys.ROLLUPS, *(day.isoformat() for day in days))])
        return {day: _unpack(packed) for day, packed in zip(days, stored, strict=True) if packed is not None}

    async def forget(self, before: date) -> int:
        """Forget all days before one; returns how many there were."""
        [names] = await self._scripts.read([("HKEYS", keys.ROLLUPS)])
        old = [name.decode() for name in names if date.fromisoformat(name.decode()) < before]
        if not old:
            return 0
        with translated():
            return int(await self._client.hdel(keys.ROLLUPS, *old))

    @property
    def _client(self) -> Redis:
        return cast(Redis, self._scripts.client)


_COUNTS = tuple(field.name for field in fields(Counts))
_PAGER = tuple(field.name for field in fields(Pager))


def _pack(rolls: list[Roll]) -> bytes:
    """The names stand once in front of the numbers: a later version may know more, or fewer."""
    rows = [
        (
            roll.dimension,
            roll.name,
            [getattr(roll.counts, name) for name in _COUNTS],
            [getattr(roll.pager, name) for name in _PAGER],
        )
        for roll in rolls
    ]
    return zlib.compress(orjson.dumps({"counts": _COUNTS, "pager": _PAGER, "rolls": rows}), 9)


def _unpack(packed: bytes) -> tuple[Roll, ...]:
    stored = orjson.loads(zlib.decompress(packed))
    return tuple(
        Roll(
            Dimension(dimension),
            name,
            Counts(**_known(stored["counts"], counts, _COUNTS)),
            Pager(**_known(stored["pager"], pager, _PAGER)),
        )
        for dimension, name, counts, pager in stored["rolls"]
    )


def _known(names: Iterable[str], values: Iterable[Any], ours: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, values, strict=True) if name in ours}
