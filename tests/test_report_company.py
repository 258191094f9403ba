"""The planted month: all fifteen wolves are found, nobody else is accused, every rule's numbers are the planted ones.

What is compared with is counted while planting (tests/support/company_month), never computed from what was written.
"""

from statistics import median

import pytest

from router.noise.review import Counts, Remedy, Review, RuleReview
from tests.support.company_month import Month
from tests.support.company_month.company import TEAMS
from tests.support.company_month.days import WEEKS
from tests.support.company_month.reading import reviews, rule_of, the_month
from tests.support.company_month.truth import RuleWeek, Wolf

COUNTS = tuple(Counts.__dataclass_fields__)
KINDS = {"fleeting", "chattering", "namespace", "twin", "nightly"}


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


def summed(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in COUNTS}


def planted_sums(truth: RuleWeek) -> dict[str, int]:
    return {name: getattr(truth, name) for name in COUNTS}


def test_what_is_planted_is_what_was_promised(company: Month) -> None:
    """50 services, 200 rules, 12 SLOs, 30,000 firings, 15 wolves of five kinds, six threats, two misses, one gap."""
    truth = company.truth
    threats = [each for week in truth.slos.values() for each in week.threats]
    assert truth.firings == 30_000
    assert sum(each.announced for each in threats) == 6
    assert sum(each.gap for each in threats) == 1
    assert sum(len(each) for each in truth.misses.values()) == 2
    assert len(truth.wolves) == 15
    assert {wolf.kind for wolf in truth.wolves} == KINDS
    assert len({key[1] for key in truth.rules if key[1][0] != "slo"}) == 200
    assert all(sum(wolf.kind == kind for wolf in truth.wolves) == 3 for kind in KINDS)


@pytest.mark.parametrize("week", WEEKS)
def test_every_wolf_is_found_and_nobody_else_is_accused(company: Month, week: str) -> None:
    found = {(rule.source, rule.rule) for rule in reviews(company)[week][""].wolves}
    assert found == company.truth.accused[week]
    assert len(found) == 15


@pytest.mark.parametrize("week", WEEKS)
def test_a_team_s_review_accuses_its_own_wolves(company: Month, week: str) -> None:
    of_teams = [rule for team in TEAMS for rule in reviews(company)[week][team].wolves]
    assert {(rule.source, rule.rule) for rule in of_teams} == company.truth.accused[week]
    assert len(of_teams) == 15


@pytest.mark.parametrize("week", WEEKS)
def test_every_rule_has_the_planted_counts(company: Month, week: str) -> None:
    found = {(rule.source, rule.rule): summed(rule.counts) for rule in reviews(company)[week][""].rules}
    assert found == {key: planted_sums(each) for key, each in _rules(company, week).items()}


@pytest.mark.parametrize("week", WEEKS)
def test_every_rule_has_the_counts_of_the_week_before(company: Month, week: str) -> None:
    earlier = {} if week == WEEKS[0] else _rules(company, WEEKS[WEEKS.index(week) - 1])
    for rule in reviews(company)[week][""].rules:
        assert summed(rule.before) == planted_sums(earlier.get((rule.source, rule.rule), RuleWeek())), rule.rule


def _rules(company: Month, week: str) -> dict[tuple[str, str], RuleWeek]:
    return {key: each for (when, key), each in company.truth.rules.items() if when == week and each.firings}


def _told(rule: RuleReview) -> dict[str, object]:
    return {
        "outcomes": dict(rule.outcomes),
        "alerts": rule.alerts,
        "accusing": rule.accusing,
        "marked": (rule.marked_wolf, rule.marked_real, rule.disputed),
        "acknowledge": rule.time_to_acknowledge_s,
        "over": rule.over_before_acknowledged,
        "again": (rule.chattering, rule.flapping),
        "length": (rule.fleeting, rule.standing),
        "flood": rule.in_flood,
        "guide": rule.guide,
        "delay": (rule.gate_delay_median_s, rule.gate_delay_longest_s),
        "precision": rule.counts.precision,
        "share": rule.counts.acknowledged_share,
    }


def _planted(truth: RuleWeek) -> dict[str, object]:
    delays, waits = truth.gate_delays_s, truth.acknowledge_s
    return {
        "outcomes": dict(truth.outcomes),
        "alerts": len(truth.alerts),
        "accusing": truth.accusing,
        "marked": (len(truth.marked_wolf), len(truth.marked_real), truth.disputed),
        "acknowledge": median(waits) if waits else None,
        "over": truth.over_before_acknowledged,
        "again": (truth.chattering, truth.flapping),
        "length": (truth.fleeting, truth.standing),
        "flood": truth.in_flood,
        "guide": not truth.without_guide,
        "delay": (median(delays), max(delays)) if delays else (None, None),
        "precision": truth.threatened_judged / truth.judged if truth.judged else None,
        "share": truth.acknowledged / truth.told if truth.told else None,
    }


