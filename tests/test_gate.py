"""The gate's table R0-R9: what becomes of an alert, given its class and what its SLOs say."""

import pytest

from router.gate import (
    AlertClass,
    Cover,
    Decision,
    Held,
    Kind,
    Mode,
    Outcome,
    Policy,
    Reason,
    covering,
    decide,
    decide_resolved,
    loudest,
)
from router.slo.verdict import Assessment, Cause, Verdict

NOW = 1_795_000_000.0
FRESH = Held()
POLICY = Policy()
SHADOW = Policy(mode=Mode.SHADOW)
PAGE = Verdict.THREAT_PAGE
TICKET = Verdict.THREAT_TICKET
UNKNOWN = Verdict.UNKNOWN
WATCH = Verdict.WATCH
CALM = Verdict.NO_THREAT


def says(**verdicts: Verdict) -> dict[str, Assessment]:
    causes = {UNKNOWN: Cause.NO_DATA, WATCH: Cause.LOW_EVIDENCE}
    return {slo: Assessment(slo, verdict, causes.get(verdict, Cause.NONE)) for slo, verdict in verdicts.items()}


def gated(*slos: str, kind: Kind = Kind.GATED) -> AlertClass:
    """An alert that these SLOs cover; a name with "~" before it may raise, but not clear."""
    return AlertClass(kind, tuple(Cover(slo.removeprefix("~"), not slo.startswith("~")) for slo in slos))


def answer(
    alert_class: AlertClass, assessments: dict[str, Assessment], held: Held = FRESH, policy: Policy = POLICY
) -> tuple[str, str]:
    decision = decide(alert_class, assessments, held, NOW, policy)
    return decision.outcome.value, decision.reason.value


@pytest.mark.parametrize(
    ("alert_class", "assessments", "expected"),
    [
        pytest.param(gated("a", kind=Kind.BURN_PAGE), says(a=CALM), ("page", "burn_alert"), id="R0-page-tier"),
        pytest.param(gated(kind=Kind.BURN_PAGE), {}, ("page", "burn_alert"), id="R0-page-tier-of-no-slo-of-ours"),
        pytest.param(gated("a", kind=Kind.BURN_TICKET), says(a=CALM), ("ticket", "burn_alert"), id="R0-ticket-tier"),
        pytest.param(
            gated("a", kind=Kind.BURN_TICKET), says(a=UNKNOWN), ("ticket", "burn_alert"), id="R0-ticket-and-unknown"
        ),
        pytest.param(
            gated("a", "b", kind=Kind.BURN_TICKET),
            says(a=TICKET, b=PAGE),
            ("page", "threat_page"),
            id="ruling_14-ticket-tier-while-an-slo-pages",
        ),
        pytest.param(gated("a", kind=Kind.GAP), says(a=PAGE), ("page", "detection_gap"), id="gap-while-it-pages"),
        pytest.param(gated("a", kind=Kind.GAP), says(a=TICKET), ("ticket", "threat_ticket"), id="gap-afterwards"),
        pytest.param(gated("a", kind=Kind.GAP), says(a=CALM), ("hold", "no_threat"), id="gap-over"),
        pytest.param(gated(kind=Kind.NOTICE), {}, ("forward", "notice"), id="notice"),
        pytest.param(gated("a", kind=Kind.BYPASS), says(a=CALM), ("forward", "bypass"), id="R1-bypass"),
        pytest.param(gated(kind=Kind.UNMAPPED), {}, ("forward", "unmapped"), id="R2-unmapped"),
        pytest.param(gated(), {}, ("forward", "unmapped"), id="R2-no-slo-covers"),
        pytest.param(gated("a"), says(a=PAGE), ("page", "threat_page"), id="R3"),
        pytest.param(gated("a", "b"), says(a=UNKNOWN, b=PAGE), ("page", "threat_page"), id="R3-before-R4"),
        pytest.param(gated("a"), says(a=UNKNOWN), ("forward", "slo_unknown"), id="R4"),
        pytest.param(gated("a", "b"), says(a=TICKET, b=UNKNOWN), ("forward", "slo_unknown"), id="R4-before-R5"),
        pytest.param(gated("a", "b"), says(a=CALM), ("forward", "slo_unknown"), id="R4-no-assessment"),
        pytest.param(gated("a"), says(a=TICKET), ("ticket", "threat_ticket"), id="R5"),
        pytest.param(gated("a", "b"), says(a=WATCH, b=TICKET), ("ticket", "threat_ticket"), id="R5-before-R6"),
        pytest.param(gated("a"), says(a=WATCH), ("hold", "watch"), id="R6"),
        pytest.param(gated("a", "b"), says(a=CALM, b=WATCH), ("hold", "watch"), id="R6-before-R7"),
        pytest.param(gated("a", "b"), says(a=CALM, b=CALM), ("hold", "no_threat"), id="R7"),
    ],
)
def test_table(alert_class, assessments, expected):
    """The first row of R0-R7 that holds decides."""
    assert answer(alert_class, assessments) == expected


