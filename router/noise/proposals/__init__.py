"""What to do about a noisy rule, each remedy with its counterfactual, computed from recorded firings. Pure.

**Which comes first.** What would have hidden a real one (a threatened firing, or one that somebody found real) comes
behind everything that would not; where nothing else is left, nothing is proposed. Then the remedy that the people's own
marks name, where it is among the proposals: *duplicate* → merge, *wrong threshold* → longer `for`, *test* → split,
*not actionable* → delete, else demote. Then what fits what the rule does, the first that does:

1. map, where no SLO covers most of its firings and nobody marked it: all else would be guessed
2. longer `for`, where at least half of the week's noise was chattering or fleeting, and it removes at least half
3. split, where one value of a label makes 80 % of the noise and none of what was real
4. merge, where another rule always fires with it
5. delete, where somebody called it a wolf, and nobody acted on it nor was any SLO threatened in the recorded history
6. longer `for`, where at most 15 minutes remove two thirds of the week's noise
7. demote to a ticket, where it pages and nobody ever acknowledged it
8. map, where some of its firings are not covered
9. a guide, where it has none

Last what could be done as well: demote, longer `for`, delete. Equals: more told firings removed, then the name.
"""

from collections import Counter
from collections.abc import Iterable

from router.noise.facts import Judged
from router.noise.proposals.known import Around, Candidate, Known, in_order
from router.noise.proposals.labels import split
from router.noise.proposals.longer import longer_for
from router.noise.proposals.mapping import map_to_slo
from router.noise.proposals.others import delete, demote, guide
from router.noise.proposals.twins import merge
from router.noise.review import Proposal, Remedy
from router.noise.values import Mark, RuleKey, Settings

_NAMED = {
    "duplicate": (Remedy.MERGE,),
    "wrong_threshold": (Remedy.LONGER_FOR,),
    "test": (Remedy.SPLIT,),
    "not_actionable": (Remedy.DELETE, Remedy.DEMOTE),
}
"""What the reasons of the menu ask for."""


def proposals(key: RuleKey, around: Around, settings: Settings) -> tuple[Proposal, ...]:
    """Return what can be done about a rule, best first; empty where it did not fire in the week. Pure.

    The first one is never dangerous.
    """
    week = sorted(around.week.get(key, ()), key=in_order)
    if not week:
        return ()
    known = Known(key, week, around.history(key), around)
    found = (longer_for, split, merge, delete, demote, guide)
    tried = [remedy(known) for remedy in found] + [map_to_slo(known, settings)]
    named = _named(week)
    order = sorted((each for each in tried if each is not None), key=lambda each: _key(each, named))
    best_first = tuple(each.proposal for each in order)
    return () if best_first and best_first[0].dangerous else best_first


def _named(week: Iterable[Judged]) -> tuple[Remedy, ...]:
    """Return the remedies that the reason given most often asks for, counted once for every incident."""
    reasons = {each.incident: each.firing.wolf_reason for each in week if each.mark is Mark.WOLF}
    counts = Counter(reason for reason in reasons.values() if reason in _NAMED)
    return _NAMED[min(counts, key=lambda reason: (-counts[reason], reason))] if counts else ()


def _key(each: Candidate, named: tuple[Remedy, ...]) -> tuple[bool, int, int, int, str]:
    proposal = each.proposal
    asked = named.index(proposal.remedy) if proposal.remedy in named else len(named)
    return proposal.dangerous, asked, each.rank, -proposal.week.removed_told, proposal.remedy


__all__ = ["Around", "proposals"]
