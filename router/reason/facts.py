"""The phrases a reason is made of: one SLO's assessment in words, every number as the gate saw it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from router.gate import Reason
from router.reason import english, japanese
from router.reason.numbers import count, duration, goal, limit, percent, times
from router.slo import burn
from router.slo.objective import WINDOWS, Level, Objective, Tier
from router.slo.verdict import Assessment, Cause

_MARGIN = 1.15
"""Errors that are said to page are this much above the threshold, then rounded up to 1, 2 or 5 (times ten)."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    locale: str
    words: Mapping[str, str]
    plain: Mapping[Reason, str]
    causes: Mapping[Cause, str]
    extras: Mapping[str, str]


LANGUAGES: Mapping[str, Words] = {
    "en": Words("en", english.WORDS, english.PLAIN, english.CAUSES, english.EXTRAS),
    "ja": Words("ja", japanese.WORDS, japanese.PLAIN, japanese.CAUSES, japanese.EXTRAS),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Says one assessment in one language; `objective` is None for an SLO that is no longer configured."""

    words: Words
    assessment: Assessment
    objective: Objective | None

    def say(self, key: str, **values: str) -> str:
        """Return a template of the language, filled."""
        return self.words.words[key].format(**values)

    @property
    def slo(self) -> str:
        """The SLO as people know it: "checkout-availability 99.9%/30d"."""
        name = self.assessment.slo or self.words.words["no_slo"]
        return name if self.objective is None else f"{name} {goal(self.objective.target)}/{self.objective.window.text}"

    def threat(self) -> str:
        """Return what burns, how fast, against which threshold, and what it costs."""
        tier = self.assessment.tier
        if self.assessment.frozen:
            return self.say("frozen", slo=self.slo, cause=self.cause())
        if tier is None:
            return self.say("threatened", slo=self.slo)
        level, facts = self.words.words[tier.level], self._facts(tier)
        if self._over_rate(tier):
            reach = limit(tier.threshold, self.words.locale)
            text = self.say("by_rate", slo=self.slo, burning=self._burning(tier), level=level, limit=reach, facts=facts)
        else:
            text = self.say(
                "by_share",
                slo=self.slo,
                share=percent(self.assessment.share_spent or 0.0),
                long=self._window(tier.long),
                burning=self._burning(tier),
                level=level,
                part=percent(tier.share),
                facts=facts,
            )
        return text + self._remarks()

    def _burning(self, tier: Tier) -> str:
        """Return the pair's burn rates; one where low traffic makes the long window stand for both."""
        long, rate = self._window(tier.long), self._rate(self.assessment.burn_long or 0.0, tier)
        if tier.long == tier.short:
            return self.say("burning_one", rate=rate, long=long)
        rate_short = self._rate(self.assessment.burn_short or 0.0, tier)
        return self.say("burning", rate=rate, long=long, rate_short=rate_short, short=self._window(tier.short))

    def rates(self) -> str:
        """Return the two burn rates in brackets, "" when there are none."""
        tier = self.assessment.tier
        if tier is None:
            return ""
        rate, rate_short = self.assessment.burn_long or 0.0, self.assessment.burn_short or 0.0
        return self.say("rates", rate=self._rate(rate, tier), rate_short=self._rate(rate_short, tier))

    def burns(self) -> bool:
        """Return whether the budget burns faster than the period allows, though nothing fired."""
        return burn.governing(self.assessment.burn_long or 0.0, self.assessment.burn_short or 0.0) >= 1.0

    def pages_in(self) -> str:
        """Return what would make it page: which error ratio, and after how long."""
        tier = (
            next((tier for tier in self.objective.tiers if tier.level is Level.PAGE), None) if self.objective else None
        )
        if tier is None or self.objective is None or self.assessment.tier is None:
            return ""
        target = self.objective.target
        ratio = _round_above(_MARGIN * tier.threshold * (1.0 - target))
        waits = [
            burn.detection_s(
                WINDOWS[name], tier.threshold, target, ratio, self.assessment.burn.get(name, 0.0) * (1.0 - target)
            )
            for name in (tier.long, tier.short)
        ]
        if not isfinite(max(waits)):
            return ""
        return self.say("pages_in", duration=duration(max(waits), self.words.locale), ratio=percent(ratio))

    def doubt(self) -> str:
        """Return why it is only watched."""
        tier, events = self.assessment.tier, self.assessment.count
        if self.assessment.cause is Cause.NO_TRAFFIC:
            return self.say("no_traffic", slo=self.slo)
        if tier is None or events is None:
            return self.say("doubt_plain", slo=self.slo)
        return self.say(
            "doubt",
            slo=self.slo,
            burning=self._burning(tier),
            bad=count(events.bad),
            total=count(events.total),
            long=self._window(tier.long),
        )

    def cause(self) -> str:
        """Return why it cannot be judged."""
        extras, ratio = self.words.extras, self.assessment.error_ratio
        return self.words.causes[self.assessment.cause].format(
            detail=extras["detail"].format(detail=self.assessment.detail) if self.assessment.detail else "",
            age=self._age(),
            ratio=extras["ratio"].format(ratio=percent(ratio)) if ratio is not None else "",
        )

    def _age(self) -> str:
        age_s, extras = self.assessment.sample_age_s, self.words.extras
        if age_s is None:
            return extras["timeless"]
        return extras["age" if age_s >= 0 else "future"].format(duration=duration(abs(age_s), self.words.locale))

    def _window(self, name: str) -> str:
        return name if self.words.locale == "en" else duration(WINDOWS[name], self.words.locale)

    def _rate(self, rate: float, tier: Tier) -> str:
        # Close to the threshold one decimal would show 14.4x for 14.39x, which is below it.
        near = burn.TOLERANCE * tier.threshold < abs(rate - tier.threshold) < 0.1
        digits = 2 if near else 1
        return times(rate, self.words.locale, digits)

    def _over_rate(self, tier: Tier) -> bool:
        rate = burn.governing(self.assessment.burn_long or 0.0, self.assessment.burn_short or 0.0)
        return burn.at_least(rate, tier.threshold)

    def _facts(self, tier: Tier) -> str:
        """Return what was spent, what is left, and how long it lasts."""
        spent, left = self.assessment.share_spent, self.assessment.budget_remaining
        facts = []
        if spent is not None and self._over_rate(tier):
            facts.append(self.say("spent", share=percent(spent), long=self._window(tier.long)))
        if left is not None:
            facts.append(self.say("left" if left > 0 else "exhausted", left=percent(left), used=percent(1.0 - left)))
        if left is not None and left > 0:
            facts.extend(self._lasts())
        return self.say("facts", facts=self.words.words["join"].join(facts)) if facts else ""

    def _lasts(self) -> list[str]:
        gone_s = self.assessment.exhausted_in_s
        if gone_s is not None:
            return [self.say("gone", duration=duration(gone_s, self.words.locale))]
        calendar = self.objective is not None and self.objective.window.calendar is not None
        return [self.words.words["lasts"]] if calendar else []

    def _remarks(self) -> str:
        words = self.words.words
        ratios = self.assessment.count is None and self.assessment.tier is not None
        return (words["upgraded"] if self.assessment.upgraded else "") + (words["ratios"] if ratios else "")


def _round_above(ratio: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten, at most 1: an error ratio that people can remember."""
    steps = (step * 10.0**power for power in range(-9, 1) for step in (1.0, 2.0, 5.0))
    return min(1.0, next((step for step in steps if step >= ratio), 1.0))
