"""How the report begins: the headline, the sentence for push and screen readers, the week in short."""

from router.noise.review import Review, RuleReview
from router.report.words.language import Words, local_time, named, span_of
from router.report.words.line import Line, Part, owner_of
from router.report.words.missed import missed_count, reported_count
from router.report.words.rules import ignored, next_step, rule_name
from router.report.words.slos import left, low_named, low_slos, slo_name

PUSH_LIMIT = 300
_BAD_PRECISION = 0.1


def is_empty(review: Review) -> bool:
    """Return whether the week holds nothing to speak of: no firing, no threat, no report."""
    threatened = review.gaps or review.silenced or any(slo.threats for slo in review.slos)
    return not (review.counts.firings or review.reported or review.misses or threatened)


def is_over(review: Review) -> bool:
    """Return whether the week was over when it was counted."""
    return review.as_of >= review.end


def headline(review: Review, words: Words) -> str:
    """Return "Wolf report, 5 to 11 October: 41% of pages were wolves", with what was missed."""
    if is_empty(review):
        return words.say("empty", **_whose(review, words))
    missed = ""
    if number := missed_count(review):
        missed = words.say("head_misses", n=number)
    if review.gaps:
        missed += words.say("head_gaps", n=len(review.gaps))
    return words.say("headline", **_whose(review, words), verdict=_verdict(review, words), missed=missed)


def push(review: Review, words: Words) -> str:
    """Return the report in at most 300 characters: the wolves, what was missed, the worst rule, low budgets."""
    whose = _whose(review, words)
    if is_empty(review):
        return words.say("empty", **whose)
    said = words.say("push", **whose, sentence=_push_wolves(review, words))
    for sentence in (_missed(review, words), _push_worst(review, words), _push_low(review, words)):
        whole = words.join([said, sentence])
        said = whole if len(whole) <= PUSH_LIMIT else said
    return said


def summary(review: Review, words: Words) -> Part:
    """Return the week in short: each number with the week before, and what to do about it."""
    more = (*_budgets(review, words), *_rates(review, words), *_ignored(review, words))
    return Part("summary", words.say("title_summary"), (*brief(review, words), *more))


def brief(review: Review, words: Words) -> tuple[Line, ...]:
    """Return the first lines of the summary: how far the week is, pages, the worst rule, what was missed."""
    return (
        *_unfinished(review, words),
        *_pages(review, words),
        *_worst(review, words),
        *_missed_line(review, words),
    )


def _whose(review: Review, words: Words) -> dict[str, object]:
    team = words.say("of_team", team=named(review.team, 30)) if review.team else words.say("of_all")
    so_far = "" if is_over(review) else words.say("so_far")
    return {"team": team, "week": span_of(review, words), "so_far": so_far}


def _verdict(review: Review, words: Words) -> str:
    pages, wolves, counts = review.pages, review.wolf_pages, review.counts
    if not pages:
        if not counts.told:
            return words.say("nobody_called")
        key = "told_were_wolves" if counts.wolves else "no_page_no_wolf"
        return words.say(key, wolves=counts.wolves, told=counts.told)
    if not wolves:
        return words.say("no_wolf_in_pages", n=pages)
    if wolves >= pages:
        return words.say("every_page_was_a_wolf", n=pages)
    return words.say("pages_were_wolves", share=words.share(wolves / pages))


def _push_wolves(review: Review, words: Words) -> str:
    pages, wolves = review.pages, review.wolf_pages
    if not pages or not wolves:
        return _verdict(review, words) + words.say("stop")
    now, before = wolves / pages, review.wolf_pages_before / review.pages_before if review.pages_before else None
    change = ""
    if before is not None:
        key = "push_same" if abs(now - before) < 0.005 else "push_down" if now < before else "push_up"
        change = words.say(key, before=words.share(before))
    counted = words.say("push_wolves", wolves=wolves, n=pages)
    return words.say("push_share", wolves=counted, share=words.share(now), change=change)


def _push_worst(review: Review, words: Words) -> str:
    if not review.wolves:
        return ""
    worst = review.wolves[0]
    if not worst.counts.wolves:
        return words.say("push_worst_caught", rule=rule_name(worst, words, 40), n=worst.counts.caught_wolves)
    told = {"wolves": worst.counts.wolves, "told": worst.counts.told}
    return words.say("push_worst", rule=rule_name(worst, words, 40), **told)


