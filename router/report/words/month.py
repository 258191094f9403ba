"""The month's roll-up, and what shadow mode would have done."""

from router.noise.review import Month, MonthSlo, Review
from router.reason import count, goal
from router.report.words.language import Words, named
from router.report.words.line import Line, Part


def month_part(review: Review, words: Words) -> Part:
    """Return the month so far or the month that is over; nothing where there is no roll-up."""
    month = review.month
    if month is None:
        return Part("month", "", ())
    so_far = words.say("so_far") if month.so_far else ""
    title = words.say("title_month", month=_name(month, words), so_far=so_far)
    lines = [*(_slo(slo, words) for slo in month.slos), *_alerts(month, words)]
    return Part("month", title, tuple(lines))


def shadow_part(review: Review, words: Words) -> Part:
    """Return what enforce mode would have done; nothing where it is on already."""
    shadow = review.shadow
    if shadow is None:
        return Part("shadow", words.say("title_shadow"), ())
    told = {"n": shadow.firings, "held": shadow.would_hold, "dropped": shadow.would_drop, "missed": shadow.would_miss}
    do = words.say("do_shadow_unsafe" if shadow.would_miss else "do_shadow_safe")
    return Part("shadow", words.say("title_shadow"), (Line(words.say("shadow_line", **told), do),))


def _name(month: Month, words: Words) -> str:
    year, _, number = month.name.partition("-")
    if number not in {f"{each:02d}" for each in range(1, 13)}:
        return named(month.name, 20)
    return words.say("month", year=named(year, 4), month=words.texts[f"month_{int(number)}"])


def _slo(slo: MonthSlo, words: Words) -> Line:
    name, target = named(slo.title, 40) or named(slo.id, 40), goal(slo.target)
    if slo.good is None:
        return Line(words.say("month_unknown", slo=name, target=target), words.say("do_month_unknown"))
    numbers = {"good": words.share(slo.good), "error": words.share(slo.error_rate), "days": slo.days}
    line = words.say("month_fast" if slo.latency else "month_good", slo=name, target=target, **numbers)
    if slo.events is not None:
        line = words.say("month_events", line=line, events=count(slo.events))
    return Line(line, words.say("do_month_missed" if slo.good < slo.target else "do_month_good"))


def _alerts(month: Month, words: Words) -> list[Line]:
    counts = month.counts
    told = {"n": counts.firings, "told": counts.told, "wolves": counts.wolves, "pages": month.pages}
    lines = [Line(words.say("month_alerts", **told), words.say("do_month_alerts"))]
    if month.time_to_acknowledge_s is not None or month.time_to_resolve_s is not None:
        times = {
            "acknowledge": words.lasts(month.time_to_acknowledge_s),
            "resolve": words.lasts(month.time_to_resolve_s),
        }
        lines.append(Line(words.say("month_times", **times), words.say("do_month_alerts")))
    return lines
