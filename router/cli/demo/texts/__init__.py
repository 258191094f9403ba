"""What the demo says, in English and Japanese."""

from router.cli.demo.texts.en import EN
from router.cli.demo.texts.ja import JA
from router.cli.demo.texts.words import Words

__all__ = ["LANGUAGES", "Words", "texts"]

LANGUAGES = {"en": EN, "ja": JA}


def texts(locale: str) -> Words:
    """Return the words of a language."""
    return LANGUAGES[locale]
