"""What became of each firing, judged by what its SLOs said and what people did: everything counted rests on this.

Drills are gone, and so are reports without a firing (`rule` ""). Definitions: docs/statistics.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.gate import Outcome, Reason
from router.noise import hours
from router.noise.floods import Flood, again, flooded, floods
from router.noise.incidents import incidents_of
from router.noise.review import Miss
from router.noise.silenced import Begun, silenced
from router.noise.spans import Spans, spans_of
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, Firing, Mark, Settings, Stretch
from router.slo.verdict import Verdict

PAGING = (Outcome.PAGE, Outcome.FORWARD)
QUIET = (Outcome.HOLD, Outcome.DROP)
_OWN = (SLO_SOURCE, NOTICE_SOURCE)
_UTC = ZoneInfo("UTC")


class Judged(NamedTuple):
    """One firing and what became of it.

    A tuple: hundreds of thousands are made for one review, and a frozen dataclass takes four times as long.
    """

    firing: Firing
    incident: str
    """Which incident it is of: one id may come again later (router.noise.incidents)."""
    told: bool
    acted: bool
    """Acknowledged, guide opened or marked real, at any time."""
    mark: Mark | None
    """What a person said of its incident, if people were told of this firing."""
    threatened: bool
    judged: bool
    """An SLO covers it, and none of them was unknown at its worst."""
    wolf: bool
    caught: bool
    """A caught wolf: it was dropped."""
    ignored: bool
    disputed: bool
    """Threatened, and marked as a wolf."""
    misses: tuple[Miss, ...]
    """One for every SLO that was threatened soon after; the firing counts as one miss."""
    would_miss: bool
    """Shadow mode: enforce mode would have made a miss of it."""
    reported: bool
    """The first firing of an incident that should have paged, as somebody says."""
    page: bool
    off_hours: bool
    """A page outside office hours."""
    night: bool
    """A page at night."""
    chattering: bool
    flapping: bool
    fleeting: bool
    standing: bool
    in_flood: bool
    gate_delay_s: float | None
    """Of a firing that was held before it paged."""


class _Facts(NamedTuple):
    """What is known of all firings together."""

    incidents: Sequence[str]
    spans: Mapping[str, Spans]
    silenced: frozenset[Begun]
    marks: Mapping[str, Mark]
    reported: frozenset[int]
    chattering: set[int]
    flapping: set[int]
    floods: Mapping[str, Sequence[Flood]]
    zones: Mapping[str, ZoneInfo]
    settings: Settings
    now: float


def judge(
    firings: Iterable[Firing],
    stretches: Mapping[str, Sequence[Stretch]],
    settings: Settings,
    zones: Mapping[str, ZoneInfo],
    now: float,
) -> tuple[Judged, ...]:
    """Return every firing judged, in the order given; drills and reports without a firing are left out.

    `zones` are those of the teams (receivers), "" that of all others. Give the firings of the day before too:
    chattering, floods and marks reach over midnight.
    """
    kept = tuple(firing for firing in firings if firing.rule and not firing.drill)
    chattering, flapping = again(kept, settings.chattering_s, settings.flapping_s)
    spans = spans_of(kept, stretches, settings)
    facts = _Facts(
        incidents_of(kept),
        spans,
        silenced(kept, spans),
        _marks(kept),
        _reported(kept),
        chattering,
        flapping,
        floods(kept, settings),
        zones,
        settings,
        now,
    )
    return tuple(_judged(place, firing, facts) for place, firing in enumerate(kept))


def spoken_of(firing: Firing) -> str:
    """Return the id of the incident that people press buttons on; a firing that names none is one of its own."""
    return firing.incident or f"{firing.fingerprint}@{firing.started_at}"


def is_told(firing: Firing) -> bool:
    """Return whether people were told of it; one that joined what they knew already was not itself told."""
    return firing.notified_at is not None and firing.outcome is not Outcome.MERGE


def is_judged(firing: Firing) -> bool:
    """Return whether the SLOs can say what it was worth."""
    return bool(firing.slos) and Verdict.UNKNOWN not in [each.worst for each in firing.slos]


def _marks(firings: Sequence[Firing]) -> dict[str, Mark]:
    """Return what people said of incidents; where records of one incident disagree, somebody found it real."""
    marks: dict[str, Mark] = {}
    for firing in firings:
        if firing.mark is not None and marks.get(incident := spoken_of(firing)) is not Mark.REAL:
            marks[incident] = firing.mark
    return marks


def _reported(firings: Sequence[Firing]) -> frozenset[int]:
    """Return the places of the first firing of every incident that should have paged: it was pressed once."""
    first: dict[str, tuple[float, str, str, str, int]] = {}
    for place, firing in enumerate(firings):
        if firing.missed_report:
            incident = spoken_of(firing)
            here = (firing.started_at, firing.source, firing.rule, firing.fingerprint, place)
            first[incident] = min(here, first.get(incident, here))
    return frozenset(place for *_, place in first.values())


def _judged(place: int, firing: Firing, facts: _Facts) -> Judged:
    outcome, end = firing.outcome, _end(firing, facts.now)
    told, judged = is_told(firing), is_judged(firing)
    mark = facts.marks.get(spoken_of(firing)) if told and facts.marks else None
    acted = firing.acknowledged_at is not None or firing.guide_opened_at is not None or mark is Mark.REAL
    threat_at = _threat_at(firing, end, facts.spans)
    threatened = threat_at is not None
    page = told and outcome in PAGING
    off_hours, night = hours.disturbs(_told_at(firing), _zone(firing, facts)) if page else (False, False)
    chattering = place in facts.chattering
    quiet, would_be = outcome in QUIET, firing.would in QUIET
    missed = _misses(firing, end, facts) if quiet or would_be else ()
    return Judged(
        firing=firing,
        incident=facts.incidents[place],
        told=told,
        acted=acted,
        mark=mark,
        threatened=threatened,
        judged=judged,
        wolf=told and not threatened and (mark is Mark.WOLF or (judged and not acted)),
        caught=outcome is Outcome.DROP,
        ignored=told and not (judged or acted or mark) and firing.source not in _OWN,
        disputed=threatened and mark is Mark.WOLF,
        misses=missed if quiet else (),
        would_miss=bool(missed) and would_be,
        reported=place in facts.reported,
        page=page,
        off_hours=off_hours,
        night=night,
        chattering=chattering,
        flapping=place in facts.flapping,
        fleeting=not chattering and _fleeting(firing, facts.settings),
        standing=end - firing.started_at >= facts.settings.standing_s,
        in_flood=flooded(firing, facts.floods),
        gate_delay_s=_gate_delay_s(firing, threat_at) if page else None,
    )


def _end(firing: Firing, now: float) -> float:
    """A firing that fires still counts up to now."""
    return firing.ended_at if firing.ended_at is not None else max(now, firing.started_at)


def _told_at(firing: Firing) -> float:
    return firing.notified_at if firing.notified_at is not None else firing.started_at


def _zone(firing: Firing, facts: _Facts) -> ZoneInfo:
    return facts.zones.get(firing.receiver) or facts.zones.get("", _UTC)


def _threat_at(firing: Firing, end: float, known: Mapping[str, Spans]) -> float | None:
    """Return when the earliest threat began that overlaps a firing."""
    found = None
    for heard in firing.slos:
        spans = known.get(heard.slo)
        threat = spans.first(firing.started_at, end) if spans is not None else None
        if threat is not None and (found is None or threat.start < found):
            found = threat.start
    return found


def _misses(firing: Firing, end: float, facts: _Facts) -> tuple[Miss, ...]:
    """Return the threats that began after a quiet firing did, and at most 30 min after it was let go.

    One that is held still has not been let go yet: a threat that has begun meanwhile is one people do not know of.
    """
    until = end + facts.settings.miss_s
    found = []
    for slo in dict.fromkeys(each.slo for each in firing.slos):
        spans = facts.spans.get(slo)
        threat = spans.begun(firing.started_at, until) if spans is not None else None
        while spans is not None and threat is not None and (slo, threat.start) in facts.silenced:
            threat = spans.begun(threat.start, until)
        if threat is not None:
            found.append(_miss(firing, slo, threat.start))
    return tuple(found)


def _miss(firing: Firing, slo: str, at: float) -> Miss:
    return Miss(firing.source, firing.rule, firing.incident, slo, firing.started_at, firing.ended_at, at)


def _fleeting(firing: Firing, settings: Settings) -> bool:
    return firing.ended_at is not None and firing.ended_at - firing.started_at <= settings.fleeting_s


def _gate_delay_s(firing: Firing, threat_at: float | None) -> float | None:
    """Return notified_at − started_at − group_wait of a page that was held before.

    It was held before if it was forwarded for that reason, or if an SLO was first threatened after it had started, and
    people were told after that.
    """
    heard = [each.threatened_from for each in firing.slos if each.threatened_from is not None]
    threat_at = min(heard) if heard else threat_at
    until_threat = threat_at is not None and firing.started_at < threat_at <= _told_at(firing)
    if firing.reason != Reason.HELD_TOO_LONG and not (firing.reason == Reason.THREAT_PAGE and until_threat):
        return None
    return max(0.0, _told_at(firing) - firing.started_at - firing.group_wait_s)
