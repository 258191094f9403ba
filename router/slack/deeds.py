"""What people did, and what keeps it quiet, as lines of a message: mentions in blocks, names in plain text."""

from dataclasses import dataclass

from router.gate import Outcome, Reason
from router.incident import MutedBy, Person, Phase, View, WolfReason
from router.reason import duration
from router.slack import facts
from router.slack.escape import Markup, clock, date, fill, fill_plain
from router.slack.people import mention_of, name_of
from router.slack.standing import State, state_of
from router.slack.texts import Words
from router.slack.texts.groups import DeedWords

NAME_LIMIT = 60
COMMENT_LIMIT = 200
SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Writer:
    """How a line is written: with live mentions and dates, or as plain text."""

    view: View
    words: Words
    live: bool

    def person(self, person: Person) -> str:
        return mention_of(person, self.words) if self.live else name_of(person, self.words)

    def time(self, at: float) -> str:
        view = self.view
        return date(at, view.timezone) if self.live else clock(at, view.now, view.timezone)

    def fill(self, template: str, limit: int, **values: object) -> str:
        return fill(template, limit, **values) if self.live else fill_plain(template, limit, **values)


def deed_lines(view: View, words: Words) -> list[Markup]:
    """Return who has it and what keeps it quiet, one line each, for mrkdwn."""
    lines = [_resolved(view, words), _ownership(view, words), _snoozed(view, words), _muted(view, words)]
    return [line for line in lines if line]


def mark_lines(view: View, words: Words) -> list[Markup]:
    """Return what people say that it was, for mrkdwn."""
    lines, mark, deeds = [], view.handling.mark, words.deeds
    if mark is not None:
        known = {"person": mention_of(mark.by, words), "date": date(mark.at, view.timezone)}
        reason = _wolf_reason(mark.reason, deeds)
        because = fill(deeds.wolf_because, COMMENT_LIMIT, reason=reason) if reason else ""
        lines.append(fill(deeds.wolf if mark.wolf else deeds.real, reason=because, **known))
    if view.handling.missed_by is not None:
        lines.append(fill(deeds.missed, person=mention_of(view.handling.missed_by, words)))
    return lines


def after_telling(view: View, at: float | None, words: Words) -> str:
    """Return how long after the telling something was, "" where that is not known or makes no sense."""
    if at is None or view.told_at is None or at < view.told_at:
        return ""
    return duration(at - view.told_at, words.locale)


def timeline(view: View, words: Words) -> Markup:
    """Return how it went, of a resolved incident: told, acknowledged, resolved, fired again; for mrkdwn."""
    deeds, handling = words.deeds, view.handling
    if view.told_at is None:
        return Markup("")
    told = deeds.told.get(view.outcome, deeds.told[Outcome.FORWARD])
    parts = [fill(told, date=date(view.told_at, view.timezone, "{time}"))]
    if (acked := after_telling(view, handling.acknowledged_at, words)) and handling.acknowledged_by is not None:
        person = mention_of(handling.acknowledged_by, words)
        parts.append(fill(deeds.told_acknowledged, time=acked, person=person))
    if ended := after_telling(view, view.ended_at, words):
        parts.append(fill(deeds.told_resolved, time=ended))
    again = [facts.plural(view.refires, deeds.told_again)] if view.refires else []
    return Markup(" · ".join([*parts, *again]))


def muted_by(view: View, words: Words, most: int = SHOWN, *, live: bool) -> str:
    """Return what keeps it quiet, at most so many things; mrkdwn when `live`, else plain text."""
    writer = _Writer(view, words, live)
    shown = [_by(each, writer) for each in view.muted_by[:most]]
    left = len(view.muted_by) - len(shown)
    if left > 0:
        shown.append(words.deeds.and_more.format(n=left))
    joined = words.deeds.joined.join(shown)
    return Markup(joined) if live else joined


def _by(muted: MutedBy, writer: _Writer) -> str:
    deeds, name = writer.words.deeds, muted.name or writer.words.unnamed
    until = writer.fill(deeds.until, NAME_LIMIT, until=writer.time(muted.until)) if muted.until is not None else ""
    if muted.reason is Reason.INHIBITION:
        return writer.fill(deeds.by_inhibition, NAME_LIMIT, name=name)
    if muted.reason is Reason.MUTE_TIME:
        return writer.fill(deeds.by_mute_time, NAME_LIMIT, name=name) + until
    comment = writer.fill(deeds.commented, COMMENT_LIMIT, comment=muted.comment) if muted.comment.strip() else ""
    person = writer.person(Person(muted.person, muted.by))
    return writer.fill(deeds.by_silence, NAME_LIMIT, person=person) + until + comment


def _resolved(view: View, words: Words) -> Markup:
    ended = view.handling.resolved
    if ended is None or view.phase is not Phase.RESOLVED:
        return Markup("")
    by = fill(words.deeds.resolved_by, person=mention_of(ended.by, words), date=date(ended.at, view.timezone))
    on = facts.plural(view.alerts_firing, words.deeds.fires_on) if view.alerts_firing else ""
    return Markup("\n".join(filter(None, [by, on])))


def _ownership(view: View, words: Words) -> Markup:
    handling, deeds = view.handling, words.deeds
    first = handling.acknowledged_by
    if view.phase is Phase.RESOLVED:
        return Markup("")
    if handling.owner is None:
        return fill(deeds.released, person=mention_of(first, words)) if first is not None else Markup("")
    since = view.now if handling.owned_at is None else handling.owned_at
    known = {"person": mention_of(handling.owner, words), "date": date(since, view.timezone)}
    if first is not None and first.id != handling.owner.id:
        return fill(deeds.owned, first=mention_of(first, words), **known)
    waited = after_telling(view, since, words)
    what = deeds.after.get(view.outcome, deeds.after[Outcome.FORWARD])
    return fill(deeds.acknowledged if waited else deeds.acknowledged_plainly, time=waited, what=what, **known)


def _snoozed(view: View, words: Words) -> Markup:
    snooze = view.handling.snooze
    if snooze is None or state_of(view) is not State.SNOOZED:
        return Markup("")
    until = date(snooze.until, view.timezone)
    return fill(words.deeds.snoozed, until=until, person=mention_of(snooze.by, words))


def _muted(view: View, words: Words) -> Markup:
    if view.phase is Phase.RESOLVED or not view.muted_by:
        return Markup("")
    by = muted_by(view, words, live=True)
    if view.phase is Phase.MUTED:
        return fill(words.deeds.muted + "\n" + words.deeds.muted_means, by=by)
    if not view.alerts_muted:
        return Markup("")
    partly = words.deeds.partly_muted[view.alerts_muted != 1]
    return fill(partly, n=view.alerts_muted, all=view.alerts_firing, by=by)


def _wolf_reason(reason: str, deeds: DeedWords) -> str:
    return deeds.wolf_reasons[WolfReason(reason)] if reason in set(WolfReason) else reason
