"""The workspace behind the stand-in: channels, tokens, and every message ever posted, with its history."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.testing.modals import Views
from router.testing.people import Ephemeral, Person, UserGroup
from router.testing.triggers import Triggers
from router.testing.uploads import Files

ALL_SCOPES = frozenset(
    {
        "chat:write", "chat:write.public", "channels:read", "groups:read", "channels:history", "groups:history",
        "channels:join", "commands", "users:read", "users:read.email", "usergroups:read", "files:read", "files:write",
        "reactions:write", "team:read",
    }
)  # fmt: skip
TOKEN = "xoxb-stand-in"  # noqa: S105 - opens nothing: the stand-in's own fixture
APP_TOKEN = "xapp-stand-in"  # noqa: S105 - likewise
CHANNEL = "C0SRE"


@dataclass(slots=True)
class Channel:
    """A channel fixture; change its fields between calls to archive it, close it or throw the app out."""

    id: str
    name: str = ""
    private: bool = False
    member: bool = True
    """Whether the app is in it."""
    archived: bool = False
    read_only: bool = False
    thread_only: bool = False
    threads: bool = True
    outsiders: frozenset[str] = frozenset()
    """Ids of people who are not in it."""


@dataclass(slots=True)
class Token:
    """A token fixture. `state` is active, revoked, expired or inactive; `kind` is bot or app."""

    value: str = field(default=TOKEN, repr=False)
    app: str = "A0ROUTER"
    scopes: frozenset[str] = ALL_SCOPES
    state: str = "active"
    kind: str = "bot"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a message said before one edit, and when it was edited."""

    at: float
    text: str
    blocks: list[dict[str, Any]]


@dataclass(slots=True)
class Message:
    """One message as it stands now; `edits` holds what it said before, oldest first."""

    channel: str
    ts: str
    text: str
    app: str
    posted_at: float
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    thread_ts: str = ""
    broadcast: bool = False
    edits: list[Edit] = field(default_factory=list)
    deleted: bool = False

    def wire(self, *, with_metadata: bool) -> dict[str, Any]:
        """Return it as Slack's methods show it."""
        shown: dict[str, Any] = {"type": "message", "ts": self.ts, "text": self.text, "app_id": self.app}
        shown["bot_id"] = "B" + self.app[1:]
        optional = {
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "metadata": self.metadata if with_metadata else None,
            "subtype": "thread_broadcast" if self.broadcast else "tombstone" if self.deleted else None,
        }
        return copy.deepcopy(shown | {key: value for key, value in optional.items() if value})


@dataclass(slots=True)
class Workspace:
    """Channels by id, tokens by value and the ledger of messages, in the order of posting."""

    now: Callable[[], float]
    channels: dict[str, Channel] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict, repr=False)
    messages: list[Message] = field(default_factory=list)
    edit_window_s: float | None = None
    """How long after posting a message can be edited; None for ever."""
    people: dict[str, Person] = field(default_factory=dict)
    groups: list[UserGroup] | None = field(default_factory=list)
    """None: a plan without user groups."""
    ephemerals: list[Ephemeral] = field(default_factory=list)
    views: Views = field(init=False)
    files: Files = field(default_factory=Files)
    triggers: Triggers = field(init=False)
    address: str = ""
    """Where the stand-in listens: http://127.0.0.1:port."""
    _by_key: dict[tuple[str, str], Message] = field(default_factory=dict)
    _micros: int = 0

    def __post_init__(self) -> None:
        self.triggers = Triggers(self.now)
        self.views = Views(int(self.now()))

    @property
    def app(self) -> Token:
        """The first bot's token: the app that hooks and interactions belong to."""
        return next((each for each in self.tokens.values() if each.kind == "bot"), Token())

    def find_channel(self, name: str) -> Channel | None:
        """Return a channel by its id, or by its name with or without "#"."""
        if name in self.channels:
            return self.channels[name]
        bare = name.removeprefix("#")
        return next((each for each in self.channels.values() if bare and each.name == bare), None)

    def find(self, channel: str, ts: str) -> Message | None:
        """Return the message with this key, deleted or not."""
        return self._by_key.get((channel, ts))

    def next_ts(self) -> str:
        """Return a timestamp later than every one before; two posts in one microsecond differ."""
        self._micros = max(self._micros + 1, round(self.now() * 1e6))
        return f"{self._micros // 1_000_000:010d}.{self._micros % 1_000_000:06d}"

    def store(self, message: Message) -> None:
        """Add a message to the ledger."""
        self.messages.append(message)
        self._by_key[message.channel, message.ts] = message

    def replies(self, root: Message) -> list[Message]:
        """Return the living replies of a message, oldest first."""
        return [
            each
            for each in self.messages
            if each.channel == root.channel and each.thread_ts == root.ts and each.ts != root.ts and not each.deleted
        ]

    def visible(self, channel: str) -> Iterable[Message]:
        """Return what the channel shows, newest first: roots, broadcast replies, placeholders of dead parents."""
        shown = [each for each in self.messages if each.channel == channel and self._shows(each)]
        return reversed(shown)

    def _shows(self, message: Message) -> bool:
        if message.deleted:
            return bool(self.replies(message))
        return not message.thread_ts or message.broadcast


def workspace_of(now: Callable[[], float], channels: Iterable[Channel] = (), tokens: Iterable[Token] = ()) -> Workspace:
    """Return a workspace with these fixtures; without any, one public channel C0SRE and one bot with all scopes."""
    rooms: Mapping[str, Channel] = {each.id: each for each in channels} or {CHANNEL: Channel(CHANNEL, "sre")}
    keys: Mapping[str, Token] = {each.value: each for each in tokens} or _default_tokens()
    return Workspace(now, dict(rooms), dict(keys))


def _default_tokens() -> dict[str, Token]:
    link = Token(APP_TOKEN, scopes=frozenset({"connections:write"}), kind="app")
    return {TOKEN: Token(), APP_TOKEN: link}
