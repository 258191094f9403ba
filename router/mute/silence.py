"""A silence: who keeps which alerts quiet, why, and until when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from router.alert import Matcher, Operator, all_match

_PATIENCE_S = 1.0
"""A silence of exactly the longest duration, made a moment ago, is not too long."""


class SilenceState(StrEnum):
    """Where a silence stands at a given instant (Alertmanager's words)."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts that meet every matcher are quiet from `starts_at` until before `ends_at`.

    Owner, reason (`comment`) and end are mandatory. Once over it never comes back: to silence again is another silence.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: float
    ends_at: float
    created_by: str
    comment: str
    updated_at: float
    person: str = ""
    """Slack id of the owner, "" where it came through the API."""
    channel: str = ""
    thread_ts: str = ""
    """The message it was made from, "" where there was none."""
    mirrored: Mapping[str, str] = field(default_factory=dict)
    """Ids of its copies in Alertmanagers, by their URL."""

    def state(self, now: float) -> SilenceState:
        """Return where it stands: active from its start until before its end."""
        if now < self.starts_at:
            return SilenceState.PENDING
        return SilenceState.ACTIVE if now < self.ends_at else SilenceState.EXPIRED

    def mutes(self, labels: Mapping[str, str], now: float) -> bool:
        """Return whether it is active and meets the labels."""
        return self.state(now) is SilenceState.ACTIVE and all_match(self.matchers, labels)


# --- a silence that is posted: stored as it is, in place of what it was, or as another one


@dataclass(frozen=True, slots=True)
class Revision:
    """What is stored when somebody posts a silence.

    `silence` has the id "" where it is a new one: whoever stores it names it. `ended` is the one that it replaces,
    over now; None where it replaces none.
    """

    silence: Silence
    ended: Silence | None = None


def revised(old: Silence | None, wanted: Silence, now: float) -> Revision:
    """Return what becomes of a posted silence; `old` is the one that is stored under its id.

    Without an id it is a new one. With the same matchers and times that do not touch the past it is changed in place;
    otherwise the old one ends now and a new one begins. One that is over is never revived: posting it makes a new one
    (Alertmanager, silence.go: Set and canUpdate). Raises LookupError for an id under which nothing is stored.
    """
    if old is None:
        if wanted.id:
            raise LookupError(f"no silence {wanted.id}: post it without an id to make a new one")
        return Revision(_fresh(wanted, now))
    if _changes_in_place(old, wanted, now):
        return Revision(_changed(old, wanted, now))
    ended = expired(old, now)
    return Revision(_fresh(wanted, now), ended if ended != old else None)


def expired(silence: Silence, now: float) -> Silence:
    """Return a silence as it is once somebody ends it: over now; one that was over already stays as it was."""
    match silence.state(now):
        case SilenceState.PENDING:
            return replace(silence, starts_at=now, ends_at=now, updated_at=now)
        case SilenceState.ACTIVE:
            return replace(silence, ends_at=now, updated_at=now)
        case SilenceState.EXPIRED:
            return silence


def _fresh(wanted: Silence, now: float) -> Silence:
    """Return a new silence: it has no id and no copies yet, and cannot have begun in the past."""
    return replace(wanted, id="", starts_at=max(wanted.starts_at, now), updated_at=now, mirrored={})


def _changes_in_place(old: Silence, wanted: Silence, now: float) -> bool:
    if [str(each) for each in old.matchers] != [str(each) for each in wanted.matchers]:
        return False
    match old.state(now):
        case SilenceState.ACTIVE:  # senders round to seconds or milliseconds
            return int(wanted.starts_at) == int(old.starts_at) and wanted.ends_at >= now
        case SilenceState.PENDING:
            return wanted.starts_at >= now
        case SilenceState.EXPIRED:
            return False


def _changed(old: Silence, wanted: Silence, now: float) -> Silence:
    """Return the old silence with what is wanted; the message and the copies stay its own."""
    active = old.state(now) is SilenceState.ACTIVE
    return replace(
        wanted,
        id=old.id,
        starts_at=old.starts_at if active else wanted.starts_at,
        updated_at=now,
        person=wanted.person or old.person,
        channel=wanted.channel or old.channel,
        thread_ts=wanted.thread_ts or old.thread_ts,
        mirrored=old.mirrored,
    )


# --- what a silence may not be


class Fault(StrEnum):
    """What is wrong with a silence that somebody wants."""

    NO_MATCHER = "no_matcher"
    NAMELESS_LABEL = "nameless_label"
    MATCHES_EVERYTHING = "matches_everything"
    """Every matcher also meets a label that is not there, so it would keep (nearly) everything quiet."""
    NO_OWNER = "no_owner"
    NO_COMMENT = "no_comment"
    ENDS_BEFORE_START = "ends_before_start"
    ENDS_IN_PAST = "ends_in_past"
    TOO_LONG = "too_long"


_MENDS: Mapping[Fault, str] = {
    Fault.NO_MATCHER: 'the silence has no matcher; give at least one, such as service="checkout"',
    Fault.NAMELESS_LABEL: 'a matcher names no label; write label="value"',
    Fault.MATCHES_EVERYTHING: "every matcher is also met by alerts that do not have its label; give at least one that "
    'names a value, such as service="checkout"',
    Fault.NO_OWNER: "the silence has no owner; say who makes it (createdBy)",
    Fault.NO_COMMENT: "the silence has no reason; say why in its comment",
    Fault.ENDS_BEFORE_START: "the silence ends before it begins; give an end that is after its start",
    Fault.ENDS_IN_PAST: "the silence ends in the past; give an end that is still to come",
    Fault.TOO_LONG: "the silence is too long; it may last {longest} at most (silences.max_duration)",
}


def fault_of(silence: Silence, now: float, longest_s: float) -> Fault | None:
    """Return the first thing wrong with a silence that somebody wants, None where it may be stored.

    Its length counts from now where it has begun: to make a running one longer is to look at it again. As in
    Alertmanager, matchers with != and !~ count as such that name something.
    """
    found = {
        Fault.NO_MATCHER: not silence.matchers,
        Fault.NAMELESS_LABEL: any(not each.label for each in silence.matchers),
        Fault.MATCHES_EVERYTHING: all(_meets_nothing(each) for each in silence.matchers),
        Fault.NO_OWNER: not silence.created_by.strip(),
        Fault.NO_COMMENT: not silence.comment.strip(),
        Fault.ENDS_BEFORE_START: silence.ends_at <= silence.starts_at,
        Fault.ENDS_IN_PAST: silence.ends_at <= now,
        Fault.TOO_LONG: silence.ends_at - max(silence.starts_at, now) > longest_s + _PATIENCE_S,
    }
    return next((fault for fault, wrong in found.items() if wrong), None)


def problem_of(silence: Silence, now: float, longest_s: float) -> str:
    """Return what is wrong with a silence that somebody wants and how to mend it, "" where it may be stored."""
    fault = fault_of(silence, now, longest_s)
    return _MENDS[fault].format(longest=_written(longest_s)) if fault else ""


def _meets_nothing(matcher: Matcher) -> bool:
    return matcher.operator in (Operator.EQUAL, Operator.REGEX) and matcher.matches({})


def _written(duration_s: float) -> str:
    days, left = divmod(round(duration_s), 86_400)
    hours, left = divmod(left, 3_600)
    parts = ((days, "d"), (hours, "h"), (left // 60, "m"), (left % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