def _push_low(review: Review, words: Words) -> str:
    low = low_slos(review)
    return words.say("push_low", n=len(low), slos=words.list([slo_name(each, 30) for each in low])) if low else ""


def _unfinished(review: Review, words: Words) -> list[Line]:
    if is_over(review):
        return []
    return [Line(words.say("so_far_line", at=words.at(review.as_of, review.zone)), words.say("do_wait"))]


def _pages(review: Review, words: Words) -> list[Line]:
    pages = words.say("pages_line", n=review.pages, wolves=review.wolf_pages)
    before = {"wolves": review.wolf_pages_before, "before": review.pages_before}
    number = len(review.wolves)
    do = words.say("do_wolves", n=number) if number else words.say("do_unaccused" if review.pages else "do_good")
    return [Line(words.say("pages_before", pages=pages, **before), do, named(review.team, 30))]


def _worst(review: Review, words: Words) -> list[Line]:
    if not review.wolves:
        return [Line(words.say("no_wolf_line"))] if review.counts.told else []
    worst = review.wolves[0]
    return [Line(_worst_text(worst, words), next_step(worst, words, review.zone), owner_of(worst.teams, words))]


def _worst_text(worst: RuleReview, words: Words) -> str:
    counts, name = worst.counts, rule_name(worst, words)
    if not counts.wolves and counts.caught_wolves:
        return words.say("worst_caught", rule=name, n=counts.caught_wolves)
    caught = words.say("and_caught", n=counts.caught_wolves) if counts.caught_wolves else ""
    return words.say("worst_line", rule=name, n=counts.wolves, told=counts.told, caught=caught)


def _missed(review: Review, words: Words) -> str:
    counted = (
        ("miss_count", review.counts.misses),
        ("reported_count", reported_count(review)),
        ("gap_count", len(review.gaps)),
    )
    found = [words.say(key, n=number) for key, number in counted if number]
    return words.say("missed_line", list=words.say("comma").join(found)) if found else ""


def _missed_line(review: Review, words: Words) -> list[Line]:
    told = _missed(review, words)
    if not review.complete:
        return [Line(words.join([told, words.say("incomplete_line")]), words.say("do_incomplete"))]
    if not told:
        return [Line(words.say("nothing_missed"))]
    return [Line(told, words.say("do_missed"))]


def _budgets(review: Review, words: Words) -> list[Line]:
    known = [slo for slo in review.slos if left(slo) is not None]
    if not known:
        return []
    low = low_slos(review)
    told = words.say("budgets_line", healthy=len(known) - len(low), n=len(known))
    if not low:
        return [Line(told, words.say("do_healthy"))]
    named_low = words.list([low_named(each, words) for each in low])
    return [Line(words.say("budgets_low", budgets=told, slos=named_low), words.say("do_budgets"))]


def _rates(review: Review, words: Words) -> list[Line]:
    counts, before, lines = review.counts, review.before, []
    if (precision := counts.precision) is not None:
        told = {"share": words.share(precision), "n": counts.judged, "before": words.share(before.precision)}
        do = words.say("do_precision" if precision < _BAD_PRECISION else "do_good")
        lines.append(Line(words.say("precision_line", **told), do))
    if (share := counts.acknowledged_share) is not None:
        told = {"share": words.share(share), "before": words.share(before.acknowledged_share)}
        do = words.say("do_acknowledge" if share < 1 else "do_good")
        lines.append(Line(words.say("acknowledged_line", **told), do))
    return lines


def _ignored(review: Review, words: Words) -> list[Line]:
    found = ignored(review)
    if not found or not review.counts.ignored:
        return []
    rules = [words.say("counted", name=rule_name(each, words, 40), count=each.counts.ignored) for each in found]
    teams = tuple(dict.fromkeys(team for rule in found for team in rule.teams))
    told = words.say("ignored_line", n=review.counts.ignored, rules=words.list(rules, 5))
    return [Line(told, words.say("do_ignored"), owner_of(teams, words))]


def as_of(review: Review, words: Words) -> str:
    """Return when it was counted, in which zone, and the week's name: "Counted 12 October 09:00 (JST), 2026-W41"."""
    zone = f"{local_time(review.as_of, review.zone):%Z}"
    told = {"at": words.at(review.as_of, review.zone), "zone": zone, "week": named(review.week, 20)}
    return words.say("as_of", **told)
