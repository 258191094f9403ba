"""The one line that says why, in English and Japanese, for everything the gate and the incident can decide."""

from dataclasses import replace
from itertools import product

import pytest

from router.gate import AlertClass, Cover, Decision, Held, Kind, Mode, Outcome, Policy, Reason, decide, decide_resolved
from router.reason import duration, goal, limit, line, percent, times
from router.slo.objective import Count, Objective, Snapshot
from router.slo.verdict import Assessment, Cause, Memory, Verdict, assess
from tests.support.slo import NOW, counts, judged, month, objective, ratios, uniform

SLO = objective()
BURNING = Assessment(
    SLO.id,
    Verdict.THREAT_PAGE,
    tier=SLO.tiers[0],
    burn={"5m": 31.0, "1h": 22.1},
    burn_long=22.1,
    burn_short=31.0,
    share_spent=0.0307,
    error_ratio=0.031,
    budget_remaining=0.41,
    exhausted_in_s=48_086.9,
    count=Count(66.3, 3000),
)
CALM = replace(
    BURNING,
    verdict=Verdict.NO_THREAT,
    burn={"5m": 0.2, "1h": 0.4},
    burn_long=0.4,
    burn_short=0.2,
    exhausted_in_s=None,
)


def why(found: Assessment, *, kind: Kind = Kind.GATED, mode: Mode = Mode.ENFORCE, held: Held | None = None) -> Decision:
    covers = (Cover(found.slo),)
    return decide(AlertClass(kind, covers), {found.slo: found}, held or Held(), NOW, Policy(mode=mode))


def english(found: Assessment, slo: Objective = SLO, **given: object) -> str:
    return line(why(found, **given), {slo.id: slo})


def test_a_page_says_what_the_specification_says():
    """Burn over both windows, the threshold, what was spent, what is left, when it is gone."""
    assert english(BURNING) == (
        "checkout-availability 99.9%/30d: burning 22.1x over 1h and 31.0x over 5m (page at 14.4x); "
        "3.1% of the budget spent in 1h, 41% left, gone in 13.4 h at this rate."
    )


def test_a_page_in_japanese():
    """The same facts as a Japanese colleague would write them."""
    assert line(why(BURNING), {SLO.id: SLO}, "ja") == (
        "checkout-availability 99.9%/30d：直近1時間で22.1倍、直近5分で31.0倍のペースでバジェットを消費中"
        "（ページの基準は14.4倍）。直近1時間でバジェットの3.1%を消費、残り41%、このペースなら13.4時間で枯渇。"
    )


def test_a_hold_says_what_would_make_it_page():
    """0.4x now: 2 % of errors reach 14.4x over an hour in 42.9 min."""
    assert english(CALM) == ("held: no covering SLO is burning (0.4x/0.2x); pages in about 43 min if errors reach 2%")


def test_a_hold_in_japanese():
    """Held within the allowed pace."""
    assert line(why(CALM), {SLO.id: SLO}, "ja") == (
        "保留中：対象のSLOの消費は許容ペース内です（0.4倍／0.2倍）。エラー率が2%になると約43分でページします"
    )


few = counts(
    w5m=(0, 1), w30m=(1, 5), w1h=(1, 10), w2h=(1, 20), w6h=(1, 60), w1d=(1, 240), w3d=(1, 720), period=(1, 7200)
)
peak = counts(
    w5m=(5, 1250),
    w30m=(30, 7500),
    w1h=(60, 15_000),
    w2h=(60, 20_000),
    w6h=(60, 40_000),
    w1d=(60, 90_000),
    w3d=(60, 234_000),
    period=(60, 2_160_000),
)
ticket = uniform(0.0032, 86_400.0)


def with_period(shot: Snapshot, bad: float) -> Snapshot:
    return replace(shot, windows=dict(shot.windows) | {"period": Count(bad, 2_160_000)})


@pytest.mark.parametrize(
    ("found", "slo", "parts"),
    [
        pytest.param(judged(SLO, few), SLO, ["held and watched", "100x over 1h", "1 bad of 10", "15 min"], id="watch"),
        pytest.param(judged(SLO, peak), SLO, ["2.8% of the budget spent in 1h (page at 2%)", "4.0x"], id="by-share"),
        pytest.param(judged(SLO, ticket), SLO, ["3.2x over 1d and 3.2x over 2h (ticket at 3x)"], id="ticket"),
        pytest.param(
            judged(SLO, with_period(ticket, 0.95 * 2160)),
            SLO,
            ["5% left, gone in 11.3 h", "A ticket made a page"],
            id="upgraded",
        ),
        pytest.param(
            judged(SLO, with_period(uniform(1, 120), 3000)),
            SLO,
            ["the budget is exhausted (139% used)"],
            id="exhausted",
        ),
        pytest.param(judged(SLO, ratios(0.02)), SLO, ["20.0x over 1h", "ratios only"], id="ratio-only"),
        pytest.param(
            judged(SLO, replace(uniform(0, 0), sampled_at=NOW - 720)),
            SLO,
            ["stale (newest sample 12 min old)"],
            id="stale",
        ),
        pytest.param(
            judged(SLO, replace(uniform(0, 0), sampled_at=NOW + 720)), SLO, ["12 min in the future"], id="clock-skewed"
        ),
        pytest.param(
            judged(SLO, replace(uniform(0, 0), sampled_at=NOW - 720), Memory(Verdict.THREAT_PAGE, NOW)),
            SLO,
            ["was burning at the page tier; the threat is kept"],
            id="frozen",
        ),
        pytest.param(
            judged(SLO, Snapshot(SLO.id, None, {}, error="main: HTTP 500 {oops}")),
            SLO,
            ["did not answer (main: HTTP 500 {oops})"],
            id="unreachable",
        ),
        pytest.param(
            judged(objective(0.9), uniform(1, 240)),
            objective(0.9),
            ["90%/30d: most events fail (80% bad)"],
            id="outage",
        ),
        pytest.param(
            assess(objective(calendar=month()), uniform(0.0016, 4 * 86_400.0), NOW, Memory()),
            objective(calendar=month()),
            ["enough until the window starts anew"],
            id="calendar",
        ),
        pytest.param(
            judged(SLO, uniform(0.0021, 3600)), SLO, ["burns fast enough to tell anyone (2.1x/2.1x)"], id="2x"
        ),
        pytest.param(
            replace(CALM, budget_remaining=-0.2), SLO, ["held", "its budget is exhausted"], id="held-and-spent"
        ),
        pytest.param(replace(CALM, burn_long=14.39, burn_short=20.0), SLO, ["(14.39x/20.0x)"], id="close-to-the-limit"),
    ],
)
def test_numbers_match_the_assessment(found, slo, parts):
    """Each line carries the numbers that decided."""
    text = english(found, slo)
    for part in parts:
        assert part in text


