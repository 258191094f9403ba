"""Plants firings and counts, as it plants, what is true of them.

Each firing is planted in a `Role` that says beforehand what it is (told? judged? a wolf?). Free places are chosen so
that nothing unplanned can come of them: no flood, no flapping, no miss, no threat, nothing on the edge of a definition.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.support.company_month.company import GROUP_WAIT_S, SLOS, TEAMS, Rule
from tests.support.company_month.counting import count_firing, count_incident
from tests.support.company_month.days import BASE, END, HOUR, MINUTE, WEEK, WEEKS, day_at, week_at, written
from tests.support.company_month.roles import Role
from tests.support.company_month.schedule import said, watches, zones
from tests.support.company_month.truth import Truth

BIN = 600
CROWD = 9
"""No more unplanned firings of a team in ten minutes: a flood needs more than ten."""
APART = HOUR + 120
"""Between two plantings of one alert: never three starts within an hour by accident."""


@dataclass
class Incident:
    """What one Slack message stood for, as its truth is counted once it is complete."""

    id: str
    team: str
    told_at: int | None = None
    paging: bool = False
    wolves: list[bool] = field(default_factory=list)
    """For every told firing, whether it is a wolf."""
    acknowledged_at: int | None = None
    over_at: int | None = None
    """When none of its alerts fires any more, nor a page-tier threat lasts; None: still open."""


@dataclass(frozen=True)
class Facts:
    """What the planter knows of one firing besides its role."""

    flood: bool = False
    chattering: bool = False
    flapping: bool = False
    reported: bool = False
    missed: bool = False
    held: bool = False
    """It was held until the threat began (besides what was held too long, which its reason says)."""
    threat_until: int = 0
    """End of the page-tier threat it belongs to."""
    namespace: str = "main"
    instance: str = ""
    """Another rule's instance, for twins; else the alert's own."""
    reason: str = ""
    """Instead of the role's."""
    told_after: int | None = None
    ack_after: int | None = None
    drill: bool = False


NO_FACTS = Facts()


