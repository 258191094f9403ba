"""The worked examples of docs/statistics.md: read, run through the statistics, and compared."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from router.gate import Cover, Outcome
from router.noise.inputs import Inputs
from router.noise.review import Review
from router.noise.threats import heard, stretches
from router.noise.values import Firing, Mark, Sample, Settings, SloFacts
from router.noise.weekly import review
from router.noise.weeks import Week, midnight
from router.slo.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "docs" / "statistics.md"
ZONE = ZoneInfo("UTC")
WEEK = Week(date(2026, 11, 16), ZONE)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One worked example: where it stands, what is recorded, what the review must say."""

    name: str
    given: dict[str, Any]

    @property
    def expect(self) -> dict[str, Any]:
        return self.given["expect"]


def examples() -> list[Example]:
    text = DOC.read_text("utf-8")
    found = []
    for number, block in enumerate(_BLOCK.finditer(text), 1):
        heading = [each[1] for each in _HEADING.finditer(text[: block.start()])][-1]
        found.append(Example(f"{number} {heading}", yaml.safe_load(block[1])))
    return found


def instant(text: str) -> float:
    """Return the moment that "Mon 10:00" or "last Sun 23:59:30" names."""
    week = WEEK.before() if text.startswith("last ") else WEEK
    day, clock = text.removeprefix("last ").split(" ")
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    begin = midnight(week.monday + timedelta(DAYS.index(day)), ZONE)
    return begin + hours * 3600 + minutes * 60 + sum(seconds)


def reviewed(example: Example) -> Review:
    slos = {
        slo: [Sample(instant(at), Verdict(verdict)) for at, verdict in said.items()]
        for slo, said in example.given.get("slos", {}).items()
    }
    recorded = {slo: stretches(minutes(samples)) for slo, samples in slos.items()}
    given = enumerate(example.given.get("firings", ()))
    firings = [firing for number, each in given for firing in firings_of(each, number, recorded)]
    facts = {slo: SloFacts(slo, slo, 0.999) for slo in slos}
    return review(Inputs(WEEK, WEEK.end, firings, recorded, facts, {"sre": ZONE}, settings=Settings()))


def minutes(samples: list[Sample]) -> list[Sample]:
    """Return a snapshot a minute, as the router records them: each says what the last change said."""
    found: list[Sample] = []
    for before, after in pairwise(samples):
        at = before.at
        while at < after.at:
            found.append(Sample(at, before.verdict))
            at += 60.0
    return [*found, samples[-1]] if samples else []


def firings_of(given: dict[str, Any], number: int, recorded: dict[str, Any]) -> list[Firing]:
    start, end = instant(given["from"]), instant(given["to"])
    marked = given.get("mark")
    common = {
        "source": given.get("source", "alertmanager"),
        "rule": given["rule"],
        "started_at": start,
        "ended_at": end,
        "outcome": Outcome(given["outcome"]),
        "reason": given.get("reason", ""),
        "incident": given.get("incident", f"E-{number}"),
        "receiver": "sre",
        "labels": given.get("labels", {}),
        "notified_at": optional(given.get("told")),
        "acknowledged_at": optional(given.get("acknowledged")),
        "mark": Mark(marked) if marked else None,
        "missed_report": given.get("missed_report", False),
        "slos": heard([Cover(slo) for slo in given["slos"]], recorded, start, end),
        "group_wait_s": float(given.get("group_wait", 0)),
    }
    if given.get("reason") is None and given["outcome"] == "page":
        common["reason"] = "threat_page"
    name = given.get("alert", f"alert-{number}")
    several = given.get("count", 1)
    return [Firing(fingerprint=name if several == 1 else f"{name}-{each}", **common) for each in range(several)]


def optional(text: str | None) -> float | None:
    return instant(text) if text else None


def looked_up(found: Review, path: str) -> Any:
    """Return what a review says under a path such as `rules.Disk.wolves`; a sequence says how many it holds."""
    value: Any = found
    for part in path.split("."):
        value = _step(value, part)
    return len(value) if isinstance(value, tuple) else value


def _step(value: Any, part: str) -> Any:
    if isinstance(value, tuple):
        if part.isdigit():
            return value[int(part)]
        names = ("rule", "id", "name")
        return next(each for each in value if any(getattr(each, name, None) == part for name in names))
    if hasattr(value, part):
        return getattr(value, part)
    return getattr(value.counts, part)
