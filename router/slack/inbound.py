"""What Slack sends us, as values: clicks, submitted modals, shortcuts, commands and events.

The same over HTTP and over Socket Mode (docs.slack.dev: interactivity, slash commands, Events API, Socket Mode).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from router.incident import Person


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent it and where answers can go. `id` is the same for every delivery of the same thing.

    `team` is the workspace it came from, `home` the one that the person belongs to: they differ for guests of a
    shared channel (Slack Connect), who are refused. `answer_url` is a secret good for 30 minutes and five answers;
    `trigger_id` opens one modal within three seconds.
    """

    id: str
    person: Person
    at: float
    team: str = ""
    home: str = ""
    app: str = ""
    channel: str = ""
    trigger_id: str = field(default="", repr=False)
    answer_url: str = field(default="", repr=False)
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A button or an entry of a menu (`block_actions`). `value` is the button's or the chosen entry's.

    `selected` holds what a menu of people or channels chose; `view` is set where the click was made in a modal or
    on the app's home, else `message_ts` and perhaps `thread_ts`.
    """

    origin: Origin
    action: str
    value: str = ""
    selected: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    ephemeral: bool = False
    view: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted modal (`view_submission`): its inputs by `block_id`, each a text or a list of texts."""

    origin: Origin
    callback: str
    private: str
    values: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    view_id: str = ""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut on a message (`message_action`) or anywhere (`shortcut`, without a channel)."""

    origin: Origin
    callback: str
    message_ts: str = ""
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command with what was typed behind it."""

    origin: Origin
    command: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in Slack (`event_callback`); `id` of the origin is the event's."""

    origin: Origin
    type: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """Somebody closed a modal (`view_closed`), or something that needs no answer."""

    origin: Origin


Inbound = Click | Submission | Shortcut | Command | Event | Closed


@dataclass(frozen=True, slots=True)
class Taken:
    """What goes back within the 200 (or the socket's acknowledgement): None for an empty body."""

    body: Mapping[str, Any] | None = None
