"""A week's review, put together: every number that the report, the pages and the JSON API show. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from router.gate import Outcome
from router.noise.facts import Judged, judge
from router.noise.inputs import Inputs
from router.noise.pages import Paged, pages
from router.noise.proposals import Around, proposals
from router.noise.review import Counts, Miss, Point, Quiet, Reported, Review, RuleReview, Shadow, SloReview, TeamReview
from router.noise.review import Threat as SloThreat
from router.noise.rules import by_rule, most_first, rule_reviews
from router.noise.slos import slo_reviews
from router.noise.sums import counts
from router.noise.teams import team_review
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, Firing, Report, RuleKey, Stretch, Team
from router.noise.weeks import Week, midnight

WEEKS = 8
"""Weeks of the trend, this one included."""
WANTED_MOST = 20
"""Rules to propose something for."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all reviews of a week share, whichever the team: it is made once."""

    inputs: Inputs
    judged: tuple[Judged, ...]
    paged: tuple[Paged, ...]
    slos: tuple[SloReview, ...]


def judgement(inputs: Inputs) -> Judgement:
    """Judge every firing; reports that stand among the firings (`rule` "") are put to the reports."""
    inputs = _sorted_out(inputs)
    judged = judge(inputs.firings, inputs.stretches, inputs.settings, inputs.zones, inputs.now)
    return Judgement(inputs, judged, pages(judged, inputs.stretches), slo_reviews(judged, inputs))


def _sorted_out(inputs: Inputs) -> Inputs:
    bare = [firing for firing in inputs.firings if not firing.rule and firing.missed_report and not firing.drill]
    if not bare:
        return inputs
    return replace(inputs, reports=(*inputs.reports, *(_report(firing) for firing in bare)))


def _report(firing: Firing) -> Report:
    return Report(firing.started_at, firing.acknowledged_by, firing.slos[0].slo if firing.slos else "")
