"""A week's rules as CSV (RFC 4180), for spreadsheets: no cell of it is ever taken for a formula."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from router.noise.review import Review, RuleReview
from router.report.words.proposals import best

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins like this is a formula to a spreadsheet (OWASP, CSV Injection): an apostrophe goes before it."""
MARK = "\ufeff"
"""Byte order mark: without it Excel does not read UTF-8."""
COUNTED = (
    "firings", "told", "pages", "tickets", "held", "dropped", "merged", "suppressed", "judged", "threatened", "wolves",
    "caught_wolves", "ignored", "misses", "reported_misses", "acknowledged", "off_hours_pages", "night_pages",
)  # fmt: skip
SHARES = ("precision", "wolf_share", "acknowledged_share")
OWN = (
    "alerts", "marked_wolf", "marked_real", "disputed", "time_to_acknowledge_s", "over_before_acknowledged",
    "duration_median_s", "chattering", "flapping", "fleeting", "standing", "in_flood", "gate_delay_median_s",
    "gate_delay_longest_s",
)  # fmt: skip
COLUMNS = (
    "week", "team", "source", "rule", "teams", "slos", *COUNTED, *SHARES, "firings_before", "wolves_before", *OWN,
    "guide", "wolf", "proposal", "proposal_value", "proposal_removes_told", "proposal_misses", "proposal_delays",
)  # fmt: skip


def as_csv(review: Review) -> bytes:
    """Return one line for each rule of the review, with a head of column names; UTF-8 with a byte order mark."""
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow(COLUMNS)
    lines.writerows(_line(review, rule) for rule in review.rules)
    return (MARK + written.getvalue()).encode("utf-8", "replace")


def _line(review: Review, rule: RuleReview) -> Sequence[object]:
    cells: Mapping[str, object] = {
        "week": review.week,
        "team": review.team,
        "source": rule.source,
        "rule": rule.rule,
        "teams": " ".join(rule.teams),
        "slos": " ".join(rule.slos),
        **{name: getattr(rule.counts, name) for name in (*COUNTED, *SHARES)},
        "firings_before": rule.before.firings,
        "wolves_before": rule.before.wolves,
        **{name: getattr(rule, name) for name in OWN},
        "guide": "yes" if rule.guide else "no",
        "wolf": "yes" if rule.accused else "no",
        **_proposal(rule),
    }
    return [_cell(cells.get(name)) for name in COLUMNS]


def _proposal(rule: RuleReview) -> Mapping[str, object]:
    """The proposal that the report recommends, over the whole recorded history of the rule."""
    first = best(rule)
    if first is None:
        return {}
    return {
        "proposal": first.remedy.value,
        "proposal_value": first.value,
        "proposal_removes_told": first.history.removed_told,
        "proposal_misses": first.history.missed,
        "proposal_delays": first.history.delayed,
    }


def _cell(value: object) -> object:
    """Numbers are our own; a text may be anybody's."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
