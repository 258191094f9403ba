"""One PromQL expression for many questions: a union whose members are told apart by the label `part`."""

from collections.abc import Mapping, Sequence
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


def oldest(witnesses: Sequence[str], range_s: float, step_s: float) -> str:
    """Return PromQL for the time of the oldest sample within a range, to one step."""
    return f"min(min_over_time(({_timestamps(witnesses)})[{duration(range_s)}:{duration(step_s)}]))"


def samples_in(witness: str, range_s: float) -> str:
    """Return PromQL for how many samples a series has within a range."""
    return f"max(count_over_time({witness}[{duration(range_s)}]))"


def _timestamps(witnesses: Sequence[str]) -> str:
    return " or ".join(f"timestamp({each})" for each in witnesses)
