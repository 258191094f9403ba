"""Threats during which every alert was kept quiet: neither misses nor gaps, listed apart (ruling 3). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from router.gate import Outcome
from router.noise.spans import Spans
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, Firing

NO_ALERT = (SLO_SOURCE, NOTICE_SOURCE)
Begun = tuple[str, float]
"""An SLO, and when a threat of it began."""


def silenced(firings: Sequence[Firing], spans: Mapping[str, Spans]) -> frozenset[Begun]:
    """Return the threats that some alert's firing overlapped, all of whose firings were suppressed."""
    suppressed = [firing for firing in firings if firing.outcome is Outcome.SUPPRESS]
    met = {begun for firing in suppressed for begun in _met(firing, spans, firing_slos(firing))}
    if not met:
        return frozenset()
    slos = {slo for slo, _ in met}
    for firing in firings:
        if firing.outcome is not Outcome.SUPPRESS and firing.source not in NO_ALERT:
            covering = [heard.slo for heard in firing.slos if heard.slo in slos]
            if covering and (known := _met(firing, spans, covering)):
                met.difference_update(known)
    return frozenset(met)


def firing_slos(firing: Firing) -> tuple[str, ...]:
    """Return the SLOs that cover an alert; none for what an SLO or the router says itself."""
    return () if firing.source in NO_ALERT else tuple(heard.slo for heard in firing.slos)


def _met(firing: Firing, spans: Mapping[str, Spans], slos: Iterable[str]) -> list[Begun]:
    """Return the threats of these SLOs that a firing overlapped; one that fires still overlaps all later ones."""
    start, end = firing.started_at, inf if firing.ended_at is None else firing.ended_at
    found: list[Begun] = []
    for slo in slos:
        known = spans.get(slo)
        if known is not None and known.first(start, end) is not None:
            found += [(slo, threat.start) for threat in known.all(start, end)]
    return found
