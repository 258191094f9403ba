"""What keeps the alerts of an incident quiet: found at every look, as Alertmanager does when it notifies.

A muted alert is judged in the muted twin of its class, so that silences cost nothing where there are none, and a
silence that ends lets its alerts be judged anew.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from router.alert import Alert
from router.gate import Kind, Reason
from router.incident import Incident, MutedBy
from router.mute import InhibitRule, Muted, Muting, SilenceState, reason_of
from router.state.entries import base_id, muted_id, pack_class
from router.state.incidents import Claim, Incidents, Move
from router.state.muting import Mutes
from router.state.silences import Silences

REMEMBERED = 200_000
SLICE = 1_000
"""Alerts that are looked through between two looks at everything else."""
NAMED = 5
"""Silences and inhibiting alerts that a message names."""
TOUCH_S = 60.0
"""How often it is written down that a silence still keeps something quiet."""

Firing = Sequence[tuple[str, str, str]]
"""Fingerprint, class id and body hash of each firing alert."""
Known = dict[tuple[str, str], Muted]
"""What keeps an alert quiet, by fingerprint and body hash."""


@dataclass(frozen=True, slots=True)
class Hushed:
    """An incident with its alerts in the right classes, what keeps some of them quiet, and until when that is so."""

    claim: Claim
    by: tuple[MutedBy, ...] = ()
    until: float | None = None


class Hush:
    """Finds out, for one process, what is muted; remembered by the alerts' content until anything changes."""

    def __init__(self, mutes: Mutes, incidents: Incidents, silences: Silences) -> None:
        self._mutes = mutes
        self._incidents = incidents
        self._silences = silences
        self._stamp = ""
        self._known: Known = {}
        self._touched: dict[str, float] = {}

    async def apply(self, claim: Claim, rules: Sequence[InhibitRule], now: float) -> Hushed | None:
        """Move the incident's alerts into the classes where they belong now; None when the lease was lost."""
        muting = await self._mutes.current(rules, now)
        twins = any(each.alert_class.muted is not None and each.firing for each in claim.incident.classes.values())
        if _is_notice(claim.incident):
            return Hushed(claim)
        stamp, known = self._renewed(muting, now)
        mark = f"{stamp} {claim.incident.generation}"
        if not twins and (muting.idle or claim.mark == mark or not claim.incident.firing):
            return Hushed(claim, (), muting.until)
        firing = _mutable(claim.incident, await self._incidents.firing(claim.incident.key))
        muted = await self._asked(claim, firing, known, lambda alert: muting.of(alert.labels, now))
        moves = await _moves(claim, firing, muted)
        if moves or claim.mark != mark:
            fresh = await self._incidents.mute(claim, moves, mark)
            if fresh is None:
                return None
            claim = fresh
        await self._touch({each for some in muted.values() for each in some.silenced_by}, now)
        return Hushed(claim, named(muting, tuple(muted.values())), muting.until)

    def _renewed(self, muting: Muting, now: float) -> tuple[str, Known]:
        """Return what the answers of now hold for, and those known already; those of anything else are forgotten.

        They are not emptied but replaced: a look that began before goes on with what was true then.
        """
        active = sorted(each.id for each in muting.silences if each.state(now) is SilenceState.ACTIVE)
        stamp = f"{muting.version} {','.join(active)}"
        if stamp != self._stamp or len(self._known) > REMEMBERED:
            self._known, self._stamp = {}, stamp
        return stamp, self._known

    async def _asked(
        self, claim: Claim, firing: Firing, known: Known, ask: Callable[[Alert], Muted]
    ) -> dict[str, Muted]:
        """Return what keeps each firing alert quiet; only bodies that are not known yet are read."""
        unknown = [(name, content) for name, _, content in firing if (name, content) not in known]
        for start in range(0, len(unknown), SLICE):
            some = unknown[start : start + SLICE]
            bodies = await self._incidents.bodies(claim.incident.key, [name for name, _ in some])
            known.update((each, ask(bodies[each[0]])) for each in some if each[0] in bodies)
        return {name: known.get((name, content), Muted()) for name, _, content in firing}

    async def _touch(self, silences: set[str], now: float) -> None:
        due = [each for each in silences if now - self._touched.get(each, 0.0) >= TOUCH_S]
        if due:
            await self._silences.touch(due, now)
            self._touched.update(dict.fromkeys(due, now))


def _is_notice(incident: Incident) -> bool:
    """Return whether the router speaks about itself: a silence over everything must not hide that it is blind."""
    return any(state.alert_class.kind is Kind.NOTICE for state in incident.classes.values())


def _mutable(incident: Incident, firing: Firing) -> Firing:
    """Return what may be kept quiet: not an SLO's own alert, or a silence over its service would hide an outage."""
    gaps = {cid for cid, state in incident.classes.items() if state.alert_class.kind is Kind.GAP}
    return [each for each in firing if each[1] not in gaps]


async def _moves(claim: Claim, firing: Firing, muted: Mapping[str, Muted]) -> list[Move]:
    """Return which alerts stand in a class that is not theirs (any more); many of them, a slice at a time."""
    moves: list[Move] = []
    packed: dict[str, tuple[bytes, tuple[str, ...]]] = {}
    for start in range(0, len(firing), SLICE):
        for name, cid, _ in firing[start : start + SLICE]:
            reason = reason_of(muted[name])
            wanted = muted_id(base_id(cid), Reason(reason)) if reason else base_id(cid)
            state = claim.incident.classes.get(cid)
            if wanted == cid or state is None:
                continue
            if wanted not in packed:
                alert_class = replace(state.alert_class, muted=Reason(reason) if reason else None)
                packed[wanted] = pack_class(alert_class), tuple(cover.slo for cover in alert_class.covers)
            moves.append(Move(name, wanted, *packed[wanted]))
        await asyncio.sleep(0)
    return moves


def named(muting: Muting, muted: Sequence[Muted]) -> tuple[MutedBy, ...]:
    """Return what a message says of them: silences with their owners first, then inhibiting alerts; at most five."""
    silenced = dict.fromkeys(each for some in muted for each in some.silenced_by)
    inhibiting = dict.fromkeys(each for some in muted if not some.silenced_by for each in some.inhibited_by)
    silences = [
        MutedBy(Reason.SILENCE, each.id, each.created_by, each.person, each.comment, each.ends_at)
        for each in muting.silences
        if each.id in silenced
    ]
    alerts = [
        MutedBy(Reason.INHIBITION, each.labels.get("alertname", each.fingerprint))
        for each in muting.inhibitors
        if each.fingerprint in inhibiting
    ]
    return tuple([*silences, *alerts][:NAMED])