@pytest.mark.parametrize(
    ("verdict", "held", "expected", "due_in_s"),
    [
        pytest.param(WATCH, FRESH, ("hold", "watch"), 900, id="R6-now"),
        pytest.param(WATCH, Held(NOW - 899, NOW - 899), ("hold", "watch"), 1, id="R6-14:59"),
        pytest.param(WATCH, Held(NOW - 900, NOW - 900), ("forward", "held_too_long"), None, id="R6-15:00"),
        pytest.param(WATCH, Held(NOW - 5000, NOW - 60), ("hold", "watch"), 840, id="R6-watched-for-a-minute-only"),
        pytest.param(WATCH, Held(NOW - 86_000, NOW - 60), ("hold", "watch"), 400, id="R6-the-day-ends-first"),
        pytest.param(
            WATCH, Held(NOW - 86_400, NOW - 900), ("forward", "held_too_long"), None, id="R6-is-louder-than-R9"
        ),
        pytest.param(CALM, FRESH, ("hold", "no_threat"), 86_400, id="R7-now"),
        pytest.param(CALM, Held(NOW - 86_399), ("hold", "no_threat"), 1, id="R9-23:59:59"),
        pytest.param(CALM, Held(NOW - 86_400), ("ticket", "held_for_a_day"), None, id="R9-24:00:00"),
        pytest.param(PAGE, Held(NOW - 90_000), ("page", "threat_page"), None, id="a-threat-is-louder-than-R9"),
        pytest.param(UNKNOWN, Held(NOW - 90_000), ("forward", "slo_unknown"), None, id="R4-is-louder-than-R9"),
    ],
)
def test_deadlines(verdict, held, expected, due_in_s):
    """A few bad events are held for 15 min, anything for a day, and the decision says how long time will take."""
    decision = decide(gated("a"), says(a=verdict), held, NOW, POLICY)
    assert (decision.outcome.value, decision.reason.value) == expected
    assert decision.due_in_s == due_in_s


@pytest.mark.parametrize(
    ("slos", "assessments", "expected", "cause"),
    [
        pytest.param(("~wide",), says(wide=PAGE), ("page", "threat_page"), Cause.NONE, id="it-may-raise"),
        pytest.param(("~wide",), says(wide=CALM), ("forward", "slo_unknown"), Cause.SCOPE, id="it-may-not-clear"),
        pytest.param(("~wide",), says(wide=WATCH), ("forward", "slo_unknown"), Cause.SCOPE, id="nor-watch"),
        pytest.param(("~wide",), says(wide=TICKET), ("forward", "slo_unknown"), Cause.SCOPE, id="nor-be-a-ticket"),
        pytest.param(("~wide",), says(wide=UNKNOWN), ("forward", "slo_unknown"), Cause.SCOPE, id="nor-be-unknown"),
        pytest.param(("~wide",), {}, ("forward", "slo_unknown"), Cause.SCOPE, id="nor-be-missing"),
        pytest.param(
            ("~wide", "own"), says(wide=CALM, own=CALM), ("hold", "no_threat"), Cause.NONE, id="it-abstains-when-calm"
        ),
        pytest.param(
            ("~wide", "own"), says(wide=UNKNOWN, own=CALM), ("hold", "no_threat"), Cause.NONE, id="and-when-unknown"
        ),
        pytest.param(
            ("~wide", "own"), says(wide=TICKET, own=CALM), ("hold", "no_threat"), Cause.NONE, id="and-when-a-ticket"
        ),
        pytest.param(
            ("~wide", "own"), says(wide=PAGE, own=CALM), ("page", "threat_page"), Cause.NONE, id="but-its-page-counts"
        ),
        pytest.param(
            ("~wide", "~wider"), says(wide=CALM, wider=CALM), ("forward", "slo_unknown"), Cause.SCOPE, id="none-may"
        ),
    ],
)
def test_ruling_12_scope(slos, assessments, expected, cause):
    """An SLO whose scope does not include the alert's may raise but not clear (T32: big totals hide small journeys)."""
    decision = decide(gated(*slos), assessments, FRESH, NOW, POLICY)
    assert (decision.outcome.value, decision.reason.value) == expected
    assert decision.worst is not None
    assert decision.worst.cause is cause


