"""What the report says of a rule: its numbers, what to do about it, its row in a table."""

from collections.abc import Iterable

from router.noise.review import Review, RuleReview
from router.report.words.language import NOTHING, Words, named
from router.report.words.line import Line, Part, owner_of
from router.report.words.proposals import best, proposed, remedy

ROW_LIMIT = 32
FACTS_LIMIT = 6


def rule_name(rule: RuleReview, words: Words, limit: int = 60) -> str:
    """Return how people call a rule."""
    return named(rule.rule, limit) or words.say("nameless")


def rules_part(review: Review, words: Words) -> Part:
    """Return the wolves, worst first, each with what to do about it."""
    lines = [line for rule in review.wolves for line in rule_lines(rule, words, review.zone)]
    return Part("wolves", words.say("title_wolves"), tuple(lines))


def rule_lines(rule: RuleReview, words: Words, zone: str) -> list[Line]:
    """Return a rule's numbers with its next step, then the other remedies with their counterfactuals."""
    owner, first = owner_of(rule.teams, words), best(rule)
    others = [Line(proposed(each, words, zone)) for each in rule.proposals if each is not first]
    return [Line(rule_text(rule, words), next_step(rule, words, zone), owner), *others]


def rule_text(rule: RuleReview, words: Words) -> str:
    """Return one sentence with a rule's numbers, compared with the week before."""
    counts, before = rule.counts, rule.before
    facts = _joined(_facts(rule, words), words)
    if not rule.accused and counts.ignored:
        return words.say("ignored_rule", rule=rule_name(rule, words), told=counts.told, facts=facts)
    if not counts.told and counts.caught_wolves:
        return words.say("rule_caught", rule=rule_name(rule, words), caught=counts.caught_wolves, facts=facts)
    earlier = ""
    if before.told:
        earlier = words.say("rule_before", wolves=before.wolves, told=before.told)
    return words.say(
        "rule_line",
        rule=rule_name(rule, words),
        n=counts.wolves,
        told=counts.told,
        before=earlier,
        facts=facts,
    )


def next_step(rule: RuleReview, words: Words, zone: str = "UTC") -> str:
    """Return what to do about a rule now: its safest proposal, else what its numbers ask for."""
    if rule.disputed:
        return words.say("do_disputed")
    first = best(rule)
    if first is not None:
        act = words.say(f"act_{first.remedy}")
        return words.say("do_proposal", act=act, proposal=proposed(first, words, zone))
    if rule.proposals:
        return words.say("do_dangerous_only")
    if not rule.accused:
        return words.say("do_ignored" if rule.counts.ignored else "do_good")
    return words.say("do_rule" if rule.counts.wolves else "do_caught")


def columns(words: Words) -> list[str]:
    """Return the heads of the table of rules: rule, told, wolves, wolf rate, owner, proposal."""
    return words.say("columns").split("|")


def row(rule: RuleReview, words: Words) -> list[str]:
    """Return a rule's cells below `columns`."""
    counts, first = rule.counts, best(rule)
    wolves = f"{counts.wolves:,}"
    if counts.caught_wolves:
        wolves = words.say("wolves_and_caught", wolves=counts.wolves, caught=counts.caught_wolves)
    proposal = remedy(first, words) if first is not None and not rule.disputed else words.say("short_look")
    owner = owner_of(rule.teams, words) or NOTHING
    return [
        rule_name(rule, words, ROW_LIMIT), f"{counts.told:,}", wolves, words.share(counts.wolf_share), owner, proposal
    ]  # fmt: skip


def ignored(review: Review) -> list[RuleReview]:
    """Return the rules whose firings nobody could judge and nobody acted on, most first."""
    found = [rule for rule in review.rules if rule.counts.ignored and not rule.accused]
    return sorted(found, key=lambda rule: (-rule.counts.ignored, rule.rule, rule.source))


def _joined(facts: Iterable[str], words: Words) -> str:
    shown = list(facts)[:FACTS_LIMIT]
    return words.say("comma").join(["", *shown]) if shown else ""


def _facts(rule: RuleReview, words: Words) -> list[str]:
    """Return what is worth knowing of a rule besides its wolves, most telling first."""
    counts = rule.counts
    counted = (
        ("fact_caught", counts.caught_wolves if counts.told else 0),
        ("fact_marked", rule.marked_wolf),
        ("fact_real", rule.marked_real),
        ("fact_disputed", rule.disputed),
    )
    kinds = (
        ("fact_chattering", rule.chattering),
        ("fact_flapping", rule.flapping if not rule.chattering else 0),
        ("fact_fleeting", rule.fleeting),
        ("fact_standing", rule.standing),
        ("fact_flood", rule.in_flood),
        ("fact_over", rule.over_before_acknowledged),
    )
    facts = [words.say(key, n=number) for key, number in counted if number]
    facts += [words.say("fact_precision", share=words.share(counts.precision))] if counts.judged else []
    facts += [] if rule.guide else [words.say("fact_guide")]
    facts += [words.say(key, n=number) for key, number in kinds if number]
    facts += [words.say("fact_acknowledged", share=words.share(counts.acknowledged_share))] if counts.told else []
    return [*facts, *_times(rule, words)]


def _times(rule: RuleReview, words: Words) -> list[str]:
    facts = []
    if rule.gate_delay_median_s is not None:
        times = (words.lasts(rule.gate_delay_median_s), words.lasts(rule.gate_delay_longest_s))
        facts.append(words.say("fact_delay", time=times[0], longest=times[1]))
    if rule.duration_median_s is not None:
        facts.append(words.say("fact_duration", time=words.lasts(rule.duration_median_s)))
    return facts
