"""The words around the numbers on the pages: heads, names of columns, codes, what cannot be shown.

What a review says in words (headline, sentences, proposals, what to do next) is router.report.words'.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from router.gate import Reason
from router.reason.facts import LANGUAGES
from router.slack.texts import texts as slack_texts
from router.web.pages import english, japanese
from router.web.pages.asked import language

_REASONS = frozenset(Reason)


@dataclass(frozen=True, slots=True)
class Texts:
    """One language: `labels` names parts and columns, `problems` says what cannot be shown."""

    locale: str
    labels: Mapping[str, str]
    problems: Mapping[str, str]
    steps: tuple[str, ...]
    """What to do while nothing is recorded."""
    codes: Mapping[str, str]
    reasons: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a label; raises KeyError for one that is not there."""
        return self.labels[name]

    def code(self, code: str) -> str:
        """Return an outcome, a verdict, a mark in words; one of another version stays as it is."""
        return self.codes.get(code, code)

    def reason(self, code: str) -> str:
        """Return a reason code as a sentence; one of another version stays as it is."""
        return self.reasons.get(code, code)


def _drawn(
    locale: str, words: "tuple[Mapping[str, str], ...]", steps: tuple[str, ...], reasons: Mapping[Reason, str]
) -> Texts:
    labels, problems, codes = words
    wolves = {str(code): text for code, text in slack_texts(locale).deeds.wolf_reasons.items()}
    said = {str(code): text for code, text in {**reasons, **LANGUAGES[locale].plain}.items()}
    return Texts(locale, labels, problems, steps, {**wolves, **codes}, said)


_EN = _drawn("en", (english.LABELS, english.PROBLEMS, english.CODES), english.NOTHING_STEPS, english.REASONS)
_JA = _drawn("ja", (japanese.LABELS, japanese.PROBLEMS, japanese.CODES), japanese.NOTHING_STEPS, japanese.REASONS)


def texts(locale: str) -> Texts:
    """Return the words of a language, English for any that is not known."""
    return _JA if language(locale) == "ja" else _EN