@pytest.mark.parametrize(
    ("target", "days", "ends"),
    [
        pytest.param(0.99, 30, "43 min if errors reach 20%", id="99%"),
        pytest.param(0.9999, 30, "43 min if errors reach 0.2%", id="99.99%"),
        pytest.param(0.9, 30, "48 min if errors reach 100%", id="90%-clamped"),
        pytest.param(0.999, 7, "50 min if errors reach 2%", id="7d"),
        pytest.param(0.999, 90, "26 min if errors reach 5%", id="90d"),
    ],
)
def test_what_would_page_fits_every_goal(target, days, ends):
    """The error ratio named is one that does page under this goal, and the time is the detection formula's."""
    slo = objective(target, days)
    assert english(judged(slo, uniform(0, 0, days=days)), slo).endswith(ends)


def test_shadow_mode_says_what_would_have_been():
    """The line of the decision that enforce mode would have made stands inside."""
    text = english(CALM, mode=Mode.SHADOW)
    assert text.startswith("shadow mode: forwarded; otherwise held: no covering SLO is burning (0.4x/0.2x)")


def test_a_drop_says_that_nothing_was_threatened():
    """A wolf, caught."""
    decision = decide_resolved(AlertClass(Kind.GATED, (Cover(SLO.id),)), {SLO.id: CALM}, NOW, Policy())
    assert line(decision, {SLO.id: SLO}) == (
        "dropped: it resolved while held, and no covering SLO was ever threatened (0.4x/0.2x)."
    )


def test_a_gap_and_a_burn_alert_carry_the_slo_s_own_words():
    """Both name what burns."""
    burning = "checkout-availability 99.9%/30d: burning 22.1x"
    assert english(BURNING, kind=Kind.GAP).startswith(f"no alert announced this: {burning}")
    assert f"at its page tier is the decision itself. {burning}" in english(BURNING, kind=Kind.BURN_PAGE)
    assert english(CALM, kind=Kind.BURN_TICKET) == "an SLO burn alert at its ticket tier is the decision itself."


@pytest.mark.parametrize("locale", ["en", "ja", "fr"])
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_reason_and_cause_has_a_line(outcome, locale):
    """Whatever is combined, with or without numbers, SLO file and SLO: one line, filled, in the language asked for."""
    bare = Assessment(SLO.id, Verdict.UNKNOWN)
    for reason, cause, numbers in product(Reason, Cause, (bare, CALM, BURNING, None)):
        worst = replace(numbers, cause=cause, detail="5m") if numbers is not None else None
        for objectives in ({SLO.id: SLO}, {}):
            text = line(Decision(outcome, reason, worst, Outcome.HOLD, Reason.WATCH, 60.0), objectives, locale)
            assert text
            assert "\n" not in text
            assert "{" not in text
            assert "None" not in text
            assert any("぀" <= letter <= "鿿" for letter in text) is (locale == "ja")


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.41, "41%"),
        (0.0307, "3.1%"),
        (0.02, "2%"),
        (0.999, "99.9%"),
        (0.99996, "99.996%"),
        (1.0, "100%"),
        (1.3889, "139%"),
        (-0.1, "-10%"),
        (0.000926, "0.093%"),
        (0.0, "0%"),
        (1e-12, "0%"),
    ],
)
def test_percent(ratio, text):
    """Two or three digits, no noise, and nothing short of all is 100 %."""
    assert percent(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "en", "ja"),
    [
        (0, "0 s", "0秒"),
        (51.84, "52 s", "52秒"),
        (59.7, "1 min", "1分"),
        (345.6, "5.8 min", "5.8分"),
        (2592, "43 min", "43分"),
        (3590, "1 h", "1時間"),
        (48_086, "13.4 h", "13.4時間"),
        (86_400, "24 h", "24時間"),
        (1_080_000, "12.5 d", "12.5日"),
    ],
)
def test_duration(seconds, en, ja):
    """The largest unit that fits, one decimal where it helps."""
    assert (duration(seconds), duration(seconds, "ja")) == (en, ja)


def test_burn_rates_thresholds_and_goals():
    """Burn rates with one decimal, thresholds with what they need, goals as their author wrote them."""
    assert [times(22.1), times(31, "ja"), times(0.4), times(99.97), times(1000)] == [
        "22.1x",
        "31.0倍",
        "0.4x",
        "100x",
        "1000x",
    ]
    assert [limit(14.4), limit(6.0), limit(13.44), limit(28 / 30, "ja")] == ["14.4x", "6x", "13.44x", "0.93倍"]
    assert [goal(0.999), goal(0.9990000000000001), goal(0.975), goal(0.99999)] == ["99.9%", "99.9%", "97.5%", "99.999%"]
