"""Mapping a rule to an SLO, so that the gate can judge it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from router.noise.facts import Judged
from router.noise.proposals.known import Candidate, Known, proposed
from router.noise.review import Effect, Remedy, Threat
from router.noise.spans import Spans
from router.noise.threats import threats
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, Mark, Settings, Stretch
from router.slo.verdict import Verdict

SERVICE = "service"
"""The label that says which service an alert is of."""


def map_to_slo(known: Known, settings: Settings) -> Candidate | None:
    """Return an SLO for a rule that none covers: one of the same service, where there is one (success before speed).

    Removed is what that SLO would have held to its end. It fits a rule that is told mostly without any SLO; as long as
    no person said what it is worth, nothing else is known of it, and this comes before everything.
    """
    bare = [each for each in known.week if not each.firing.slos]
    if not bare or known.key[0] in (SLO_SOURCE, NOTICE_SOURCE):
        return None
    slo = _of_its_service(known)
    said = _Said.of(slo, known.around.stretches.get(slo, ()), settings)
    week, history = (_effect(firings, said) for firings in (known.week, known.history))
    unjudged = len(bare) * 2 >= len(known.week) and not any(each.mark is Mark.WOLF for each in known.history)
    return Candidate(0 if unjudged else 7, proposed(known, Remedy.MAP, week, history, slo))


def _of_its_service(known: Known) -> str:
    """Return the SLO of the service that most of the week's firings are of, "" where there is none."""
    services = Counter(each.firing.labels[SERVICE] for each in known.week if each.firing.labels.get(SERVICE))
    for service in sorted(services, key=lambda name: (-services[name], name)):
        slos = [facts for facts in known.around.slos.values() if facts.service == service]
        if slos:
            return min(slos, key=lambda facts: (facts.latency, facts.id)).id
    return ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What an SLO said over the recorded history."""

    start: float
    end: float
    threats: Spans
    unknown: Spans

    @classmethod
    def of(cls, slo: str, recorded: Sequence[Stretch], settings: Settings) -> "_Said":
        unknown = [Threat(slo, each.start, each.end, "") for each in recorded if each.verdict is Verdict.UNKNOWN]
        start, end = (recorded[0].start, recorded[-1].end) if recorded else (inf, -inf)
        return cls(start, end, Spans(threats(slo, recorded, settings)), Spans(unknown))

    def knows(self, start: float, end: float) -> bool:
        """Return whether it could say all the time what a firing was worth."""
        return self.start <= start and end <= self.end and self.unknown.first(start, end) is None


def _effect(firings: Sequence[Judged], said: _Said) -> Effect:
    """What the SLO could not judge stays as it was; what it had threatened is told when that begins."""
    removed, delays = [], []
    for each in firings:
        start, end = each.firing.started_at, each.firing.ended_at
        if each.firing.slos or end is None or not said.knows(start, end):
            continue
        threat = said.threats.first(start, end)
        if threat is None:
            removed.append(each)
        elif each.told and threat.start > start:
            delays.append(threat.start - start)
    return Effect(
        firings=len(firings),
        removed=len(removed),
        removed_told=sum(each.told for each in removed),
        missed=sum(each.mark is Mark.REAL or each.firing.missed_report for each in removed),
        delayed=len(delays),
        delay_s=max(delays, default=0.0),
    )
