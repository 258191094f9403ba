"""The root message of an incident: posted once, edited in place while the incident lives."""

from router.gate import Outcome, Reason
from router.incident import Phase, View
from router.reason import goal
from router.slack import facts
from router.slack.blocks import context, fields, header, paragraph, section
from router.slack.buttons import draw_buttons, source_link
from router.slack.deeds import deed_lines, mark_lines, timeline
from router.slack.escape import Markup, cut, cut_lines, date, fill, fill_plain, link, mention, safe_url, size
from router.slack.headline import headline
from router.slack.message import Block, Message
from router.slack.numbers import burn_limit, burn_rates, is_spent, known, share
from router.slack.push import push_text
from router.slack.texts import Words

SUMMARY_LIMIT = 400
LINK_LIMIT = 600
_MAY_HURT = frozenset({Reason.SLO_UNKNOWN, Reason.HELD_TOO_LONG})


def draw_root(view: View, words: Words) -> Message:
    """Draw the root message for the phase that the incident is in and what people did about it."""
    body = _resolved(view, words) if view.phase is Phase.RESOLVED else _open(view, words)
    return Message(push_text(view, words), [header(headline(view, words)), *body])


def _open(view: View, words: Words) -> list[Block]:
    return [
        *_deeds(view, words),
        *_unanswered(view, words),
        *_opening(view, words),
        *_banner(view, words),
        *_fact_fields(view, words),
        *_first_action(view, words),
        *_lines(view, words),
        *missing_guide(view, words),
        *draw_buttons(view, words, facts.subject(view, words)),
        *_marks(view, words),
        *_small_print(view, words),
    ]


def _unanswered(view: View, words: Words) -> list[Block]:
    """Say why another team gets it, until somebody has it."""
    if not view.first_team or view.handling.owner is not None:
        return []
    return [paragraph(fill_plain(words.unanswered, team=view.first_team))]


def _resolved(view: View, words: Words) -> list[Block]:
    ended = view.now if view.ended_at is None else view.ended_at
    known_times = {"date": date(view.started_at, view.timezone), "ended": date(ended, view.timezone)}
    outcome, alerts = facts.outcome_of_it(view, words), facts.alerts_line(view, words)
    return [
        *_deeds(view, words),
        *[paragraph(text) for text in (outcome, alerts) if text],
        *draw_buttons(view, words, facts.subject(view, words)),
        *_marks(view, words),
        *_timeline(view, words),
        context(fill(words.id_resolved, id=view.incident, **known_times), _guide_link(view), _counts(view, words)),
    ]


def _deeds(view: View, words: Words) -> list[Block]:
    lines = deed_lines(view, words)
    return [section(Markup("\n".join(lines)))] if lines else []


def _marks(view: View, words: Words) -> list[Block]:
    lines = mark_lines(view, words)
    return [context(*lines)] if lines else []


def _timeline(view: View, words: Words) -> list[Block]:
    told = timeline(view, words)
    return [context(told)] if told else []


def _opening(view: View, words: Words) -> list[Block]:
    """First what users suffer, or, where nobody can tell, what the alert itself says."""
    if view.phase is Phase.BURNING:
        return [paragraph(facts.join([words.alerts_gone, facts.impact(view, words)], words))]
    if view.reason is Reason.HELD_FOR_A_DAY:
        return [section(fill(words.nobody_hurt_body, date=date(view.started_at, view.timezone)))]
    summary = cut_lines(facts.own_summary(view), SUMMARY_LIMIT)
    if view.outcome is not Outcome.FORWARD and view.slo is not None:
        return [paragraph(text) for text in (facts.impact(view, words), summary) if text]
    told = facts.sentence(view.slo.impact, words) if view.slo and view.reason in _MAY_HURT else ""
    may_mean = fill_plain(words.may_mean, facts.SENTENCE_LIMIT, impact=told) if told else ""
    return [paragraph(text) for text in (summary, may_mean) if text]


def _banner(view: View, words: Words) -> list[Block]:
    if view.slo is None or not is_spent(view.slo.assessment):
        return []
    left = share(view.slo.assessment.budget_remaining)
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
    left, rates = known(assessment.budget_remaining), burn_rates(assessment, words)
    shown = [fill(words.budget_left, left=share(left))] if left is not None else []
    if rates:
        shown.append(fill(words.burn_rate, rates=rates, limit=burn_limit(assessment, words)))
    return [*shown, fill(words.gone, time=_gone(view, words))] if left is not None else shown


def _gone(view: View, words: Words) -> str:
    if view.slo is not None and is_spent(view.slo.assessment):
        return words.gone_spent
    time = facts.gone_in(view, words)
    return words.gone_at_this_rate.format(time=time) if time else words.gone_never


def _first_action(view: View, words: Words) -> list[Block]:
    """What to do first helps where the SLO is threatened, and misleads where nobody knows that it is."""
    threatened = view.slo if view.outcome is not Outcome.FORWARD and view.reason is not Reason.HELD_FOR_A_DAY else None
    action = facts.sentence(threatened.first_action, words) if threatened else ""
    return [section(fill(words.do_first_label, 400, action=action))] if action else []


def _lines(view: View, words: Words) -> list[Block]:
    if view.phase is Phase.BURNING:
        return []
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
    if view.guide is not None and (view.guide.url or view.guide.title):
        return [] if safe_url(view.guide.url) else [section(Markup(words.guide_refused))]
    raised_by_slo = view.reason is Reason.DETECTION_GAP
    return [section(Markup(words.no_guide_gap if raised_by_slo else words.no_guide))]


def _small_print(view: View, words: Words) -> list[Block]:
    started = fill(words.id_started, id=view.incident, date=date(view.started_at, view.timezone))
    reason = facts.why(view, words)
    return [context(started, _counts(view, words), source_link(view, words)), *([context(reason)] if reason else [])]


def _counts(view: View, words: Words) -> str:
    over = view.phase is Phase.RESOLVED
    number = view.alerts_total if over else view.alerts_firing
    counted = facts.plural(number, words.alerts_in_all if over else words.alerts_firing) if number else ""
    refired = words.refired.format(state="", n=view.refires).strip(" ()（）") if view.refires and not over else ""
    shown = (counted if facts.has_alerts(view) else "", refired, cut(view.severity, 40), cut(view.source, 40))
    return " · ".join(text for text in shown if text)
