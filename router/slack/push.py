"""The `text` of a root message: one sentence for push and screen readers that says what to do, in plain text."""

from router.gate import Outcome, Reason
from router.incident import Phase, View
from router.slack import facts
from router.slack.deeds import after_telling, muted_by
from router.slack.escape import Markup, clock, cut, escape, fill, safe_url, size
from router.slack.numbers import is_spent, known, share
from router.slack.people import NAME_LIMIT, name_of
from router.slack.standing import State, state_of
from router.slack.texts import Words

PUSH_LIMIT = 300
PUSHED_NAME_LIMIT = 80
MUTED_LIMIT = 110


def speak(view: View, words: Words, needed: tuple[Markup, Markup], optional: tuple[str, ...] = ()) -> Markup:
    """Return the `text` of a message: first sentence, what else fits, what to do, and the incident's id."""
    lead, do = needed
    tail = fill(words.push_id, 30, id=view.incident)
    said = [lead]
    for each in (escape(text, PUSH_LIMIT) for text in optional if text):
        if size(facts.join([*said, each, do], words) + tail) <= PUSH_LIMIT:
            said.append(each)
    return Markup(facts.join([*said, do], words) + tail)


def push_text(view: View, words: Words) -> Markup:
    """Return the sentence for a root message in its state."""
    match state_of(view):
        case State.RESOLVED:
            return _resolved(view, words)
        case State.MUTED:
            by = escape(muted_by(view, words, 1, live=False), MUTED_LIMIT)
            lead = fill(words.deeds.push_muted, PUSHED_NAME_LIMIT, what=facts.subject(view, words), by=by)
            return speak(view, words, (lead, Markup(words.deeds.do_muted)))
        case State.SNOOZED:
            return _snoozed(view, words)
        case State.ACKNOWLEDGED:
            return _acknowledged(view, words)
        case State.BURNING:
            lead = fill(words.push_burning, PUSHED_NAME_LIMIT, what=facts.subject(view, words))
            return speak(view, words, (lead, Markup(words.do_keep_on)), (_told(view, words),))
        case State.UNACKNOWLEDGED:
            return _unacknowledged(view, words)


def what_to_do(view: View, words: Words) -> Markup:
    """Return the one thing to do now, as a sentence."""
    if view.reason is Reason.HELD_FOR_A_DAY:
        return Markup(words.do_mend_rule)
    if view.outcome is Outcome.TICKET:
        return Markup(words.do_ticket)
    if view.outcome is Outcome.PAGE and view.slo is not None and view.slo.first_action:
        return fill(words.do_first, PUSHED_NAME_LIMIT, action=facts.sentence(view.slo.first_action, words, 70))
    if view.guide is not None and safe_url(view.guide.url):
        title = cut(view.guide.title, 60)
        return fill(words.do_guide_named, PUSHED_NAME_LIMIT, guide=title) if title else Markup(words.do_guide)
    return Markup(words.do_decide)


def _told(view: View, words: Words) -> str:
    return facts.sentence(view.slo.impact, words, 120) if view.slo else ""


def _unacknowledged(view: View, words: Words) -> Markup:
    spoken = [_told(view, words) or facts.impact(view, words), _remaining(view, words)]
    if view.outcome is Outcome.FORWARD or view.reason is Reason.HELD_FOR_A_DAY:
        spoken = [facts.sentence(facts.own_words(view), words, 150)]
    return speak(view, words, (_lead(view, words), what_to_do(view, words)), tuple(spoken))


def _remaining(view: View, words: Words) -> str:
    left = known(view.slo.assessment.budget_remaining) if view.slo else None
    return words.push_left.format(left=share(left)) if left is not None and left > 0 else ""


def _lead(view: View, words: Words) -> Markup:
    time = facts.gone_in(view, words)
    template = words.push_gone_in if time else words.push_burns
    if view.slo is not None and is_spent(view.slo.assessment):
        template = words.push_spent
    if view.slo is None or view.outcome is Outcome.FORWARD:
        template = words.push_fires[facts.is_plural(view)]
    if view.reason is Reason.HELD_FOR_A_DAY:
        template = words.push_nobody_hurt
    state = words.push_states.get(view.outcome, words.push_states[Outcome.FORWARD])
    return fill(template, PUSHED_NAME_LIMIT, state=state, what=facts.subject(view, words), time=time)


def _known(view: View, words: Words) -> dict[str, object]:
    left = "" if view.outcome is Outcome.FORWARD else facts.time_left(view, words)
    return {"what": facts.subject(view, words), "left": left}


def _acknowledged(view: View, words: Words) -> Markup:
    deeds, owner = words.deeds, view.handling.owner
    person = escape(name_of(owner, words), NAME_LIMIT)
    first = view.handling.acknowledged_by in (None, owner)
    waited = after_telling(view, view.handling.owned_at, words) if first else ""
    template = deeds.push_acknowledged if waited else deeds.push_acknowledged_plainly
    after = deeds.after.get(view.outcome, deeds.after[Outcome.FORWARD])
    lead = fill(template, PUSHED_NAME_LIMIT, person=person, time=waited, after=after, **_known(view, words))
    return speak(view, words, (lead, Markup(deeds.do_leave_it)), (_marked(view, words), _remaining(view, words)))


def _snoozed(view: View, words: Words) -> Markup:
    snooze, deeds = view.handling.snooze, words.deeds
    person = escape(name_of(snooze.by if snooze else None, words), NAME_LIMIT)
    until = clock(snooze.until if snooze else view.now, view.now, view.timezone)
    lead = fill(deeds.push_snoozed, PUSHED_NAME_LIMIT, until=until, person=person, **_known(view, words))
    return speak(view, words, (lead, Markup(deeds.do_snoozed)))


def _resolved(view: View, words: Words) -> Markup:
    time, what, ended = facts.lasted(view, words), facts.subject(view, words), view.handling.resolved
    template = words.push_resolved if ended is None else words.deeds.push_resolved_by
    person = escape(name_of(ended.by if ended else None, words), NAME_LIMIT)
    lead = fill(template, PUSHED_NAME_LIMIT, person=person, time=time, what=what)
    acked = view.handling.acknowledged_by
    named = words.deeds.push_acknowledged_by.format(person=name_of(acked, words)) if acked is not None else ""
    optional = (facts.outcome_of_it(view, words), named, _marked(view, words))
    return speak(view, words, (lead, Markup(words.do_nothing)), optional)


def _marked(view: View, words: Words) -> str:
    mark = view.handling.mark
    if mark is None or view.phase is not Phase.RESOLVED:
        return ""
    template = words.deeds.push_wolf if mark.wolf else words.deeds.push_real
    return template.format(person=name_of(mark.by, words))
