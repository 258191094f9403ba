"""One rule: its week in numbers, what can be done about it, and every firing of it."""

from collections.abc import Mapping

from router.noise.review import Effect, Review, RuleReview
from router.noise.values import Firing, RuleKey
from router.report import words
from router.report.words.language import NOTHING, local_time, named
from router.slack.escape import safe_url
from router.web.pages.firings import Turned
from router.web.pages.hand import Hand
from router.web.pages.review_page import items
from router.web.pages.tables import Cell, Item, Section, Table

LONGEST_LABELS = 600
_COUNTED = (
    ("firings", "firings"), ("told", "told"), ("pages_column", "pages"), ("tickets", "tickets"), ("held", "held"),
    ("dropped", "dropped"), ("wolves_column", "wolves"), ("caught", "caught_wolves"), ("off_hours", "off_hours_pages"),
    ("night", "night_pages"),
)  # fmt: skip
_OWN = (
    ("alerts", "alerts"), ("chattering", "chattering"), ("flapping", "flapping"), ("fleeting", "fleeting"),
    ("standing", "standing"), ("in_flood", "in_flood"), ("over_before", "over_before_acknowledged"),
    ("marked_wolf", "marked_wolf"), ("marked_real", "marked_real"), ("disputed", "disputed"),
)  # fmt: skip
_SHARED = (("rate", "wolf_share"), ("precision", "precision"), ("acknowledged", "acknowledged_share"))


def sections(review: Review | None, key: RuleKey, turned: Turned, hand: Hand) -> tuple[Section, ...]:
    """Return what the week's review says of a rule, where it fired in it, and its firings."""
    rule = next((each for each in review.rules if (each.source, each.rule) == key), None) if review else None
    own = _own(rule, hand) if rule is not None else (_silent(hand),)
    return (*own, _firings(turned, hand))


def _own(rule: RuleReview, hand: Hand) -> tuple[Section, ...]:
    lines = words.rule_lines(rule, hand.words.locale, hand.zone)
    tables = (
        _counts(rule, hand),
        _kinds(rule, hand),
        *_counted("outcomes", rule.outcomes, hand),
        *_counted("reasons", rule.reasons, hand),
    )
    marks = _counted("wolf_reasons", rule.wolf_reasons, hand)
    return (
        Section("counts", hand.texts["counts"], items(lines[:1], hand), (), (*tables, *marks)),
        *([Section("proposals", hand.texts["proposals"], _proposals(rule, hand), (), (_effects(rule, hand),))]
          if rule.proposals else []),
    )  # fmt: skip


def _silent(hand: Hand) -> Section:
    return Section("counts", hand.texts["counts"], (Item(hand.texts["not_this_week"]),))


def _counts(rule: RuleReview, hand: Hand) -> Table:
    """The week beside the one before."""
    now, then = rule.counts, rule.before
    rows = [
        (Cell(hand.texts[name]), hand.count(getattr(now, field)), hand.count(getattr(then, field)))
        for name, field in _COUNTED
    ]
    rows += [
        (Cell(hand.texts[name]), hand.share(getattr(now, field)), hand.share(getattr(then, field)))
        for name, field in _SHARED
    ]
    heads = hand.heads("measure", "this_week", "week_before", numbers=("this_week", "week_before"))
    return Table(hand.texts["compared"], heads, tuple(rows), "numbers")


def _kinds(rule: RuleReview, hand: Hand) -> Table:
    """What the review says of the week only."""
    rows = [(Cell(hand.texts[name]), hand.count(getattr(rule, field))) for name, field in _OWN]
    delays = " / ".join(hand.words.lasts(each) for each in (rule.gate_delay_median_s, rule.gate_delay_longest_s))
    rows += [
        (Cell(hand.texts["time_to_acknowledge"]), hand.lasts(rule.time_to_acknowledge_s)),
        (Cell(hand.texts["duration"]), hand.lasts(rule.duration_median_s)),
        (Cell(hand.texts["gate_delay"]), Cell(delays, number=True)),
        (Cell(hand.texts["guide"]), Cell(hand.texts["has_guide" if rule.guide else "no_guide"], number=True)),
    ]
    heads = hand.heads("measure", "this_week", numbers=("this_week",))
    return Table(hand.texts["durations"], heads, tuple(rows), "kinds")


def _counted(name: str, counted: Mapping[str, int], hand: Hand) -> tuple[Table, ...]:
    """Return how often each of some codes came, most first."""
    if not counted:
        return ()
    rows = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    heads = hand.heads(name, "count", numbers=("count",))
    said = hand.reason if name == "reasons" else hand.code
    return (Table(hand.texts[name], heads, tuple((said(code), hand.count(n)) for code, n in rows), name),)


