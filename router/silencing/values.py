"""What a silence is asked for with, what becomes of that, and what it would keep quiet."""

from dataclasses import dataclass

from router.alert import Matcher
from router.errors import RouterError


@dataclass(frozen=True, slots=True)
class Draft:
    """A silence as somebody asks for it. With `id` it replaces that one, as far as time allows.

    `starts_at` and `ends_at` are Unix seconds; a start that has passed is now.
    """

    matchers: tuple[Matcher, ...]
    starts_at: float
    ends_at: float
    created_by: str
    comment: str
    id: str = ""
    person: str = ""
    """Slack id of the owner, "" where it comes through the API."""
    channel: str = ""
    thread_ts: str = ""
    """The message it is made from, "" where there is none."""
    name: str = ""
    """The same for every delivery of the same wish, which makes one silence; "" where each is another."""


class SilenceError(RouterError):
    """A silence cannot be as asked: `problem` says why, `field` names the field of the draft that must change.

    `fault` is a value of router.mute.Fault, for words in another language; "" where there is no silence of that id.
    """

    def __init__(self, problem: str, field: str, fault: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.field = field
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Preview:
    """What matchers meet."""

    alerts: int = 0
    """Firing now."""
    slos: tuple[str, ...] = ()
    """Titles of the SLOs that those alerts can threaten, in order."""
    firings: int = 0
    """Of the last week."""
    told: int = 0
    """Firings of the last week that people were told about."""
