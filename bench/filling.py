"""Writes a company's past (bench.company) into a data folder, by the same code that the archive stores it with."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from bench.company import (
    COVERED,
    SLOS,
    TEAMS,
    acts_on,
    day_of_firings,
    days_before,
    service_name,
    slo_day,
    slo_name,
    team_name,
)
from bench.progress import say
from bench.setting import SLO
from router.noise.values import RuleKey
from router.noise.weeks import week_of
from router.slo.objective import DAY_S
from router.state import keys
from router.state.connect import connect
from router.state.embedded import Embedded
from router.state.entries import SCHEMA_VERSION
from router.state.history.archive import ACTS_KEEP
from router.state.history.days import Days
from router.state.history.stories import Story
from router.state.scripts import Argument, Scripts

_ZONE = ZoneInfo("UTC")
_CONFIG = """
mode: enforce
timezone: UTC
sources:
  alertmanager: {{type: alertmanager}}
slo_sources:
  prometheus: {{type: prometheus, url: "{prometheus}"}}
slos: [slos/*.yaml]
mapping:
{mapping}
route:
  receiver: sre
  group_by: [alertname, service]
  routes:
{routes}
receivers:
  - {{name: sre, slack: {{channel: C0SRE}}}}
{receivers}
"""
KEEP_S = 100 * DAY_S
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Past:
    """How much there is: firings a day in general and in the last weeks (the one that lasts included)."""

    days: int
    a_day: int
    of_late: int
    weeks_of_late: int = 2

    def counts(self, now: float) -> Mapping[date, int]:
        """Return the firings of each UTC day, yesterday last."""
        busy = week_of(now, _ZONE).before(self.weeks_of_late).monday
        last = datetime.fromtimestamp(now - DAY_S, UTC).date()
        return {day: self.of_late if day >= busy else self.a_day for day in days_before(last, self.days)}


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the past takes in Valkey's memory (MEMORY USAGE), keys and all."""

    firings: int
    firing_bytes: float
    act_bytes: float
    """Of what people did, for each firing."""
    slo_day_bytes: float


def write_company(folder: Path, prometheus: str) -> Path:
    """Write the company's configuration; returns its path."""
    (folder / "slos").mkdir(parents=True, exist_ok=True)
    for number in range(SLOS):
        text = SLO.format(service=slo_name(number).removesuffix("-availability"))
        (folder / f"slos/{number:02d}.yaml").write_text(text, encoding="utf-8")
    teams = [team_name(number) for number in range(TEAMS)]
    mapping = (
        f"  - {{matchers: ['service=\"{service_name(number)}\"'], slos: [{slo_name(number % SLOS)}]}}"
        for number in range(COVERED)
    )
    routes = (f"    - {{receiver: {team}, matchers: ['team=\"{team}\"']}}" for team in teams)
    receivers = (f"  - {{name: {team}, slack: {{channel: C0T{number:02d}}}}}" for number, team in enumerate(teams))
    path = folder / "router.yaml"
    parts = {"mapping": "\n".join(mapping), "routes": "\n".join(routes), "receivers": "\n".join(receivers)}
    path.write_text(_CONFIG.format(prometheus=prometheus, **parts), encoding="utf-8")
    return path


async def fill(folder: Path, past: Past, now: float) -> Sizes:
    """Write it, with the router's first start at its beginning; returns what it takes."""
    embedded = Embedded(folder)
    await embedded.start()
    client = connect(embedded.url)
    began = time.perf_counter()
    counts = past.counts(now)
    try:
        scripts, raw = Scripts(client), cast(Any, client)
        await raw.set(keys.SCHEMA, SCHEMA_VERSION)
        await raw.set(keys.POSTS_SINCE, repr(now - past.days * DAY_S))
        for number, (day, count) in enumerate(counts.items(), 1):
            await _fill_firings(Days(scripts), day, count)
            await _fill_slos(raw, day)
            if number % 30 == 0:
                say(f"history: {number} of {past.days} days written, {time.perf_counter() - began:.0f} s")
        return await _sizes(scripts, counts)
    finally:
        await client.aclose()
        await embedded.stop()


async def _fill_firings(days: Days, day: date, count: int) -> None:
    stories = list(day_of_firings(day, count))
    by_rule: defaultdict[RuleKey, list[Story]] = defaultdict(list)
    for story in stories:
        by_rule[story.rule].append(story)
    await _in_turn([days.keep(day, rule, some, KEEP_S) for rule, some in by_rule.items()])
    acts = acts_on(stories, day).items()
    await _in_turn([days.keep_acts(day, incident, did, ACTS_KEEP * KEEP_S) for incident, did in acts])


async def _in_turn(calls: Sequence[Any]) -> None:
    for first in range(0, len(calls), AT_ONCE):
        await asyncio.gather(*calls[first : first + AT_ONCE])


async def _fill_slos(client: Any, day: date) -> None:
    number = (day - date(1970, 1, 1)).days
    pipeline = client.pipeline(transaction=False)
    for slo in range(SLOS):
        pipeline.hset(keys.slo_day(slo_name(slo), number), mapping=slo_day(slo, day))
    await pipeline.execute()


async def _sizes(scripts: Scripts, counts: Mapping[date, int]) -> Sizes:
    names = [day.isoformat() for day in counts]
    numbers = [(day - date(1970, 1, 1)).days for day in counts]
    firings = sum(counts.values())
    of_slos = [keys.slo_day(slo_name(slo), number) for number in numbers for slo in range(SLOS)]
    return Sizes(
        firings,
        await memory_of(scripts, map(keys.firings_of, names)) / firings,
        await memory_of(scripts, map(keys.acts_of, names)) / firings,
        await memory_of(scripts, of_slos) / len(of_slos),
    )


async def memory_of(scripts: Scripts, names: Any) -> int:
    """Return the bytes that some keys take."""
    commands: list[tuple[Argument, ...]] = [("MEMORY", "USAGE", name, "SAMPLES", 0) for name in names]
    return sum([int(size or 0) for size in await scripts.read(commands)])
