"""What must hold of the gate whatever is thrown at it (I1-I11; I4, I5 and I9 stand with the verdicts and the maths)."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.gate import TELLING, AlertClass, Cover, Held, Kind, Mode, Outcome, Policy, Reason, decide, decide_resolved
from router.slo.objective import Count, Measured, Ratio, SloClass, Snapshot
from router.slo.snapshot import snapshot_from_json
from router.slo.verdict import Assessment, Cause, Memory, Verdict, assess, loudness
from tests.support.slo import LENGTHS_S, NOW, objective, snapshot, uniform

REASONS = {
    Outcome.PAGE: {Reason.THREAT_PAGE, Reason.BURN_ALERT, Reason.DETECTION_GAP},
    Outcome.TICKET: {Reason.THREAT_TICKET, Reason.BURN_ALERT, Reason.HELD_FOR_A_DAY},
    Outcome.FORWARD: {
        Reason.BYPASS,
        Reason.UNMAPPED,
        Reason.SLO_UNKNOWN,
        Reason.HELD_TOO_LONG,
        Reason.SHADOW,
        Reason.NOTICE,
    },
    Outcome.HOLD: {Reason.NO_THREAT, Reason.WATCH},
    Outcome.DROP: {Reason.NEVER_THREATENED},
}

LOUDNESS = [Outcome.HOLD, Outcome.TICKET, Outcome.FORWARD, Outcome.PAGE]

assessments = st.dictionaries(
    st.sampled_from("abc"), st.builds(Assessment, st.just("x"), st.sampled_from(Verdict), st.sampled_from(Cause))
).map(lambda found: {slo: replace(each, slo=slo) for slo, each in found.items()})
classes = st.builds(
    AlertClass,
    st.sampled_from(Kind),
    st.lists(st.builds(Cover, st.sampled_from("abc"), st.booleans()), unique_by=lambda cover: cover.slo).map(tuple),
)
waits = st.one_of(st.none(), st.floats(0, 2e5).map(lambda waited: NOW - waited))
holds = st.builds(Held, waits, waits)
modes = st.builds(Policy, st.sampled_from(Mode))


@given(classes, assessments, holds, modes)
def test_I1_a_firing_alert_is_never_dropped(alert_class, found, held, policy):
    """Only what resolves can be dropped."""
    assert decide(alert_class, found, held, NOW, policy).outcome in (*TELLING, Outcome.HOLD)


@given(assessments, holds, modes)
def test_I2_an_unknown_covering_slo_forwards(found, held, policy):
    """Whatever else the other SLOs say, it is at least forwarded."""
    unknown = found | {"a": Assessment("a", Verdict.UNKNOWN, Cause.STALE)}
    decision = decide(AlertClass(Kind.GATED, (Cover("a"), Cover("b"))), unknown, held, NOW, policy)
    assert decision.outcome in (Outcome.FORWARD, Outcome.PAGE)


CALM = {"sampled_at": NOW, "windows": {}}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="I3-no-answer"),
        pytest.param([], id="I3-not-an-object"),
        pytest.param({"error": "HTTP 500"}, id="I3-http-500"),
        pytest.param({"error": "timed out after 5 s"}, id="I3-time-out"),
        pytest.param({"error": "answer is not JSON"}, id="I3-bad-json"),
        pytest.param(CALM, id="I3-empty"),
        pytest.param({**CALM, "sampled_at": NOW + 3600}, id="I3-clock-skewed"),
        pytest.param({**CALM, "sampled_at": NOW - 3600}, id="I3-stale"),
        pytest.param({**CALM, "sampled_at": "2026-11-22T09:00:00"}, id="I3-a-time-without-a-zone"),
    ],
)
def test_I3_a_broken_answer_ends_in_forward(answer):
    """HTTP 500, time-out, bad JSON, nothing at all, or a wrong clock."""
    found = assess(objective(), snapshot_from_json("a", answer) if answer is not None else None, NOW, Memory())
    decision = decide(AlertClass(Kind.GATED, (Cover("a"),)), {"a": found}, Held(), NOW, Policy())
    assert (decision.outcome, decision.reason) == (Outcome.FORWARD, Reason.SLO_UNKNOWN)


@pytest.mark.parametrize(
    "nothing",
    [
        pytest.param(None, id="I3-null"),
        pytest.param({"bad": nan, "total": 1000}, id="I3-nan"),
        pytest.param({"bad": 0, "total": inf}, id="I3-inf"),
        pytest.param({"bad": "0", "total": "1000"}, id="I3-text"),
        pytest.param({"bad": "+Inf", "total": 10}, id="I3-plus-inf-as-text"),
        pytest.param({"bad": 0}, id="I3-no-total"),
        pytest.param({"ratio": nan}, id="I3-nan-ratio"),
        pytest.param({"bad": -5, "total": 1000}, id="I3-negative"),
        pytest.param({"bad": 0, "total": -1000}, id="I3-negative-total"),
        pytest.param({"bad": 10**400, "total": 10**401}, id="I3-too-big-for-a-float"),
        pytest.param({"bad": True, "total": True}, id="I3-booleans"),
        pytest.param([0, 1000], id="I3-another-shape"),
    ],
)
@pytest.mark.parametrize("window", ["5m", "1h", "3d"])
def test_I3_a_broken_window_ends_in_forward(window, nothing):
    """One window that is no number is enough, and ruling_14: it is unreadable, never refused."""
    per_s = 3000 / 3600
    windows = {name: {"bad": 0, "total": per_s * length_s} for name, length_s in LENGTHS_S.items()}
    state = {"sampled_at": NOW, "windows": windows | {"period": {"bad": 0, "total": 2_160_000}, window: nothing}}
    found = assess(objective(), snapshot_from_json("a", state), NOW, Memory())
    decision = decide(AlertClass(Kind.GATED, (Cover("a"),)), {"a": found}, Held(), NOW, Policy())
    assert (decision.outcome, decision.reason) == (Outcome.FORWARD, Reason.SLO_UNKNOWN)


@given(classes, assessments, holds, modes)
def test_I6_same_inputs_same_answer(alert_class, found, held, policy):
    """The gate is a pure function, and the order of the SLOs does not matter to the outcome."""
    first = decide(alert_class, found, held, NOW, policy)
    assert first == decide(alert_class, found, held, NOW, policy)
    turned = replace(alert_class, covers=alert_class.covers[::-1])
    second = decide(turned, found, held, NOW, policy)
    assert (first.outcome, first.reason) == (second.outcome, second.reason)


@given(assessments, st.booleans())
def test_I7_removing_an_slo_file_only_forwards_more(found, may_clear):
    """Without the SLO a hold becomes a forward, whether the mapping still names it or not."""
    with_slo = decide(AlertClass(Kind.GATED, (Cover("a", may_clear),)), found, Held(), NOW, Policy())
    gone = {slo: each for slo, each in found.items() if slo != "a"}
    for covers in ((Cover("a", may_clear),), ()):
        without_slo = decide(AlertClass(Kind.GATED, covers), gone, Held(), NOW, Policy())
        assert without_slo.outcome is Outcome.FORWARD
        assert with_slo.outcome in LOUDNESS


@given(classes, assessments, holds, modes)
def test_I8_every_outcome_has_one_reason_of_its_own(alert_class, found, held, policy):
    """A closed table of outcome and reason; no decision stands outside it."""
    decisions = (
        decide(alert_class, found, held, NOW, policy),
        decide_resolved(alert_class, found, NOW, policy),
    )
    for decision in decisions:
        assert decision.reason in REASONS[decision.outcome]


@given(classes, assessments, holds)
def test_I10_shadow_mode_holds_nothing(alert_class, found, held):
    """Everything is told, and what enforce mode would have done stands beside it."""
    enforced = decide(alert_class, found, held, NOW, Policy())
    shadowed = decide(alert_class, found, held, NOW, Policy(mode=Mode.SHADOW))
    assert shadowed.outcome in TELLING
    if enforced.outcome is Outcome.HOLD:
        assert (shadowed.would, shadowed.would_reason) == (Outcome.HOLD, enforced.reason)
    else:
        assert shadowed == enforced


def bolder(shot: Snapshot, more: dict[str, float]) -> Snapshot:
    """The same with more of each window bad: `more` is the part of its good events that turns bad."""

    def worse(name: str, value: Measured) -> Measured:
        part = more.get(name, 0.0)
        match value:
            case Count(bad, total):
                return Count(min(total, bad + part * (total - bad)), total)
            case Ratio(bad):
                return Ratio(min(1.0, bad + part * (1 - bad)))
            case None:
                return None

    return replace(shot, windows={name: worse(name, value) for name, value in shot.windows.items()})


totals = st.sampled_from([0.0, 1.0, 5.0, 6.0, 20.0, 250.0, 3000.0])
parts = st.one_of(st.just(0.0), st.floats(0, 0.02), st.floats(0, 1))
counted = st.builds(lambda total, part: Count(total * part, total), totals, parts)
windows_of = st.dictionaries(
    st.sampled_from([*LENGTHS_S]), st.one_of(counted, counted, counted, st.builds(Ratio, parts)), min_size=4
)


@settings(max_examples=600, deadline=None)
@given(
    windows_of,
    st.dictionaries(st.sampled_from([*LENGTHS_S]), parts),
    st.sampled_from([0.5, 0.9, 0.99, 0.999]),
    st.sampled_from([7, 28, 30, 90]),
    st.sampled_from([0.0, 0.5, 0.97, 1.5]),
    st.sampled_from(SloClass),
    st.booleans(),
)
def test_I11_more_bad_events_never_lower_the_outcome(windows, more, target, days, spent, slo_class, steady):
    """With equal totals and the budget on one side of exhaustion, the outcome can only get louder."""
    slo = objective(target, days, slo_class=slo_class)
    usual = dict(uniform(0.3 * (1 - target), 1e9, days=days).windows)
    events = usual["period"].total
    period = Count(spent * events * (1 - target), events)
    start = snapshot((usual if steady else {}) | windows | {"period": period})
    before, after = (assess(slo, each, NOW, Memory()) for each in (start, bolder(start, more)))
    assert loudness(after)[0] <= loudness(before)[0]
    alert_class = AlertClass(Kind.GATED, (Cover("a"),))
    quiet, loud = (decide(alert_class, {"a": each}, Held(), NOW, Policy()).outcome for each in (before, after))
    assert LOUDNESS.index(loud) >= LOUDNESS.index(quiet)
