"""The SLO part of the report, as a letter: budget, where it went, minutes blind, recall, misses, gaps."""

from math import isfinite

from router.noise.review import Review, SloReview, Threat
from router.reason import goal
from router.report.words.language import Words, named
from router.report.words.line import Line, Part, owner_of

LOW = 0.25
"""With less of the budget left than this, an SLO is said to be low."""
BLIND_S = 300.0
"""Shorter than this, being blind or unmeasured is not worth a line."""
THREATS_SHOWN = 4
BUDGETS_SHOWN = 6


def slo_name(slo: SloReview, limit: int = 40) -> str:
    """Return how people call an SLO."""
    return named(slo.title, limit) or named(slo.id, limit)


def name_of(review: Review, slo: str, limit: int = 40) -> str:
    """Return how people call the SLO with an id, its id where the review does not know it."""
    return next((slo_name(each, limit) for each in review.slos if each.id == slo), named(slo, limit))


def left(slo: SloReview) -> float | None:
    """Return what is left of the budget, None where that is not known."""
    return slo.budget_end if slo.budget_end is not None and isfinite(slo.budget_end) else None


def low_slos(review: Review) -> list[SloReview]:
    """Return the SLOs that are low on budget, lowest first."""
    return [slo for slo in by_budget(review) if (found := left(slo)) is not None and found < LOW]


def by_budget(review: Review) -> list[SloReview]:
    """Return every SLO, those with the least budget first, those of which nothing is known last."""

    def key(slo: SloReview) -> tuple[bool, float, str]:
        found = left(slo)
        return found is None, found or 0.0, slo.id

    return sorted(review.slos, key=key)


def low_named(slo: SloReview, words: Words) -> str:
    """Return an SLO that is low, with what is left: "Checkout (18% left)"."""
    found = left(slo) or 0.0
    key = "low_spent" if found <= 0 else "low_slo"
    return words.say(key, slo=slo_name(slo), left=words.share(found))


def slos_part(review: Review, words: Words) -> Part:
    """Return the letter: every SLO with something to say, and the healthy ones in one line."""
    spoken = [slo for slo in by_budget(review) if not _is_quiet(slo)]
    lines = [line for slo in spoken for line in slo_lines(slo, words, review.zone)]
    quiet = [slo for slo in by_budget(review) if _is_quiet(slo)]
    if quiet:
        shown = words.list([short(slo, words) for slo in quiet], 8, "semicolon")
        lines.append(Line(words.say("slo_others", slos=shown), words.say("do_healthy")))
    return Part("slos", words.say("title_slos"), tuple(lines))


def _is_quiet(slo: SloReview) -> bool:
    found = left(slo)
    silent = not slo.threats and not slo.misses and not slo.reported_misses
    return found is not None and found >= LOW and silent and max(slo.unknown_s, slo.unmeasured_s) < BLIND_S


def short(slo: SloReview, words: Words) -> str:
    """Return an SLO's budget in a few words: "Checkout 18% left, -9 points"."""
    change = _change(slo)
    shown = {"slo": slo_name(slo), "left": words.share(left(slo))}
    return words.say("slo_short_bare", **shown) if change is None else words.say(
        "slo_short", **shown, points=words.points(change)
    )  # fmt: skip


def budgets(review: Review, words: Words) -> tuple[Line, ...]:
    """Return the budgets in one line, lowest first, and what to do about the lowest; nothing where none is known."""
    known = [slo for slo in by_budget(review) if left(slo) is not None]
    if not known:
        return ()
    shown = words.list([short(slo, words) for slo in known], BUDGETS_SHOWN, "semicolon")
    lowest = budget_line(known[0], words)
    return (Line(shown + words.say("stop"), lowest.do, lowest.owner),)


def slo_lines(slo: SloReview, words: Words, zone: str) -> list[Line]:
    """Return everything that the letter says of one SLO."""
    owner = named(slo.service, 30)
    drawn = [budget_line(slo, words), *_went(slo, words, zone), *_blind(slo, words), *_recall(slo, words)]
    return [Line(line.text, line.do, owner) for line in [*drawn, *_missed(slo, words)]]


