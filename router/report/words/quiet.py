"""For information: what was held and dropped, by count and trend, so that nobody is surprised by the filter."""

from router.noise.review import Quiet, Review
from router.report.words.language import Words, named
from router.report.words.line import Line, Part


def quiet_part(review: Review, words: Words) -> Part:
    """Return how much was held and dropped, then every such rule, most first."""
    if not review.quiet and not review.counts.held and not review.counts.dropped:
        return Part("quiet", words.say("title_quiet"), ())
    return Part(
        "quiet", words.say("title_quiet"), (total(review, words), *(_line(each, words) for each in review.quiet))
    )


def total(review: Review, words: Words) -> Line:
    """Return how many firings were held and dropped, against the week before."""
    counts, before = review.counts, review.before
    trend = _trend(counts.held + counts.dropped, before.held + before.dropped, words)
    told = words.say("quiet_total", n=counts.dropped, dropped=counts.dropped, held=counts.held, trend=trend)
    return Line(told, words.say("do_quiet"))


def _trend(now: int, before: int, words: Words) -> str:
    if not before:
        return words.say("quiet_new") if now else ""
    if now == before:
        return words.say("quiet_same")
    return words.say("quiet_up" if now > before else "quiet_down", share=words.share(abs(now - before) / before))


def _line(quiet: Quiet, words: Words) -> Line:
    rule = named(quiet.rule) or words.say("nameless")
    return Line(words.say("quiet_line", rule=rule, dropped=quiet.dropped, held=quiet.held, before=quiet.before))
