"""Every word that one person is told in Slack, by language; `texts` picks one."""

from router.slack.dialogue.texts.en import EN
from router.slack.dialogue.texts.ja import JA
from router.slack.dialogue.texts.words import Words

_LANGUAGES = {"en": EN, "ja": JA}


def language(spoken: str, fallback: str) -> str:
    """Return "en" or "ja": what a person's Slack speaks ("ja-JP"), else the fallback."""
    own = spoken.replace("_", "-").split("-")[0].lower()
    return own if own in _LANGUAGES else fallback


def texts(locale: str) -> Words:
    """Return the words of a language ("en", "ja"; a region as in "ja-JP" is ignored), English for any other."""
    return _LANGUAGES[language(locale, "en")]


__all__ = ["EN", "JA", "Words", "language", "texts"]
