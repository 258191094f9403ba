"""Reports, what is kept, statistics and pages, as the file has them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from router.config.durations import Duration
from router.config.schema_auth import Files, Secrets, Section

TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAY_S = 86_400.0


def _share(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise PydanticCustomError("share", "not a share")
    return value


Share = Annotated[
    float, AfterValidator(_share), Field(allow_inf_nan=False, json_schema_extra={"minimum": 0, "maximum": 1})
]
"""A part of a whole, 0 to 1."""


class ReportSection(Section):
    """The weekly report of all teams together: which rules cried wolf, what to do about each, what was missed."""

    channel: str = Field(min_length=1, description="Where it goes.", examples=["C0SRE"])
    weekday: Weekday = Field("monday", description="On which day it tells of the week before.", examples=["monday"])
    time: str = Field("09:00", pattern=TIME_OF_DAY, description="At what local time, hh:mm.", examples=["09:00"])


class ReceiverReportSection(Section):
    """A receiver's own weekly report: of its firings only, in its language and time zone. `report: {}` is enough."""

    channel: str = Field("", description="Where it goes; empty: where the receiver is told.", examples=["C0PAY"])
    weekday: Weekday | None = Field(
        None, description="On which day; default: that of the root's report, or Monday.", examples=["friday"]
    )
    time: str | None = Field(
        None,
        pattern=TIME_OF_DAY,
        description="At what time of the receiver's zone, hh:mm; default: that of the root's report, or 09:00.",
        examples=["10:00"],
    )


class HistorySection(Section):
    """How long is kept what happened."""

    firings: Duration = Field(
        90 * DAY_S,
        ge=21 * DAY_S,
        le=400 * DAY_S,
        description="Every firing with its story, what people did, and what the SLOs said each minute.",
        examples=["90d"],
    )
    rollups: Duration = Field(
        761 * DAY_S,
        ge=62 * DAY_S,
        le=3_660 * DAY_S,
        description="Sums by day of each rule, service, SLO and team: 25 months.",
        examples=["761d"],
    )


class StatisticsSection(Section):
    """Spans and thresholds of the statistics; docs/statistics.md defines each. The defaults are its definitions."""

    chattering: Duration = Field(
        60.0, gt=0, description="Three firings of one alert that began within this are chattering.", examples=["60s"]
    )
    flapping: Duration = Field(3_600.0, gt=0, description="Within this they are flapping.", examples=["1h"])
    fleeting: Duration = Field(
        60.0, gt=0, description="A firing that lasted at most this is fleeting.", examples=["60s"]
    )
    standing: Duration = Field(
        DAY_S, gt=0, description="A firing that lasted at least this is standing.", examples=["24h"]
    )
    flood_begins: int = Field(
        10, ge=1, description="More firings of a team than this in ten minutes begin a flood.", examples=["10"]
    )
    flood_ends: int = Field(5, ge=1, description="Fewer than this in ten minutes end it.", examples=["5"])
    miss: Duration = Field(
        1_800.0,
        gt=0,
        description="A firing was missed whose SLO was threatened at most this long after it was let go.",
        examples=["30m"],
    )
    threat_apart: Duration = Field(
        1_800.0, gt=0, description="Threats of an SLO less than this apart are one.", examples=["30m"]
    )
    wolves_least: int = Field(
        3, ge=1, description="A rule is named as a wolf from so many wolves in the week on.", examples=["3"]
    )
    precision_most: Share = Field(0.1, description="And at no more than this precision.", examples=["0.1"])
    postmortem_share: Share = Field(
        0.05, description="A threat that cost this part of the error budget owes a postmortem.", examples=["0.05"]
    )
    shift_pages: int = Field(2, ge=1, description="Pages that a twelve-hour shift can bear.", examples=["2"])


class PagesAuthSection(Section):
    """Who may see the pages and their JSON. Without a token (or with empty ones only) they answer on loopback only."""

    bearer: Secrets = Field(
        [],
        description="Token of `Authorization: Bearer`; a list while one is rotated.",
        examples=["${PAGES_TOKEN:-}"],
    )
    bearer_file: Files = Field([], description="File (or files) of the token.", examples=["/run/secrets/pages"])


class PagesSection(Section):
    """The web pages, `/wolves` and `/review`, and the JSON of what they show."""

    auth: PagesAuthSection = Field(
        PagesAuthSection(), description="Who may see them.", examples=['{bearer: "${PAGES_TOKEN:-}"}']
    )
