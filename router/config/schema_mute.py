"""What keeps alerts quiet, as the file has it: inhibition and time intervals as Alertmanager's, rules for silences."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from router.config.durations import Duration
from router.config.schema_auth import Basic, HttpUrl, Section


def _written(value: Any) -> Any:
    """Return a list with its whole numbers as texts: `[1, 2026]` is how people write a day or a year."""
    return [str(each) if type(each) is int else each for each in value] if isinstance(value, list) else value


Texts = Annotated[list[str], BeforeValidator(_written, json_schema_input_type=list[str | int])]
"""A list of single values and ranges: "monday", "monday:friday", 1, "-3:-1"."""
_Label = Annotated[str, StringConstraints(min_length=1)]


class InhibitRule(Section):
    """A firing alert that keeps others quiet, as Alertmanager's.

    Alerts that meet the target side are quiet while one that meets the source side fires with the same values of
    `equal`. An alert that meets both sides is not inhibited by another that does.
    """

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
    equal: list[_Label] = Field(
        [], description="Labels that both must share; one that is absent from both is shared.", examples=["[cluster]"]
    )


class Times(Section):
    """A part of a day. Over midnight it takes two: until 24:00, and from 00:00."""

    start_time: str = Field(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", description="From, hh:mm.", examples=["09:00"]
    )
    end_time: str = Field(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$",
        description="Until before, hh:mm; 24:00 is midnight.",
        examples=["17:00"],
    )


class Span(Section):
    """Times that meet every condition given. A condition is a list of single values and ranges, `first:last`."""

    times: list[Times] = Field(
        [], description="Parts of the day.", examples=['[{start_time: "09:00", end_time: "17:00"}]']
    )
    weekdays: Texts = Field([], description="Days of the week, which begins on Sunday.", examples=["['monday:friday']"])
    days_of_month: Texts = Field(
        [], description="Days of the month; -1 is its last day.", examples=["['1:5', '-3:-1']"]
    )
    months: Texts = Field([], description="Months, by name or number.", examples=["['january:march', 12]"])
    years: Texts = Field([], description="Years.", examples=["['2026:2028']"])
    location: str = Field("", description="Time zone; default UTC.", examples=["Asia/Tokyo"])


class TimeInterval(Section):
    """A named set of times, as Alertmanager's."""

    name: str = Field(min_length=1, description="What routes call it.", examples=["nights"])
    time_intervals: list[Span] = Field(
        [], description="The times that belong to it.", examples=["[{weekdays: [sunday]}]"]
    )


class MirrorSection(Section):
    """An Alertmanager that gets a copy of every silence."""

    url: HttpUrl = Field(description="Its base URL.", examples=["http://alertmanager:9093"])
    headers: dict[str, str] = Field(
        {},
        description="Headers of every request, for example a tenant.",
        examples=["{X-Scope-OrgID: shop}"],
        repr=False,
    )
    bearer: str = Field("", description="Token of `Authorization: Bearer`.", examples=["${MIRROR_TOKEN}"], repr=False)
    bearer_file: str = Field("", description="File that holds the token.", examples=["/run/secrets/mirror"])
    basic: Basic | None = Field(
        None, description="User name and password.", examples=['{username: router, password: "${MIRROR_PASSWORD}"}']
    )


class SilencesSection(Section):
    """What a silence may be, when people hear of it, and who gets a copy."""

    max_duration: Duration = Field(30 * 86_400.0, gt=0, description="The longest silence.", examples=["7d"])
    remind_before: Duration = Field(
        900.0,
        gt=0,
        description="So long before its end a silence that still keeps something quiet is told.",
        examples=["30m"],
    )
    idle_after: Duration = Field(
        86_400.0, gt=0, description="A silence that met no alert for this long is told.", examples=["3d"]
    )
    mirror: list[MirrorSection] = Field(
        [],
        description="Alertmanagers that get a copy of every silence.",
        examples=["[{url: 'http://alertmanager:9093'}]"],
    )
