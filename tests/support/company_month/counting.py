"""Adds one planted firing, or one finished incident, to the truth. It knows what was meant, not what was written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.support.company_month.company import TEAMS, Rule
from tests.support.company_month.days import DAY, END, WEEKS, day_at, night, off_hours, shift_of, week_at
from tests.support.company_month.roles import Role
from tests.support.company_month.truth import RuleWeek, TeamWeek, Truth

if TYPE_CHECKING:
    from tests.support.company_month.planting import Facts, Incident


def count_firing(truth: Truth, rule: Rule, record: dict[str, Any], role: Role, facts: "Facts") -> None:
    week = WEEKS[week_at(record["started_at"])]
    truth.firings += 1
    for sums in (truth.rules[week, rule.key], truth.sums[week, ""], truth.sums[week, rule.team]):
        _add(sums, rule, record, role, facts)
    day = truth.days[day_at(record["started_at"])]
    day["firings"] += 1
    day["wolves"] += role.wolf
    day["held"] += record["outcome"] == "hold"
    day["dropped"] += record["outcome"] == "drop"
    if rule.covers:
        slo = truth.slos[week, rule.covers[0].id]
        slo.misses += facts.missed
        slo.reported_misses += facts.reported
    if facts.flood:
        for team in ("", rule.team):
            truth.teams[week, team].flood_firings += 1


def _add(sums: RuleWeek, rule: Rule, record: dict[str, Any], role: Role, facts: "Facts") -> None:
    outcome = record["outcome"]
    sums.firings += 1
    sums.outcomes[outcome] += 1
    sums.alerts.add(record["fingerprint"])
    sums.held += outcome == "hold"
    sums.dropped += outcome == "drop"
    sums.merged += outcome == "merge"
    sums.suppressed += outcome == "suppress"
    sums.judged += role.judged
    sums.threatened += role.threatened
    sums.threatened_judged += role.judged and role.threatened
    sums.wolves += role.wolf
    sums.caught_wolves += role.caught
    sums.ignored += role.ignored
    sums.disputed += role.disputed
    sums.misses += facts.missed
    sums.reported_misses += facts.reported
    sums.accusing += (role.wolf or role.caught) and not facts.flood
    sums.in_flood += facts.flood
    sums.without_guide += not record["guide"]
    _add_length(sums, record, facts)
    if role.told:
        _add_told(sums, rule, record, role, facts)


def _add_length(sums: RuleWeek, record: dict[str, Any], facts: "Facts") -> None:
    # What fires still has lasted up to now, which is the end of the month.
    length = (record["ended_at"] or END) - record["started_at"]
    sums.chattering += facts.chattering
    sums.flapping += facts.flapping or facts.chattering
    sums.fleeting += length <= 60 and not facts.chattering
    sums.standing += length >= DAY


def _add_told(sums: RuleWeek, rule: Rule, record: dict[str, Any], role: Role, facts: "Facts") -> None:
    told_at, acknowledged_at, ended_at = record["notified_at"], record["acknowledged_at"], record["ended_at"]
    sums.told += 1
    sums.tickets += record["outcome"] == "ticket"
    if record["outcome"] in ("page", "forward"):
        sums.pages += 1
        sums.off_hours_pages += off_hours(told_at, TEAMS[rule.team])
        sums.night_pages += night(told_at, TEAMS[rule.team])
        if facts.held or record["reason"] == "held_too_long":
            sums.gate_delays_s.append(told_at - record["started_at"] - record["group_wait_s"])
    if acknowledged_at is not None:
        sums.acknowledged += 1
        sums.acknowledge_s.append(acknowledged_at - told_at)
    sums.over_before_acknowledged += ended_at is not None and (acknowledged_at is None or ended_at < acknowledged_at)
    if role.mark is not None:
        {"wolf": sums.marked_wolf, "real": sums.marked_real}[role.mark].add(record["incident"])


def count_incident(truth: Truth, incident: "Incident", week: str, zone: ZoneInfo) -> None:
    """One that paged; it is counted once, at its first telling."""
    assert incident.told_at is not None
    for sums in _sums(truth, incident, week):
        wolf = all(incident.wolves)
        sums.pages += 1
        sums.wolf_pages += wolf
        sums.off_hours += off_hours(incident.told_at, zone)
        sums.night += night(incident.told_at, zone)
        sums.night_wolves += wolf and night(incident.told_at, zone)
        sums.shifts[shift_of(incident.told_at, zone)] += 1
        sums.days[day_at(incident.told_at)] += 1
        if incident.acknowledged_at is not None:
            sums.acknowledge_s.append(incident.acknowledged_at - incident.told_at)
        if incident.over_at is not None and incident.over_at < 2**40:
            # Of a firing that was over before the message came nothing fires at its telling.
            sums.resolve_s.append(max(0, incident.over_at - incident.told_at))


def _sums(truth: Truth, incident: "Incident", week: str) -> Iterator[TeamWeek]:
    yield truth.teams[week, ""]
    yield truth.teams[week, incident.team]
