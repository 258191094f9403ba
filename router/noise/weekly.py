"""A week's review, put together: every number that the report, the pages and the JSON API show. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from router.noise import trends
from router.noise.facts import Judged, judge
from router.noise.inputs import Inputs
from router.noise.pages import Paged, pager, pages
from router.noise.proposals import Around, proposals
from router.noise.proposals.known import is_vital
from router.noise.review import Miss, Point, Proposal, Reported, Review, SloReview, TeamReview, Threat
from router.noise.rules import by_rule, most_first, rule_reviews
from router.noise.slos import slo_reviews
from router.noise.sums import counts
from router.noise.teams import team_review
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, Firing, Report, RuleKey, Stretch, Team
from router.noise.weeks import Week

WANTED_MOST = 20
"""Rules that something is proposed for."""


@dataclass(frozen=True, slots=True)
class Part:
    """What started in one week, and the incidents that paged first in it: of one team, or of all."""

    judged: Sequence[Judged] = ()
    paged: Sequence[Paged] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the reviews of a week share, whichever the team: make it once for all of them. Team "" is all together."""

    inputs: Inputs
    this: Mapping[str, Part]
    before: Mapping[str, Part]
    slos: tuple[SloReview, ...]
    teams: tuple[TeamReview, ...]
    judged: tuple[Judged, ...]
    """Every firing, of days around these weeks too."""
    paged: tuple[Paged, ...]


def judgement(inputs: Inputs) -> Judgement:
    """Judge every firing; reports that stand among the firings (`rule` "") are put to the reports."""
    inputs = _sorted_out(inputs)
    judged = judge(inputs.firings, inputs.stretches, inputs.settings, inputs.zones, inputs.now)
    paged = pages(judged, inputs.stretches)
    this, before = (_parts(judged, paged, week) for week in (inputs.week, inputs.week.before()))
    return Judgement(
        inputs, this, before, slo_reviews(judged, inputs), _teams(judged, paged, this, inputs), judged, paged
    )


def review(inputs: Inputs, team: str = "", given: Judgement | None = None) -> Review:
    """Return the review of a week, without proposals; of all teams together, or of one team's firings only.

    `given` may be the judgement of the same firings, for all of their reviews; points and month are those of `inputs`.
    A team's SLOs are those that cover its firings of the week.
    """
    known = given or judgement(inputs)
    week = inputs.week
    this, before = known.this.get(team, Part()), known.before.get(team, Part())
    slos = _slos(known, this, team)
    rules, incidents = rule_reviews(this.judged, before.judged, inputs.settings), pager(this.paged)
    return Review(
        week=week.name,
        start=week.start,
        end=week.end,
        zone=week.zone.key,
        as_of=inputs.now,
        team=team,
        counts=counts(this.judged),
        before=counts(before.judged),
        pages=incidents.pages,
        wolf_pages=incidents.wolf_pages,
        pages_before=pager(before.paged).pages,
        wolf_pages_before=pager(before.paged).wolf_pages,
        rules=rules,
        slos=slos,
        teams=tuple(each for each in known.teams if team in ("", each.name)),
        misses=_misses(this.judged),
        reported=_reported(this.judged, known.inputs, slos if team else None),
        gaps=_threats(slos, lambda threat: threat.gap),
        silenced=_threats(slos, lambda threat: threat.silenced),
        postmortems=_threats(slos, lambda threat: threat.postmortem),
        quiet=trends.quiet(rules),
        weeks=trends.weeks(inputs.points, _point(week.before(), before), _point(week, this)),
        days=trends.days(week, this.judged, this.paged),
        month=inputs.month,
        shadow=trends.shadow(this.judged),
        reasons=most_first(each.firing.reason for each in this.judged),
        complete=any(inputs.stretches.values()),
    )


def wanted(found: Review) -> tuple[RuleKey, ...]:
    """Return the rules to propose something for: accused ones, then those that nobody can judge; 20 at most.

    Their whole recorded history is needed for that.
    """
    ignored = (rule for rule in found.rules if rule.counts.ignored and not rule.accused)
    most = sorted(ignored, key=lambda rule: -rule.counts.ignored)
    keys = [(rule.source, rule.rule) for rule in (*found.wolves, *most)]
    return tuple(key for key in keys if key[0] not in (SLO_SOURCE, NOTICE_SOURCE))[:WANTED_MOST]


