"""A proposal as a full sentence with its counterfactual; one that would have hidden a real one says so first."""

from router.noise.review import Effect, Proposal, Remedy, RuleReview
from router.report.words.language import Words, local_time, named

_WOULD = {
    Remedy.LONGER_FOR: "would_remove",
    Remedy.DEMOTE: "would_spare",
    Remedy.MAP: "would_hold",
    Remedy.MERGE: "would_merge",
    Remedy.SPLIT: "would_remove",
    Remedy.DELETE: "would_remove",
}
_CELL_NAME = 24


def proposed(proposal: Proposal, words: Words, zone: str = "UTC") -> str:
    """Return a sentence as "`for: 12m` would have removed 43 of 51 firings and delayed 2 real ones by up to 7 min".

    The numbers are those of the rule's whole recorded history, and of the week behind it; of the week alone where
    there is no older history.
    """
    effect = proposal.history if proposal.history.firings else proposal.week
    sentence = _main(proposal, effect, words) + _tail(proposal.remedy, effect, words)
    since = words.day(local_time(proposal.since, zone).date())
    week = proposal.week
    key = "recorded_and_week" if week.removed and week is not effect else "recorded_since"
    whole = words.say(key, sentence=sentence, day=since, removed=week.removed, n=week.firings)
    hidden = max(effect.missed, week.missed)
    return words.say("would_hide", n=hidden, sentence=whole) if hidden else whole


def remedy(proposal: Proposal, words: Words) -> str:
    """Return a remedy in a few words, for a cell of a table: "for: 12m (-43 of 51)"."""
    value = named(proposal.value, _CELL_NAME)
    short = words.say(f"short_{_key(proposal)}", value=value)
    effect = proposal.history if proposal.history.firings else proposal.week
    if not effect.removed:
        return short
    return words.say("short_removes", remedy=short, removed=effect.removed, n=effect.firings)


def best(rule: RuleReview) -> Proposal | None:
    """Return the proposal that the rule's line recommends: the first that would have hidden nothing."""
    return next((each for each in rule.proposals if not each.dangerous), None)


def _key(proposal: Proposal) -> str:
    return "map_any" if proposal.remedy is Remedy.MAP and not named(proposal.value) else str(proposal.remedy)


def _main(proposal: Proposal, effect: Effect, words: Words) -> str:
    if proposal.remedy is Remedy.GUIDE:
        return words.say("would_guide", n=effect.firings)
    if _nothing(effect):
        return words.say("would_nothing", remedy=words.say(f"short_{_key(proposal)}", value=named(proposal.value)))
    what = words.say(f"with_{_key(proposal)}", value=named(proposal.value))
    told = ""
    if 0 < effect.removed_told < effect.removed:
        told = words.say("told_of_these", n=effect.removed_told)
    counted = {"removed": effect.removed, "n": effect.firings}
    if proposal.remedy is Remedy.DEMOTE:
        return words.say("would_spare", what=what, told=effect.removed_told or effect.removed, n=effect.firings)
    return words.say(_WOULD[proposal.remedy], what=what, told=told, **counted)


def _tail(what: Remedy, effect: Effect, words: Words) -> str:
    """Say what it would have cost: real ones delayed, or hidden."""
    if what is Remedy.GUIDE or _nothing(effect):
        return ""
    if effect.delayed:
        hidden = words.say("and_hidden_too", n=effect.missed) if effect.missed else ""
        return hidden + words.say("and_delayed", n=effect.delayed, time=words.lasts(effect.delay_s))
    return words.say("and_hidden", n=effect.missed) if effect.missed else words.say("and_hidden_none")


def _nothing(effect: Effect) -> bool:
    return not effect.removed and not effect.removed_told
