"""What a look asks for: one message at most, what is settled, and when to look again."""

from dataclasses import dataclass, field

from router.gate import Outcome, Reason
from router.incident.handling import Handling
from router.incident.life import Mind, Root, Stage, Told
from router.incident.messages import Call, Say


@dataclass(frozen=True, slots=True)
class Settle:
    """What becomes of a class' firings that have no settled outcome yet.

    `told_at` is set when people were told of them by this very message. `replace` also lifts firings of the class
    that were settled as ticket or forward to this louder outcome.
    """

    class_id: str
    outcome: Outcome
    reason: Reason
    told_at: float | None = None
    would: Outcome | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do at this look. `say` is None when no message is owed; `root` is the message to edit, None to post."""

    stage: Stage
    due_at: float
    mind: Mind
    told: Told
    settle: tuple[Settle, ...] = ()
    say: Say | None = None
    root: Root | None = None
    channel: str = ""
    thread: str = ""
    """For a reply: the root message it stands under."""
    call: Call | None = None
    forget: bool = False
    ended_at: float | None = None
    telling: bool = False
    """By this message people first hear of the episode, or that it has become louder."""
    mention: str = ""
    """Whom a call mentions; "" for the receiver's mention."""
    receiver: str = ""
    """The receiver that a message is escalated to, "" for the incident's own."""
    handling: Handling = field(default_factory=Handling)
    urgent: bool = True
    """False for what can wait for others."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Digests of the views as they would be drawn now: facts that matter, and numbers that merely move."""

    material: str
    numbers: str
    causes: str
    """Digest of the causes reply, "" when none is needed."""
