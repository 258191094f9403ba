"""Inhibition: a firing alert keeps others quiet that follow from it (Alertmanager, package inhibit). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.alert import Matcher, all_match


@dataclass(frozen=True, slots=True)
class InhibitRule:
    """Alerts that meet `target` are quiet while one that meets `source` fires with the same values of `equal`."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Inhibitor:
    """A firing alert that meets the source side of some rule."""

    fingerprint: str
    labels: Mapping[str, str]


def inhibited_by(
    labels: Mapping[str, str], rules: Sequence[InhibitRule], inhibitors: Iterable[Inhibitor]
) -> tuple[str, ...]:
    """Return the fingerprints of the alerts that inhibit one with these labels, () for none.

    An alert that meets both sides of a rule is not inhibited by another that does (so none inhibits itself).
    """
    firing = tuple(inhibitors)
    found: dict[str, None] = {}
    for rule in rules:
        if not all_match(rule.target, labels):
            continue
        both = all_match(rule.source, labels)
        for each in firing:
            if _inhibits(rule, each.labels, labels, both=both):
                found[each.fingerprint] = None
    return tuple(found)


def _inhibits(rule: InhibitRule, source: Mapping[str, str], target: Mapping[str, str], *, both: bool) -> bool:
    if not all_match(rule.source, source) or (both and all_match(rule.target, source)):
        return False
    return all(source.get(name, "") == target.get(name, "") for name in rule.equal)