def _proposals(rule: RuleReview, hand: Hand) -> tuple[Item, ...]:
    return tuple(Item(words.proposed(each, hand.words.locale, hand.zone)) for each in rule.proposals)


def _effects(rule: RuleReview, hand: Hand) -> Table:
    """Every number of the counterfactuals, over the week and over everything recorded."""
    numbers = ("firings", "removed", "removed_told", "missed_real", "delayed", "delay")
    heads = hand.heads("remedy", "span", *numbers, numbers=numbers)
    rows = []
    for each in rule.proposals:
        since = hand.words.day(local_time(each.since, hand.zone).date())
        remedy = Cell(words.remedy(each, hand.words.locale))
        rows.append((remedy, Cell(hand.texts["in_week"]), *_effect(each.week, hand)))
        rows.append((remedy, Cell(hand.texts["in_history"].format(since=since)), *_effect(each.history, hand)))
    return Table(hand.texts["effects"], heads, tuple(rows), "effects")


def _effect(effect: Effect, hand: Hand) -> tuple[Cell, ...]:
    counted = (effect.firings, effect.removed, effect.removed_told, effect.missed, effect.delayed)
    return (*(hand.count(number) for number in counted), hand.lasts(effect.delay_s if effect.delayed else None))


def _firings(turned: Turned, hand: Hand) -> Section:
    title = hand.texts["every_firing"]
    if not turned.firings:
        return Section("firings", title, (Item(hand.texts["no_firings"]),))
    heads = hand.heads("began", "outcome", "verdicts", "told", "who", "guide", "mark", "incident", "labels_column")
    table = Table(title, heads, tuple(_firing(each, hand) for each in turned.firings), "firings")
    return Section("firings", title, (), (), (table,))


def _firing(firing: Firing, hand: Hand) -> tuple[Cell, ...]:
    labels = ", ".join(f"{name}={value}" for name, value in sorted(firing.labels.items()))
    return (
        _span(firing, hand),
        _outcome(firing, hand),
        _verdicts(firing, hand),
        hand.time(firing.notified_at),
        _who(firing, hand),
        _guide(firing, hand),
        _mark(firing, hand),
        hand.name(firing.incident),
        Cell(named(labels, LONGEST_LABELS) or NOTHING),
    )


def _span(firing: Firing, hand: Hand) -> Cell:
    """When it began, and below it when it ended and after how long."""
    began = hand.time(firing.started_at)
    if firing.ended_at is None:
        return Cell(began.text, at=began.at, note=hand.texts["still"])
    lasted = hand.words.lasts(firing.ended_at - firing.started_at)
    ended = hand.texts["until"].format(at=hand.time(firing.ended_at).text, lasted=lasted)
    return Cell(began.text, at=began.at, note=ended)


def _outcome(firing: Firing, hand: Hand) -> Cell:
    """What became of it, and below it why, in plain words; in shadow mode what enforce mode would have done."""
    would = hand.texts["would_be"].format(outcome=hand.texts.code(firing.would)) if firing.would is not None else ""
    return hand.code(firing.outcome or "", " ".join(filter(None, (hand.texts.reason(firing.reason), would))))


def _verdicts(firing: Firing, hand: Hand) -> Cell:
    return Cell(
        "; ".join(f"{hand.slo(each.slo).text}: {hand.texts.code(each.worst)}" for each in firing.slos) or NOTHING
    )


def _who(firing: Firing, hand: Hand) -> Cell:
    if firing.acknowledged_at is None:
        return Cell(NOTHING)
    time = hand.time(firing.acknowledged_at)
    return Cell(time.text, note=named(firing.acknowledged_by), at=time.at)


def _guide(firing: Firing, hand: Hand) -> Cell:
    """An address that others wrote becomes a link only where it is plain http(s) without credentials."""
    href = safe_url(firing.annotations.get("runbook_url", ""))
    opened = hand.time(firing.guide_opened_at, "").text
    return Cell(hand.texts["has_guide" if firing.guide else "no_guide"], href, note=opened)


def _mark(firing: Firing, hand: Hand) -> Cell:
    missed = hand.texts["reported_missed"] if firing.missed_report else ""
    if firing.mark is None:
        return Cell(missed or NOTHING)
    reason = hand.texts.code(firing.wolf_reason) if firing.wolf_reason else ""
    return Cell(hand.texts.code(firing.mark), note=", ".join(filter(None, (reason, missed))))
