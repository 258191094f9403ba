"""The whole month: plants it and writes it down as files of the contract's shapes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.company_month import slo_history
from tests.support.company_month.background import plant_background, plant_merged
from tests.support.company_month.company import Rule, rules
from tests.support.company_month.days import written
from tests.support.company_month.planting import Planter
from tests.support.company_month.setting import write_configuration
from tests.support.company_month.threats import plant_threats
from tests.support.company_month.traps import TRAPPED, close_places, plant_traps
from tests.support.company_month.truth import Truth
from tests.support.company_month.wolves import plant_wolves

SEED = 20_261_026
FIRINGS = 30_000
_TIMES = ("started_at", "ended_at", "notified_at", "acknowledged_at", "guide_opened_at")
_TWINS = frozenset({7, 18, 20})


@dataclass(frozen=True, eq=False)
class Month:
    """Paths of what was written, and what is true of it."""

    config: Path
    history: Path
    slo_history: Path
    truth: Truth = field(repr=False)


def planted(seed: int = SEED, firings: int = FIRINGS) -> Planter:
    """Plant everything; no files."""
    planter, every = Planter(seed), rules()
    close_places(planter)
    plant_threats(planter, every)
    plant_traps(planter, every)
    plant_wolves(planter, every)
    wolves = {(wolf.source, wolf.rule) for wolf in planter.truth.wolves}
    ordinary = [rule for rule in every if not _taken(rule, wolves)]
    hosts = plant_background(planter, ordinary)
    plant_merged(planter, ordinary, hosts, firings)
    planter.finish()
    return planter


def _taken(rule: Rule, wolves: set[tuple[str, str]]) -> bool:
    return rule.key in wolves or rule.number in TRAPPED | _TWINS


def month(folder: Path, seed: int = SEED) -> Month:
    """Plant the month and write its history, its SLO history and its configuration into a folder."""
    planter = planted(seed)
    made = Month(folder / "router.yaml", folder / "history.jsonl", folder / "slo-history.jsonl", planter.truth)
    write_configuration(folder)
    made.history.write_text("".join(lines(planter.records)), encoding="utf-8")
    made.slo_history.write_text("".join(slo_history.lines()), encoding="utf-8")
    return made


def lines(records: list[dict[str, Any]]) -> Iterator[str]:
    """The history records as JSON Lines, in the order in which the firings ended; those that live at the end."""
    for record in sorted(records, key=lambda each: (each["ended_at"] or 2**40, each["started_at"])):
        times = {name: written(record[name]) for name in _TIMES}
        yield json.dumps(record | times, ensure_ascii=False, separators=(",", ":")) + "\n"
