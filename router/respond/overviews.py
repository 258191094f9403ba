"""Everything that stands, gathered for `/slo status`, `/slo held` and the app's home."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from router.gate import Outcome
from router.incident import Incident, Phase, SloFacts
from router.incident.life import Stage
from router.incident.view import slo_facts
from router.mute import Silence, SilenceState
from router.respond.links import link_of
from router.respond.parts import Parts
from router.slack.dialogue.shown import HeldShown, IncidentShown, Overview
from router.slack.values import Target
from router.slo.objective import Objective
from router.slo.verdict import Assessment, Memory, Verdict, assess, loudness

INCIDENTS_MOST = 1_000
SLOS_SHOWN = 8
INCIDENTS_SHOWN = 20
HELD_SHOWN = 40
_OVER = (Stage.RESOLVED, Stage.ENDED)


class Overviews:
    """Gathers overviews; every call may raise UnavailableError."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def gather(self) -> Overview:
        """Return how everything stands now."""
        now, config = self._parts.clock.now(), self._parts.config()
        slos = await self._slos(config.objectives, now)
        incidents = await self._parts.board.incidents(INCIDENTS_MOST)
        opened = [self._incident(each) for each in incidents if is_open(each)]
        held = held_in(incidents)
        audit = await self._parts.board.audit(now)
        silences = standing_silences(await self._parts.silencing.list(), now)
        return Overview(
            now=now,
            timezone=config.timezone.key,
            slos=tuple(slos[:SLOS_SHOWN]),
            slos_total=len(slos),
            slos_threatened=sum(each.assessment.verdict in _THREATS for each in slos),
            incidents=tuple(sorted(opened, key=_urgency)[:INCIDENTS_SHOWN]),
            incidents_total=len(opened),
            held=tuple(held[:HELD_SHOWN]),
            held_kinds=len(held),
            held_alerts=max(audit.held, sum(each.alerts for each in held)),
            silences=silences,
            silences_total=len(silences),
        )

    async def _slos(self, objectives: Mapping[str, Objective], now: float) -> list[SloFacts]:
        """Return every SLO judged by its newest snapshot, the worst first."""
        watched = await self._parts.slos.load(objectives)
        judged = [
            assess(each, watched[name].snapshot, now, watched[name].memory)
            if name in watched
            else assess(each, None, now, Memory())
            for name, each in objectives.items()
        ]
        facts = (slo_facts(each, objectives) for each in sorted(judged, key=_worst_first))
        return [each for each in facts if each is not None]

    def _incident(self, incident: Incident) -> IncidentShown:
        handling, told = incident.handling, incident.told
        return IncidentShown(
            target=Target(incident.key, incident.id),
            title=title_of(incident, self._parts.config().objectives),
            phase=told.phase,
            outcome=told.outcome if told.phase is not None else _loudest(incident),
            since=told.at if told.at is not None else incident.opened_at,
            url=link_of(incident, self._parts.team_url()),
            owner=handling.owner,
            snoozed_until=handling.snooze.until if handling.snooze is not None else None,
            guide=incident.lead.guide.url if incident.lead.guide is not None else "",
        )


_THREATS = (Verdict.THREAT_PAGE, Verdict.THREAT_TICKET)


def _worst_first(judged: Assessment) -> tuple[tuple[int, float], float]:
    left = judged.budget_remaining
    return loudness(judged), left if left is not None else inf


def _loudest(incident: Incident) -> Outcome | None:
    outcomes = [each.outcome for each in incident.mind.loud.values()]
    return min(outcomes, key=tuple(Outcome).index, default=None)


def is_open(incident: Incident) -> bool:
    """Return whether people know of it, or are about to, and it is not over."""
    known = incident.told.phase is not None or incident.stage is Stage.WAITING
    return known and incident.told.phase is not Phase.RESOLVED and incident.stage not in _OVER


def title_of(incident: Incident, objectives: Mapping[str, Objective]) -> str:
    """Return what an incident is called in a list: by its SLO, else by what the alert says."""
    objective = objectives.get(incident.group.get("slo", ""))
    if objective is not None:
        return objective.title or objective.id
    return incident.lead.summary or incident.lead.rule or incident.id


def _urgency(shown: IncidentShown) -> tuple[bool, int, float]:
    """What nobody has comes first, then pages, then the oldest."""
    order = tuple(Outcome)
    rank = order.index(shown.outcome) if shown.outcome is not None else len(order)
    return not shown.needs_somebody, rank, shown.since


def held_in(incidents: Iterable[Incident]) -> list[HeldShown]:
    """Return what is held and still fires, by rule and incident, the newest first."""
    found = [
        HeldShown(kind.rule, kind.where, kind.firing, kind.first_at, incident.id)
        for incident in incidents
        if incident.stage is Stage.WATCHING and not _is_quiet(incident)
        for kind in incident.kinds
        if kind.firing
    ]
    return sorted(found, key=lambda each: -each.since)


def _is_quiet(incident: Incident) -> bool:
    """Return whether silences or inhibition keep everything of it quiet: that says nothing about its SLOs."""
    firing = [state for state in incident.classes.values() if state.firing]
    return bool(firing) and all(state.alert_class.muted is not None for state in firing)


def standing_silences(silences: Sequence[Silence], now: float) -> tuple[Silence, ...]:
    """Return the silences that are not over, the one that ends first first."""
    return tuple(
        sorted(
            (each for each in silences if each.state(now) is not SilenceState.EXPIRED), key=lambda each: each.ends_at
        )
    )
