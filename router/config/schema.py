"""The configuration file as it is written: names, defaults and descriptions of every key.

The JSON Schema and docs/configuration.md are generated from here (router.config.reference).
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from router.config.durations import Duration
from router.config.schema_auth import Auth, Basic, HttpUrl, Section
from router.config.schema_mute import InhibitRule, SilencesSection, TimeInterval
from router.config.schema_receiver import Locale, ReceiverSection
from router.config.schema_report import HistorySection, PagesSection, ReportSection, StatisticsSection
from router.config.schema_route import RouteSection
from router.gate import Mode

SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]


class SourceSection(Section):
    """One sender. Its name in the configuration is the last part of its URL: `POST /webhook/<name>`."""

    type: Literal["alertmanager", "alertmanager-api", "datadog"] = Field(
        description="What it sends: Alertmanager's webhook; alerts as Prometheus pushes them to Alertmanager's "
        "API v2; Datadog's webhook.",
        examples=["alertmanager"],
    )
    auth: Auth = Field(Auth(), description="How it proves itself.", examples=['{bearer: "${ALERTMANAGER_TOKEN:-}"}'])


class SloSourceSection(Section):
    """Where the numbers of SLOs come from."""

    type: Literal["prometheus"] = Field(
        description="`prometheus`: anything that answers Prometheus' query API.", examples=["prometheus"]
    )
    url: HttpUrl = Field(description="Its base URL.", examples=["${PROMETHEUS_URL:-http://127.0.0.1:9090}"])
    headers: dict[str, str] = Field(
        {}, description="Headers of every query, for example a tenant.", examples=["{X-Scope-OrgID: shop}"], repr=False
    )
    bearer: str = Field("", description="Token of `Authorization: Bearer`.", examples=["${PROM_TOKEN}"], repr=False)
    bearer_file: str = Field("", description="File that holds the token.", examples=["/run/secrets/prometheus"])
    basic: Basic | None = Field(
        None, description="User name and password.", examples=['{username: router, password: "${PROM_PASSWORD}"}']
    )
    timeout: Duration = Field(5.0, gt=0, description="How long one query may take.", examples=["5s"])


class EvaluationSection(Section):
    """How often the SLO sources are asked."""

    interval: Duration = Field(30.0, ge=1, le=300, description="Time between two looks at every SLO.", examples=["30s"])
    gap_after: Duration = Field(
        60.0,
        ge=0,
        description="A page-tier burn that no alert covers for this long is a detection gap, and pages.",
        examples=["1m"],
    )


class GateSection(Section):
    """How long the gate may hold an alert that still fires. It is never dropped while it fires."""

    watch: Duration = Field(
        900.0, gt=0, description="Held for a few bad events only: forwarded after this long.", examples=["15m"]
    )
    hold: Duration = Field(
        86_400.0, gt=0, description="Held without a break: becomes one ticket, fix or delete.", examples=["24h"]
    )


class MappingSection(Section):
    """Which SLOs an alert can threaten. The first rule that matches wins."""

    matchers: list[str] = Field(
        description="Conditions on the alert's labels; all must hold.", examples=["['service=\"checkout\"']"]
    )
    slos: list[str] = Field(
        min_length=1,
        description="SLOs by id. The first names the incident; the gate judges all of them.",
        examples=["[checkout-availability]"],
    )


class BypassSection(Section):
    """Alerts that no SLO can judge in time: security, data loss, certificates. They are forwarded as they come."""

    matchers: list[str] = Field(
        min_length=1,
        description="Conditions on the alert's labels; all must hold.",
        examples=["['category=~\"security|data-loss\"']"],
    )


class GuideSection(Section):
    """The on-call guide of alerts that bring none (`runbook_url`). The first rule that matches wins."""

    matchers: list[str] = Field(description="Conditions; none: every alert.", examples=["['service=\"checkout\"']"])
    title: str = Field("", description="What the button says.", examples=["Payment errors"])
    url: HttpUrl = Field(description="Where the guide is.", examples=["https://guides.example.com/checkout"])


class HeartbeatSection(Section):
    """A dead-man's switch, `POST /heartbeat/<name>`. Checked, but not acted on yet."""

    name: SourceName = Field(description="The last part of its URL.", examples=["prometheus"])
    interval: Duration = Field(gt=0, description="It must come at least this often.", examples=["5m"])
    receiver: str = Field("", description="Who is told when it stays away.", examples=["sre"])


