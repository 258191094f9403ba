"""The configuration as one frozen value: what the rest of the router is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from router.classify import Rules
from router.errors import Finding
from router.gate import Policy
from router.incident.life import EscalationStep
from router.mute.times import Intervals
from router.noise.values import Settings
from router.slo.objective import Objective


@dataclass(frozen=True, slots=True)
class Auth:
    """How a sender proves itself; every credential is optional, none at all is allowed on loopback only.

    `repr` never shows a secret.
    """

    bearer: tuple[str, ...] = field(default=(), repr=False)
    """Accepted tokens (several while one is rotated)."""
    basic: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Accepted (username, password) pairs."""
    header: tuple[str, str] | None = field(default=None, repr=False)
    """A header's name and the value it must have."""

    @property
    def required(self) -> bool:
        """Whether any credential is configured."""
        return bool(self.bearer or self.basic or self.header)


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One configured sender. `type` is a key of router.sources.SOURCES."""

    name: str
    type: str
    auth: Auth = field(default_factory=Auth)


@dataclass(frozen=True, slots=True)
class SloSourceConfig:
    """Where SLO numbers come from; `type` is "prometheus". Headers and credentials are secrets."""

    name: str
    type: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class SlackTarget:
    """Where a receiver's messages go in Slack; tickets to `ticket_channel`, without one to `channel`."""

    channel: str
    ticket_channel: str = ""
    fallback_channel: str = ""
    mention: str = ""
    webhook: str = field(default="", repr=False)
    """Address of an incoming webhook, a secret: the reduced mode without edits, threads and buttons that act."""


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """When and where a weekly report goes; `weekday` 0 is Monday, `minute` counts from local midnight.

    A receiver's own report speaks of its firings only, in its own language and time zone; `channel` "" is where the
    receiver is told.
    """

    channel: str
    weekday: int = 0
    minute: int = 540


@dataclass(frozen=True, slots=True)
class Receiver:
    """A team: where it is told, in which language and time zone."""

    name: str
    slack: SlackTarget
    timezone: ZoneInfo
    locale: str = "en"
    escalation: tuple[EscalationStep, ...] = ()
    """What happens while nobody acknowledges a page, in order; at most three steps."""
    remind_acknowledged_s: float = 7_200.0
    """After this long an owner is asked whether they still have it; 0 for never."""
    morning: int = 540
    """When a working day begins, minutes from local midnight: a snooze until the next working morning ends then."""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Days on which somebody works; 0 is Monday."""
    report: WeeklyReport | None = None
    """Its own weekly report."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """An Alertmanager that gets a copy of every silence; its headers may hold credentials."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """What a silence may be, and when people hear of it; seconds."""

    longest_s: float = 30 * 86_400.0
    ending_s: float = 900.0
    """So long before its end it is told, if it still keeps something quiet."""
    idle_s: float = 86_400.0
    """One that has met no alert for so long is told."""
    mirrors: tuple[Mirror, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How often the SLO sources are asked; seconds."""

    interval_s: float = 30.0
    gap_after_s: float = 60.0
    """A page-tier burn that no alert covers for this long is a detection gap."""


@dataclass(frozen=True, slots=True)
class HistoryPolicy:
    """How long is kept what happened; seconds."""

    firings_s: float = 90 * 86_400.0
    """Every firing, what people did, and what the SLOs said each minute."""
    rollups_s: float = 761 * 86_400.0
    """Sums by day: 25 months."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user's files say; `findings` are warnings, for errors never become a value."""

    policy: Policy
    timezone: ZoneInfo
    locale: str
    sources: Mapping[str, SourceConfig]
    slo_sources: Mapping[str, SloSourceConfig]
    objectives: Mapping[str, Objective]
    evaluation: Evaluation
    rules: Rules
    receivers: Mapping[str, Receiver]
    durability: str = "L1"
    """L1: answered once Redis has it in its append-only file's buffer; L2: once that is on disk (WAITAOF)."""
    external_url: str = ""
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    """Hash of everything read, to tell one configuration from another."""
    files: tuple[str, ...] = ()
    """Every file read, for watching."""
    report: WeeklyReport | None = None
    time_intervals: Intervals = field(default_factory=dict)
    silences: SilencePolicy = field(default_factory=SilencePolicy)
    history: HistoryPolicy = field(default_factory=HistoryPolicy)
    statistics: Settings = field(default_factory=Settings)
    pages_auth: Auth = field(default_factory=Auth)
    """Who may see the pages and their JSON: a bearer token; without one they answer on loopback only."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says (contract: Environment); secrets are never shown by `repr`."""

    listen_host: str = "127.0.0.1"
    listen_port: int = 8080
    data_dir: str = ".data"
    workers: int = 1
    redis_url: str = field(default="", repr=False)
    slack_bot_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_api_url: str = ""
    config: str = "config/router.yaml"
    """ROUTER_CONFIG: the configuration file, where a command is not told another."""
