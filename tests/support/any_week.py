"""Any week that could be recorded: firings of a few rules, teams and incidents, and what two SLOs said (Hypothesis)."""

from hypothesis import strategies as st

from router.gate import Outcome
from router.noise.inputs import Inputs
from router.noise.values import Firing, Heard, Mark, Stretch
from router.slo.verdict import Verdict
from tests.support.told_week import TOKYO, WEEK, facts, given

_TELLING = (Outcome.PAGE, Outcome.FORWARD, Outcome.TICKET)
_FIRST = WEEK.before().start
_SPAN = int(WEEK.end - _FIRST)
_STEP = 300
"""Instants are multiples of five minutes, so that many of them coincide."""


@st.composite
def firings(draw: st.DrawFn) -> Firing:
    started_at = _FIRST + draw(st.integers(0, _SPAN // _STEP - 1)) * _STEP
    length = draw(st.none() | st.sampled_from([0, 30, 60, 300, 1_500, 1_800, 7_200, 90_000]))
    outcome = draw(st.none() | st.sampled_from(list(Outcome)))
    told = outcome in _TELLING and draw(st.booleans())
    told_at = started_at + draw(st.sampled_from([0, 10, 600, 80_000])) if told else None
    slos = draw(st.lists(st.sampled_from(["shop", "search"]), unique=True, max_size=2))
    team = draw(st.sampled_from(["sre", "web"]))
    worst = st.sampled_from([Verdict.NO_THREAT, Verdict.WATCH, Verdict.UNKNOWN])
    return Firing(
        source=draw(st.sampled_from(["prometheus", "datadog"])),
        rule=draw(st.sampled_from(["A", "B"])),
        fingerprint=draw(st.sampled_from("abc")),
        started_at=started_at,
        ended_at=None if length is None else started_at + length,
        outcome=outcome,
        reason=draw(st.sampled_from(["threat_page", "held_too_long", "no_threat"])),
        incident=draw(st.sampled_from(["", f"E-1-{team}", f"E-2-{team}"])),
        receiver=team,
        labels=draw(st.sampled_from([{}, {"service": "shop"}, {"drill": "true"}])),
        notified_at=told_at,
        acknowledged_at=told_at + 90 if told_at is not None and draw(st.booleans()) else None,
        mark=draw(st.sampled_from([None, None, Mark.WOLF, Mark.REAL])),
        missed_report=draw(st.sampled_from([False, False, True])),
        slos=tuple(Heard(slo, draw(worst)) for slo in slos),
        would=draw(st.sampled_from([None, None, Outcome.HOLD, Outcome.DROP])),
    )


@st.composite
def recordings(draw: st.DrawFn) -> tuple[Stretch, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, _SPAN // _STEP - 1), max_size=8)))
    ends = [_FIRST + cut * _STEP for cut in (0, *cuts, _SPAN // _STEP)]
    verdicts = draw(st.lists(st.sampled_from(list(Verdict)), min_size=len(ends) - 1, max_size=len(ends) - 1))
    return tuple(Stretch(verdict, *span) for verdict, *span in zip(verdicts, ends, ends[1:], strict=False))


@st.composite
def weeks(draw: st.DrawFn) -> Inputs:
    """Return the inputs of a week of up to sixty firings, with or without SLO history."""
    some = draw(st.lists(firings(), max_size=60))
    stretches = {slo: draw(recordings()) for slo in ("shop", "search")} if draw(st.booleans()) else {}
    return given(some, stretches, slos=facts("shop", "search"), teams={"sre": TOKYO, "web": TOKYO})
