"""The numbers of an SLO in words: shares, windows, burn rates and what they are measured against."""

from math import isfinite

from router.reason import duration, percent, times
from router.reason import limit as threshold
from router.slack.escape import Markup, cut
from router.slack.texts import Words
from router.slo.objective import WINDOWS, Tier
from router.slo.verdict import Assessment, Verdict

THREATS = frozenset({Verdict.THREAT_PAGE, Verdict.THREAT_TICKET})


def known(number: float | None) -> float | None:
    """Return the number, or None where it is not one (a rendering never shows "nan")."""
    return number if number is not None and isfinite(number) else None


def share(ratio: float | None) -> str:
    """Return a ratio in percent, a dash where it is not known."""
    number = known(ratio)
    return "–" if number is None else percent(number)


def is_spent(assessment: Assessment) -> bool:
    """Return whether the whole error budget is gone."""
    left = known(assessment.budget_remaining)
    return assessment.exhausted_in_s == 0 or (left is not None and left <= 0)


def window(name: str, words: Words) -> str:
    """Return a window's length in words: "5m" is 5 min."""
    return duration(WINDOWS[name], words.locale) if name in WINDOWS else cut(name, 10)


def burn_rates(assessment: Assessment, words: Words) -> str:
    """Return the burn rate over both windows of the tier; "" where nothing is known."""
    tier = assessment.tier
    if tier is None:
        return _join_rates([(name, assessment.burn.get(name)) for name in ("1h", "5m")], words)
    return _join_rates([(tier.long, assessment.burn_long), (tier.short, assessment.burn_short)], words)


def burn_limit(assessment: Assessment, words: Words) -> Markup:
    """Return from which burn rate on the tier tells people, as a line of its own."""
    tier = assessment.tier
    if tier is None:
        return Markup("")
    does = words.tier_words[tier.level]
    if _spent_fast(assessment, tier):
        share, spent = percent(tier.share), percent(assessment.share_spent or 0.0)
        line = words.share_limit.format(does=does, share=share, spent=spent, window=window(tier.long, words))
    else:
        line = words.burn_limit.format(does=does, threshold=threshold(tier.threshold, words.locale))
    return Markup("\n" + line)


def _spent_fast(assessment: Assessment, tier: Tier) -> bool:
    """It is the share of the budget that tells people, where the burn rate alone would not (uneven traffic)."""
    rates = (assessment.burn_long, assessment.burn_short)
    slow = any(rate is not None and rate < tier.threshold * (1 - 1e-9) for rate in rates)
    spent = assessment.share_spent is not None and assessment.share_spent >= tier.share * (1 - 1e-9)
    return slow and spent and assessment.verdict in THREATS


def _join_rates(pairs: list[tuple[str, float | None]], words: Words) -> str:
    rates = [(name, known(rate)) for name, rate in pairs]
    return words.burn_join.join(
        words.burn_one.format(rate=times(rate, words.locale), window=window(name, words))
        for name, rate in rates
        if rate is not None
    )
