"""Senders that behave like the real ones when the router answers badly, driven by an injected clock.

`Alertmanager` posts webhook version 4: it retries 5xx and network errors with a growing pause until the next flush of
its group, never 4xx; it tells of a resolved alert once, and repeats a group after its repeat interval
(notify/notify.go, notify/util.go). `Prometheus` posts to API v2: it never retries, sends every firing alert again
each minute and a resolved one for 15 minutes (notifier/, rules/alerting.go). Both log everything they sent.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from router.testing.clock import VirtualClock
from router.testing.firing import Firing, Sent, Transition, rfc3339

Door = Callable[[bytes], Awaitable[int]]
"""Posts a body and returns the HTTP status, 0 where no answer came."""

FIRST_RETRY_S = 0.5
RETRY_GROWTH = 1.5
LONGEST_RETRY_S = 60.0
RESOLVED_FOR_S = 15 * 60.0
BATCH = 256
_ZERO_TIME = "0001-01-01T00:00:00Z"


def http_door(session: aiohttp.ClientSession, url: str, *, bearer: str = "", timeout_s: float = 10.0) -> Door:
    """Return a door to a URL over real HTTP, with or without a bearer token."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    patience = aiohttp.ClientTimeout(total=timeout_s)

    async def knock(body: bytes) -> int:
        try:
            async with session.post(url, data=body, headers=headers, timeout=patience) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    return knock


class Sender(Protocol):
    """What `drive` needs of a sender."""

    def due_at(self) -> float | None:
        """Return when it wants to act next, None when never."""
        ...

    async def act(self) -> None:
        """Do what is due now."""
        ...


async def drive(clock: VirtualClock, senders: Sequence[Sender], until: float) -> None:
    """Move the clock to `until`, stopping wherever a sender is due; what is due at one instant runs in order."""
    while True:
        due = [(at, i) for i, sender in enumerate(senders) if (at := sender.due_at()) is not None and at <= until]
        if not due:
            clock.advance(max(until - clock(), 0.0))
            return
        at, chosen = min(due)
        clock.advance(max(at - clock(), 0.0))
        await senders[chosen].act()


@dataclass(slots=True)
class _Attempt:
    """A notification under way: what it says, when to try next, and when the next flush ends it."""

    body: bytes
    told: tuple[Transition, ...]
    next_at: float
    until: float
    pause_s: float = FIRST_RETRY_S


@dataclass(slots=True)
class Alertmanager:
    """One Alertmanager with one group: `fire` and `resolve` alerts, then `drive` it. `sent` is its log."""

    door: Door
    now: Callable[[], float]
    group_wait_s: float = 30.0
    group_interval_s: float = 300.0
    repeat_interval_s: float = 4 * 3600.0
    receiver: str = "router"
    group_labels: Mapping[str, str] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    _alerts: dict[str, Firing] = field(default_factory=dict)
    _flush_at: float | None = None
    _attempt: _Attempt | None = None
    _told_at: float | None = None
    _told: frozenset[Transition] = frozenset()

    def fire(self, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None) -> Firing:
        """Let an alert fire now; one that fires already stays as it is."""
        firing = Firing(dict(labels), self.now(), dict(annotations or {}))
        known = self._alerts.get(firing.fingerprint)
        if known is not None and known.ends_at is None:
            return known
        self._alerts[firing.fingerprint] = firing
        if self._flush_at is None:
            self._flush_at = self.now() + self.group_wait_s
        return firing

    def resolve(self, firing: Firing) -> None:
        """Let an alert resolve now."""
        firing.ends_at = self.now()

    def due_at(self) -> float | None:
        """Return when it wants to act next: a retry or a flush."""
        times = [at for at in (self._attempt.next_at if self._attempt else None, self._flush_at) if at is not None]
        return min(times, default=None)

    async def act(self) -> None:
        """Flush the group if its interval is over, else try the notification again if its pause is."""
        if self._flush_at is not None and self.now() >= self._flush_at:
            self._flush(self._flush_at)
        if self._attempt is not None and self.now() >= self._attempt.next_at:
            await self._try(self._attempt)

    def _flush(self, at: float) -> None:
        """Begin a notification of the group's state of this moment, where there is something to tell."""
        told = tuple(firing.transition() for firing in self._alerts.values())
        self._attempt = None
        self._flush_at = at + self.group_interval_s
        if self._needs_telling(told):
            self._attempt = _Attempt(self._body(), told, self.now(), at + self.group_interval_s)
        else:
            self._forget(told)

    def _needs_telling(self, told: Iterable[Transition]) -> bool:
        """Alertmanager's needsUpdate: something new fires, something told resolved, or the repeat is due."""
        firing = {each for each in told if each.status == "firing"}
        resolved = {each for each in told if each.status == "resolved"}
        if self._told_at is None:
            return bool(firing)
        if not firing <= self._told or not resolved <= self._told:
            return True
        return bool(firing) and self.now() - self._told_at >= self.repeat_interval_s

    async def _try(self, attempt: _Attempt) -> None:
        at = self.now()
        status = await self.door(attempt.body)
        self.sent.append(Sent(at, status, attempt.body, attempt.told))
        if 200 <= status < 300:
            self._succeed(attempt)
        elif status == 0 or status >= 500:
            attempt.next_at = self.now() + attempt.pause_s
            attempt.pause_s = min(attempt.pause_s * RETRY_GROWTH, LONGEST_RETRY_S)
            self._attempt = attempt if attempt.next_at < attempt.until else None
        else:
            self._attempt = None

    def _succeed(self, attempt: _Attempt) -> None:
        """Write the notification log: only now is it told."""
        self._attempt = None
        self._told_at = self.now()
        self._told = frozenset(attempt.told)
        self._forget(attempt.told)

    def _forget(self, settled: Iterable[Transition]) -> None:
        """Take resolved alerts out of the group once they were told, or need not be; an empty group ends."""
        for transition in settled:
            firing = self._alerts.get(transition.fingerprint)
            if firing is not None and firing.ends_at is not None and firing.transition() == transition:
                del self._alerts[transition.fingerprint]
        if not self._alerts:
            self._flush_at = None
            self._told_at, self._told = None, frozenset()

    def _body(self) -> bytes:
        firings = list(self._alerts.values())
        status = "firing" if any(each.ends_at is None for each in firings) else "resolved"
        body = {
            "version": "4",
            "groupKey": "{}:" + json.dumps(dict(self.group_labels), sort_keys=True),
            "truncatedAlerts": 0,
            "status": status,
            "receiver": self.receiver,
            "groupLabels": dict(self.group_labels),
            "commonLabels": _common([each.labels for each in firings]),
            "commonAnnotations": _common([each.annotations for each in firings]),
            "externalURL": "http://alertmanager.example:9093",
            "alerts": [_webhook_alert(each) for each in firings],
        }
        return json.dumps(body).encode()


