"""Puts an objective together from what a format read, and says at load what its goal cannot do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from router.slo.burn import CLAMP, budget_time_s, ceiling, tiers_for, unreachable
from router.slo.formats.fields import percent
from router.slo.formats.notes import Notes
from router.slo.objective import (
    Budgeting,
    Hints,
    Indicator,
    Objective,
    Place,
    SloClass,
    TimeWindow,
)

EXTREME: Final = 0.9999
_REPLACED_MEND: Final = "rename one of them; the later one counts"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the configuration gives to every file: the default source, and the names of all of them."""

    default_source: str
    sources: Collection[str] = ()

    def source(self, named: str) -> str:
        """Return the configured source that a file names, the default one when it names none of them."""
        return named if named in self.sources else self.default_source


@dataclass(frozen=True, slots=True)
class Measure:
    """How an objective is measured, or why it cannot be (`problem`)."""

    indicator: Indicator | None = None
    source: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything about an SLO but its numbers: what it is called, whom it serves, what people should know."""

    id: str
    title: str
    service: str
    place: Place
    labels: Mapping[str, frozenset[str]]
    hints: Hints
    slo_class: SloClass


@dataclass(frozen=True, slots=True)
class Goal:
    """The promise: which part of the events is good over which time; `place` is the target's."""

    target: float
    window: TimeWindow
    place: Place
    budgeting: Budgeting = Budgeting.OCCURRENCES


def objective(identity: Identity, goal: Goal, measure: Measure, notes: Notes) -> Objective:
    """Return the objective with its tiers; unreachable tiers and extreme goals become advice."""
    _advise_clamped(goal, notes)
    _advise_extreme(goal, notes)
    return Objective(
        id=identity.id,
        title=identity.title,
        service=identity.service,
        target=goal.target,
        window=goal.window,
        tiers=tiers_for(goal.target, goal.window.length_s),
        place=identity.place,
        budgeting=goal.budgeting,
        slo_class=identity.slo_class,
        indicator=measure.indicator,
        source=measure.source,
        labels=identity.labels,
        hints=identity.hints,
        problem=measure.problem,
    )


def _advise_clamped(goal: Goal, notes: Notes) -> None:
    lost = unreachable(goal.target, goal.window.length_s)
    if not lost:
        return
    highest = ceiling(goal.target)
    names = ", ".join(f"{tier.level} {tier.threshold:.4g}x ({tier.long}/{tier.short})" for tier in lost)
    notes.advise(
        goal.place,
        f"unreachable at {percent(goal.target)}: {names}; a total outage burns at {highest:.4g}x",
        f"lowered to {CLAMP * highest:.4g}x; promise more if that is too sensitive",
    )


def _advise_extreme(goal: Goal, notes: Notes) -> None:
    if goal.target < EXTREME:
        return
    left_s = budget_time_s(goal.target, goal.window.length_s)
    notes.advise(
        goal.place,
        f"at {percent(goal.target)} over {goal.window.text} a total outage spends the whole budget in {left_s:.4g} s",
        "promise less, unless people can be back that fast",
    )


def latest(objectives: Collection[Objective], notes: Notes) -> tuple[Objective, ...]:
    """Return the objectives by id; of several with one id the last counts, and each earlier one is noted."""
    by_id: dict[str, Objective] = {}
    for each in objectives:
        earlier = by_id.pop(each.id, None)
        if earlier is not None:
            where = f"{each.place.file}:{each.place.line}"
            notes.deviation(earlier.place, f"the SLO {each.id!r} is defined again at {where}", _REPLACED_MEND)
        by_id[each.id] = each
    return tuple(by_id.values())