@pytest.mark.parametrize(
    ("verdict", "held", "outcome", "reason", "would", "would_reason"),
    [
        pytest.param(PAGE, FRESH, "page", "threat_page", None, None, id="pages"),
        pytest.param(TICKET, FRESH, "ticket", "threat_ticket", None, None, id="tickets"),
        pytest.param(UNKNOWN, FRESH, "forward", "slo_unknown", None, None, id="forwards"),
        pytest.param(CALM, FRESH, "forward", "shadow", "hold", "no_threat", id="forwards-what-would-be-held"),
        pytest.param(WATCH, FRESH, "forward", "shadow", "hold", "watch", id="forwards-what-would-be-watched"),
        pytest.param(CALM, Held(NOW - 86_400), "ticket", "held_for_a_day", None, None, id="tickets-after-a-day"),
    ],
)
def test_ruling_13_shadow_mode(verdict, held, outcome, reason, would, would_reason):
    """What would page or ticket does so; what would be held is forwarded, and what would have been is recorded."""
    decision = decide(gated("a"), says(a=verdict), held, NOW, SHADOW)
    assert (decision.outcome.value, decision.reason.value) == (outcome, reason)
    assert (decision.would, decision.would_reason) == (would, would_reason)


@pytest.mark.parametrize(
    ("verdict", "policy", "expected"),
    [
        pytest.param(CALM, POLICY, ("drop", "never_threatened"), id="R8-calm"),
        pytest.param(WATCH, POLICY, ("drop", "never_threatened"), id="R8-watch"),
        pytest.param(TICKET, POLICY, ("ticket", "threat_ticket"), id="ticket"),
        pytest.param(UNKNOWN, POLICY, ("forward", "slo_unknown"), id="unknown"),
        pytest.param(PAGE, POLICY, ("page", "threat_page"), id="page"),
        pytest.param(CALM, SHADOW, ("forward", "shadow"), id="ruling_13-a-drop-is-forwarded-in-shadow-mode"),
    ],
)
def test_ruling_14_an_alert_that_comes_resolved(verdict, policy, expected):
    """It is a drop when nothing threatens, else judged as if firing."""
    decision = decide_resolved(gated("a"), says(a=verdict), NOW, policy)
    assert (decision.outcome.value, decision.reason.value) == expected
    assert decision.would in (None, Outcome.DROP)


def test_ruling_2_across_slos_a_total_outage_is_named_before_other_unknowns():
    """The worst of several SLOs is the one a message names."""
    assessments = says(a=TICKET, b=UNKNOWN) | {"c": Assessment("c", UNKNOWN, Cause.TOTAL_OUTAGE)}
    decision = decide(gated("a", "b", "c"), assessments, FRESH, NOW, POLICY)
    assert decision.worst is not None
    assert decision.worst.slo == "c"
    assert [each.slo for each in covering(gated("a", "b", "c"), assessments)] == ["c", "b", "a"]


def test_of_two_pages_the_faster_burn_is_named():
    """Equal verdicts are ordered by the governing burn rate."""
    slow = Assessment("slow", PAGE, burn_long=15, burn_short=15)
    fast = Assessment("fast", PAGE, burn_long=100, burn_short=90)
    decision = decide(gated("slow", "fast"), {"slow": slow, "fast": fast}, FRESH, NOW, POLICY)
    assert decision.worst is fast


def test_loudest_decision_of_an_incident():
    """Page, forward, ticket, hold; of equals, the one with the worse SLO."""
    page = Decision(Outcome.PAGE, Reason.BURN_ALERT)
    forward = Decision(Outcome.FORWARD, Reason.BYPASS)
    unknown = Decision(Outcome.FORWARD, Reason.SLO_UNKNOWN, Assessment("a", UNKNOWN, Cause.STALE))
    ticket = Decision(Outcome.TICKET, Reason.THREAT_TICKET, Assessment("a", TICKET))
    hold = Decision(Outcome.HOLD, Reason.NO_THREAT, Assessment("a", CALM))
    assert loudest([hold, ticket, forward, unknown, page]) is page
    assert loudest([hold, ticket, forward, unknown]) is unknown
    assert loudest([hold, ticket]) is ticket
    assert loudest([Decision(Outcome.SUPPRESS, Reason.SILENCE), hold]) is hold
    with pytest.raises(ValueError, match="empty"):
        loudest([])
