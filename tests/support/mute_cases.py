"""Alerts with silences and inhibition rules, case by case, and which of them a real Alertmanager keeps quiet."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp

from router.alert import parse_matcher
from router.mute import Silence

T = TypeVar("T")
Labels = Mapping[str, str]
HOUR_S = 3600.0


@dataclass(frozen=True)
class Case:
    """Alerts of one case, what keeps them quiet, and which of them are quiet (by their place in `alerts`)."""

    alerts: Sequence[Labels]
    silences: Sequence[Sequence[str]] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    silenced: frozenset[int] = frozenset()
    inhibited: frozenset[int] = frozenset()
    state: str = "active"
    """Of its silences."""
    resolved: frozenset[int] = frozenset()


def silenced(matchers: Sequence[str], alerts: Sequence[Labels], *quiet: int) -> Case:
    """One silence with these matchers."""
    return Case(alerts, [matchers], silenced=frozenset(quiet))


def rule(source: str, target: str, *equal: str) -> Mapping[str, Any]:
    """An inhibition rule; "" is a side without matchers."""
    sides = {"source_matchers": [source] if source else [], "target_matchers": [target] if target else []}
    return {**sides, "equal": list(equal)}


def inhibited(rules: Sequence[Mapping[str, Any]], alerts: Sequence[Labels], *quiet: int, **more: Any) -> Case:
    """One case of inhibition."""
    return Case(alerts, rules=rules, inhibited=frozenset(quiet), **more)


DOWN, SLOW, HERE = {"kind": "down"}, {"kind": "slow"}, {"cluster": "a", "zone": "1"}
DOWN_SLOW = rule("kind=down", "kind=slow")
BY_CLUSTER = rule("kind=down", "kind=slow", "cluster")
CAUSE_EFFECT = rule("cause=y", "effect=y")
CAUSE, EFFECT, MIDDLE = {"cause": "y"}, {"effect": "y"}, {"cause": "y", "effect": "y"}
CASES = {
    "equal": silenced(['svc="pay"'], [{"svc": "pay"}, {"svc": "payments"}, {}], 0),
    "an equal value is no expression": silenced(['svc="p.y"'], [{"svc": "pay"}, {"svc": "p.y"}], 1),
    "values differ by case": silenced(['svc="Pay"'], [{"svc": "pay"}, {"svc": "Pay"}], 1),
    "unequal": silenced(['svc!="pay"'], [{"svc": "pay"}, {"svc": "search"}], 1),
    "unequal, and the label is absent": silenced(['svc!="pay"'], [{"svc": "pay"}, {}], 1),
    "an expression": silenced(['svc=~"pay|sea.*"'], [{"svc": "pay"}, {"svc": "search"}, {"svc": "cart"}], 0, 1),
    "an expression is anchored at both ends": silenced(
        ['svc=~"pay"'], [{"svc": "pay"}, {"svc": "prepay"}, {"svc": "payments"}], 0
    ),
    "alternatives are anchored at both ends": silenced(
        ['svc=~"a|b"'], [{"svc": "a"}, {"svc": "ab"}, {"svc": "b"}], 0, 2
    ),
    "anchors written out": silenced(['svc=~"^pay$"'], [{"svc": "pay"}, {"svc": "payments"}], 0),
    "a flag of an expression": silenced(['svc=~"(?i)pay"'], [{"svc": "PAY"}, {"svc": "pays"}], 0),
    "no expression": silenced(['svc!~"pay.*"'], [{"svc": "payments"}, {"svc": "search"}], 1),
    "no expression, and the label is absent": silenced(['svc!~"pay.+"'], [{"svc": "payments"}, {}], 1),
    "equal to nothing": silenced(['svc=""'], [{"svc": "pay"}, {}, {"svc": ""}], 1, 2),
    "unequal to nothing": silenced(['svc!=""'], [{"svc": "pay"}, {}, {"svc": ""}], 0),
    "an expression that meets nothing": silenced(['svc=~".*"'], [{"svc": "pay"}, {}], 0, 1),
    "an alternative that is nothing": silenced(['svc=~"pay|"'], [{"svc": "pay"}, {}, {"svc": "x"}], 0, 1),
    "an expression that needs a value": silenced(['svc=~".+"'], [{"svc": "pay"}, {}], 0),
    "an expression that nothing meets": silenced(['svc!~".*"'], [{"svc": "pay"}, {}]),
    "every matcher must hold": silenced(
        ['svc="pay"', 'env!="test"'], [{"svc": "pay"}, {"svc": "pay", "env": "test"}, {"env": "prod"}], 0
    ),
    "values of other scripts": silenced(['svc="決済"'], [{"svc": "決済"}, {"svc": "決"}], 0),
    "a dot is one character of any script": silenced(['svc=~"決."'], [{"svc": "決済"}, {"svc": "決"}], 0),
    "quotes and backslashes": silenced([r'svc="a\"b\\c"'], [{"svc": 'a"b\\c'}, {"svc": "abc"}], 0),
    "spaces around and inside of a value": silenced(['svc = "a b"'], [{"svc": "a b"}, {"svc": "ab"}], 0),
    "several silences": Case(
        [{"svc": "pay"}, {"svc": "search"}], [['svc="pay"'], ['svc=~"p.*"'], ['svc="x"']], silenced=frozenset({0})
    ),
    "a silence that is still to begin": Case([{"svc": "pay"}], [['svc="pay"']], state="pending"),
    "a silence that somebody ended": Case([{"svc": "pay"}], [['svc="pay"']], state="expired"),
    "a source inhibits targets": inhibited([DOWN_SLOW], [DOWN, SLOW, {"kind": "other"}], 1),
    "no source fires": inhibited([DOWN_SLOW], [SLOW, {"kind": "other"}]),
    "equal labels are the same": inhibited(
        [BY_CLUSTER], [{**DOWN, "cluster": "a"}, {**SLOW, "cluster": "a"}, {**SLOW, "cluster": "b"}], 1
    ),
    "equal labels absent from both": inhibited([BY_CLUSTER], [DOWN, SLOW], 1),
    "equal labels absent from the source": inhibited([BY_CLUSTER], [DOWN, {**SLOW, "cluster": "a"}]),
    "equal labels absent from the target": inhibited([BY_CLUSTER], [{**DOWN, "cluster": "a"}, SLOW]),
    "an equal label that is empty is absent": inhibited([BY_CLUSTER], [{**DOWN, "cluster": ""}, SLOW], 1),
    "every equal label must be the same": inhibited(
        [rule("kind=down", "kind=slow", "cluster", "zone")],
        [{**DOWN, **HERE}, {**SLOW, "cluster": "a", "zone": "2"}, {**SLOW, **HERE}],
        2,
    ),
    "none of both sides inhibits another of both sides": inhibited([CAUSE_EFFECT], [MIDDLE, {**MIDDLE, "x": "1"}]),
    "none inhibits itself": inhibited([CAUSE_EFFECT], [MIDDLE]),
    "one of both sides is inhibited by a source": inhibited([CAUSE_EFFECT], [CAUSE, MIDDLE], 1),
    "one of both sides inhibits a target": inhibited([CAUSE_EFFECT], [MIDDLE, EFFECT], 1),
    "several sources": inhibited([DOWN_SLOW], [DOWN, {**DOWN, "x": "1"}, SLOW], 2),
    "a source that is over": inhibited([DOWN_SLOW], [DOWN, SLOW], resolved=frozenset({0})),
    "a source that is silenced inhibits all the same": Case(
        [DOWN, SLOW], [['kind="down"']], [DOWN_SLOW], frozenset({0}), frozenset({1})
    ),
    "a target that is silenced as well": Case(
        [DOWN, SLOW], [['kind="slow"']], [DOWN_SLOW], frozenset({1}), frozenset({1})
    ),
    "one that is inhibited inhibits all the same": inhibited(
        [rule("kind=a", "kind=b"), rule("kind=b", "kind=c")], [{"kind": "a"}, {"kind": "b"}, {"kind": "c"}], 1, 2
    ),
    "two that inhibit each other": inhibited(
        [rule("kind=a", "kind=b"), rule("kind=b", "kind=a")], [{"kind": "a"}, {"kind": "b"}], 0, 1
    ),
    "any rule is enough": inhibited([rule("kind=no", "kind=slow"), DOWN_SLOW], [DOWN, SLOW], 1),
    "several rules with a source each": inhibited(
        [DOWN_SLOW, rule("kind=gone", "kind=slow")], [DOWN, {"kind": "gone"}, SLOW], 2
    ),
    "a source side without matchers": inhibited([rule("", "kind=slow")], [{"kind": "other"}, SLOW], 1),
    "a target side without matchers": inhibited([rule("kind=down", "")], [DOWN, SLOW, {}], 1, 2),
    "both sides without matchers": inhibited([rule("", "")], [DOWN, SLOW]),
    "a source without the label of a negative matcher": inhibited([rule("kind!=slow", "kind=slow")], [{}, SLOW], 1),
    "expressions on both sides": inhibited(
        [rule("kind=~d.*", "kind=~s.*|x")], [DOWN, SLOW, {"kind": "x"}, {"kind": "xs"}], 1, 2
    ),
    "outdated ways of writing": inhibited(
        [{"source_match": {"kind": "down"}, "target_match_re": {"kind": "sl.w"}}], [DOWN, SLOW, {"kind": "sl"}], 1
    ),
}  # fmt: skip


def labels_of(name: str, number: int) -> dict[str, str]:
    """Return the labels of an alert as it is sent: cases are told apart by one."""
    return {"alertname": "Case", "case": name, "nr": str(number), **CASES[name].alerts[number]}


def scoped(each: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a rule that acts on the alerts of its case only."""
    own = {side: [*each[side], f'case="{name}"'] for side in ("source_matchers", "target_matchers") if each.get(side)}
    outdated = {side: {**each[side], "case": name} for side in ("source_match", "target_match_re") if side in each}
    return {**each, **own, **outdated, "equal": [*each.get("equal", ()), *(() if len(own) == 2 else ("case",))]}


