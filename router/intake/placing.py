"""Where alerts belong, remembered for all alerts that look alike to the configuration.

`classify`, `guide_of` and `sides_of` are pure: what they say of one alert holds for every alert that is the same in all
they have read of it. So what they read is recorded, and is the key under which their answer is kept. A rule that fires
for a thousand pods is classified once, unless the configuration looks at the pod.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import attrgetter
from typing import Any, cast

import orjson

from router.alert import Alert
from router.classify import Placement, Rules, classify, guide_of
from router.gate import Kind
from router.incident import Guide
from router.mute import sides_of
from router.state.entries import pack_class

LIMIT = 10_000
"""Answers kept; beyond it all are forgotten."""
_ALWAYS = ("source", "rule")
"""Fields that are part of every key; two of them, so that attrgetter always gives a tuple."""


@dataclass(frozen=True, slots=True)
class Place:
    """One placement, packed as the state takes it."""

    incident_key: str
    meta: bytes
    class_id: str
    class_json: bytes
    slos: tuple[str, ...]
    copy: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """All placements of an alert (the first one counts), its guide, and whether it is a notice of the router's own."""

    places: tuple[Place, ...]
    guide: Guide | None
    notice: bool
    inhibits: bool
    """Whether it can keep other alerts quiet (inhibition)."""
    inhibitable: bool


class Placer:
    """Places alerts under one configuration."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._read = _Read()
        self._fields = attrgetter(*_ALWAYS)
        self._known: dict[tuple[Any, ...], Placed] = {}

    def place(self, alert: Alert) -> Placed:
        """Return where an alert belongs."""
        found = self._known.get(self._key(alert))
        return found if found is not None else self._learn(alert)

    def _key(self, alert: Alert) -> tuple[Any, ...]:
        read = self._read
        labels, annotations = map(alert.labels.get, read.labels), map(alert.annotations.get, read.annotations)
        return self._fields(alert), *labels, *annotations

    def _learn(self, alert: Alert) -> Placed:
        watched = _Watched(alert)
        placed = _placed(cast(Alert, watched), self._rules)
        if watched.read.everything:
            return placed
        if not watched.read.is_within(self._read) or len(self._known) >= LIMIT:
            self._read = self._read.joined(watched.read)
            self._fields = attrgetter(*_ALWAYS, *self._read.fields)
            self._known.clear()
        self._known[self._key(alert)] = placed
        return placed


@dataclass(frozen=True, slots=True)
class _Read:
    """Names of fields, labels and annotations that were read of an alert."""

    fields: dict[str, None] = field(default_factory=dict)
    labels: dict[str, None] = field(default_factory=dict)
    annotations: dict[str, None] = field(default_factory=dict)
    whole: list[bool] = field(default_factory=list)

    @property
    def everything(self) -> bool:
        """Whether all labels or annotations were read, whatever their names."""
        return bool(self.whole)

    def is_within(self, other: "_Read") -> bool:
        """Return whether the other names all of these."""
        return (
            self.fields.keys() <= other.fields.keys()
            and self.labels.keys() <= other.labels.keys()
            and self.annotations.keys() <= other.annotations.keys()
        )

    def joined(self, other: "_Read") -> "_Read":
        """Return the names of both."""
        return _Read(self.fields | other.fields, self.labels | other.labels, self.annotations | other.annotations)


class _Watched:
    """An alert that records what is read of it."""

    __slots__ = ("_alert", "annotations", "labels", "read")

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self.read = _Read()
        self.labels = _Texts(alert.labels, self.read.labels, self.read.whole)
        self.annotations = _Texts(alert.annotations, self.read.annotations, self.read.whole)

    def __getattr__(self, name: str) -> Any:
        self.read.fields[name] = None
        return getattr(self._alert, name)


class _Texts(Mapping[str, str]):
    """Labels or annotations that record the names which are read, or that all of them are."""

    __slots__ = ("_names", "_texts", "_whole")

    def __init__(self, texts: Mapping[str, str], names: dict[str, None], whole: list[bool]) -> None:
        self._texts = texts
        self._names = names
        self._whole = whole

    def __getitem__(self, name: str) -> str:
        self._names[name] = None
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        self._whole.append(True)
        return iter(self._texts)

    def __len__(self) -> int:
        self._whole.append(True)
        return len(self._texts)


def _placed(alert: Alert, rules: Rules) -> Placed:
    placements = classify(alert, rules)
    inhibits, inhibitable = sides_of(alert.labels, rules.inhibit_rules)
    return Placed(
        tuple(map(_place, placements)),
        guide_of(alert, rules),
        placements[0].alert_class.kind is Kind.NOTICE,
        inhibits,
        inhibitable,
    )


def _place(placement: Placement) -> Place:
    class_json = pack_class(placement.alert_class)
    meta = {
        "receiver": placement.receiver,
        "route": placement.route,
        "group": dict(placement.group),
        "wait": placement.group_wait_s,
        "repeat": placement.repeat_interval_s,
        "mute": placement.mute_times,
        "active": placement.active_times,
    }
    return Place(
        incident_key=placement.incident_key,
        meta=orjson.dumps(meta),
        class_id=blake2b(class_json, digest_size=4).hexdigest(),
        class_json=class_json,
        slos=tuple(cover.slo for cover in placement.alert_class.covers),
        copy=placement.copy or placement.alert_class.kind is Kind.NOTICE,
    )
