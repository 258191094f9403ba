"""What was missed: misses, reports of people, detection gaps, silenced threats; and the postmortems owed."""

from router.noise.review import Miss, Reported, Review, Threat
from router.report.words.language import Words, named
from router.report.words.line import Line, Part
from router.report.words.slos import name_of, span_text


def missed_part(review: Review, words: Words) -> Part:
    """Return everything that was missed, one by one."""
    lines = [_miss(each, review, words) for each in review.misses]
    lines += [_reported(each, review, words) for each in review.reported]
    lines += [_threat("gap_line", "do_gap", each, review, words) for each in review.gaps]
    lines += [_threat("silenced_line", "do_silenced", each, review, words) for each in review.silenced]
    return Part("missed", words.say("title_missed"), tuple(lines))


def postmortems_part(review: Review, words: Words) -> Part:
    """Return the threats that cost so much that they owe a postmortem."""
    lines = tuple(_postmortem(each, review, words) for each in review.postmortems)
    return Part("postmortems", words.say("title_postmortems"), lines)


def missed_count(review: Review) -> int:
    """Return how many misses there are: those that are computed, and those that people reported."""
    return review.counts.misses + reported_count(review)


def reported_count(review: Review) -> int:
    """Return how many misses people reported, with a firing or without one."""
    return max(review.counts.reported_misses, len(review.reported))


def _miss(miss: Miss, review: Review, words: Words) -> Line:
    known = {
        "rule": named(miss.rule) or words.say("nameless"),
        "slo": name_of(review, miss.slo),
        "threat": words.at(miss.threat_at, review.zone),
        "incident": _incidents((miss.incident,), words),
    }
    if miss.let_go_at is None:
        return Line(words.say("miss_held", **known), words.say("do_miss"), _owner(review, miss.slo))
    let_go = words.at(miss.let_go_at, review.zone)
    return Line(words.say("miss_line", let_go=let_go, **known), words.say("do_miss"), _owner(review, miss.slo))


def _reported(report: Reported, review: Review, words: Words) -> Line:
    text = named(report.text, 200)
    quoted = words.say("reported_text", text=text) if text else ""
    slo = name_of(review, report.slo) if report.slo else ""
    about = words.say("comma").join(each for each in (named(report.rule), slo, quoted) if each)
    by = named(report.by, 30) or words.say("somebody")
    line = words.say("reported_line", by=by, at=words.at(report.at, review.zone), about=about or "–")
    return Line(line, words.say("do_reported"), _owner(review, report.slo))


def _threat(key: str, do: str, threat: Threat, review: Review, words: Words) -> Line:
    told = {"slo": name_of(review, threat.slo), "at": words.at(threat.start, review.zone)}
    return Line(words.say(key, **told, time=span_text(threat, words)), words.say(do), _owner(review, threat.slo))


def _postmortem(threat: Threat, review: Review, words: Words) -> Line:
    key = "postmortem_uncosted" if threat.cost is None else "postmortem_line"
    text = words.say(
        key,
        slo=name_of(review, threat.slo),
        at=words.at(threat.start, review.zone),
        cost=words.share(threat.cost),
        time=span_text(threat, words),
        incidents=_incidents(threat.incidents, words),
    )
    return Line(text, words.say("do_postmortem"), _owner(review, threat.slo))


def _incidents(incidents: tuple[str, ...], words: Words) -> str:
    shown = words.list([named(each, 30) for each in incidents if each], 3)
    return words.say("incident", id=shown) if shown else ""


def _owner(review: Review, slo: str) -> str:
    return next((named(each.service, 30) for each in review.slos if each.id == slo), "")
