"""What an incident is: what is true now, what people were last told, and what must be remembered between two looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from router.gate import AlertClass, Decision, Held, Outcome, Reason
from router.incident.handling import Act, Handling
from router.incident.messages import Call, CauseKind, Guide, Phase, Say


class Stage(StrEnum):
    """Where an incident is as a whole; label of the metric `incidents`."""

    WATCHING = "watching"
    """Held: nobody was told."""
    WAITING = "waiting"
    """To be told as soon as group_wait is over."""
    OPEN = "open"
    BURNING = "burning"
    MUTED = "muted"
    """Told, and kept quiet now."""
    RESOLVED = "resolved"
    ENDED = "ended"
    """Over without anybody being told."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """`after_s` from the first telling without an acknowledgement: another mention, or another receiver is told."""

    after_s: float
    mention: str = ""
    receiver: str = ""
    channel: str = ""
    """Where that receiver is told."""


@dataclass(frozen=True, slots=True)
class Life:
    """The durations of an incident's life, in seconds."""

    rejudge_s: float = 30.0
    """While something is held or burns, it is judged again this often (the SLO evaluation interval)."""
    edit_s: float = 5.0
    """Changed facts are edited into a message at most this often; chat.update is the scarce resource."""
    numbers_s: float = 60.0
    """Numbers alone are refreshed this often."""
    broadcast_s: float = 1_800.0
    """At most one broadcast for re-firing in this time (flapping)."""
    remind_s: float = 7_200.0
    """An owner is asked again after this long whether they still have it; 0 for never."""
    steps: tuple["EscalationStep", ...] = ()
    """What happens while nobody acknowledges a page, in order; at most three."""
    forget_s: float = 1_800.0
    """A finished incident is kept this long: firing again within it reopens the same message."""


@dataclass(frozen=True, slots=True)
class Root:
    """One message in Slack and what it shows: `material` and `numbers` are digests of the drawn view."""

    channel: str
    ts: str
    material: str
    numbers: str
    edited_at: float
    asked: str = ""
    """The channel it was meant for: Slack may have named it otherwise, or it went to the fallback channel."""
    episode: int = 0
    """Which episode of the incident it last spoke of: the value of `Told.refires` then."""
    acts: int = 0
    """How many of people's acts it shows (`Handling.acts`)."""
    receiver: str = ""
    """The receiver it was escalated to, "" for the incident's own."""

    @property
    def place(self) -> str:
        """The channel by which it is found again."""
        return self.asked or self.channel


@dataclass(frozen=True, slots=True)
class Told:
    """What people were last told about an incident."""

    roots: tuple[Root, ...] = ()
    """The root message; a second one where a ticket became a page in another channel (the last leads)."""
    causes: Root | None = None
    phase: Phase | None = None
    """What people know of this episode, None while they have not heard of it. RESOLVED: every message says so."""
    outcome: Outcome | None = None
    """The loudest that people were told in this episode; before that, in the one before."""
    at: float | None = None
    """When people were first told in this episode."""
    refires: int = 0
    """How often it fired again: the number of the episode, from 0."""
    broadcast_at: float | None = None
    pending: Call | None = None
    """A broadcast or reply that is owed."""
    budget_at_start: float | None = None
    refired_at: tuple[float, ...] = ()
    """When it fired again, the newest last; as many as flapping needs."""
    refire_told_at: float | None = None
    """When people were last called because it fired again; other calls do not damp that."""
    unmuted_told_at: float | None = None
    """When people were last called because it was quiet no more."""

    @property
    def live(self) -> tuple[Root, ...]:
        """The messages that speak of this episode; those of earlier ones stand as they are."""
        return tuple(root for root in self.roots if root.episode == self.refires)


@dataclass(frozen=True, slots=True)
class Intent:
    """A message that was begun: stored before the call, so that after a crash nobody has to guess.

    A post is looked up before it is repeated. An edit (`ts` is the message) is made again: what Slack shows may be
    older or newer than what was stored, or a new message where Slack had lost the old one.
    """

    say: Say
    delivery_id: str
    channel: str
    at: float
    lookups: int = 0
    tries: int = 0
    ts: str = ""
    receiver: str = ""
    """The receiver it is escalated to."""
    call: Call | None = None
    """Why a reply calls for attention."""


@dataclass(frozen=True, slots=True)
class Loud:
    """The loudest decision for a class in this episode; it never gets quieter again while the episode lasts."""

    outcome: Outcome
    reason: Reason
    at: float
    would: Outcome | None = None
    would_reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """What led an episode that people were told is over: for its message, which people may still mark."""

    class_id: str
    loud: Loud
    ended_at: float
    budget_left: float | None = None
    """Of the SLO that decided, as the message told it: what is spent later is not this episode's."""


@dataclass(frozen=True, slots=True)
class Mind:
    """What must be remembered between two looks, by class id."""

    loud: Mapping[str, Loud] = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    """The decision last written to the log, "outcome reason"."""
    baseline: int = 0
    """For a notice: how many firings had been forwarded unjudged before it."""
    over: Over | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """The alert that speaks for the incident: the most severe, preferably one with a guide."""

    source: str = ""
    rule: str = ""
    severity: str = ""
    summary: str = ""
    url: str = ""
    guide: Guide | None = None
    left_out: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    """Annotations of a notice."""


@dataclass(frozen=True, slots=True)
class ClassState:
    """The alerts of one class in an incident."""

    alert_class: AlertClass
    firing: int
    unsettled: int = 0
    """Firings without a settled outcome, held ones among them."""
    held: int = 0
    """Those of them that are held; all of these still fire."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as stored. `generation` grows with every change of its alerts."""

    key: str
    id: str
    opened_at: float
    generation: int
    receiver: str
    group: Mapping[str, str]
    group_wait_s: float
    repeat_interval_s: float
    classes: Mapping[str, ClassState]
    kinds: tuple[CauseKind, ...]
    firing: int
    total: int
    unsettled: int
    lead: Lead = field(default_factory=Lead)
    stage: Stage = Stage.WATCHING
    ended_at: float | None = None
    told: Told = field(default_factory=Told)
    mind: Mind = field(default_factory=Mind)
    intent: Intent | None = None
    handling: Handling = field(default_factory=Handling)
    acts: tuple[Act, ...] = ()
    """What people did and nobody has taken notice of yet, oldest first."""
    route: str = ""
    """Position of its route in the tree when it began."""
    mute_times: tuple[str, ...] = ()
    """Names of the time intervals in which its route tells nobody; as they were when it began."""
    active_times: tuple[str, ...] = ()
    """Names of the time intervals outside of which its route tells nobody."""


def quietest_first(outcome: Outcome | None) -> int:
    """Return an order of loudness: a page outranks a forward, a forward a ticket; 0 for what is not told."""
    order = (Outcome.TICKET, Outcome.FORWARD, Outcome.PAGE)
    return order.index(outcome) + 1 if outcome in order else 0


def louder(one: Outcome, other: Outcome | None) -> bool:
    """Return whether an outcome is louder than what was told before."""
    return quietest_first(one) > quietest_first(other)


def as_loud(decision: Decision, now: float) -> Loud:
    """Return a telling decision as it is remembered."""
    return Loud(decision.outcome, decision.reason, now, decision.would, decision.would_reason)
