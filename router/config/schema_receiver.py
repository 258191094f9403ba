"""Receivers as the file has them: where a team is told, what happens while nobody answers, when it works."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from router.config.durations import Duration
from router.config.schema_auth import Section, exactly_one
from router.config.schema_mute import Texts
from router.config.schema_report import TIME_OF_DAY, ReceiverReportSection

Locale = Literal["en", "ja"]


class Slack(Section):
    """Where a receiver is told in Slack: exactly one of `channel` and `webhook`.

    An incoming webhook is the reduced mode: one channel, chosen in Slack, and no edits, threads or buttons that act.
    """

    channel: str = Field("", min_length=1, description="Channel of pages: its id, or `#name`.", examples=["C0SRE"])
    ticket_channel: str = Field("", description="Channel of tickets; empty: as pages.", examples=["C0TICKETS"])
    fallback_channel: str = Field(
        "",
        description="Where it is said when the channel is gone or the router is not in it.",
        examples=["C0OPS"],
    )
    mention: str = Field("", description="Whom a page mentions, in Slack's own form.", examples=["<!subteam^S0SRE>"])
    webhook: SecretStr = Field(
        SecretStr(""),
        description="Address of an incoming webhook, which is a secret.",
        examples=["${SRE_WEBHOOK}"],
    )
    webhook_file: str = Field("", description="File that holds the address.", examples=["/run/secrets/sre-webhook"])

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        exactly_one(channel=self.channel, webhook=self.webhook.get_secret_value() or self.webhook_file)
        return self


class EscalationSection(Section):
    """One step while nobody acknowledges a page: exactly one of `mention` and `receiver`."""

    after: Duration = Field(gt=0, description="So long after the page was first told.", examples=["15m"])
    mention: str = Field("", description="Whom to mention now, in Slack's own form.", examples=["<!subteam^S0LEADS>"])
    receiver: str = Field("", description="Another receiver that is told as well.", examples=["managers"])

    @model_validator(mode="after")
    def _one_call(self) -> Self:
        exactly_one(mention=self.mention, receiver=self.receiver)
        return self


class WorkingHours(Section):
    """When a team works, in its time zone. A snooze until the next working morning ends at `start`."""

    start: str = Field(
        "09:00", pattern=TIME_OF_DAY, description="When a working day begins, hh:mm.", examples=["08:30"]
    )
    days: Texts = Field(
        ["monday:friday"], min_length=1, description="Days on which somebody works.", examples=["['monday:friday']"]
    )


class ReceiverSection(Section):
    """A team, and how it is told."""

    name: str = Field(min_length=1, description="What routes call it.", examples=["sre"])
    timezone: str = Field("", description="Time zone of the team; empty: the one of the root.", examples=["Asia/Tokyo"])
    locale: Locale | None = Field(None, description="Language of its messages; default: the root's.", examples=["ja"])
    slack: Slack = Field(description="Where it is told in Slack.", examples=["{channel: C0SRE}"])
    escalation: list[EscalationSection] = Field(
        [],
        max_length=3,
        description="What happens while nobody acknowledges a page, in order; at most three steps.",
        examples=['[{after: 15m, mention: "<!subteam^S0LEADS>"}, {after: 30m, receiver: managers}]'],
    )
    remind_acknowledged: Duration = Field(
        7_200.0,
        ge=0,
        description="After this long, and again each time, an owner is asked whether they still have it; `0s`: never.",
        examples=["4h"],
    )
    working_hours: WorkingHours = Field(
        WorkingHours(), description="When the team works.", examples=['{start: "08:30", days: ["monday:friday"]}']
    )
    report: ReceiverReportSection | None = Field(
        None, description="Its own weekly report, of its firings only.", examples=["{weekday: friday}"]
    )