class Root(Section):
    """The configuration file, config/router.yaml."""

    mode: Mode = Field(
        Mode.ENFORCE,
        description="`enforce`: the gate decides. `shadow`: it decides and records, and everything is forwarded.",
        examples=["shadow"],
    )
    timezone: str = Field("UTC", description="Time zone of people and reports (IANA name).", examples=["Asia/Tokyo"])
    locale: Locale = Field("en", description="Language of messages: `en` or `ja`.", examples=["ja"])
    durability: Literal["L1", "L2"] = Field(
        "L1",
        description="When a sender is answered. `L1`: once Redis has the alerts in its append-only file's buffer "
        "(survives the end of any process). `L2`: once they are on disk (survives the end of the machine).",
        examples=["L2"],
    )
    external_url: str = Field(
        "",
        pattern=r"^(https?://[^\s]+)?$",
        description="How people reach this router, for links in messages.",
        examples=["https://router.example.com"],
    )
    sources: dict[SourceName, SourceSection] = Field(
        min_length=1, description="Who sends alerts, by name.", examples=["alertmanager: {type: alertmanager}"]
    )
    slo_sources: dict[str, SloSourceSection] = Field(
        {},
        description="Where the numbers of SLOs come from, by name. The first one measures every SLO that names none.",
        examples=["prometheus: {type: prometheus, url: http://127.0.0.1:9090}"],
    )
    slos: list[str] = Field(
        [],
        description="Files of SLOs (OpenSLO v1, Sloth, Pyrra), as paths or globs relative to this file.",
        examples=["[slos/*.yaml]"],
    )
    slo_evaluation: EvaluationSection = Field(
        EvaluationSection(), description="How often SLOs are measured.", examples=["{interval: 30s}"]
    )
    gate: GateSection = Field(GateSection(), description="How long it may hold.", examples=["{watch: 15m, hold: 24h}"])
    mapping: list[MappingSection] = Field(
        [],
        description="Which SLOs an alert can threaten, in order.",
        examples=["- {matchers: ['service=\"checkout\"'], slos: [checkout-availability]}"],
    )
    slo_scope_labels: list[str] = Field(
        ["operation", "cuj"],
        description="Labels that narrow an alert down. An SLO without the alert's value of one of them may raise an "
        "alert, but not clear it.",
        examples=["[operation, cuj]"],
    )
    bypass: list[BypassSection] = Field(
        [], description="Alerts that are never gated.", examples=["- {matchers: ['category=\"security\"']}"]
    )
    guides: list[GuideSection] = Field(
        [],
        description="On-call guides for alerts that bring none, in order.",
        examples=["- {matchers: ['service=\"checkout\"'], url: https://guides.example.com/checkout}"],
    )
    route: RouteSection = Field(
        description="The root of the route tree.", examples=["{receiver: sre, group_by: [slo]}"]
    )
    receivers: list[ReceiverSection] = Field(
        min_length=1, description="The teams.", examples=["- {name: sre, slack: {channel: C0SRE}}"]
    )
    inhibit_rules: list[InhibitRule] = Field(
        [],
        description="Which firing alerts keep others quiet, as Alertmanager's.",
        examples=["- {source_matchers: ['alertname=\"Down\"'], target_matchers: ['severity=\"warning\"']}"],
    )
    time_intervals: list[TimeInterval] = Field(
        [],
        description="Named times for `mute_time_intervals` and `active_time_intervals` of a route, as Alertmanager's.",
        examples=["- {name: weekend, time_intervals: [{weekdays: [saturday, sunday]}]}"],
    )
    silences: SilencesSection = Field(
        SilencesSection(), description="What people's silences may be.", examples=["{max_duration: 7d}"]
    )
    report: ReportSection | None = Field(
        None,
        description="The weekly report of all teams together.",
        examples=['{channel: C0SRE, weekday: monday, time: "09:00"}'],
    )
    history: HistorySection = Field(
        HistorySection(), description="How long the past is kept.", examples=["{firings: 90d, rollups: 761d}"]
    )
    statistics: StatisticsSection = Field(
        StatisticsSection(), description="Spans and thresholds of the statistics.", examples=["{wolves_least: 3}"]
    )
    pages: PagesSection = Field(
        PagesSection(), description="The web pages.", examples=['{auth: {bearer: "${PAGES_TOKEN:-}"}}']
    )
    heartbeats: list[HeartbeatSection] = Field(
        [],
        description="Dead-man's switches. Checked, but not acted on yet.",
        examples=["- {name: prometheus, interval: 5m}"],
    )
