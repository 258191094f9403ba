"""Every sender the router understands, by the `type` that a configuration gives its source.

To add one: a module with a `parse`, a line in `SOURCES`, test data under `tests/testdata/sources/` and a page under
`docs/sources/`. Nothing else changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from router.sources import alertmanager, alertmanager_api, datadog
from router.sources.batch import Batch, Body, Parse, Rejected

__all__ = ["SOURCES", "Batch", "Body", "Parse", "Rejected", "Source"]

JSON = frozenset({"application/json"})
FORM = frozenset({"application/x-www-form-urlencoded"})
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of sender: how its bodies are read, which content types it posts, and how large they may grow."""

    type: str
    parse: Parse
    content_types: frozenset[str]
    """Lower case, without parameters; anything else is answered 415."""
    body_limit: int
    """Bytes; senders that post whole groups without a cap get room, the others do not."""


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        source.type: source
        for source in (
            Source("alertmanager", alertmanager.parse, JSON, 32 * MIB),
            Source("alertmanager-api", alertmanager_api.parse, JSON, 32 * MIB),
            Source("datadog", datadog.parse, JSON | FORM, MIB),
        )
    }
)
