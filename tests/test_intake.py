"""Intake remembers what it decided and packed, and never answers from memory where the answer would be another."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from router.alert import Alert, Status, fingerprint_of, parse_matcher
from router.classify import GuideRule, MappingRule, Route, Rules, classify, guide_of
from router.errors import UnavailableError
from router.incident import Guide
from router.intake.held import Held
from router.intake.packing import Packer
from router.intake.placing import Placer
from tests.support.state import START, State

RULES = Rules(
    route=Route(
        "sre",
        group_by=("slo", "cluster"),
        routes=(
            Route("payments", (parse_matcher('team="payments"'),), ("alertname",), path="0.0", continues=True),
            Route("every", (parse_matcher("every=yes"),), ("...",), path="0.1"),
        ),
    ),
    mapping=(MappingRule((parse_matcher('service=~"shop|cart"'),), ("shop-availability",)),),
    bypass=((parse_matcher('category="security"'),),),
    guides=(GuideRule((parse_matcher('pod=~"db-.*"'),), Guide("https://guides.example.com/db")),),
)
VARIANTS = (
    {},
    {"service": "shop"},
    {"service": "cart"},
    {"service": "other"},
    {"team": "payments"},
    {"team": "payments", "service": "shop"},
    {"category": "security", "service": "shop"},
    {"cluster": "tokyo"},
    {"every": "yes", "pod": "a"},
    {"every": "yes", "pod": "b"},
    {"pod": "db-1"},
    {"sloth_severity": "page", "sloth_id": "x"},
    {"slo": "y", "exhaustion": "1d"},
)


def make_alert(name: str = "HighErrors", labels: dict[str, str] | None = None, **fields: object) -> Alert:
    every = {"alertname": name, **(labels or {})}
    base: dict[str, object] = {
        "source": "alertmanager",
        "fingerprint": fingerprint_of("alertmanager", None, every),
        "status": Status.FIRING,
        "rule": name,
        "severity": "critical",
        "labels": every,
        "starts_at": START - 5,
    }
    return Alert(**{**base, **fields})  # type: ignore[arg-type]


def test_a_remembered_placement_is_what_classify_says_in_any_order() -> None:
    """Every variant twice, forwards and backwards, so that each is asked before and after its look-alikes are known."""
    placer = Placer(RULES)
    alerts = [
        make_alert(name, dict(labels), source=source, severity=severity, guide_url=guide_url)
        for labels in VARIANTS
        for name in ("HighErrors", "DiskSlow")
        for source in ("alertmanager", "slo", "router")
        for severity in ("critical", "warning")
        for guide_url in ("", "https://guides.example.com/own")
    ]
    for alert in [*alerts, *reversed(alerts)]:
        placed, expected = placer.place(alert), classify(alert, RULES)
        assert [place.incident_key for place in placed.places] == [each.incident_key for each in expected]
        slos = [tuple(cover.slo for cover in each.alert_class.covers) for each in expected]
        assert [place.slos for place in placed.places] == slos
        assert placed.guide == guide_of(alert, RULES)


def test_pods_of_one_rule_are_placed_by_one_answer() -> None:
    """Nothing in the configuration looks at the instance, so the second alert gets the very same object."""
    placer = Placer(RULES)
    first = placer.place(make_alert(labels={"service": "shop", "instance": "a"}))
    assert placer.place(make_alert(labels={"service": "shop", "instance": "b"})) is first


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": {"alertname": "HighErrors", "service": "shop", "pod": "b"}},
        {"annotations": {"summary": "3 %"}},
        {"severity": "warning"},
        {"generator_url": "https://prometheus.example.com"},
        {"guide_url": "https://guides.example.com/own"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_changed_content_is_packed_anew(changed: dict[str, object]) -> None:
    packer, placer = Packer(), Placer(RULES)
    alert = make_alert(labels={"service": "shop", "pod": "a"}, annotations={"summary": "2 %"})
    packed = packer.pack(alert, placer.place(alert))
    assert packer.known(replace(alert, starts_at=START, expires_at=START + 60)) is packed
    assert packer.known(replace(alert, **changed)) is None  # type: ignore[arg-type]


def test_what_is_packed_is_remembered_for_two_generations_and_no_longer() -> None:
    packer, placer = Packer(generation=2), Placer(RULES)
    alerts = [make_alert(f"Alert{number}") for number in range(5)]
    for alert in alerts[:3]:
        packer.pack(alert, placer.place(alert))
    assert packer.known(alerts[0]) is not None
    for alert in alerts[3:]:
        packer.pack(alert, placer.place(alert))
    assert packer.known(alerts[1]) is None
    packer.forget(alerts[4].fingerprint)
    assert packer.known(alerts[4]) is None


class SlowBoard:
    """Answers questions when it is let go; counts them."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.go = asyncio.Event()
        self.broken = False

    async def locate(self, fingerprints: Sequence[str]) -> dict[str, list[str]]:
        self.asked.append(sorted(fingerprints))
        await self.go.wait()
        if self.broken:
            raise UnavailableError("away", code="unreachable")
        return {"b": ["incident-1"]}


async def test_webhooks_that_come_meanwhile_share_the_next_question() -> None:
    board, known = SlowBoard(), dict[str, tuple[str, ...]]()
    held = Held(board)  # type: ignore[arg-type]
    asking = [
        asyncio.create_task(held.look_up([make_alert(fingerprint=name) for name in names], known))
        for names in ("a", "ab", "bc")
    ]
    await asyncio.sleep(0)
    board.go.set()
    await asyncio.gather(*asking)
    assert sum(len(each) for each in board.asked) <= 4
    assert len(board.asked) <= 2
    assert known == {"a": (), "b": ("incident-1",), "c": ()}


async def test_when_the_state_is_away_everybody_is_told_and_nothing_is_remembered() -> None:
    board, known = SlowBoard(), dict[str, tuple[str, ...]]()
    board.broken = True
    board.go.set()
    held = Held(board)  # type: ignore[arg-type]
    answers = await asyncio.gather(
        *(held.look_up([make_alert(fingerprint=name)], known) for name in "abc"), return_exceptions=True
    )
    assert [type(each) for each in answers] == [UnavailableError] * 3
    assert known == {}


async def test_a_located_firing_is_found_in_the_state(state: State) -> None:
    known: dict[str, tuple[str, ...]] = {}
    await Held(state.board).look_up([make_alert()], known)
    assert known == {make_alert().fingerprint: ()}
