"""How Alertmanager's API v2 shows alerts, groups and the configuration (its openapi.yaml, 0.34). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from router.alert import Alert
from router.classify import Route
from router.config.values import Config
from router.web.parts import Standing
from router.web.wanted import state_of

UNTIL_S = 300.0
"""Alertmanager's resolve_timeout: how long an alert without an end is shown to last."""
YEAR_9999 = 253_402_300_799.0


@dataclass(slots=True)
class Row:
    """One alert with every receiver it goes to (a route with `continue` makes more than one)."""

    alert: Alert
    state: str
    updated_at: float
    receivers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """The alerts of one incident that go to one receiver."""

    incident: str
    receiver: str
    members: list[Standing] = field(default_factory=list)

    def shown(self, now: float) -> dict[str, object]:
        """Return an `alertGroup`, labelled with the incident."""
        return {
            "labels": {"incident": self.incident},
            "receiver": {"name": self.receiver},
            "alerts": [gettable(row, now) for row in rows_of(self.members)],
        }


def rows_of(standings: Iterable[Standing]) -> list[Row]:
    """Return one row per alert, in the order given."""
    rows: dict[str, Row] = {}
    for standing in standings:
        alert = standing.alert
        row = rows.get(alert.fingerprint)
        if row is None:
            row = rows[alert.fingerprint] = Row(alert, state_of(standing.outcome), standing.updated_at)
        row.receivers.append(standing.receiver)
    return list(rows.values())


def groups_of(standings: Iterable[Standing]) -> list[Group]:
    """Return one group per incident and receiver, in the order given."""
    groups: dict[tuple[str, str], Group] = {}
    for standing in standings:
        key = (standing.incident, standing.receiver)
        groups.setdefault(key, Group(*key)).members.append(standing)
    return list(groups.values())


def gettable(row: Row, now: float) -> dict[str, object]:
    """Return a `gettableAlert`; a firing alert whose end nobody knows is shown to last five minutes more."""
    alert = row.alert
    return {
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": rfc3339(alert.starts_at if alert.starts_at is not None else row.updated_at),
        "endsAt": rfc3339(alert.expires_at or alert.ends_at or max(row.updated_at, now) + UNTIL_S),
        "updatedAt": rfc3339(row.updated_at),
        "fingerprint": alert.fingerprint,
        "generatorURL": alert.generator_url,
        "receivers": [{"name": name} for name in row.receivers],
        "status": {"state": row.state, "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }


def rfc3339(instant: float) -> str:
    """Return an instant as Alertmanager writes it, with milliseconds; beyond the calendar its last second."""
    moment = datetime.fromtimestamp(min(max(instant, 0.0), YEAR_9999), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
