"""A firing as the history keeps it: its whole story but for what people did, from the state's records and the log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from router.alert import Status
from router.gate import Cover, Outcome, Reason
from router.noise.values import Firing, Heard, RuleKey
from router.state.deeds import Done
from router.state.entries import Record, unpack_class, unpack_record

FIELDS = (b"fp", b"record", b"body", b"incident", b"meta")
"""Fields of the log's rows of kind firing, as `story_of` takes them..."""
LATER_FIELDS = (b"class", b"at")
"""...and those that rows of older versions lack: the class, when the row was written."""
UNSETTLED = ("", "hold")
"""Outcomes that may still become another one."""
Identity = tuple[str, int, str]
"""Fingerprint, when it was accepted (no two firings of an alert at one instant), incident."""
_MUTES = frozenset({Reason.SILENCE, Reason.INHIBITION, Reason.MUTE_TIME})
AHEAD_S = 86_400.0
"""A source whose clock is further ahead than this does not know the time."""
_LAST = 253_402_300_800.0
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What many firings have in common: what became of them, and what their route and guide are."""

    outcome: Outcome | None
    reason: str
    would: Outcome | None
    receiver: str
    wait_s: float
    guide: bool


class Story(NamedTuple):
    """One firing; instants are Unix microseconds, labels and annotations JSON with sorted keys.

    A tuple: hundreds of thousands are made for one review, and a frozen dataclass takes four times as long.
    """

    rule: RuleKey
    fingerprint: str
    incident: str
    started: int
    accepted: int
    ended: int | None
    told: int | None
    fate: Fate
    labels: bytes
    annotations: bytes
    heard: tuple[Heard, ...] = ()
    covers: tuple[Cover, ...] = ()
    """The SLOs to ask for `heard`, where that is not known yet."""

    @property
    def identity(self) -> Identity:
        """What tells this firing from every other, from its first instant to the archive."""
        return self.fingerprint, self.accepted, self.incident


def story_of(  # noqa: PLR0913, PLR0917 - the fields of one row
    fingerprint: bytes,
    raw: bytes,
    body: bytes,
    incident: bytes,
    meta: bytes,
    covered: bytes = b"",
    written: bytes = b"",
) -> Story:
    """Return the story of a firing; raises ValueError that says what cannot be understood.

    `written` is when the log's row of its end was written, b"" for none: a resolve that does not say when it was over
    tells it by coming.
    """
    try:
        record = _over(unpack_record(raw), float(written or 0.0))
        return _story(fingerprint.decode(), record, orjson.loads(body), incident.decode(), meta, covered)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _over(record: Record, written: float) -> Record:
    if record.status is Status.FIRING or record.ends_at is not None or not written:
        return record
    return replace(record, ends_at=written)


def _story(
    fingerprint: str, record: Record, stored: Mapping[str, Any], incident: str, meta: bytes, covered: bytes
) -> Story:
    accepted = micros(record.accepted_at)
    route = orjson.loads(meta or b"{}")
    fate = Fate(
        outcome=_outcome(record),
        reason=record.reason,
        would=_would(record),
        receiver=_text(route.get("receiver", "")),
        wait_s=float(route.get("wait", 0.0)),
        guide=bool(stored.get("guide") or stored.get("guided")),
    )
    started = _started(record, accepted)
    return Story(
        rule=(_text(stored.get("source", "")), _text(stored.get("rule", record.rule))),
        fingerprint=fingerprint,
        incident=incident,
        started=started,
        accepted=accepted,
        ended=_ended(record, started, accepted),
        told=micros(record.told_at) if record.told_at is not None else None,
        fate=fate,
        labels=_texts(stored.get("labels", {})),
        annotations=_texts(stored.get("annotations", {})),
        covers=unpack_class(covered).covers if covered else (),
    )


def micros(at: float) -> int:
    """Return an instant in whole microseconds, as the state's records write it; raises ValueError for what is none."""
    if not 0 <= at < _LAST:
        raise ValueError(f"{at} is no time between 1970 and 9999")
    return round(at * 1e6)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no text")  # noqa: TRY004 - a value that is stored
    return value


def _texts(texts: Mapping[str, str]) -> bytes:
    for value in texts.values():
        _text(value)
    return orjson.dumps(texts, option=orjson.OPT_SORT_KEYS)


def _started(record: Record, accepted: int) -> int:
    """A source that does not know when it began, or says what cannot be, is not believed: it began when it came."""
    said = record.starts_at
    return micros(said) if said is not None and 0 <= said <= record.accepted_at + AHEAD_S else accepted


def _ended(record: Record, started: int, accepted: int) -> int | None:
    """Two clocks may disagree: nothing ends before it began. Without a time to be believed it was over at once."""
    if record.status is Status.FIRING:
        return None
    return max(
        started, micros(record.ends_at) if record.ends_at is not None and 0 <= record.ends_at < _LAST else accepted
    )


def _outcome(record: Record) -> Outcome | None:
    """While it is kept quiet a firing is stored as held (lib.lua: MUTES)."""
    if record.outcome == Outcome.HOLD and record.reason in _MUTES:
        return Outcome.SUPPRESS
    return Outcome(record.outcome) if record.outcome else None


def _would(record: Record) -> Outcome | None:
    """In shadow mode: what enforce mode would have done in the end; what it would have held has ended as a drop."""
    if record.would == Outcome.HOLD and record.status is Status.RESOLVED:
        return Outcome.DROP
    return Outcome(record.would) if record.would else None


def lives(record: Record) -> bool:
    """Return whether a firing is told by its record only: an ended one that is settled stands in the log."""
    return not record.copy and (record.status is Status.FIRING or record.outcome in UNSETTLED)


Texts = Callable[[bytes], Mapping[str, str]]


def firing_of(story: Story, done: Done, labels: Texts, annotations: Texts) -> Firing:
    """Return the firing of a story and of what people did; the last two read its texts."""
    fate, (source, rule) = story.fate, story.rule
    return Firing(
        source,
        rule,
        story.fingerprint,
        story.started / 1e6,
        story.ended / 1e6 if story.ended is not None else None,
        fate.outcome,
        fate.reason,
        story.incident,
        fate.receiver,
        labels(story.labels),
        annotations(story.annotations),
        story.told / 1e6 if story.told is not None else None,
        done.acknowledged_at,
        done.acknowledged_by,
        done.guide_opened_at,
        done.mark,
        done.wolf_reason,
        done.missed,
        story.heard,
        fate.wait_s,
        fate.guide,
        fate.would,
    )