def with_proposals(
    found: Review,
    inputs: Inputs,
    past: Mapping[RuleKey, Sequence[Firing]],
    past_stretches: Mapping[str, Sequence[Stretch]],
    given: Judgement | None = None,
) -> Review:
    """Return a review with what can be done about its worst rules (`wanted`).

    `past` is all that is recorded of each of these rules, `past_stretches` what the SLOs said meanwhile. `given` may be
    the judgement of the week's firings. A team's proposals know its firings only, unless another team's firings of the
    rule were real: a remedy changes the rule for everybody, and must not hide those without a word.
    """
    keys = wanted(found)
    if not keys:
        return found
    known = given or judgement(inputs)
    firings = [firing for key in keys for firing in past.get(key, ())]
    judged = judge(firings, past_stretches, inputs.settings, inputs.zones, inputs.now)
    every = _around("", known, judged, past_stretches)
    own = _around(found.team, known, judged, past_stretches) if found.team else every
    proposed = {key: _proposals(key, own, every, inputs) for key in keys}
    return replace(
        found, rules=tuple(replace(rule, proposals=proposed.get((rule.source, rule.rule), ())) for rule in found.rules)
    )


def _around(
    team: str, known: Judgement, past: Iterable[Judged], past_stretches: Mapping[str, Sequence[Stretch]]
) -> Around:
    return Around(
        week=by_rule(known.this.get(team, Part()).judged),
        past=by_rule(each for each in past if team in ("", each.firing.receiver)),
        slos=known.inputs.slos,
        stretches=past_stretches,
    )


def _proposals(key: RuleKey, own: Around, every: Around, inputs: Inputs) -> tuple[Proposal, ...]:
    if own is every:
        return proposals(key, every, inputs.settings)
    mine, all_of_it = (sum(is_vital(each) for each in around.history(key)) for around in (own, every))
    return proposals(key, own if mine == all_of_it else every, inputs.settings)


def _sorted_out(inputs: Inputs) -> Inputs:
    bare = [firing for firing in inputs.firings if not firing.rule and firing.missed_report and not firing.drill]
    return replace(inputs, reports=(*inputs.reports, *(_report(firing) for firing in bare))) if bare else inputs


def _report(firing: Firing) -> Report:
    return Report(firing.started_at, firing.acknowledged_by, firing.slos[0].slo if firing.slos else "")


def _parts(judged: Iterable[Judged], paged: Iterable[Paged], week: Week) -> dict[str, Part]:
    """Return a week of each team that fired or paged in it, and of all."""
    start, end = week.start, week.end
    firings = [each for each in judged if start <= each.firing.started_at < end]
    incidents = [page for page in paged if start <= page.at < end]
    by_team = _by_team(firings)
    pages_of: dict[str, list[Paged]] = defaultdict(list)
    for page in incidents:
        pages_of[page.team].append(page)
    teams = {team: Part(by_team.get(team, ()), pages_of.get(team, ())) for team in sorted({*by_team, *pages_of})}
    return {**teams, "": Part(firings, incidents)}


def _by_team(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        found[each.firing.receiver].append(each)
    return found


def _teams(
    judged: Iterable[Judged], paged: Sequence[Paged], this: Mapping[str, Part], inputs: Inputs
) -> tuple[TeamReview, ...]:
    """Return the reviews of the teams that fired or paged in the week."""
    by_team, zones = _by_team(judged), inputs.zones
    return tuple(
        team_review(Team(name, zones.get(name, zones[""])), counts(part.judged), by_team.get(name, ()), paged, inputs)
        for name, part in this.items()
        if name
    )


def _slos(known: Judgement, this: Part, team: str) -> tuple[SloReview, ...]:
    if not team:
        return known.slos
    covering = {heard.slo for each in this.judged for heard in each.firing.slos}
    return tuple(each for each in known.slos if each.id in covering)


def _misses(judged: Iterable[Judged]) -> tuple[Miss, ...]:
    """Return one miss for each firing that was one, with the SLO that was threatened first; in order of time."""
    found = [min(each.misses, key=lambda miss: (miss.threat_at, miss.slo)) for each in judged if each.misses]
    return tuple(sorted(found, key=lambda miss: (miss.threat_at, miss.started_at, miss.source, miss.rule)))


def _reported(judged: Iterable[Judged], inputs: Inputs, slos: Sequence[SloReview] | None) -> tuple[Reported, ...]:
    """Return what people say should have paged, in order of time.

    A report without a firing belongs to no team: each team whose SLO it names hears of it (`slos`; None: all do).
    """
    names = None if slos is None else {slo.id for slo in slos}
    found = [_of_firing(each.firing) for each in judged if each.reported]
    found += [
        Reported(report.at, report.by, "", report.slo, report.text)
        for report in inputs.reports
        if inputs.week.holds(report.at) and (names is None or report.slo in names)
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.rule, each.slo)))


def _of_firing(firing: Firing) -> Reported:
    return Reported(
        firing.started_at, "", firing.rule, firing.slos[0].slo if firing.slos else "", incident=firing.incident
    )


def _threats(slos: Iterable[SloReview], wanted: Callable[[Threat], bool]) -> tuple[Threat, ...]:
    """Return the threats of one sort of all SLOs, in order of time."""
    found = (threat for slo in slos for threat in slo.threats if wanted(threat))
    return tuple(sorted(found, key=lambda threat: (threat.start, threat.slo)))


def _point(week: Week, part: Part) -> Point:
    return trends.point(week.monday, part.judged, part.paged)
