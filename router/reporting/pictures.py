"""The charts of a review, drawn once: a chart takes a fifth of a second, and most do not change from look to look."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import structlog

from router.noise.review import Review
from router.report.charts import specs
from router.report.drawing import NoChartsError, png, svg
from router.reporting.parts import Reviews

LOG = structlog.get_logger(__name__)
LOCALES = ("en", "ja")
POSTED = "weeks"
"""The chart that goes to Slack, where it may have to be a picture."""
DRAWN_FROM = "drawn-from"
"""Beside the charts: what each was drawn from."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart that a review has: its name ("weeks.en.svg"), what to draw, and the digest of that."""

    name: str
    spec: Mapping[str, Any]
    digest: str


def wanted(review: Review, pictures: frozenset[str]) -> tuple[Wanted, ...]:
    """Return the charts of a review: SVG in every language; `pictures`: those in which Slack may need a PNG. Pure."""
    found = []
    for locale in LOCALES:
        for name, spec in specs(review, locale).items():
            packed = json.dumps(spec, sort_keys=True).encode()
            digest = blake2b(packed, digest_size=12).hexdigest()
            kinds = ("svg", "png") if name == POSTED and locale in pictures else ("svg",)
            found += [Wanted(f"{name}.{locale}.{kind}", spec, digest) for kind in kinds]
    return tuple(found)


async def kept(every: tuple[Wanted, ...], reviews: Reviews, week: str, team: str) -> dict[str, bytes]:
    """Return the charts that are stored and would be drawn the same."""
    stored = await reviews.chart(week, team, DRAWN_FROM)
    known: Mapping[str, str] = json.loads(stored) if stored is not None else {}
    same = [each for each in every if known.get(each.name) == each.digest]
    found = {each.name: await reviews.chart(week, team, each.name) for each in same}
    return {name: drawn for name, drawn in found.items() if drawn is not None}


def drawn(every: tuple[Wanted, ...], before: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return all charts; those that were drawn before are taken. Without the extra `charts` there are no others."""
    found = dict(before)
    try:
        for each in every:
            if each.name not in found:
                found[each.name] = (png if each.name.endswith(".png") else svg)(each.spec)
    except NoChartsError as error:
        LOG.warning("charts_missing", problem=str(error))
    return found


def labelled(every: tuple[Wanted, ...], charts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return charts with what each was drawn from, as they are stored."""
    digests = {each.name: each.digest for each in every if each.name in charts}
    return {**charts, DRAWN_FROM: json.dumps(digests).encode()} if digests else {}
