"""The answer to "Why?": what was decided and when, the numbers behind it, and what would change it. Pure."""

from collections.abc import Sequence

from router.gate import Outcome, Reason
from router.reason import duration, goal, limit, percent, times
from router.slack import facts
from router.slack.blocks import actions, context, fields, paragraph, section
from router.slack.dialogue.elements import as_many, button
from router.slack.dialogue.lines import number, slo_name
from router.slack.dialogue.notes import NAME_LIMIT, say
from router.slack.dialogue.shown import WhyShown
from router.slack.dialogue.texts import Words
from router.slack.escape import Markup, cut, date, fill, fill_plain, link, safe_url
from router.slack.message import Block, Message
from router.slack.texts import texts as message_texts
from router.slack.values import Action
from router.slo.objective import WINDOWS, Tier
from router.slo.verdict import Assessment

TEXT_LIMIT = 900
_QUIET = frozenset({Outcome.HOLD, Outcome.DROP, Outcome.TICKET, Outcome.SUPPRESS})
"""What people may say of that it should have paged."""
_BY_TIER = frozenset(
    {Reason.THREAT_PAGE, Reason.THREAT_TICKET, Reason.DETECTION_GAP, Reason.NO_THREAT, Reason.WATCH,
     Reason.NEVER_THREATENED, Reason.HELD_TOO_LONG}
)  # fmt: skip


def why(shown: WhyShown, words: Words) -> Message:
    """Draw one decision."""
    texts = words.why
    outcome = texts.outcomes[shown.outcome]
    said = cut(shown.text, TEXT_LIMIT)
    blocks = [
        section(fill(texts.head, outcome=outcome, date=date(shown.at, shown.timezone), id=shown.id)),
        *([paragraph(said)] if said else []),
        fields(_facts(shown, words)),
        *([section(change)] if (change := _change(shown, words)) else []),
        *_muted(shown, words),
        *_others(shown, words),
        *_small_print(shown, words),
        *actions(_buttons(shown, words)),
    ]
    text = fill(texts.push, 600, outcome=outcome, rule=cut(shown.rule, NAME_LIMIT) or shown.id, text=said)
    return Message(text, blocks)


def _facts(shown: WhyShown, words: Words) -> list[Markup]:
    texts = words.why
    rule, where = cut(shown.rule, NAME_LIMIT) or "–", cut(shown.where, NAME_LIMIT)
    found = [fill(texts.rule, rule=fill_plain(texts.rule_at, rule=rule, where=where) if where else rule)]
    if shown.slo is None:
        return found
    slo, judged = shown.slo, shown.slo.assessment
    period = facts.period(slo, message_texts(words.locale))
    found.append(fill(texts.slo, slo=slo_name(slo), target=goal(slo.target), period=period))
    found.append(fill(texts.burn, rates=_rates(judged, words), limit=_limit(shown.tier, words)))
    left, gone_s = number(judged.budget_remaining), number(judged.exhausted_in_s)
    gone = texts.gone_in.format(time=duration(gone_s, words.locale)) if gone_s else ""
    share = percent(left) if left is not None else texts.unknown_number
    return [*found, fill(texts.budget, left=share, gone=gone)]


def _rates(judged: Assessment, words: Words) -> str:
    """Return the burn rates of the tier that matters, or of the fastest pair; a word where nothing is known."""
    tier = judged.tier
    names = (tier.long, tier.short) if tier is not None else ("1h", "5m")
    rates = [(name, number(judged.burn.get(name))) for name in dict.fromkeys(names)]
    message = words.comma.join(
        words.why.burn_one.format(rate=times(rate, words.locale), window=_window(name, words))
        for name, rate in rates
        if rate is not None
    )
    return message or words.why.unknown_number


def _window(name: str, words: Words) -> str:
    return duration(WINDOWS[name], words.locale) if name in WINDOWS else name


def _limit(tier: Tier | None, words: Words) -> Markup:
    if tier is None:
        return Markup("")
    return Markup(words.why.burn_limit.format(threshold=limit(tier.threshold, words.locale)))


def _change(shown: WhyShown, words: Words) -> Markup:
    """Return what would change the decision: the tier that pages, or what a human has to mend."""
    texts, tier = words.why, shown.tier
    if shown.reason in _BY_TIER and tier is not None:
        windows = {"long": _window(tier.long, words), "short": _window(tier.short, words)}
        return fill(texts.change_tier, threshold=limit(tier.threshold, words.locale), **windows)
    return Markup(texts.change.get(shown.reason, texts.change_other))


def _muted(shown: WhyShown, words: Words) -> list[Block]:
    lines = [
        fill(
            words.why.muted_until,
            id=each.id,
            by=each.created_by,
            until=date(each.ends_at, shown.timezone),
            comment=each.comment,
        )
        for each in shown.silences[:3]
    ]
    return [section(Markup("\n".join(lines)))] if lines else []


def _others(shown: WhyShown, words: Words) -> list[Block]:
    if not shown.others:
        return []
    named = words.comma.join(words.why.outcomes[each] for each in dict.fromkeys(shown.others))
    number = len(shown.others)
    return [context(words.why.also[number != 1].format(n=number, list=named))]


def _small_print(shown: WhyShown, words: Words) -> list[Block]:
    texts = words.why
    defined = ""
    if shown.place is not None:
        defined = fill_plain(texts.defined, 300, file=shown.place.file, line=shown.place.line)
    url = safe_url(shown.url)
    message = link(url, texts.message) if url else Markup("")
    return [context(defined, message)] if defined or message else []


def _buttons(shown: WhyShown, words: Words) -> list[Block]:
    if shown.missed is None or shown.outcome not in _QUIET:
        return []
    return [button(words.why.missed, Action.MISSED, str(shown.missed))]


def not_judged(spoken: str, words: Words) -> Message:
    """Tell that an incident was not looked at yet."""
    return say(words.why.not_judged, id=spoken)


def unknown(asked: str, words: Words) -> Message:
    """Tell that nothing is known by that name, and how to find a name."""
    message = say(words.why.unknown, id=asked)
    found = Markup(words.why.how_to_find)
    return Message(f"{message.text} {found}", [*message.blocks, section(found)])


def joined(messages: Sequence[Message]) -> Message:
    """Return several answers as one, the first first."""
    shown = as_many([each.blocks for each in messages])
    return Message(messages[0].text, [block for each in shown for block in each])
