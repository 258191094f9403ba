"""The tables of the weekly review: what lies behind its sentences, row by row."""

from collections.abc import Sequence

from router.noise.review import Miss, Month, Quiet, Reported, Review, RuleReview, TeamReview, Threat
from router.report import words
from router.report.words.language import NOTHING
from router.web.pages.hand import Hand
from router.web.pages.tables import Cell, Head, Table

RANKED = 10
"""So many rules stand in the table of the review; the ranking has all."""


def compared(review: Review, hand: Hand) -> Table:
    """Return the week beside the one before, number by number."""
    now, then = review.counts, review.before
    counted = [
        ("pages_column", review.pages, review.pages_before),
        ("wolf_pages", review.wolf_pages, review.wolf_pages_before),
        *((name, getattr(now, field), getattr(then, field)) for name, field in _COUNTED),
    ]
    shared = [(name, getattr(now, field), getattr(then, field)) for name, field in _SHARED]
    rows = [(Cell(hand.texts[name]), hand.count(a), hand.count(b), hand.change(a, b)) for name, a, b in counted]
    rows += [(Cell(hand.texts[name]), hand.share(a), hand.share(b), hand.points(a, b)) for name, a, b in shared]
    heads = hand.heads("measure", "this_week", "week_before", "change", numbers=("this_week", "week_before", "change"))
    return Table(hand.texts["compared"], heads, tuple(rows), "compared")


_COUNTED = (
    ("firings", "firings"), ("told", "told"), ("wolves_column", "wolves"), ("caught", "caught_wolves"),
    ("held", "held"), ("dropped", "dropped"), ("off_hours", "off_hours_pages"), ("night", "night_pages"),
)  # fmt: skip
_SHARED = (("rate", "wolf_share"), ("precision", "precision"), ("acknowledged", "acknowledged_share"))


def misses(found: Sequence[Miss], hand: Hand) -> tuple[Table, ...]:
    """Return the firings that were held or dropped shortly before their SLO was threatened."""
    heads = hand.heads("rule", "slo", "began", "let_go", "threatened_at", "incident")
    return _table("misses", heads, [_miss(each, hand) for each in found], hand)


def _miss(each: Miss, hand: Hand) -> tuple[Cell, ...]:
    times = (hand.time(each.started_at), hand.time(each.let_go_at), hand.time(each.threat_at))
    return (hand.rule(each.source, each.rule), hand.slo(each.slo), *times, hand.name(each.incident))


def reported(found: Sequence[Reported], hand: Hand) -> tuple[Table, ...]:
    """Return the pages that people say should have come."""
    heads = hand.heads("when", "rule", "slo", "said_by", "said", "incident")
    rows = [
        (
            hand.time(each.at),
            hand.name(each.rule),
            hand.slo(each.slo),
            *(hand.name(text) for text in (each.by, each.text, each.incident)),
        )
        for each in found
    ]
    return _table("reported", heads, rows, hand)


def threats(name: str, found: Sequence[Threat], hand: Hand) -> tuple[Table, ...]:
    """Return threats of SLOs under the label `name`."""
    heads = hand.heads("slo", "began", "lasted", "cost", "incident", "rule", numbers=("lasted", "cost"))
    return _table(name, heads, [_threat(each, hand) for each in found], hand)


def _threat(each: Threat, hand: Hand) -> tuple[Cell, ...]:
    lasted = Cell(hand.words.say("lasting")) if each.end is None else hand.lasts(each.end - each.start)
    named = (hand.names(each.incidents), hand.names(each.rules))
    return (hand.slo(each.slo), hand.time(each.start), lasted, hand.share(each.cost), *named)


def rules(name: str, found: Sequence[RuleReview], hand: Hand) -> tuple[Table, ...]:
    """Return rules with their first proposal, under the label `name`."""
    numbers = ("told", "wolves_column", "caught", "rate", "precision", "week_before")
    heads = hand.heads("rule", *numbers, "owner", "proposal", numbers=numbers)
    rows = [
        (
            hand.rule(rule.source, rule.rule),
            hand.count(rule.counts.told),
            hand.count(rule.counts.wolves),
            hand.count(rule.counts.caught_wolves),
            hand.share(rule.counts.wolf_share),
            hand.share(rule.counts.precision),
            hand.count(rule.before.wolves),
            hand.names(rule.teams),
            proposal(rule, hand),
        )
        for rule in found[:RANKED]
    ]
    return _table(name, heads, rows, hand)


