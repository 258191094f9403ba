"""Reads the month's files as history files are read, and has the router review its weeks. One reading per test run."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from router.config.load import load
from router.config.values import Config
from router.noise.inputs import Inputs
from router.noise.records import firing_of
from router.noise.review import Review, RuleReview
from router.noise.threats import stretches
from router.noise.values import Firing, Sample, Stretch
from router.noise.weekly import judgement, review, wanted, with_proposals
from router.noise.weeks import week_named
from router.reporting.facts import slo_facts, team_zones
from router.slo.verdict import Verdict
from tests.support.company_month.company import TEAMS
from tests.support.company_month.days import BASE, MINUTE, WEEKS, written
from tests.support.company_month.month import Month, month

NOW = float(BASE + 28 * 86_400 + 607)
"""The newest time in the history: when its last firing ended."""


@cache
def the_month(folder: Path) -> Month:
    """Plant and write the month once for all tests of a run (`folder` is the run's own)."""
    (folder / "company").mkdir()
    return month(folder / "company")


@dataclass(frozen=True)
class Recorded:
    """The month as the router reads it."""

    config: Config
    firings: tuple[Firing, ...]
    stretches: dict[str, tuple[Stretch, ...]]

    def inputs(self, week: str) -> Inputs:
        """What the review of a week is made from. The whole month is given: what is not of the week changes nothing."""
        config = self.config
        return Inputs(
            week=week_named(week, config.timezone),
            now=NOW,
            firings=self.firings,
            stretches=self.stretches,
            slos=slo_facts(config.objectives),
            teams=team_zones(config),
            settings=config.statistics,
        )


@cache
def recorded(made: Month) -> Recorded:
    """Read the files."""
    with made.history.open(encoding="utf-8") as lines:
        firings = tuple(firing_of(json.loads(line)) for line in lines)
    return Recorded(load(str(made.config), {}), firings, dict(_said(made.slo_history)))


def _said(path: Path) -> Iterator[tuple[str, tuple[Stretch, ...]]]:
    with path.open(encoding="utf-8") as lines:
        for slo, some in groupby(lines, key=lambda line: line[8 : line.index('"', 8)]):
            yield slo, stretches(_sample(line) for line in some)


_INSTANTS = {written(instant): float(instant) for instant in range(BASE, int(NOW) + MINUTE, MINUTE)}


@cache
def _said_so(tail: str) -> tuple[Verdict, float | None]:
    line = json.loads("{" + tail)
    return Verdict(line["verdict"]), line["budget_remaining"]


def _sample(line: str) -> Sample:
    """Every line is read by its own time, equal windows are parsed once."""
    first = line.index('"at":"') + 6
    verdict, left = _said_so(line[line.index('"windows"') :])
    return Sample(_INSTANTS[line[first : first + 20]], verdict, left)


@cache
def reviews(made: Month) -> dict[str, dict[str, Review]]:
    """The reviews of the four weeks, each of all teams together ("") and of each team; those of all with proposals."""
    return {week: _reviews(recorded(made), week) for week in WEEKS}


def _reviews(known: Recorded, week: str) -> dict[str, Review]:
    inputs = known.inputs(week)
    given = judgement(inputs)
    found = {team: review(inputs, team, given) for team in ("", *TEAMS)}
    keys = set(wanted(found[""]))
    past: dict[tuple[str, str], list[Firing]] = {key: [] for key in keys}
    for firing in known.firings:
        if firing.key in keys:
            past[firing.key].append(firing)
    found[""] = with_proposals(found[""], inputs, past, known.stretches, given)
    return found


def rule_of(found: Review, key: tuple[str, str]) -> RuleReview:
    return next(each for each in found.rules if (each.source, each.rule) == key)