class Planter:
    """The ledger of what stands where, the records, and the truth."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.truth = Truth()
        self.records: list[dict[str, Any]] = []
        self.incidents: list[Incident] = []
        self.bins: Counter[tuple[str, int]] = Counter()
        self.closed: set[tuple[str, int]] = set()
        """Ten minutes of a team in which nothing unplanned may start."""
        self._zones = {slo.number: tuple(zones(slo.number)) for slo in SLOS}
        self._blocks: dict[str, list[tuple[int, int]]] = defaultdict(list)

    # Places

    def free(self, rule: Rule, week: int, length: int, *, watch: bool = False, starts: tuple[int, ...] = (0,)) -> int:
        """Return a start for a firing (or for several, `starts` after it) of a week, with none of it on any edge."""
        for _ in range(20_000):
            start = self._somewhere(rule, week, watch=watch)
            if self.fits(rule, start, length, starts):
                return start
        raise AssertionError(f"no place is left for {rule.name}")

    def alert(self, rule: Rule, start: int, length: int) -> str | None:
        """Return an alert (fingerprint) of the rule that is free then, None if there is none."""
        prints = list(rule.fingerprints)
        self.random.shuffle(prints)
        return next((one for one in prints if self.alert_is_free(one, start, length)), None)

    def alert_is_free(self, alert: str, start: int, length: int) -> bool:
        """Return whether an alert neither fires then nor shortly before or after."""
        return all(start > last + APART or start + length < first - APART for first, last in self._blocks[alert])

    def _somewhere(self, rule: Rule, week: int, *, watch: bool) -> int:
        begin = BASE + week * WEEK
        minutes = self.random.randrange(120, (WEEK - 8 * HOUR) // MINUTE)
        start = begin + minutes * MINUTE + self.random.randint(7, 35)
        if watch:
            hour = start - start % HOUR
            start = hour + self.random.randint(1, 28) * MINUTE + start % MINUTE
            return start if watches(rule.covers[0].number, hour) else self._somewhere(rule, week, watch=True)
        return start

    def fits(self, rule: Rule, start: int, length: int, starts: tuple[int, ...] = (0,)) -> bool:
        """Return whether nothing unplanned would come of a firing there."""
        end = start + length
        if any(start <= b and end >= a for slo in rule.covers for a, b in self._zones[slo.number]):
            return False
        if day_at(start) != day_at(start + 1_200):
            return False
        wanted = Counter((rule.team, (start + offset) // BIN) for offset in starts)
        return all(place not in self.closed and self.bins[place] + count <= CROWD for place, count in wanted.items())

    # Planting

    def incident(self, rule: Rule) -> Incident:
        number = 1_000 + len(self.incidents)
        self.incidents.append(Incident(f"E-{number}", rule.team))
        return self.incidents[-1]

    def plant(
        self,
        rule: Rule,
        alert: str,
        start: int,
        length: int | None,
        role: Role,
        facts: Facts = NO_FACTS,
        incident: Incident | None = None,
    ) -> Incident:
        """Write one firing down and count it; `length` None: it fires still. Returns its incident."""
        incident = incident or self.incident(rule)
        end = None if length is None else start + length
        if end is not None and end % MINUTE == 0:
            end += 1
        self._blocks[alert].append((start, end or start + WEEK))
        outcome, reason, would = role.in_week(week_at(start))
        told_at = self._told_at(start, role, reason, facts, incident)
        record = {
            **self._body(rule, alert, facts),
            "started_at": start,
            "ended_at": end,
            "outcome": outcome,
            "reason": facts.reason or reason,
            "would": would,
            "incident": incident.id,
            "notified_at": told_at,
            **self._deeds(role, facts, told_at, incident),
            "missed_report": facts.reported,
            "slos": self._said(rule, start, end, role),
        }
        self.records.append(record)
        if facts.drill:
            self.truth.drills += 1
            return incident
        self.bins[rule.team, start // BIN] += 1
        count_firing(self.truth, rule, record, role, facts)
        self._follow(incident, record, role, facts)
        return incident

    def _told_at(self, start: int, role: Role, reason: str, facts: Facts, incident: Incident) -> int | None:
        if not role.told:
            return None
        if facts.told_after is not None:
            return start + facts.told_after
        if incident.told_at is not None:
            return incident.told_at
        return start + GROUP_WAIT_S + (900 if reason == "held_too_long" else 0)

    def _body(self, rule: Rule, alert: str, facts: Facts) -> dict[str, Any]:
        labels = {
            "alertname": rule.name,
            "service": rule.service,
            "team": rule.team,
            "namespace": facts.namespace,
            "instance": facts.instance or f"{rule.service}-{alert[3:]}",
        }
        if facts.drill:
            labels["drill"] = "true"
        # Some alerts of a rule without a guide bring their own all the same.
        has_guide = rule.guide or int(alert[-1], 16) % 2 == 0
        guide = {"runbook_url": f"https://guides.example.com/{rule.service}"} if has_guide else {}
        return {
            "source": rule.source,
            "rule": rule.name,
            "fingerprint": alert,
            "labels": labels,
            "annotations": {"summary": f"{rule.name} of {rule.service}", **guide},
            "receiver": rule.team,
            "group_wait_s": GROUP_WAIT_S,
            "guide": bool(guide),
        }

    def _deeds(self, role: Role, facts: Facts, told_at: int | None, incident: Incident) -> dict[str, Any]:
        acknowledged_at = guide_at = None
        if told_at is not None and role.acknowledged:
            after = facts.ack_after if facts.ack_after is not None else self.random.randint(20, 1_500)
            acknowledged_at = incident.acknowledged_at or told_at + after
        if told_at is not None and role.guide_opened:
            guide_at = told_at + self.random.randint(15, 600)
        return {
            "acknowledged_at": acknowledged_at,
            "acknowledged_by": self.random.choice(("Sato", "Suzuki", "Meyer", "Jones")) if acknowledged_at else None,
            "guide_opened_at": guide_at,
            "human_verdict": role.mark,
            "wolf_reason": self.random.choice(("not_actionable", "threshold", "duplicate"))
            if role.mark == "wolf"
            else None,
        }

    def _said(self, rule: Rule, start: int, end: int | None, role: Role) -> list[dict[str, Any]]:
        until = end if end is not None else END
        found = []
        for slo in rule.covers:
            heard = said(slo, start, until)
            found.append(
                {
                    "id": slo.id,
                    "worst_verdict": heard.worst,
                    "threatened_from": written(heard.threatened_from),
                    "threatened_to": written(heard.threatened_to),
                }
            )
        return found

    def _follow(self, incident: Incident, record: dict[str, Any], role: Role, facts: Facts) -> None:
        if role.told:
            if incident.told_at is None:
                incident.told_at = record["notified_at"]
                incident.paging = record["outcome"] in ("page", "forward")
            incident.wolves.append(role.wolf)
            incident.acknowledged_at = record["acknowledged_at"] or incident.acknowledged_at
        end = record["ended_at"]
        if end is None:
            incident.over_at = 2**40
        else:
            incident.over_at = max(incident.over_at or 0, end, facts.threat_until)

    def finish(self) -> None:
        """Count the incidents, now that all their firings are planted."""
        for incident in self.incidents:
            if incident.paging and incident.told_at is not None:
                count_incident(self.truth, incident, WEEKS[week_at(incident.told_at)], TEAMS[incident.team])