def proposal(rule: RuleReview, hand: Hand) -> Cell:
    """Return what to do about a rule in a few words: as in every other table of rules."""
    if not rule.accused and not rule.proposals:
        return Cell(NOTHING)
    return Cell(words.row(rule, hand.words.locale)[-1])


def slos(review: Review, hand: Hand) -> tuple[Table, ...]:
    """Return the SLOs: what is left of their budgets, how long they were blind, what was announced."""
    numbers = ("target", "budget_start", "budget_end", "blind", "unmeasured", "threats", "recall", "lead", "missed")
    heads = hand.heads("slo", "journey", *numbers, numbers=numbers)
    rows = [
        (
            hand.slo(slo.id),
            hand.name(slo.cuj),
            hand.target(slo.target),
            hand.share(slo.budget_start),
            hand.share(slo.budget_end),
            hand.lasts(slo.unknown_s),
            hand.lasts(slo.unmeasured_s),
            hand.count(len(slo.threats)),
            hand.share(slo.recall),
            hand.ahead(slo.lead_median_s),
            hand.count(slo.misses + slo.reported_misses),
        )
        for slo in review.slos
    ]
    return _table("budgets", heads, rows, hand)


def teams(found: Sequence[TeamReview], hand: Hand) -> tuple[Table, ...]:
    """Return the teams: pages, nights, shifts, times."""
    counted = ("pages_column", "week_before", "wolf_pages", "off_hours", "night", "night_wolves")
    numbers = (*counted, "heavy_shifts", "time_to_acknowledge", "time_to_resolve", "floods")
    heads = hand.heads("team", *numbers, numbers=numbers)
    return _table("team_pages", heads, [_team(each, hand) for each in found], hand)


def _team(team: TeamReview, hand: Hand) -> tuple[Cell, ...]:
    heavy = hand.texts["shifts"].format(heavy=len(team.heavy_shifts), all=team.shifts)
    counted = (team.pages, team.pages_before, team.wolf_pages, team.off_hours, team.night, team.night_wolves)
    return (
        hand.name(team.name, hand.asked.url("/review", team=team.name)),
        *(hand.count(number) for number in counted),
        Cell(heavy, number=True),
        hand.lasts(team.time_to_acknowledge_s),
        hand.lasts(team.time_to_resolve_s),
        hand.count(team.floods),
    )


def quiet(found: Sequence[Quiet], hand: Hand) -> tuple[Table, ...]:
    """Return what was held and dropped, by rule."""
    heads = hand.heads("rule", "dropped", "held", "week_before", numbers=("dropped", "held", "week_before"))
    rows = [
        (
            hand.rule(each.source, each.rule),
            hand.count(each.dropped),
            hand.count(each.held),
            hand.count(each.before),
        )
        for each in found
    ]
    return _table("held_and_dropped", heads, rows, hand)


def month(found: Month, hand: Hand) -> tuple[Table, ...]:
    """Return the month's SLOs."""
    numbers = ("target", "good", "error_rate", "counted")
    heads = hand.heads("slo", "journey", *numbers, numbers=numbers)
    rows = [
        (
            hand.name(slo.title or slo.id),
            hand.name(slo.cuj),
            hand.target(slo.target),
            hand.share(slo.good),
            hand.share(slo.error_rate),
            Cell(NOTHING if slo.events is None else f"{slo.events:,.0f}", number=True),
        )
        for slo in found.slos
    ]
    return _table("month_slos", heads, rows, hand)


def _table(name: str, heads: tuple[Head, ...], rows: Sequence[tuple[Cell, ...]], hand: Hand) -> tuple[Table, ...]:
    """Return the table, or none where it would be empty."""
    return (Table(hand.texts[name], heads, tuple(rows), name),) if rows else ()
