"""History files (JSON Lines) as `export` writes them: firings, and what the SLOs said."""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from router.errors import PayloadError
from router.noise.records import firing_of
from router.noise.values import Firing, Sample
from router.slo.objective import Count, Objective, Snapshot
from router.slo.snapshot import snapshot_from_json
from router.slo.verdict import Assessment, Memory, Verdict, assess, remember

PROGRESS_S = 2.0
SHOWN_MOST = 10
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def read_firings(path: str) -> tuple[Firing, ...]:
    """Return the firings of a history file; raises PayloadError that names up to ten bad lines, OSError."""
    found: list[Firing] = []
    problems: list[str] = []
    for number, record in _lines(path, problems):
        try:
            found.append(firing_of(record))
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
    _refuse(problems, path)
    return tuple(found)


def lines(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with their line numbers; raises PayloadError at the first line that is none."""
    problems: list[str] = []
    for number, line in _lines(path, problems):
        _refuse(problems, path)
        yield number, line
    _refuse(problems, path)


def _lines(path: str, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with their line numbers, counting aloud where it takes long; notes bad lines."""
    aloud_at = time.monotonic() + PROGRESS_S
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                problems.append(f"{path}:{number}:{error.colno}: not JSON: {error.msg}")
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                problems.append(f"{path}:{number}: not an object: one {{...}} a line is needed (JSON Lines)")
            if number % 1_000 == 0 and time.monotonic() > aloud_at:
                print(f"reading {path}: {number:,} lines", file=sys.stderr)
                aloud_at = time.monotonic() + PROGRESS_S


def _refuse(problems: list[str], path: str) -> None:
    if problems:
        more = len(problems) - SHOWN_MOST
        shown = "\n".join(problems[:SHOWN_MOST])
        raise PayloadError(shown + (f"\nand {more} more lines of {path}" if more > 0 else ""))


def read_samples(path: str, objectives: Mapping[str, Objective]) -> dict[str, list[Sample]]:
    """Return by SLO what a file of SLO history says, in order of time; raises PayloadError, OSError.

    A recorded `verdict` counts; without one the snapshot is judged anew, by the objective of the configuration.
    """
    judges = {name: _Judge(objective) for name, objective in objectives.items()}
    found: defaultdict[str, list[Sample]] = defaultdict(list)
    problems: list[str] = []
    for number, line in _lines(path, problems):
        try:
            slo, at = _head(line)
            found[slo].append(_recorded(line, at) or _judged(judges, slo, line, at))
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
    _refuse(problems, path)
    return {slo: sorted(samples, key=lambda sample: sample.at) for slo, samples in found.items()}


def _head(line: Mapping[str, Any]) -> tuple[str, float]:
    slo, at = line.get("slo"), line.get("at")
    if not isinstance(slo, str) or not slo:
        raise ValueError("`slo` is missing: name the SLO's id")
    try:
        instant = datetime.fromisoformat(at if isinstance(at, str) else "")
    except ValueError:
        raise ValueError(f"`at` is {at!r}: write a time as 2026-11-22T09:00:00Z (RFC 3339)") from None
    if instant.tzinfo is None:
        raise ValueError(f"`at` is {at!r}: it has no time zone, end it with Z")
    return slo, instant.timestamp()


def _recorded(line: Mapping[str, Any], at: float) -> Sample | None:
    if line.get("verdict") is None:
        return None
    verdict = _VERDICTS.get(str(line["verdict"]))
    if verdict is None:
        raise ValueError(f"`verdict` is {line['verdict']!r}: write one of {', '.join(_VERDICTS)}")
    left = line.get("budget_remaining")
    day = (line.get("windows") or {}).get("1d") or {}
    bad, total = day.get("bad"), day.get("total")
    return Sample(at, verdict, left, bad, total) if total is not None else Sample(at, verdict, left)


@dataclass(slots=True)
class _Judge:
    """Judges the snapshots of one SLO one after another: a threat outlives data that went stale."""

    objective: Objective
    memory: Memory = field(default_factory=Memory)
    judged_at: float = 0.0

    def judge(self, snapshot: Snapshot, at: float) -> Assessment:
        """Judge; raises ValueError when a later one was judged before."""
        if at < self.judged_at:
            raise ValueError("it is older than the line before it of this SLO: sort the file by time (sort by `at`)")
        assessment = assess(self.objective, snapshot, at, self.memory)
        self.memory, self.judged_at = remember(self.memory, assessment, at), at
        return assessment


def _judged(judges: Mapping[str, _Judge], slo: str, line: Mapping[str, Any], at: float) -> Sample:
    if slo not in judges:
        known = ", ".join(judges) or "none"
        raise ValueError(
            f"no SLO {slo!r} is configured to judge it by; known are {known} (or record `verdict` with it)"
        )
    snapshot = snapshot_from_json(slo, {"sampled_at": at, **line})
    assessment = judges[slo].judge(snapshot, at)
    day = snapshot.windows.get("1d")
    left = assessment.budget_remaining
    return Sample(at, assessment.verdict, left, *((day.bad, day.total) if isinstance(day, Count) else ()))
