"""What the dialogue is drawn from: plain facts, read from the state by router.respond. Pure.

Strings that came from senders or people are untrusted; drawing escapes them.
"""

from dataclasses import dataclass

from router.gate import Outcome, Reason
from router.incident import Person, Phase, SloFacts
from router.mute import Silence
from router.slack.values import Target
from router.slo.objective import Place, Tier


@dataclass(frozen=True, slots=True)
class IncidentShown:
    """One open incident as a line of a list. `phase` is None while people are about to be told."""

    target: Target
    title: str
    phase: Phase | None
    outcome: Outcome | None
    since: float
    url: str = ""
    """Of its message in Slack."""
    owner: Person | None = None
    snoozed_until: float | None = None
    guide: str = ""
    """Address of the guide."""

    @property
    def needs_somebody(self) -> bool:
        """Whether it is a page, or came through unjudged, and fires, and nobody has it."""
        waiting = self.outcome in (Outcome.PAGE, Outcome.FORWARD, None) and self.phase in (Phase.FIRING, None)
        return waiting and self.owner is None and self.snoozed_until is None


@dataclass(frozen=True, slots=True)
class HeldShown:
    """Alerts of one rule that are held in one incident."""

    rule: str
    where: str
    alerts: int
    since: float
    incident: str
    """The spoken id."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that stands. The sequences are cut to what is shown, the totals are not; SLOs come worst first."""

    now: float
    timezone: str
    slos: tuple[SloFacts, ...] = ()
    slos_total: int = 0
    slos_threatened: int = 0
    incidents: tuple[IncidentShown, ...] = ()
    incidents_total: int = 0
    held: tuple[HeldShown, ...] = ()
    held_kinds: int = 0
    held_alerts: int = 0
    silences: tuple[Silence, ...] = ()
    silences_total: int = 0


@dataclass(frozen=True, slots=True)
class Touch:
    """What matchers would keep quiet; `problem` says why they cannot be read, "" when they can."""

    alerts: int = 0
    slos: tuple[str, ...] = ()
    firings: int = 0
    told: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SilenceForm:
    """The silence modal as it stands: `choices` are durations by value, None seconds for the next working morning."""

    matchers: str
    choices: tuple[tuple[str, float | None], ...]
    longest_s: float
    chosen: str = ""
    hours: str = ""
    comment: str = ""
    touch: Touch | None = None


@dataclass(frozen=True, slots=True)
class WhyShown:
    """Why something was told, held or dropped: the decision, and the numbers it was made from."""

    id: str
    at: float
    timezone: str
    outcome: Outcome
    reason: Reason
    rule: str
    where: str
    text: str
    """The recorded reason in one line, in the person's language."""
    slo: SloFacts | None = None
    tier: Tier | None = None
    """What would page, where an SLO decides."""
    place: Place | None = None
    """Where the SLO is defined."""
    url: str = ""
    missed: Target | None = None
    """Names the incident for "It should have paged"; None where people were paged."""
    others: tuple[Outcome, ...] = ()
    """Other classes of alerts in the incident, decided otherwise."""
    silences: tuple[Silence, ...] = ()
    """Those that keep it quiet."""