RULES = json.dumps([scoped(each, name) for name, case in CASES.items() for each in case.rules], ensure_ascii=False)


def instant(at: float) -> str:
    """Return an instant as the API wants it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


async def ask(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    """Return status and answer of a request."""
    async with aiohttp.ClientSession() as session, session.request(method, url, json=body) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text.startswith(("{", "[", '"')) else text


def silence_body(matchers: Sequence[str], starts_at: float, ends_at: float, **more: str) -> dict[str, Any]:
    """Return a silence as the API wants it."""
    parsed = [parse_matcher(text) for text in matchers]
    return {
        "matchers": [
            {"name": m.label, "value": m.value, "isRegex": "~" in m.operator, "isEqual": "!" not in m.operator}
            for m in parsed
        ],
        "startsAt": instant(starts_at),
        "endsAt": instant(ends_at),
        "createdBy": "sato",
        "comment": "parity",
        **more,
    }


async def post_silence(url: str, matchers: Sequence[str], state: str) -> Silence:
    """Make a silence in the real program; returns it as a value of ours."""
    now = datetime.now(UTC).timestamp()
    begin = now + HOUR_S if state == "pending" else now
    status, made = await ask("POST", f"{url}/api/v2/silences", silence_body(matchers, begin, begin + HOUR_S))
    assert status == 200, made
    if state == "expired":
        assert (await ask("DELETE", f"{url}/api/v2/silence/{made['silenceID']}"))[0] == 200
    _, got = await ask("GET", f"{url}/api/v2/silence/{made['silenceID']}")
    times = (datetime.fromisoformat(got[key]).timestamp() for key in ("startsAt", "endsAt", "updatedAt"))
    begins, ends, updated = times
    return Silence(got["id"], tuple(map(parse_matcher, matchers)), begins, ends, "sato", "parity", updated)


async def send(url: str, alerts: Sequence[Labels], *, resolved: bool = False) -> None:
    """Send alerts to the real program."""
    begin = datetime.now(UTC).timestamp() - 60
    over = {"endsAt": instant(begin + 30)} if resolved else {}
    body = [{"labels": labels, "startsAt": instant(begin), **over} for labels in alerts]
    status, answer = await ask("POST", f"{url}/api/v2/alerts", body)
    assert status == 200, answer


async def heard(url: str) -> list[Mapping[str, Any]]:
    """Return every alert, once the last one sent is inhibited: then all have been seen."""
    _, alerts = await ask("GET", f"{url}/api/v2/alerts")
    last = [each for each in alerts if each["labels"]["case"] == "last" and each["status"]["inhibitedBy"]]
    return alerts if last else []


def run(asking: Callable[[], Awaitable[T]]) -> T:
    """Return what an async question answers, outside of any loop."""

    async def asked_once() -> T:
        return await asking()

    return asyncio.run(asked_once())
