"""The state of the SLOs that `explain` judges under: given in a file, or asked from the sources now."""

import asyncio
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, Self

import aiohttp

from router.cli.explain.reading import parsed
from router.config.values import Config, SloSourceConfig
from router.errors import PayloadError
from router.slo.objective import Objective, Snapshot
from router.slo.snapshot import snapshot_from_json
from router.slo.sources import build
from router.slo.verdict import Assessment, Memory, assess


@dataclass(frozen=True, slots=True)
class SloState:
    """What is known of the SLOs at one moment. Nothing is remembered of earlier ones (ruling 10)."""

    now: float
    assessments: Mapping[str, Assessment]

    @classmethod
    def of(cls, config: Config, snapshots: Mapping[str, Snapshot], now: float) -> Self:
        """Judge every configured SLO; one without a snapshot was not reachable."""
        objectives = config.objectives.items()
        return cls(now, {name: assess(each, snapshots.get(name), now, Memory()) for name, each in objectives})

    @classmethod
    def read(cls, value: Any, config: Config) -> Self:
        """Judge a state in the shape of the contract; raises PayloadError when it is none."""
        if not isinstance(value, dict):
            raise PayloadError('no SLO state: {"now": ..., "slos": {...}} is needed', "slo_state")
        now, slos = _instant(value.get("now")), value.get("slos", {})
        if not isinstance(slos, dict):
            raise PayloadError('"slos" is not an object of SLOs by their id', "slo_state")
        return cls.of(config, {name: snapshot_from_json(name, slos[name]) for name in slos}, now)


def given_state(path: str, config: Config) -> SloState:
    """Return the state in a file; raises PayloadError, OSError. Ids that nobody configured are told on stderr."""
    try:
        value = parsed(Path(path).read_bytes())
        state = SloState.read(value, config)
    except PayloadError as error:
        raise PayloadError(f"{path}: {error}; see `alert-router explain --help`") from error
    for name in value.get("slos", {}):
        if name not in config.objectives:
            known = ", ".join(config.objectives) or "none"
            print(f"{path}: warning: no SLO {name!r} is configured; known are {known}", file=sys.stderr)
    return state


async def live_state(config: Config, wanted: Collection[str], now: float) -> SloState:
    """Ask the sources of these SLOs, as the evaluator does; a source that does not answer leaves them unknown."""
    asked: dict[str, list[Objective]] = {}
    for name in wanted:
        objective = config.objectives.get(name)
        if objective is not None and not objective.problem and objective.source in config.slo_sources:
            asked.setdefault(objective.source, []).append(objective)
    async with aiohttp.ClientSession() as session:
        answers = await asyncio.gather(
            *(_measured(config.slo_sources[name], session, objectives, now) for name, objectives in asked.items())
        )
    return SloState.of(config, {name: each for answer in answers for name, each in answer.items()}, now)


async def _measured(
    settings: SloSourceConfig, session: aiohttp.ClientSession, objectives: list[Objective], now: float
) -> dict[str, Snapshot]:
    return await build(settings, session).measure(objectives, now)


def _instant(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PayloadError('"now" is not an RFC 3339 time such as "2026-11-22T09:00:00Z"', "slo_state") from error
    if at.tzinfo is None:
        raise PayloadError('"now" has no time zone: end it with Z', "slo_state")
    return at.timestamp()
