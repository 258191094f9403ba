"""OpenSLO v1 `timeWindow`: rolling or calendar, without ever assuming a time zone."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from router.slo.formats.document import Item
from router.slo.formats.fields import DEFAULT_WINDOW, check_keys, entries, seconds_of
from router.slo.formats.notes import Notes
from router.slo.objective import Calendar, TimeWindow

_DURATION: Final = re.compile(r"(\d+)([mhdwMQY])")
_CALENDAR_UNITS: Final = "dwMQY"


def window_of(spec: Item, notes: Notes) -> TimeWindow:
    """Return the one time window of an SLO; 28 days rolling with a deviation where it has none."""
    found = entries(spec, "timeWindow", notes)
    if not found:
        notes.deviation(
            spec.place, "no timeWindow; 28d rolling is assumed", "add timeWindow: [{duration: 28d, isRolling: true}]"
        )
        return DEFAULT_WINDOW
    if len(found) > 1:
        notes.deviation(found[1].place, "more than one timeWindow; the first counts", "keep one")
    check_keys(found[0], ("duration", "isRolling", "calendar"), notes)
    return _window(found[0], notes)


def _window(item: Item, notes: Notes) -> TimeWindow:
    text = item.text("duration")
    parsed, length_s = _DURATION.fullmatch(text), seconds_of(text)
    if parsed is None or not length_s:
        mend = "write a number and one of m h d w M Q Y, as in 30d"
        notes.deviation(item.place, f"the duration {text!r} is not OpenSLO's; 28d is assumed", mend)
        return DEFAULT_WINDOW
    calendar = _calendar(item, int(parsed[1]), parsed[2], notes) if _is_calendar(item, notes) else None
    return TimeWindow(length_s, text, calendar)


def _is_calendar(item: Item, notes: Notes) -> bool:
    rolling, calendar = item.get("isRolling"), item.get("calendar")
    if rolling is not None and rolling.value is True:
        if calendar is not None:
            mend = "remove calendar, or set isRolling: false"
            notes.deviation(calendar.place, "a rolling window has a calendar; the calendar is ignored", mend)
        return False
    if calendar is None:
        mend = "add isRolling: true, or a calendar"
        notes.deviation(item.place, "a window that is not rolling needs a calendar; taken as rolling", mend)
    return calendar is not None


def _calendar(item: Item, count: int, unit: str, notes: Notes) -> Calendar | None:
    """Return the calendar, or None (judged as rolling) when it does not say when windows start."""
    calendar = item.get("calendar")
    if calendar is None:
        return None
    check_keys(calendar, ("startTime", "timeZone"), notes)
    if unit not in _CALENDAR_UNITS:
        mend = "use d, w, M, Q or Y, or isRolling: true"
        notes.deviation(item.place, f"no calendar has windows of {count}{unit}; taken as rolling", mend)
        return None
    zone = _zone(calendar, notes)
    start = _start(calendar, zone, notes)
    return Calendar(start, zone, count, unit) if zone is not None and start else None


def _zone(calendar: Item, notes: Notes) -> ZoneInfo | None:
    name = calendar.text("timeZone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, no zone's name, a folder of zones
        mend = "name an IANA zone, as in Europe/Berlin or UTC"
        notes.deviation(calendar.place, f"the timeZone {name!r} is unknown; the window is taken as rolling", mend)
    return None


def _start(calendar: Item, zone: ZoneInfo | None, notes: Notes) -> str:
    text = calendar.text("startTime")
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        mend = 'write local time, as in "2026-01-01 00:00:00"'
        notes.deviation(calendar.place, f"the startTime {text!r} is no time; the window is taken as rolling", mend)
        return ""
    if start.tzinfo is not None and zone is not None:
        mend = "write local time without an offset; timeZone says the zone"
        notes.deviation(calendar.place, "startTime bears an offset; converted to timeZone", mend)
        start = start.astimezone(zone)
    return start.strftime("%Y-%m-%d %H:%M:%S")
