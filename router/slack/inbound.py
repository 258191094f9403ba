"""What Slack sends us, as values: clicks, submitted modals, shortcuts, commands and events.

The same over HTTP and over Socket Mode (docs.slack.dev: interactivity, slash commands, Events API, Socket Mode).
`router.slack.payloads` reads them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from router.errors import PayloadError
from router.incident import Person

ORGANISATION = "E"
"""How the id of an organisation (Enterprise Grid) begins; a workspace's begins with T."""


class Kind(StrEnum):
    """The three doors that Slack knocks at; the last part of the path, and a metric's label."""

    INTERACTIONS = "interactions"
    COMMANDS = "commands"
    EVENTS = "events"


class InboundError(PayloadError):
    """What was sent is none of Slack's forms, or lacks what every such form has; it says what, and quotes nothing."""


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
    """Empty where Slack does not say (commands, most events)."""
    enterprise: str = ""
    """The organisation that the workspace is part of (Enterprise Grid)."""
    app: str = ""
    channel: str = ""
    trigger_id: str = field(default="", repr=False)
    answer_url: str = field(default="", repr=False)
    locale: str = ""


def foreign(origin: Origin, workspace: str) -> bool:
    """Return whether the person belongs elsewhere (Slack Connect); `workspace` is where the bot is at home.

    The person's home must be the workspace; a home that Slack does not name counts as the team's. Some people of an
    organisation have it for their home (E...): they belong here if they come from this workspace, as part of that very
    organisation. Where the bot serves a whole organisation, its id is the workspace: then the person must be of it,
    or of the team that the request came from, as part of it. Without a workspace to compare with, all are foreign.
    """
    home = origin.home or origin.team
    if not (home and workspace):
        return True
    if home == workspace:
        return False
    if home.startswith(ORGANISATION):
        return not (home == origin.enterprise and origin.team == workspace)
    if workspace.startswith(ORGANISATION):
        return not (workspace == origin.enterprise and home == origin.team)
    return True


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
