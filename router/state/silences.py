"""Silences in the state: few, small, and read as a whole; every change of them raises a version."""

from collections.abc import Mapping, Sequence
from typing import cast

import orjson

from router.alert import matcher
from router.mute import Silence
from router.state import keys
from router.state.durable import Durable
from router.state.scripts import Scripts

SCHEMA = 1


class Silences:
    """Stores and reads silences."""

    def __init__(self, scripts: Scripts, durability: str = "L1") -> None:
        self._scripts = scripts
        self._durable = Durable(scripts, durability)

    async def all(self) -> tuple[Silence, ...]:
        """Return every stored silence, also those that are over, by their start."""
        [stored] = await self._scripts.read([("HGETALL", keys.SILENCES)])
        return tuple(sorted(map(_unpack, stored.values()), key=lambda each: (each.starts_at, each.id)))

    async def put(self, silence: Silence, *, before: float | None) -> bool:
        """Store a silence durably if the stored one was last updated at `before`; None: if there is none yet.

        Returns False when somebody else was faster; raises UnavailableError when nothing is certain.
        """
        seen = "" if before is None else repr(before)
        return bool(await self._durable.run("silence", keys.SILENCES, [silence.id, _pack(silence), seen]))

    async def remove_expired(self, before: float) -> int:
        """Forget silences that ended before an instant; returns how many."""
        return int(await self._scripts.run("unsilence", [keys.SILENCES], [repr(before)]))

    async def touch(self, ids: Sequence[str], now: float) -> None:
        """Note that these silences keep an alert quiet now."""
        await self._scripts.run("touch", [keys.SILENCES], [repr(now), *ids])

    async def touched(self) -> Mapping[str, float]:
        """Return when each silence last kept an alert quiet; one that never did is absent."""
        [stored] = await self._scripts.read([("HGETALL", keys.SILENCES_TOUCHED)])
        return {name.decode(): float(at) for name, at in stored.items()}

    async def version(self) -> int:
        """Return a number that grows with every change."""
        [stored] = await self._scripts.read([("GET", keys.SILENCES_VERSION)])
        return int(cast(bytes, stored) or 0)


def _pack(silence: Silence) -> bytes:
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "id": silence.id,
            "matchers": [[each.label, each.operator, each.value] for each in silence.matchers],
            "starts_at": silence.starts_at,
            "ends_at": silence.ends_at,
            "created_by": silence.created_by,
            "comment": silence.comment,
            "updated_at": silence.updated_at,
            "person": silence.person,
            "channel": silence.channel,
            "thread_ts": silence.thread_ts,
            "mirrored": dict(silence.mirrored),
        }
    )


def _unpack(raw: bytes) -> Silence:
    stored = orjson.loads(raw)
    del stored["schema"]
    stored["matchers"] = tuple(matcher(*each) for each in stored["matchers"])
    return Silence(**stored)
