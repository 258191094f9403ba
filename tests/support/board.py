"""Stand-ins for what respond reads: incidents, the decision log and silences, as a test has written them down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from router.alert import Alert, Matcher
from router.errors import UnavailableError
from router.incident import Incident
from router.mute import Silence
from router.respond.parts import Wish, WishError
from router.state.board import Audit
from tests.support.state import START


def unavailable() -> UnavailableError:
    return UnavailableError("away", code="oom")


@dataclass
class Outage:
    """Whether the state can be reached."""

    on: bool = False

    def check(self) -> None:
        if self.on:
            raise unavailable()


@dataclass
class StandBoard:
    """What stands in the state, as written down."""

    outage: Outage
    known: list[Incident] = field(default_factory=list)
    log: list[Mapping[str, Any]] = field(default_factory=list)
    firings: list[Mapping[str, Any]] = field(default_factory=list)
    firing: dict[str, list[Alert]] = field(default_factory=dict)
    held: int = 0

    async def incidents(self, limit: int) -> Sequence[Incident]:
        self.outage.check()
        return self.known[:limit]

    async def incident(self, key: str) -> Incident | None:
        self.outage.check()
        return next((each for each in self.known if each.key == key), None)

    async def find(self, spoken: str) -> str | None:
        self.outage.check()
        return next((each.key for each in self.known if each.id == spoken), None)

    async def decisions(self, incident_id: str, limit: int) -> Sequence[Mapping[str, Any]]:
        self.outage.check()
        return [each for each in reversed(self.log) if each["incident"] == incident_id][:limit]

    async def recent(self, rule: str, limit: int) -> Sequence[Mapping[str, Any]]:
        self.outage.check()
        return [each for each in reversed(self.firings) if each["rule"] == rule][:limit]

    async def firing_in(self, incident_key: str) -> list[tuple[str, Alert]]:
        self.outage.check()
        return [("c1", alert) for alert in self.firing.get(incident_key, [])]

    async def audit(self, now: float) -> Audit:
        self.outage.check()
        return Audit(held=self.held)


@dataclass(frozen=True)
class StandPreview:
    alerts: int = 3
    slos: tuple[str, ...] = ("Checkout availability",)
    firings: int = 41
    told: int = 3


@dataclass
class StandSilencing:
    """Keeps silences in a list; refuses what a test says."""

    outage: Outage
    kept: list[Silence] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    refusal: WishError | None = None

    async def add(self, wish: Wish, /) -> Silence:
        self.outage.check()
        if self.refusal is not None:
            raise self.refusal
        self.wishes.append(wish)
        silence = Silence("5b1d", wish.matchers, START, wish.ends_at, wish.by.name, wish.comment, START)
        self.kept.append(silence)
        return silence

    async def expire(self, silence_id: str, by: str, /) -> Silence | None:
        return self._changed(silence_id, START)

    async def extend(self, silence_id: str, seconds: float, by: str, /) -> Silence | None:
        if self.refusal is not None:
            raise self.refusal
        old = next((each for each in self.kept if each.id == silence_id), None)
        return self._changed(silence_id, old.ends_at + seconds if old is not None else 0.0)

    def _changed(self, name: str, ends_at: float) -> Silence | None:
        self.outage.check()
        for at, each in enumerate(self.kept):
            if each.id == name:
                self.kept[at] = replace(each, ends_at=ends_at)
                return self.kept[at]
        return None

    async def list(self) -> Sequence[Silence]:
        self.outage.check()
        return tuple(self.kept)

    async def preview(self, matchers: tuple[Matcher, ...], now: float, /) -> StandPreview:
        self.outage.check()
        return StandPreview()
