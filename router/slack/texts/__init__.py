"""Every word that people read in Slack, by language; `texts` picks one. Placeholders in braces are filled by facts."""

from router.slack.texts.en import EN
from router.slack.texts.ja import JA
from router.slack.texts.words import Words

_LANGUAGES = {"en": EN, "ja": JA}


def texts(locale: str) -> Words:
    """Return the words of a language ("en", "ja"; a region as in "ja-JP" is ignored), English for any other."""
    return _LANGUAGES.get(locale.replace("_", "-").split("-")[0].lower(), EN)


__all__ = ["EN", "JA", "Words", "texts"]
