"""The route tree as the file has it."""

from pydantic import Field

from router.config.durations import Duration
from router.config.schema_auth import Section

_MATCHERS = 'Conditions on labels, all of which must hold: `label="value"`, with `=`, `!=`, `=~` or `!~`.'


class RouteSection(Section):
    """A node of the route tree, as Alertmanager's: an alert goes to the deepest node that matches it.

    `receiver`, `group_by`, `group_wait` and `repeat_interval` are inherited from the parent; mute times are not.
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
        None,
        description="As Alertmanager's. Checked, but not acted on yet. Incidents are edited in place as they change.",
        examples=["5m"],
    )
    repeat_interval: Duration | None = Field(
        None, description="After how long an open incident is told again. Default: 4h.", examples=["4h"]
    )
    continue_: bool = Field(
        False, alias="continue", description="Also try the siblings after this one.", examples=["true"]
    )
    mute_time_intervals: list[str] = Field(
        [],
        description="Names of `time_intervals` in which nobody is told; what fires in them is told after them, if it "
        "still fires. Not at the root.",
        examples=["[nights]"],
    )
    active_time_intervals: list[str] = Field(
        [],
        description="Names of `time_intervals` outside of which nobody is told, like `mute_time_intervals`.",
        examples=["[office]"],
    )
    routes: "list[RouteSection]" = Field(
        [],
        description="Children, tried in order; the first that matches wins.",
        examples=["- {matchers: ['team=\"payments\"'], receiver: payments}"],
    )
