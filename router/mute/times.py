"""Mute times: when a route tells nobody (Alertmanager, package timeinterval). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

Range = tuple[int, int]
"""First and last value, both inside; for `times` minutes from midnight, the last one outside."""


@dataclass(frozen=True, slots=True)
class Span:
    """Instants that meet every condition given; an empty condition is met by every instant.

    `days_of_month` may be negative, counted from the month's end (-1 is its last day). Weekdays: 0 is Sunday, months
    and days begin at 1 (as Alertmanager counts).
    """

    zone: ZoneInfo
    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()


Intervals = Mapping[str, tuple[Span, ...]]
"""Named time intervals: an instant belongs to one when it is in any of its spans."""


def muting_intervals(mute: Sequence[str], active: Sequence[str], intervals: Intervals, now: float) -> tuple[str, ...]:
    """Return the names of the intervals that keep a route quiet now, () where it tells.

    Quiet inside any of `mute`, and outside all of `active` where there is one. Names that are not defined (any more)
    keep nobody quiet.
    """
    raise NotImplementedError
