"""The doctor's sentences, in English and Japanese: what is so, and how to mend it."""

from collections.abc import Mapping

from router.slack.doctor.diagnosis import Code, Diagnosis, Sound
from router.slack.doctor.words_en import EN_MENDS, EN_PROBLEMS, EN_SCOPES, EN_SOUND
from router.slack.doctor.words_ja import JA_MENDS, JA_PROBLEMS, JA_SCOPES, JA_SOUND
from router.slack.escape import clean

_PROBLEMS: Mapping[str, Mapping[Code, str]] = {"en": EN_PROBLEMS, "ja": JA_PROBLEMS}
_MENDS: Mapping[str, Mapping[Code, str]] = {"en": EN_MENDS, "ja": JA_MENDS}
_SOUND: Mapping[str, Mapping[Sound, str]] = {"en": EN_SOUND, "ja": JA_SOUND}
_SCOPES: Mapping[str, Mapping[str, str]] = {"en": EN_SCOPES, "ja": JA_SCOPES}


def said(diagnosis: Diagnosis, locale: str) -> tuple[str, str]:
    """Return what is so and how to mend it ("" for what is well), in "en" or "ja"; no control character, no secret."""
    language = "ja" if locale.startswith("ja") else "en"
    facts = {name: clean(value) for name, value in diagnosis.facts.items()}
    facts["loss"] = _SCOPES[language].get(facts.get("scope", ""), "")
    code = diagnosis.code
    if isinstance(code, Sound):
        return _SOUND[language][code].format(**facts), ""
    return _PROBLEMS[language][code].format(**facts), _MENDS[language][code].format(**facts)
