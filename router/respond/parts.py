"""What respond works with; rooms that it must not import are met by shape."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from router.alert import Alert, Matcher
from router.config.values import Config, Receiver
from router.errors import RouterError
from router.incident import Act, Incident, Person
from router.mute import Silence
from router.slack.answering import Shown
from router.slack.message import Message
from router.state.acts import Put
from router.state.board import Audit
from router.state.clock import Clock
from router.state.slos import Watched


class Acts(Protocol):
    """Where people's acts are stored."""

    async def put(self, key: str, act: Act, now: float) -> Put:
        """Store an act durably and make its incident due; raises UnavailableError."""
        ...


class Board(Protocol):
    """What stands in the state. Every call may raise UnavailableError."""

    async def incidents(self, limit: int, /) -> Sequence[Incident]:
        """Return unfinished incidents, those that people know of first; those that are only watched are held."""
        ...

    async def incident(self, key: str, /) -> Incident | None:
        """Return one incident, None where it is not stored any more."""
        ...

    async def find(self, spoken: str, /) -> str | None:
        """Return the key of the unfinished incident that people call so ("E-7KQ2MA")."""
        ...

    async def decisions(self, incident_id: str, limit: int, /) -> Sequence[Mapping[str, Any]]:
        """Return the newest entries of the decision log about an incident (router.dispatch.journal), newest first."""
        ...

    async def recent(self, rule: str, limit: int, /) -> Sequence[Mapping[str, Any]]:
        """Return the newest firings of a rule, as history records, newest first."""
        ...

    async def firing_in(self, incident_key: str, /) -> list[tuple[str, Alert]]:
        """Return (class id, alert) of alerts that fire in an incident."""
        ...

    async def audit(self, now: float, /) -> Audit:
        """Return how many firings are held."""
        ...


class Slos(Protocol):
    """The newest snapshots."""

    async def load(self, slos: Iterable[str]) -> Mapping[str, Watched]: ...


class Preview(Protocol):
    """What matchers meet: alerts that fire now, titles of their SLOs, firings of the last week, those told of them."""

    @property
    def alerts(self) -> int: ...

    @property
    def slos(self) -> tuple[str, ...]: ...

    @property
    def firings(self) -> int: ...

    @property
    def told(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A silence as somebody asks for it in Slack; it begins at once."""

    matchers: tuple[Matcher, ...]
    ends_at: float
    by: Person
    comment: str
    channel: str = ""
    thread_ts: str = ""
    """The message it is made from, "" where there is none."""
    name: str = ""
    """The same for every delivery of the same wish."""


class WishError(RouterError):
    """A silence cannot be as asked: `problem` says why, `field` is matchers, ends_at or comment."""

    def __init__(self, problem: str, field: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.field = field


class Silencing(Protocol):
    """Silences; every call may raise UnavailableError."""

    async def add(self, wish: Wish, /) -> Silence:
        """Store a silence durably; raises WishError."""
        ...

    async def expire(self, silence_id: str, by: str, /) -> Silence | None:
        """End a silence now; None where there is none of that id."""
        ...

    async def extend(self, silence_id: str, seconds: float, by: str, /) -> Silence | None:
        """Make a silence last longer; None where none of that id still stands. Raises WishError."""
        ...

    async def list(self) -> Sequence[Silence]:
        """Return the silences, those that are over among them."""
        ...

    async def preview(self, matchers: tuple[Matcher, ...], now: float, /) -> Preview:
        """Return what a silence would keep quiet."""
        ...


class Missed(Protocol):
    """Where people's reports of missed pages are kept."""

    async def report(self, by: Person, at: float, slo: str, when: float, text: str, name: str, /) -> bool:
        """Store a report durably, once for each id; `when` is when it should have paged. Raises UnavailableError."""
        ...


class Answers(Protocol):
    """Says something to one person (router.slack.answering.Answering)."""

    async def answer(
        self, url: str, message: Message, *, replace: bool = False, delete: bool = False, in_thread: str = ""
    ) -> str: ...


class Views(Protocol):
    """Shows modals and the app's home (router.slack.answering.Views)."""

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> Shown: ...

    async def update(self, view_id: str, view: Mapping[str, Any], mark: str = "", /) -> Shown: ...

    async def publish(self, user: str, view: Mapping[str, Any]) -> Shown: ...


class Names(Protocol):
    """What people are called (router.slack.names.Names)."""

    async def of(self, user: str, /) -> str:
        """Return the name of the person with this id, "" where nobody says it in time; may raise UnavailableError."""
        ...


class Meter(Protocol):
    """What respond counts: `what` a closed list of names, `result` as in `router.respond.talk.Result`."""

    def interaction(self, what: str, result: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What respond works with."""

    acts: Acts
    board: Board
    slos: Slos
    silencing: Silencing
    missed: Missed
    answers: Answers
    views: Views
    names: Names
    meter: Meter
    clock: Clock
    config: Callable[[], Config]
    workspace: Callable[[], str]
    """Id of the workspace (or organisation) where the bot is at home, "" while it is not known."""
    team_url: Callable[[], str]
    """Address of the workspace with a slash at its end ("https://acme.slack.com/"), "" while it is not known."""
    wake: Callable[[], None]
    """Look at due incidents at once."""
    alarm: Callable[[str], Awaitable[None]]
    """Slack took the app or its token away (app_uninstalled, tokens_revoked)."""
    broken_channel: Callable[[str, str], Awaitable[None]]
    """A channel does not take messages any more, and why (is_archived)."""

    async def find(self, spoken: str) -> Incident | None:
        """Return the unfinished incident that people call so; raises UnavailableError."""
        key = await self.board.find(spoken) if spoken else None
        return await self.board.incident(key) if key is not None else None

    def receiver(self, incident: Incident | None) -> Receiver:
        """Return the team of an incident, the first route's where it is not known."""
        config = self.config()
        receivers, usual = config.receivers, config.rules.route.receiver
        return receivers.get(incident.receiver, receivers[usual]) if incident is not None else receivers[usual]
