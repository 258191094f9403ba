"""Inhibition: a firing alert keeps others quiet that follow from it (Alertmanager, package inhibit). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.alert import Matcher, Operator, all_match


@dataclass(frozen=True, slots=True)
class InhibitRule:
    """Alerts that meet `target` are quiet while one that meets `source` fires with the same values of `equal`.

    An empty side is met by every alert; a label that is not there has the value "".
    """

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
    return Inhibition(rules, inhibitors).of(labels)


def sides_of(labels: Mapping[str, str], rules: Sequence[InhibitRule]) -> tuple[bool, bool]:
    """Return whether an alert can inhibit others, and whether others can inhibit it: it meets such a side of a rule."""
    return any(all_match(rule.source, labels) for rule in rules), any(all_match(rule.target, labels) for rule in rules)


class Inhibition:
    """The same rules and inhibitors, asked about many alerts: sources are found by their values of `equal`.

    Each rule is indexed when an alert first meets its target side.
    """

    def __init__(self, rules: Sequence[InhibitRule], inhibitors: Iterable[Inhibitor]) -> None:
        firing = _Firing(tuple(inhibitors))
        self._rules = tuple(_Indexed(rule, firing) for rule in rules) if firing.inhibitors else ()

    def of(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return the fingerprints of the alerts that inhibit one with these labels, each once, () for none."""
        found: dict[str, None] = {}
        for rule in self._rules:
            if all_match(rule.target, labels):
                found.update(dict.fromkeys(rule.sources_of(labels)))
        return tuple(found)


class _Firing:
    """The inhibitors, by the value of each label that a rule asks for exactly."""

    def __init__(self, inhibitors: tuple[Inhibitor, ...]) -> None:
        self.inhibitors = inhibitors
        self._by_value: dict[str, dict[str, list[Inhibitor]]] = {}

    def meeting(self, matchers: tuple[Matcher, ...]) -> list[Inhibitor]:
        """Return those that meet every matcher, in order."""
        exact = [self._with_value(each) for each in matchers if each.operator is Operator.EQUAL]
        fewest = min(exact, key=len, default=self.inhibitors)
        return [each for each in fewest if all_match(matchers, each.labels)]

    def _with_value(self, matcher: Matcher) -> Sequence[Inhibitor]:
        if matcher.label not in self._by_value:
            grouped = self._by_value[matcher.label] = {}
            for each in self.inhibitors:
                grouped.setdefault(each.labels.get(matcher.label, ""), []).append(each)
        return self._by_value[matcher.label].get(matcher.value, ())


_Values = tuple[str, ...]
_Sources = tuple[str, ...]


class _Indexed:
    """A rule with its sources by their values of `equal`: all of them, and those that are no targets themselves."""

    __slots__ = ("_firing", "_one_sided", "_rule", "_sources", "target")

    def __init__(self, rule: InhibitRule, firing: _Firing) -> None:
        self._rule = rule
        self._firing = firing
        self.target = rule.target
        self._sources: dict[_Values, _Sources] | None = None
        self._one_sided: dict[_Values, _Sources] = {}

    def sources_of(self, labels: Mapping[str, str]) -> _Sources:
        """Return the sources that inhibit an alert that meets the target side."""
        sources = self._sources if self._sources is not None else self._index()
        values = self._values(labels)
        if values not in sources:
            return ()
        both = all_match(self._rule.source, labels)
        return self._one_sided.get(values, ()) if both else sources[values]

    def _index(self) -> dict[_Values, _Sources]:
        sources = self._firing.meeting(self._rule.source)
        self._one_sided = self._by_values(each for each in sources if not all_match(self.target, each.labels))
        self._sources = self._by_values(sources)
        return self._sources

    def _by_values(self, sources: Iterable[Inhibitor]) -> dict[_Values, _Sources]:
        grouped: dict[_Values, list[str]] = {}
        for each in sources:
            grouped.setdefault(self._values(each.labels), []).append(each.fingerprint)
        return {values: tuple(fingerprints) for values, fingerprints in grouped.items()}

    def _values(self, labels: Mapping[str, str]) -> _Values:
        return tuple(labels.get(name, "") for name in self._rule.equal)
