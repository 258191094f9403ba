"""One PromQL expression for many questions: a union whose members are told apart by the label `part`."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final

from router.slo.sources.api import Sample
from router.slo.sources.plan import Values
from router.slo.sources.promql import duration, quote

_PART: Final = "part"


def union(parts: Mapping[str, str]) -> str:
    """Return one expression that answers every part; the line breaks end a comment in a user's query."""
    members = (f'label_replace((\n{query}\n), "{_PART}", {quote(name)}, "", "")' for name, query in parts.items())
    return " or ".join(members)


def values_of(samples: Sequence[Sample], suffix: str = "") -> Values:
    """Return the answers by part, of those parts whose names end in `suffix`, without it."""
    found: dict[str, list[float]] = {}
    for sample in samples:
        name = sample.labels.get(_PART, "")
        if name.endswith(suffix):
            found.setdefault(name.removesuffix(suffix), []).append(sample.value)
    return Values(found)


def newest(witnesses: Sequence[str]) -> str:
    """Return PromQL for the time of the newest sample: an instant query alone hides it behind its own time."""
    return f"max({_timestamps(witnesses)})"


def last(witnesses: Sequence[str], range_s: float) -> str:
    """Return PromQL for the time of the newest sample within a range, for series that may have gone silent."""
    return f"max(max_over_time(({_timestamps(witnesses)})[{duration(range_s)}:1m]))"


def at_offsets(witnesses: Sequence[str], offsets_s: Sequence[float]) -> str:
    """Return PromQL for the times of the samples that were current so long ago: cheap, unlike looking at the range."""
    return union(
        {f"{offset:g}": f"min({_timestamps(witnesses, f' offset {duration(offset)}')})" for offset in offsets_s}
    )


def earliest(samples: Sequence[Sample]) -> float | None:
    """Return the lowest finite value of an answer, None for an empty one."""
    return min((sample.value for sample in samples if isfinite(sample.value)), default=None)


def samples_in(witness: str, range_s: float) -> str:
    """Return PromQL for how many samples a series has within a range."""
    return f"max(count_over_time({witness}[{duration(range_s)}]))"


def _timestamps(witnesses: Sequence[str], offset: str = "") -> str:
    return " or ".join(f"timestamp({each}{offset})" for each in witnesses)
