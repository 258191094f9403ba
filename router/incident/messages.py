"""What people are told: everything a message is drawn from, and the order to put it into Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from router.gate import Kind, Outcome, Reason
from router.incident.handling import Handling
from router.slo.verdict import Assessment


class Phase(StrEnum):
    """Where a told incident stands."""

    FIRING = "firing"
    BURNING = "burning"
    """Its alerts are gone, but a covering SLO is still at the page tier."""
    MUTED = "muted"
    """Its alerts fire, and all of them are kept quiet: by a silence, an inhibition or a mute time."""
    RESOLVED = "resolved"


class Say(StrEnum):
    """The kinds of message an incident can need."""

    ROOT = "root"
    """The one message of the incident: posted once, edited in place afterwards."""
    CAUSES = "causes"
    """First thread reply: the alerts by rule; posted once, edited in place."""
    BROADCAST = "broadcast"
    """Thread reply that also shows in the channel: it fired again, or a ticket became a page."""
    REPLY = "reply"
    """Thread reply that shows in the thread only: it mentions somebody whom it concerns."""


class Call(StrEnum):
    """Why a broadcast reply calls for attention."""

    REFIRED = "refired"
    ESCALATED = "escalated"
    """A ticket became a page, or what was forwarded unjudged now threatens an SLO."""
    REPEATED = "repeated"
    """Still firing after `repeat_interval`."""
    UNACKNOWLEDGED = "unacknowledged"
    """Nobody has taken the page yet: an escalation step mentions somebody else."""
    WOKEN = "woken"
    """A snooze is over (or was cut short because it got worse), and it still fires."""
    UNMUTED = "unmuted"
    """What kept it quiet is over, and it still fires."""
    BURNS_ON = "burns_on"
    """Its alerts are kept quiet, and its SLO still burns at page level."""
    HANDED_OVER = "handed_over"
    """A REPLY: somebody was given the incident."""
    FORGOTTEN = "forgotten"
    """A REPLY: its owner is asked whether they still have it."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The on-call guide: what to do about it, one click away."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class SloFacts:
    """An SLO as people need to read it, with what it says now."""

    id: str
    title: str
    service: str
    target: float
    period: str
    assessment: Assessment
    cuj: str = ""
    impact: str = ""
    first_action: str = ""


@dataclass(frozen=True, slots=True)
class CauseKind:
    """All alerts of one rule in an incident, as one row."""

    rule: str
    where: str
    """What they share or the first of them concerns: "checkout-api", "node-17 and 4 more"."""
    first_at: float
    last_at: float
    firing: int
    total: int


@dataclass(frozen=True, slots=True)
class MutedBy:
    """What keeps alerts of an incident quiet. `name` is a silence's id, a mute time's name, an inhibiting rule."""

    reason: Reason
    name: str
    by: str = ""
    """Owner of a silence as people are called (untrusted)."""
    person: str = ""
    """Their Slack id, "" where it is not known."""
    comment: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Everything a message is drawn from; pure data, so that rendering needs nothing else.

    All strings that come from senders are untrusted. `slo` is the worst covering SLO, None where none is mapped.
    """

    incident: str
    """The id people say aloud: "E-7KQ2M"."""
    say: Say
    phase: Phase
    outcome: Outcome
    reason: Reason
    kind: Kind
    title: str
    started_at: float
    now: float
    summary: str = ""
    severity: str = ""
    source: str = ""
    slo: SloFacts | None = None
    other_slos: tuple[SloFacts, ...] = ()
    guide: Guide | None = None
    source_url: str = ""
    mention: str = ""
    """The receiver's configured mention (trusted, from configuration), "" for none."""
    causes: tuple[CauseKind, ...] = ()
    """The loudest kinds, at most 20, ordered by first seen."""
    kinds_total: int = 0
    alerts_firing: int = 0
    alerts_total: int = 0
    told_at: float | None = None
    ended_at: float | None = None
    refires: int = 0
    escalated: bool = False
    """It was a ticket first, and is a page now."""
    call: Call | None = None
    """For a BROADCAST: why it is posted."""
    left_out: bool = False
    """The sender cut its group: alerts that should be here are not."""
    would: Outcome | None = None
    """Shadow mode: what enforce mode would have done."""
    would_reason: Reason | None = None
    budget_cost: float | None = None
    """Part of the SLO's budget (0..1) spent between start and end of the incident."""
    notice: Mapping[str, str] | None = None
    """Facts of a notice by name, for kind NOTICE: what, since, forwarded, affected, detail."""
    key: str = ""
    """The incident's key: with its id the opaque value of a button, "{key}.{id}"."""
    interactive: bool = False
    """Whether Slack can send us clicks: without, only buttons that open an address are drawn."""
    timezone: str = "UTC"
    """The receiver's time zone (IANA name), for times that Slack cannot show in the reader's own."""
    handling: Handling = field(default_factory=Handling)
    muted_by: tuple[MutedBy, ...] = ()
    alerts_muted: int = 0
    """Firing alerts that are kept quiet."""
    flapping: int = 0
    """How often it fired again within the last 30 minutes, 0 unless that is often enough to be called flapping."""
    first_team: str = ""
    """On a message that was escalated to another receiver: the name of the one that did not acknowledge it."""
    call_mention: str = ""
    """For a call: whom it mentions (trusted, from configuration, or a Slack user id as "<@U...>")."""


@dataclass(frozen=True, slots=True)
class Order:
    """One message to put into Slack: a new post (`ts` is "") or an edit of `ts`.

    `delivery_id` stays the same for every attempt at the same message. `intent_at` is set when an earlier attempt
    may already have reached Slack: look it up before posting again. `lookups` counts the fruitless look-ups so far.
    """

    view: View
    channel: str
    delivery_id: str
    locale: str = "en"
    ts: str = ""
    thread_ts: str = ""
    fallback_channel: str = ""
    intent_at: float | None = None
    lookups: int = 0
    urgent: bool = True
    """False for what can wait: pages, calls, what people did and what is over overtake it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Slack has the message: where it stands now. `degraded` names what had to be left out or rerouted."""

    channel: str
    ts: str
    degraded: str = ""