def budget_line(slo: SloReview, words: Words) -> Line:
    """Return what is left of an SLO's budget, and what to do about that."""
    found, change = left(slo), _change(slo)
    if found is None:
        facts, do = words.say("slo_no_budget"), "do_no_budget"
    else:
        facts = words.say("slo_left" if found > 0 else "slo_spent", left=words.share(found))
        do = "do_spent" if found <= 0 else "do_low" if found < LOW else "do_healthy"
    if change is not None:
        facts = words.say("comma").join([facts, words.say("slo_change", points=words.points(change))])
    text = words.say("slo_line", slo=slo_name(slo), target=goal(slo.target), facts=facts)
    return Line(text, words.say(do), named(slo.service, 30))


def _change(slo: SloReview) -> float | None:
    if slo.budget_start is None or slo.budget_end is None:
        return None
    change = slo.budget_end - slo.budget_start
    return change if isfinite(change) else None


def _went(slo: SloReview, words: Words, zone: str) -> list[Line]:
    if not slo.threats:
        return []
    costliest = sorted(slo.threats, key=lambda threat: (-(threat.cost or 0.0), threat.start))
    told = words.list([threat_text(each, words, zone) for each in costliest], THREATS_SHOWN)
    return [Line(words.say("where_it_went", slo=slo_name(slo), threats=told), words.say("do_where"))]


def threat_text(threat: Threat, words: Words, zone: str) -> str:
    """Return a threat: when, how long, how bad, what it cost, which rules fired, whether anybody was told."""
    rules = owner_of(threat.rules, words)
    unseen = "" if threat.announced else words.say("threat_silenced" if threat.silenced else "threat_unseen")
    return words.say(
        "threat",
        at=words.at(threat.start, zone),
        time=span_text(threat, words),
        tier=words.say("tier_page" if threat.tier == "page" else "tier_ticket"),
        cost=words.say("threat_cost", cost=words.share(threat.cost)) if threat.cost else "",
        rules=words.say("threat_rules", rules=rules) if rules else "",
        unseen=unseen,
    )


def span_text(threat: Threat, words: Words) -> str:
    """Return how long a threat lasted, or that it still goes on."""
    return words.say("lasting") if threat.end is None else words.lasts(threat.end - threat.start)


def _blind(slo: SloReview, words: Words) -> list[Line]:
    unknown, unmeasured = slo.unknown_s >= BLIND_S, slo.unmeasured_s >= BLIND_S
    if not unknown and not unmeasured:
        return []
    key = "blind_line" if unknown and unmeasured else "blind_unknown" if unknown else "blind_unmeasured"
    times = {"unknown": words.lasts(slo.unknown_s), "unmeasured": words.lasts(slo.unmeasured_s)}
    return [Line(words.say(key, slo=slo_name(slo), **times), words.say("do_blind"))]


def _recall(slo: SloReview, words: Words) -> list[Line]:
    if not slo.threats:
        return []
    announced, lead = sum(threat.announced for threat in slo.threats), ""
    if slo.lead_median_s is not None:
        key = "lead_early" if slo.lead_median_s >= 0 else "lead_late"
        lead = words.say(key, time=words.lasts(abs(slo.lead_median_s)))
    text = words.say("recall_line", slo=slo_name(slo), announced=announced, n=len(slo.threats), lead=lead)
    late = slo.lead_median_s is not None and slo.lead_median_s < 0
    do = "do_recall" if announced < len(slo.threats) else "do_late" if late else "do_recall_good"
    return [Line(text, words.say(do))]


def _missed(slo: SloReview, words: Words) -> list[Line]:
    if not slo.misses and not slo.reported_misses:
        return []
    text = words.say("misses_count", slo=slo_name(slo), n=slo.misses)
    whole = words.say("misses_and_reports", misses=text, reported=slo.reported_misses)
    return [Line(whole, words.say("do_miss" if slo.misses else "do_reported"))]