@pytest.mark.parametrize("week", WEEKS)
def test_every_rule_s_story_is_the_planted_one(company: Month, week: str) -> None:
    """Alerts, marks, times to acknowledge, chattering, floods, gate delays and the rest, of each of some 200 rules."""
    found = {(rule.source, rule.rule): _told(rule) for rule in reviews(company)[week][""].rules}
    meant = {key: _planted(each) for key, each in _rules(company, week).items()}
    assert {key: each for key, each in found.items() if each != meant[key]} == {}
    assert found.keys() == meant.keys()


def test_the_wolf_at_a_precision_of_exactly_a_tenth_is_one(company: Month) -> None:
    [rule] = [each for each in reviews(company)[WEEKS[0]][""].rules if each.rule == "CartErrorRateHigh"]
    assert (rule.counts.threatened_judged, rule.counts.judged) == (2, 20)
    assert rule.accused


@pytest.mark.parametrize(
    ("week", "rule", "wolves", "caught"),
    [
        pytest.param(0, "CouponsPodRestarting", 8, 0, id="two of ten were real"),
        pytest.param(0, "CouponsErrorRateHigh", 17, 0, id="two of nineteen were real"),
        pytest.param(0, "FrontpagePodRestarting", 6, 0, id="wolves in a flood only"),
        pytest.param(0, "FrontpageErrorRateHigh", 3, 0, id="the third one in a flood"),
        pytest.param(0, "CouponsQueueBacklog", 2, 0, id="called a wolf, but threatened"),
        pytest.param(0, "RankingQueueBacklog", 1, 0, id="called a wolf, but half of them were real"),
        pytest.param(0, "SuggestQueueBacklog", 0, 0, id="the twin that people act on"),
        pytest.param(1, "RankingErrorRateHigh", 0, 2, id="two more after the end of the week"),
        pytest.param(2, "RankingErrorRateHigh", 0, 2, id="two more before the week"),
        pytest.param(1, "SearchPodRestarting", 1, 1, id="two, and four in a drill"),
        pytest.param(3, "RankingDiskAlmostFull", 2, 0, id="two, and nine that were silenced"),
        pytest.param(2, "FrontpageQueueBacklog", 0, 2, id="two, and some while the SLO was blind"),
    ],
)
def test_what_looks_like_a_wolf_is_not_accused(company: Month, week: int, rule: str, wolves: int, caught: int) -> None:
    [found] = [each for each in reviews(company)[WEEKS[week]][""].rules if each.rule == rule]
    assert (found.counts.wolves, found.counts.caught_wolves, found.accused) == (wolves, caught, False)


@pytest.mark.parametrize("week", WEEKS)
def test_noise_that_no_slo_can_vouch_for_is_ignored_and_never_a_wolf(company: Month, week: str) -> None:
    unmapped = [rule for rule in reviews(company)[week]["platform"].rules if rule.counts.ignored]
    assert sum(rule.counts.ignored for rule in unmapped) == company.truth.sums[week, "platform"].ignored > 200
    assert not any(rule.accused or rule.counts.wolves for rule in unmapped)


def test_drills_count_nowhere(company: Month) -> None:
    firings = sum(reviews(company)[week][""].counts.firings for week in WEEKS)
    assert (firings, company.truth.drills) == (30_000, 31)


@pytest.mark.parametrize("week", WEEKS)
def test_each_wolf_s_first_proposal_is_the_right_one(company: Month, week: str) -> None:
    found = reviews(company)[week][""]
    wrong = {wolf.rule: _first(found, wolf) for wolf in company.truth.wolves if not _right(found, wolf)}
    assert wrong == {}


def _first(found: Review, wolf: Wolf) -> object:
    return rule_of(found, (wolf.source, wolf.rule)).proposals[:1]


def _right(found: Review, wolf: Wolf) -> bool:
    first = rule_of(found, (wolf.source, wolf.rule)).proposals[0]
    named = wolf.value in ("", first.value) or wolf.value.endswith(f"/{first.value}")
    return first.remedy in wolf.remedies and not first.dangerous and named


@pytest.mark.parametrize("week", WEEKS)
def test_no_rule_is_offered_a_dangerous_remedy_first(company: Month, week: str) -> None:
    first = [(rule.rule, rule.proposals[0]) for rule in reviews(company)[week][""].rules if rule.proposals]
    assert len(first) >= 15
    assert [name for name, proposal in first if proposal.dangerous] == []


def test_deleting_a_wolf_that_was_real_once_is_called_dangerous(company: Month) -> None:
    """A remedy that would have hidden a real firing is shown, if at all, as what it is."""
    for wolf in company.truth.wolves:
        for each in rule_of(reviews(company)[WEEKS[0]][""], (wolf.source, wolf.rule)).proposals:
            if wolf.kind != "nightly" and each.remedy in (Remedy.DELETE, Remedy.DEMOTE):
                assert each.dangerous, (wolf, each)
