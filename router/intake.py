"""Accepting alerts: each is classified once from the configuration, then all are stored in one durable write."""

from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import orjson

from router.alert import Alert, Status
from router.classify import Placement, Rules, classify, guide_of
from router.gate import AlertClass, Kind
from router.incident import Lead
from router.state.board import Board
from router.state.clock import Clock
from router.state.entries import Entry, Stored, pack_alert, pack_class
from router.state.looks import pack_lead
from router.state.writer import Writer

PLACED_LIMIT = 500_000
SUMMARY_LIMIT = 1_000
RULE_LIMIT = 200
_SUMMARIES = ("summary", "description", "message", "title")
_PLACES = ("instance", "pod", "host", "node", "service", "job", "namespace", "cluster", "operation")
_RANKS = {
    "page": 4, "critical": 4, "emergency": 4, "fatal": 4, "p1": 4,
    "error": 3, "high": 3, "p2": 3,
    "warning": 2, "warn": 2, "medium": 2, "ticket": 2, "p3": 2,
    "info": 1, "low": 1, "none": 0,
}  # fmt: skip
DEFAULT_RANK = 2


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch: changes, repeats that changed nothing, and the incidents concerned."""

    accepted: int
    duplicates: int
    incidents: tuple[str, ...]


class Intake:
    """Classifies and stores; one for each process."""

    def __init__(
        self, writer: Writer, board: Board, clock: Clock, rules: Callable[[], Rules], wake: Callable[[], None]
    ) -> None:
        self._writer = writer
        self._board = board
        self._clock = clock
        self._rules = rules
        self._wake = wake
        self._placed: dict[str, tuple[str, ...]] = {}
        self._placed_by: Rules | None = None

    async def accept(self, alerts: Sequence[Alert]) -> Accepted:
        """Store alerts durably; raises UnavailableError when that is not certain (the sender shall try again)."""
        if not alerts:
            return Accepted(0, 0, ())
        rules, now = self._rules(), self._clock.now()
        await self._place_strangers(alerts, rules)
        entries: list[Entry] = []
        owners: list[Alert] = []
        for alert in alerts:
            for entry in self._entries(alert, rules, now):
                entries.append(entry)
                owners.append(alert)
        stored = await self._writer.store(entries, now)
        self._wake()
        return self._account(alerts, entries, owners, stored)

    async def _place_strangers(self, alerts: Sequence[Alert], rules: Rules) -> None:
        """Ask once for each alert this process has not seen where its firing is held.

        A firing stays in its incident when the configuration moves the rule elsewhere; its resolve must find it.
        """
        if self._placed_by is not rules or len(self._placed) > PLACED_LIMIT:
            self._placed, self._placed_by = {}, rules
        strangers = list({alert.fingerprint for alert in alerts if alert.fingerprint not in self._placed})
        if not strangers:
            return
        found = await self._board.locate(strangers)
        for fingerprint in strangers:
            self._placed[fingerprint] = tuple(found.get(fingerprint, ()))

    def _entries(self, alert: Alert, rules: Rules, now: float) -> list[Entry]:
        placements = classify(alert, rules)
        lead = pack_lead(_lead(alert, rules, placements[0].alert_class.kind))
        held = self._placed.get(alert.fingerprint, ())
        if held and not all(placement.incident_key in held for placement in placements):
            known = {placement.incident_key: placement for placement in placements}
            return [_entry(alert, known.get(key, placements[0]), key, lead, now) for key in held]
        return [_entry(alert, placement, placement.incident_key, lead, now) for placement in placements]

    def _account(
        self, alerts: Sequence[Alert], entries: Sequence[Entry], owners: Sequence[Alert], stored: Sequence[Stored]
    ) -> Accepted:
        duplicates = 0
        for entry, alert, what in zip(entries, owners, stored, strict=True):
            if alert.status is Status.RESOLVED or what.code == "R":
                self._placed.pop(alert.fingerprint, None)
            if what.duplicate and not entry.copy:
                duplicates += 1
        return Accepted(
            len(alerts) - duplicates,
            duplicates,
            tuple(dict.fromkeys(what.incident for what in stored if what.incident)),
        )


def _entry(alert: Alert, placement: Placement, key: str, lead: bytes, now: float) -> Entry:
    class_id, class_json, slos = _packed_class(placement.alert_class)
    body = pack_alert(alert)
    guide = 1 if b'"guide":{' in lead else 0
    return Entry(
        incident_key=key,
        incident_id=_spoken_id(key, now),
        meta=_meta(placement),
        class_id=class_id,
        class_json=class_json,
        slos=slos,
        fingerprint=alert.fingerprint,
        status=alert.status,
        starts_at=alert.starts_at,
        ends_at=alert.ends_at,
        expires_at=alert.expires_at,
        rank=_RANKS.get(alert.severity.lower(), DEFAULT_RANK) * 2 + guide,
        rule=alert.rule[:RULE_LIMIT],
        where=_where(alert),
        body=body,
        body_hash=blake2b(body, digest_size=8).hexdigest(),
        lead=lead,
        copy=placement.copy or placement.alert_class.kind is Kind.NOTICE,
    )


def _meta(placement: Placement) -> bytes:
    return orjson.dumps(
        {
            "receiver": placement.receiver,
            "route": placement.route,
            "group": dict(placement.group),
            "wait": placement.group_wait_s,
            "repeat": placement.repeat_interval_s,
        }
    )


@lru_cache(maxsize=4096)
def _packed_class(alert_class: AlertClass) -> tuple[str, bytes, tuple[str, ...]]:
    packed = pack_class(alert_class)
    return (
        blake2b(packed, digest_size=4).hexdigest(),
        packed,
        tuple(cover.slo for cover in alert_class.covers),
    )


def _spoken_id(key: str, now: float) -> str:
    """Return an id short enough to say aloud; used only if the incident is a new one."""
    digest = blake2b(f"{key}@{now:.6f}".encode(), digest_size=5).digest()
    return "E-" + b32encode(digest).decode()[:6]


def _where(alert: Alert) -> str:
    for name in _PLACES:
        if alert.labels.get(name):
            return alert.labels[name][:RULE_LIMIT]
    return ""


def _lead(alert: Alert, rules: Rules, kind: Kind) -> Lead:
    summary = next((alert.annotations[name] for name in _SUMMARIES if alert.annotations.get(name)), "")
    return Lead(
        source=alert.source,
        rule=alert.rule,
        severity=alert.severity,
        summary=summary[:SUMMARY_LIMIT],
        url=alert.generator_url,
        guide=guide_of(alert, rules),
        facts=dict(alert.annotations) if kind is Kind.NOTICE else {},
    )