def _webhook_alert(firing: Firing) -> dict[str, object]:
    return {
        "status": firing.transition().status,
        "labels": firing.labels,
        "annotations": firing.annotations,
        "startsAt": rfc3339(firing.starts_at),
        "endsAt": _ZERO_TIME if firing.ends_at is None else rfc3339(firing.ends_at),
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up&g0.tab=1",
        "fingerprint": firing.fingerprint,
    }


def _common(maps: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first = maps[0] if maps else {}
    return {name: value for name, value in first.items() if all(each.get(name) == value for each in maps)}


@dataclass(slots=True)
class Prometheus:
    """One Prometheus that uses the router as its Alertmanager (API v2). `sent` is its log."""

    door: Door
    now: Callable[[], float]
    resend_delay_s: float = 60.0
    evaluation_s: float = 15.0
    sent: list[Sent] = field(default_factory=list)
    _alerts: dict[str, Firing] = field(default_factory=dict)
    _sent_at: dict[str, float] = field(default_factory=dict)

    def fire(self, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None) -> Firing:
        """Let an alert fire now; one that fires already stays as it is."""
        firing = Firing(dict(labels), self.now(), dict(annotations or {}))
        known = self._alerts.get(firing.fingerprint)
        if known is not None and known.ends_at is None:
            return known
        self._alerts[firing.fingerprint] = firing
        self._sent_at.pop(firing.fingerprint, None)
        return firing

    def resolve(self, firing: Firing) -> None:
        """Let an alert resolve now; it is sent as resolved at once and for 15 minutes."""
        firing.ends_at = self.now()
        self._sent_at.pop(firing.fingerprint, None)

    def due_at(self) -> float | None:
        """Return when the next alert is to be sent (again)."""
        return min((self._due(firing) for firing in self._alerts.values()), default=None)

    async def act(self) -> None:
        """Send what is due in batches; a batch that fails is gone, and its alerts come again a minute later."""
        now = self.now()
        due = [firing for firing in self._alerts.values() if self._due(firing) <= now]
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            body = json.dumps([self._api_alert(firing, now) for firing in batch]).encode()
            status = await self.door(body)
            told = tuple(firing.transition() for firing in batch)
            self.sent.append(Sent(now, status, body, told))
        for firing in due:
            self._sent_at[firing.fingerprint] = now
            if firing.ends_at is not None and now + self.resend_delay_s > firing.ends_at + RESOLVED_FOR_S:
                del self._alerts[firing.fingerprint]

    def _due(self, firing: Firing) -> float:
        last = self._sent_at.get(firing.fingerprint)
        if last is not None:
            return last + self.resend_delay_s
        return firing.starts_at if firing.ends_at is None else firing.ends_at

    def _api_alert(self, firing: Firing, now: float) -> dict[str, object]:
        promised = now + 4 * max(self.evaluation_s, self.resend_delay_s)
        return {
            "annotations": firing.annotations,
            "endsAt": rfc3339(promised if firing.ends_at is None else firing.ends_at),
            "startsAt": rfc3339(firing.starts_at),
            "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up&g0.tab=1",
            "labels": firing.labels,
        }
