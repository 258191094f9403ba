"""Inhibition by itself: sides, labels of any script, and its speed with many rules and sources."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.alert import all_match, parse_matcher
from router.mute import Inhibitor, InhibitRule, Muting, inhibited_by, sides_of

DOWN, SLOW = (parse_matcher("kind=down"),), (parse_matcher("kind=slow"),)


def test_several_sources_inhibit_together_each_once() -> None:
    rules = (InhibitRule(DOWN, SLOW), InhibitRule((parse_matcher("kind=~d.*"),), SLOW, ("cluster",)))
    sources = [Inhibitor("f1", {"kind": "down"}), Inhibitor("f2", {"kind": "down", "cluster": "a"})]
    assert inhibited_by({"kind": "slow"}, rules, sources) == ("f1", "f2")
    assert inhibited_by({"kind": "other"}, rules, sources) == ()
    assert inhibited_by({"kind": "slow"}, rules, []) == ()


def test_labels_may_have_any_name() -> None:
    rules = (InhibitRule((parse_matcher('"種類"=停止'),), (parse_matcher('"種類"=遅延'),), ("クラスター.名",)),)
    sources = [Inhibitor("f1", {"種類": "停止", "クラスター.名": "東京"})]
    assert inhibited_by({"種類": "遅延", "クラスター.名": "東京"}, rules, sources) == ("f1",)
    assert inhibited_by({"種類": "遅延", "クラスター.名": "大阪"}, rules, sources) == ()


@pytest.mark.parametrize(
    ("kind", "sides"),
    [("down", (True, False)), ("slow", (False, True)), ("other", (False, False))],
    ids=["source", "target", "neither"],
)
def test_an_alert_meets_a_side_of_some_rule(kind: str, sides: tuple[bool, bool]) -> None:
    rules = (InhibitRule((parse_matcher("kind=x"),), (parse_matcher("kind=y"),)), InhibitRule(DOWN, SLOW))
    assert sides_of({"kind": kind}, rules) == sides
    assert sides_of({"kind": kind}, ()) == (False, False)


def test_a_side_without_matchers_is_met_by_every_alert() -> None:
    assert sides_of({}, (InhibitRule((), SLOW),)) == (True, False)
    assert sides_of({}, (InhibitRule(DOWN, ()),)) == (False, True)


_LABELS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "x", "y"]), max_size=3)
_MATCHERS = st.lists(
    st.sampled_from([parse_matcher(text) for text in ("a=x", "b!=y", 'c=""', "a=~x|y", "b!~x")]), max_size=2
).map(tuple)
_RULES = st.lists(
    st.builds(InhibitRule, _MATCHERS, _MATCHERS, st.lists(st.sampled_from("abc"), max_size=2).map(tuple)), max_size=4
)


@given(_LABELS, _RULES, st.lists(_LABELS, max_size=6))
def test_the_index_answers_as_the_rule_is_written(
    labels: dict[str, str], rules: list[InhibitRule], sources: list[dict[str, str]]
) -> None:
    """The definition, word by word, against the index."""
    inhibitors = [Inhibitor(str(number), each) for number, each in enumerate(sources)]
    plain = {
        each.fingerprint
        for rule in rules
        for each in inhibitors
        if all_match(rule.target, labels)
        and all_match(rule.source, each.labels)
        and all(labels.get(name, "") == each.labels.get(name, "") for name in rule.equal)
        and not (all_match(rule.source, labels) and all_match(rule.target, each.labels))
    }
    assert set(inhibited_by(labels, rules, inhibitors)) == plain


def test_many_rules_and_sources_are_asked_fast() -> None:
    """100 rules x 1,000 inhibitors: well under a millisecond an alert, the index included."""
    rules = tuple(
        InhibitRule((parse_matcher(f"team=t{n}"), parse_matcher("kind=down")), SLOW, ("cluster", "zone"))
        for n in range(100)
    )
    inhibitors = tuple(
        Inhibitor(str(n), {"team": f"t{n % 100}", "kind": "down", "cluster": str(n), "zone": "z"}) for n in range(1000)
    )
    muting = Muting("1", (), rules, inhibitors)
    targets = [{"kind": "slow", "cluster": str(n), "zone": "z"} for n in range(1000)]
    begun = time.perf_counter()
    found = [muting.of(labels, 0.0).inhibited_by for labels in targets]
    each_s = (time.perf_counter() - begun) / len(targets)
    assert found == [(str(n),) for n in range(1000)]
    assert each_s < 0.001
