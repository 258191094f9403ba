"""Routing as the file has it: the route tree, receivers, and what Alertmanager calls inhibition and time intervals."""

from typing import Literal

from pydantic import Field

from router.config.durations import Duration
from router.config.schema_auth import Section

Locale = Literal["en", "ja"]

_MATCHERS = 'Conditions on labels, all of which must hold: `label="value"`, with `=`, `!=`, `=~` or `!~`.'
_LATER = "Checked, but not acted on yet."


class Slack(Section):
    """Where a receiver is told in Slack."""

    channel: str = Field(min_length=1, description="Channel of pages: its id, or `#name`.", examples=["C0SRE"])
    ticket_channel: str = Field("", description="Channel of tickets; empty: as pages.", examples=["C0TICKETS"])
    fallback_channel: str = Field(
        "",
        description="Where it is said when the channel is gone or the router is not in it.",
        examples=["C0OPS"],
    )
    mention: str = Field("", description="Whom a page mentions, in Slack's own form.", examples=["<!subteam^S0SRE>"])


class ReceiverSection(Section):
    """A team, and how it is told."""

    name: str = Field(min_length=1, description="What routes call it.", examples=["sre"])
    timezone: str = Field("", description="Time zone of the team; empty: the one of the root.", examples=["Asia/Tokyo"])
    locale: Locale | None = Field(None, description="Language of its messages; default: the root's.", examples=["ja"])
    slack: Slack = Field(description="Where it is told in Slack.", examples=["{channel: C0SRE}"])


class RouteSection(Section):
    """A node of the route tree, as Alertmanager's: an alert goes to the deepest node that matches it.

    `receiver`, `group_by`, `group_wait` and `repeat_interval` are inherited from the parent.
    """

    receiver: str = Field("", description="Who is told; the root must name one.", examples=["sre"])
    matchers: list[str] = Field([], description=_MATCHERS, examples=["['team=\"payments\"']"])
    match: dict[str, str] = Field(
        {}, description="Deprecated by Alertmanager: exact values; use `matchers`.", examples=["{team: payments}"]
    )
    match_re: dict[str, str] = Field(
        {}, description="Deprecated by Alertmanager: expressions; use `matchers`.", examples=["{team: pay.*}"]
    )
    group_by: list[str] | None = Field(
        None,
        description="Alerts that share these labels are one incident. `slo` stands for the SLO that an alert "
        "threatens (its rule, where there is none); `...` for every label. Default: `[slo]`.",
        examples=["[slo]"],
    )
    group_wait: Duration | None = Field(
        None, description="How long a new incident waits for its other alerts. Default: 10s.", examples=["10s"]
    )
    group_interval: Duration | None = Field(
        None, description=f"As Alertmanager's. {_LATER} Incidents are edited in place as they change.", examples=["5m"]
    )
    repeat_interval: Duration | None = Field(
        None, description="After how long an open incident is told again. Default: 4h.", examples=["4h"]
    )
    continue_: bool = Field(
        False, alias="continue", description="Also try the siblings after this one.", examples=["true"]
    )
    mute_time_intervals: list[str] = Field(
        [], description=f"Names of `time_intervals` in which nobody is told. {_LATER}", examples=["[nights]"]
    )
    active_time_intervals: list[str] = Field(
        [], description=f"Names of `time_intervals` outside of which nobody is told. {_LATER}", examples=["[office]"]
    )
    routes: "list[RouteSection]" = Field(
        [],
        description="Children, tried in order; the first that matches wins.",
        examples=["- {matchers: ['team=\"payments\"'], receiver: payments}"],
    )


class InhibitRule(Section):
    """A firing alert that silences others, as Alertmanager's. Checked, but not acted on yet."""

    name: str = Field("", description="A name for people.", examples=["outage hides latency"])
    source_matchers: list[str] = Field([], description="The alert that inhibits.", examples=["['alertname=\"Down\"']"])
    target_matchers: list[str] = Field([], description="The alerts inhibited.", examples=["['severity=\"warning\"']"])
    source_match: dict[str, str] = Field(
        {}, description="Deprecated; use `source_matchers`.", examples=["{alertname: Down}"]
    )
    source_match_re: dict[str, str] = Field(
        {}, description="Deprecated; use `source_matchers`.", examples=["{alertname: Down}"]
    )
    target_match: dict[str, str] = Field(
        {}, description="Deprecated; use `target_matchers`.", examples=["{severity: warning}"]
    )
    target_match_re: dict[str, str] = Field(
        {}, description="Deprecated; use `target_matchers`.", examples=["{severity: warning}"]
    )
    equal: list[str] = Field([], description="Labels that both must share.", examples=["[cluster]"])


class Times(Section):
    """A part of a day."""

    start_time: str = Field(pattern=r"^\d\d:\d\d$", description="From, hh:mm.", examples=["09:00"])
    end_time: str = Field(pattern=r"^\d\d:\d\d$", description="To, hh:mm; 24:00 is midnight.", examples=["17:00"])


class Span(Section):
    """Times that meet every condition given."""

    times: list[Times] = Field(
        [], description="Parts of the day.", examples=['[{start_time: "09:00", end_time: "17:00"}]']
    )
    weekdays: list[str] = Field([], description="Days of the week.", examples=["['monday:friday']"])
    days_of_month: list[str] = Field([], description="Days of the month.", examples=["['1:5', '-3:-1']"])
    months: list[str] = Field([], description="Months.", examples=["['january:march']"])
    years: list[str] = Field([], description="Years.", examples=["['2026:2028']"])
    location: str = Field("", description="Time zone; default UTC.", examples=["Asia/Tokyo"])


class TimeInterval(Section):
    """A named set of times, as Alertmanager's. Checked, but not acted on yet."""

    name: str = Field(min_length=1, description="What routes call it.", examples=["nights"])
    time_intervals: list[Span] = Field(
        [], description="The times that belong to it.", examples=["[{weekdays: [sunday]}]"]
    )
