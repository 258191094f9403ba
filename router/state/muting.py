"""Everything that keeps alerts quiet now, asked for at every look, and read anew only when it has changed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from router.mute import Inhibitor, InhibitRule, Muting, Silence, SilenceState, next_boundary
from router.state import keys
from router.state.scripts import Argument, Scripts
from router.state.silences import Silences

Versions = tuple[bytes | None, ...]
"""Of the silences, then of the inhibiting alerts of each partition; None where there never was one."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read last, and for what it holds."""

    rules: Sequence[InhibitRule]
    versions: Versions
    since: float
    muting: Muting

    def holds(self, rules: Sequence[InhibitRule], versions: Versions, now: float) -> bool:
        until = self.muting.until
        same = self.rules == rules and self.versions == versions
        return same and self.since <= now and (until is None or now < until)


class Mutes:
    """Reads what mutes; and makes incidents due when that has changed."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._silences = Silences(scripts)
        self._known: _Known | None = None
        self._inhibitors: dict[str, tuple[bytes | None, tuple[Inhibitor, ...]]] = {}
        self._reading = asyncio.Lock()
        self._woken: Versions = ()

    async def current(self, rules: Sequence[InhibitRule], now: float) -> Muting:
        """Return what keeps alerts quiet now: active silences, pending ones, and (with rules) inhibiting alerts.

        Costs one round trip while nothing changes; without rules it is a single small GET.
        """
        versions = await self._versions(bool(rules))
        if self._known is not None and self._known.holds(rules, versions, now):
            return self._known.muting
        # Many looks at once: one of them reads, all others take what it has read.
        async with self._reading:
            if self._known is not None and self._known.holds(rules, versions, now):
                return self._known.muting
            muting = await self._read(rules, versions, now)
            self._known = _Known(rules, versions, now, muting)
            return muting

    async def wake(self, now: float, *, targets_only: bool = False) -> int:
        """Make every incident with firing alerts due now, or only those with alerts that can be inhibited.

        Returns how many.
        """
        silences = self._woken[:1] if targets_only else await self._versions(inhibition=False)
        replies = await self._scripts.run_everywhere("rewake", [f"{now:.6f}", int(targets_only)])
        self._woken = (*(silences or (None,)), *(version or None for _, version in replies))
        return sum(int(woken) for woken, _ in replies)

    async def changed(self) -> bool:
        """Return whether anything has changed since this process last made incidents due for it (or started)."""
        return await self._versions(inhibition=True) != self._woken

    async def sweep(self, now: float) -> bool:
        """Make due what must be looked at because of changes whose wake-up got lost; returns whether there were any."""
        versions = await self._versions(inhibition=True)
        if versions == self._woken:
            return False
        await self.wake(now, targets_only=versions[:1] == self._woken[:1])
        return True

    async def _versions(self, inhibition: bool) -> Versions:
        commands: list[tuple[Argument, ...]] = [("GET", keys.SILENCES_VERSION)]
        if inhibition:
            commands += [("GET", f"{prefix}inhv") for prefix in keys.PREFIXES]
        return tuple(await self._scripts.read(commands))

    async def _read(self, rules: Sequence[InhibitRule], versions: Versions, now: float) -> Muting:
        """Read everything anew. The versions were read before: what changes meanwhile is seen next time."""
        living = [each for each in await self._silences.all() if each.state(now) is not SilenceState.EXPIRED]
        inhibitors = await self._firing(versions[1:]) if rules else ()
        active = [each for each in living if each.state(now) is SilenceState.ACTIVE]
        version = _digest(active, rules, inhibitors) if active or inhibitors else ""
        return Muting(version, tuple(living), tuple(rules), inhibitors, next_boundary(living, now))

    async def _firing(self, versions: Sequence[bytes | None]) -> tuple[Inhibitor, ...]:
        """Return all inhibiting alerts; only partitions that have changed are read."""
        wanted = dict(zip(keys.PREFIXES, versions, strict=True))
        stale = [each for each, version in wanted.items() if self._inhibitors.get(each, (None, ()))[0] != version]
        replies = await self._scripts.run_everywhere("inhibitors", [], stale) if stale else []
        for prefix, reply in zip(stale, replies, strict=True):
            self._inhibitors[prefix] = wanted[prefix], _inhibitors(reply)
        found = (each for prefix in wanted for each in self._inhibitors.get(prefix, (None, ()))[1])
        return tuple(sorted(found, key=lambda each: each.fingerprint))


def _inhibitors(flat: Sequence[bytes]) -> tuple[Inhibitor, ...]:
    bodies = zip(flat[::2], flat[1::2], strict=True)
    return tuple(Inhibitor(name.decode(), orjson.loads(body)["labels"]) for name, body in bodies)


def _digest(active: Iterable[Silence], rules: Iterable[InhibitRule], inhibitors: Iterable[Inhibitor]) -> str:
    """Return the same for the same, in every process: what mutes now, whoever wrote what about it."""
    parts = [
        [(each.id, each.starts_at, each.ends_at, [str(one) for one in each.matchers]) for each in active],
        [([str(one) for one in each.source], [str(one) for one in each.target], each.equal) for each in rules],
        [(each.fingerprint, _sorted(each.labels)) for each in inhibitors],
    ]
    return blake2b(orjson.dumps(parts), digest_size=8).hexdigest()


def _sorted(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(labels.items())
