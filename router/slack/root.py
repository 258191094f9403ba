"""The root message of an incident: posted once, edited in place while the incident lives."""

from router.gate import Outcome, Reason
from router.incident import Phase, View
from router.reason import goal
from router.slack import facts
from router.slack.blocks import actions, context, fields, header, link_button, paragraph, section
from router.slack.escape import Markup, cut, cut_lines, date, escape, fill, fill_plain, link, mention, safe_url, size
from router.slack.message import Block, Message
from router.slack.texts import Words

PUSH_LIMIT = 300
PUSHED_NAME_LIMIT = 80
SUMMARY_LIMIT = 400
LINK_LIMIT = 600
_MAY_HURT = frozenset({Reason.SLO_UNKNOWN, Reason.HELD_TOO_LONG})


def draw_root(view: View, words: Words) -> Message:
    """Draw the root message for the phase that the incident is in."""
    body = {Phase.FIRING: _firing, Phase.BURNING: _burning, Phase.RESOLVED: _resolved}[view.phase](view, words)
    return Message(_push(view, words), [header(facts.headline(view, words)), *body])


def speak(view: View, words: Words, needed: tuple[Markup, Markup], optional: tuple[str, ...] = ()) -> Markup:
    """Return the `text` of a message: first sentence, what else fits, what to do, and the incident's id."""
    lead, do = needed
    tail = fill(words.push_id, 30, id=view.incident)
    said = [lead]
    for each in (escape(text, PUSH_LIMIT) for text in optional if text):
        if size(facts.join([*said, each, do], words) + tail) <= PUSH_LIMIT:
            said.append(each)
    return Markup(facts.join([*said, do], words) + tail)


def _push(view: View, words: Words) -> Markup:
    told = facts.sentence(view.slo.impact, words, 120) if view.slo else ""
    what = facts.subject(view, words)
    if view.phase is Phase.RESOLVED:
        lead = fill(words.push_resolved, PUSHED_NAME_LIMIT, time=facts.lasted(view, words), what=what)
        return speak(view, words, (lead, Markup(words.do_nothing)), (facts.outcome_of_it(view, words),))
    if view.phase is Phase.BURNING:
        lead = fill(words.push_burning, PUSHED_NAME_LIMIT, what=what)
        return speak(view, words, (lead, Markup(words.do_keep_on)), (told,))
    left = facts.known(view.slo.assessment.budget_remaining) if view.slo else None
    remaining = words.push_left.format(left=facts.share(left)) if left is not None and left > 0 else ""
    spoken = (told or facts.impact(view, words), remaining)
    if view.outcome is Outcome.FORWARD or view.reason is Reason.HELD_FOR_A_DAY:
        spoken = (facts.sentence(view.summary, words, 150), "")
    return speak(view, words, (_push_lead(view, words), what_to_do(view, words)), spoken)


def _push_lead(view: View, words: Words) -> Markup:
    time = facts.gone_in(view, words)
    template = words.push_gone_in if time else words.push_burns
    if view.slo is not None and facts.is_spent(view.slo.assessment):
        template = words.push_spent
    if view.slo is None or view.outcome is Outcome.FORWARD:
        template = words.push_fires
    if view.reason is Reason.HELD_FOR_A_DAY:
        template = words.push_nobody_hurt
    state = words.push_states.get(view.outcome, words.push_states[Outcome.FORWARD])
    return fill(template, PUSHED_NAME_LIMIT, state=state, what=facts.subject(view, words), time=time)


def what_to_do(view: View, words: Words) -> Markup:
    """Return the one thing to do now, as a sentence for the push text."""
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


def _firing(view: View, words: Words) -> list[Block]:
    return [
        *_opening(view, words),
        *_banner(view, words),
        *_fact_fields(view, words),
        *_first_action(view, words),
        *_lines(view, words),
        *missing_guide(view, words),
        *actions(buttons(view, words)),
        *_small_print(view, words),
    ]


def _burning(view: View, words: Words) -> list[Block]:
    said = facts.join([words.alerts_gone, facts.impact(view, words)], words)
    return [
        paragraph(said),
        *_banner(view, words),
        *_fact_fields(view, words),
        *_first_action(view, words),
        *missing_guide(view, words),
        *actions(buttons(view, words)),
        *_small_print(view, words),
    ]


def _resolved(view: View, words: Words) -> list[Block]:
    ended = view.now if view.ended_at is None else view.ended_at
    times = fill(words.id_resolved, id=view.incident, date=date(view.started_at), ended=date(ended))
    alerts = facts.alerts_line(view, words)
    return [
        paragraph(facts.outcome_of_it(view, words)),
        *([paragraph(alerts)] if alerts else []),
        context(times, _guide_link(view), _counts(view, words)),
    ]


