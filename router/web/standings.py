"""How Alertmanager's API v2 shows alerts, groups and the configuration (its openapi.yaml, 0.34). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from router.alert import Alert
from router.classify import Placement, Route, Rules, classify
from router.config.values import Config
from router.mute import Muted
from router.mute.times import muting_intervals
from router.web.instants import rfc3339
from router.web.parts import Standing
from router.web.wanted import state_of

UNTIL_S = 300.0
"""Alertmanager's resolve_timeout: how long an alert without an end is shown to last."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A firing alert as it stands in one incident, with what keeps it quiet at this moment."""

    standing: Standing
    muted: Muted = field(default_factory=Muted)
    muted_by: tuple[str, ...] = ()
    """Names of the time intervals that keep its route quiet."""


@dataclass(slots=True)
class Row:
    """One alert with every receiver it goes to (a route with `continue` makes more than one)."""

    seen: Seen
    receivers: list[str] = field(default_factory=list)

    @property
    def alert(self) -> Alert:
        """The alert as last sent."""
        return self.seen.standing.alert


@dataclass(slots=True)
class Group:
    """The alerts of one incident that go to one receiver, with the labels that they share."""

    labels: Mapping[str, str]
    receiver: str
    members: list[Seen] = field(default_factory=list)

    def shown(self, now: float) -> dict[str, object]:
        """Return an `alertGroup`."""
        return {
            "labels": dict(self.labels),
            "receiver": {"name": self.receiver},
            "alerts": [gettable(row, now) for row in rows_of(self.members)],
        }


class Places:
    """Where the configuration places alerts, looked up once for each incident."""

    def __init__(self, config: Config, now: float) -> None:
        self._config = config
        self._now = now
        self._placements: dict[tuple[str, str], Placement] = {}
        self._muted_by: dict[tuple[str, str], tuple[str, ...]] = {}

    def group(self, standing: Standing) -> Mapping[str, str]:
        """Return the labels by which its incident is grouped."""
        return self._placement(standing).group

    def muted_by(self, standing: Standing) -> tuple[str, ...]:
        """Return the names of the time intervals that keep its route quiet now."""
        if not self._config.time_intervals:
            return ()
        key = (standing.incident, standing.receiver)
        if key not in self._muted_by:
            placement = self._placement(standing)
            times = (placement.mute_times, placement.active_times)
            self._muted_by[key] = muting_intervals(*times, self._config.time_intervals, self._now)
        return self._muted_by[key]

    def _placement(self, standing: Standing) -> Placement:
        key = (standing.incident, standing.receiver)
        if key not in self._placements:
            self._placements[key] = _placement_of(standing, self._config.rules)
        return self._placements[key]


def _placement_of(standing: Standing, rules: Rules) -> Placement:
    """Return the placement that leads to its receiver, the one that counts where none does (any more)."""
    placements = classify(standing.alert, rules)
    return next((each for each in placements if each.receiver == standing.receiver), placements[0])


def rows_of(seen: Iterable[Seen]) -> list[Row]:
    """Return one row per alert, in the order given."""
    rows: dict[str, Row] = {}
    for each in seen:
        rows.setdefault(each.standing.alert.fingerprint, Row(each)).receivers.append(each.standing.receiver)
    return list(rows.values())


def groups_of(seen: Iterable[Seen], places: Places) -> list[Group]:
    """Return one group per incident and receiver, in the order given."""
    groups: dict[tuple[str, str], Group] = {}
    for each in seen:
        standing = each.standing
        key = (standing.incident, standing.receiver)
        if key not in groups:
            groups[key] = Group(places.group(standing), standing.receiver)
        groups[key].members.append(each)
    return list(groups.values())


def gettable(row: Row, now: float) -> dict[str, object]:
    """Return a `gettableAlert`; a firing alert whose end nobody knows is shown to last five minutes more."""
    alert, standing = row.alert, row.seen.standing
    return {
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": rfc3339(alert.starts_at if alert.starts_at is not None else standing.updated_at),
        "endsAt": rfc3339(alert.expires_at or alert.ends_at or max(standing.updated_at, now) + UNTIL_S),
        "updatedAt": rfc3339(standing.updated_at),
        "fingerprint": alert.fingerprint,
        "generatorURL": alert.generator_url,
        "receivers": [{"name": name} for name in row.receivers],
        "status": _status(row.seen),
    }


def _status(seen: Seen) -> dict[str, object]:
    """Return an `alertStatus`; who is kept quiet by a mute time is suppressed too, as in Alertmanager's groups."""
    muted = seen.muted
    return {
        "state": "suppressed" if seen.muted_by else state_of(seen.standing.outcome, muted),
        "silencedBy": muted.silenced_by,
        "inhibitedBy": muted.inhibited_by,
        "mutedBy": seen.muted_by,
    }


def status_of(config: Config, version: str, started_at: float) -> dict[str, object]:
    """Return an `alertmanagerStatus`; the router is no cluster of Alertmanagers."""
    unknown = ("branch", "buildDate", "buildUser", "goVersion", "revision")
    return {
        "cluster": {"status": "disabled", "peers": []},
        "config": {"original": original_of(config)},
        "uptime": rfc3339(started_at),
        "versionInfo": {"version": version, **dict.fromkeys(unknown, "")},
    }


def original_of(config: Config) -> str:
    """Return routes and receivers as an Alertmanager configuration (JSON is YAML), without any secret.

    `amtool config routes` draws it and tests label sets against it.
    """
    shape = {"route": _route(config.rules.route), "receivers": receivers_of(config)}
    return orjson.dumps(shape, option=orjson.OPT_INDENT_2).decode()


def _route(route: Route) -> Mapping[str, object]:
    shape: dict[str, object] = {
        "receiver": route.receiver,
        "group_by": route.group_by,
        "group_wait": _duration(route.group_wait_s),
        "repeat_interval": _duration(route.repeat_interval_s),
        "continue": route.continues,
    }
    if route.matchers:
        shape["matchers"] = [str(each) for each in route.matchers]
    if route.routes:
        shape["routes"] = [_route(child) for child in route.routes]
    return shape


def _duration(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def receivers_of(config: Config) -> Sequence[Mapping[str, str]]:
    """Return the receivers by name."""
    return [{"name": name} for name in config.receivers]