def _opening(view: View, words: Words) -> list[Block]:
    """First what users suffer, or, where nobody can tell, what the alert itself says."""
    if view.reason is Reason.HELD_FOR_A_DAY:
        return [section(fill(words.nobody_hurt_body, date=date(view.started_at)))]
    summary = cut_lines(facts.own_summary(view), SUMMARY_LIMIT)
    if view.outcome is not Outcome.FORWARD and view.slo is not None:
        return [paragraph(text) for text in (facts.impact(view, words), summary) if text]
    told = facts.sentence(view.slo.impact, words) if view.slo and view.reason in _MAY_HURT else ""
    may_mean = fill_plain(words.may_mean, facts.SENTENCE_LIMIT, impact=told) if told else ""
    return [paragraph(text) for text in (summary, may_mean) if text]


def _banner(view: View, words: Words) -> list[Block]:
    if view.slo is None or not facts.is_spent(view.slo.assessment):
        return []
    left = facts.share(view.slo.assessment.budget_remaining)
    target, period = goal(view.slo.target), facts.period(view.slo, words)
    return [section(fill(words.spent_banner, left=left, target=target, period=period))]


def _fact_fields(view: View, words: Words) -> list[Block]:
    shown = [*_slo_fields(view, words)]
    if view.mention and view.outcome is not Outcome.TICKET:
        shown.append(fill(words.on_call, mention=mention(view.mention)))
    if named := _guide_link(view):
        shown.append(fill(words.guide, link=named))
    return [fields(shown)] if shown else []


def _slo_fields(view: View, words: Words) -> list[Markup]:
    if view.slo is None:
        return []
    assessment = view.slo.assessment
    left, rates = facts.known(assessment.budget_remaining), facts.burn_rates(assessment, words)
    shown = [fill(words.budget_left, left=facts.share(left))] if left is not None else []
    if rates:
        shown.append(fill(words.burn_rate, rates=rates, limit=facts.burn_limit(assessment, words)))
    return [*shown, fill(words.gone, time=_gone(view, words))] if left is not None else shown


def _gone(view: View, words: Words) -> str:
    if view.slo is not None and facts.is_spent(view.slo.assessment):
        return words.gone_spent
    time = facts.gone_in(view, words)
    return words.gone_at_this_rate.format(time=time) if time else words.gone_never


def _first_action(view: View, words: Words) -> list[Block]:
    """What to do first helps where the SLO is threatened, and misleads where nobody knows that it is."""
    threatened = view.slo if view.outcome is not Outcome.FORWARD and view.reason is not Reason.HELD_FOR_A_DAY else None
    action = facts.sentence(threatened.first_action, words) if threatened else ""
    return [section(fill(words.do_first_label, 400, action=action))] if action else []


def _lines(view: View, words: Words) -> list[Block]:
    lines = [facts.alerts_line(view, words), facts.also_burning(view, words)]
    shown = "\n".join(line for line in lines if line)
    return [paragraph(shown)] if shown else []


def _guide_link(view: View) -> Markup:
    """Return the guide as a link, nothing where it has no name (the button is enough)."""
    if view.guide is None or not view.guide.title or not (url := safe_url(view.guide.url)):
        return Markup("")
    linked = link(url, view.guide.title)
    return linked if size(linked) <= LINK_LIMIT else link("", view.guide.title)


def missing_guide(view: View, words: Words) -> list[Block]:
    """Return what to do about a guide that is missing or cannot be opened; nothing where there is one."""
    if view.guide is not None and view.guide.url:
        return [] if safe_url(view.guide.url) else [section(Markup(words.guide_refused))]
    raised_by_slo = view.reason is Reason.DETECTION_GAP
    return [section(Markup(words.no_guide_gap if raised_by_slo else words.no_guide))]


def buttons(view: View, words: Words) -> list[Block]:
    """Return the buttons that work, the most needed first."""
    guide = safe_url(view.guide.url) if view.guide else ""
    source = safe_url(view.source_url)
    return [
        *([link_button(words.open_guide, "guide", guide, primary=True)] if guide else []),
        *([link_button(words.open_source, "source", source)] if source else []),
    ]


def _small_print(view: View, words: Words) -> list[Block]:
    started = fill(words.id_started, id=view.incident, date=date(view.started_at))
    reason = facts.why(view, words)
    return [context(started, _counts(view, words)), *([context(reason)] if reason else [])]


def _counts(view: View, words: Words) -> str:
    alerts = words.alerts_in_all if view.phase is Phase.RESOLVED else words.alerts_firing
    number = view.alerts_total if view.phase is Phase.RESOLVED else view.alerts_firing
    counted = facts.plural(number, alerts) if number and facts.has_alerts(view) else ""
    refired = words.refired.format(state="", n=view.refires).strip(" ()（）") if view.refires else ""
    return " · ".join(text for text in (counted, refired, cut(view.severity, 40), cut(view.source, 40)) if text)
