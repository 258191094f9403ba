"""Secrets that were written into a file instead of being named: they end up in version control and backups.

No finding repeats the secret. Such a configuration runs; everybody who can read it should not.
"""

import re

from router.config.document import Document, Where
from router.config.findings import Findings
from router.config.replace import REFERENCE
from router.slo.objective import Place

_TOKEN = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,}|xapp-[A-Za-z0-9-]{6,}"
    r"|hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]+"
)
_URL_PASSWORD = re.compile(r"://[^/@\s:]*:(?P<password>[^@/\s]+)@")
_SECRET_KEYS = frozenset({"bearer", "password", "webhook"})
_SECRET_HEADER = re.compile(r"authorization|token|secret|api-?key|cookie", re.IGNORECASE)
_SCHEME = re.compile(r"^\s*(?:Bearer|Basic|Token)\s*", re.IGNORECASE)
_MEND = "put it into the environment and write ${NAME}, or into a file; and replace it, for it has leaked"


def check_text(text: str, file: str, findings: Findings) -> None:
    """Note Slack tokens and webhook addresses anywhere in a file, comments included."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _TOKEN.finditer(line):
            findings.warn(Place(file, number, found.start() + 1), "a Slack secret is written in the file", _MEND)


def check_values(document: Document, findings: Findings) -> None:
    """Note passwords, tokens and secret headers that are written out; a reference `${NAME}` is as it should be."""
    for where in document.paths():
        written = document.written(where) or ""
        if _TOKEN.search(written):
            continue
        if _is_secret(where) and _literal(_secret_part(where, written)):
            findings.warn(document.place(where), f"`{_key(where)}` is written in the file", _MEND)
        found = _URL_PASSWORD.search(written)
        if found and _literal(found["password"]):
            findings.warn(document.place(where), f"a password is written in the URL of `{_key(where)}`", _MEND)


def _literal(written: str) -> str:
    """Return what is left of a value without references (the default of a reference is written out, too)."""
    return REFERENCE.sub(lambda found: found["default"] or "", _SCHEME.sub("", written)).strip()


def _secret_part(where: Where, written: str) -> str:
    """Return what is secret of a value: of a webhook's address that names a variable, the variable alone."""
    found = REFERENCE.search(written)
    return found[0] if found and _key(where) == "webhook" else written


def _key(where: Where) -> str:
    return next((step for step in reversed(where) if isinstance(step, str)), "")


def _is_secret(where: Where) -> bool:
    key, path = _key(where), [step for step in where if isinstance(step, str)]
    if key in _SECRET_KEYS:
        return True
    if path[-2:] == ["header", "value"]:
        return True
    return path[-2:-1] == ["headers"] and _SECRET_HEADER.search(key) is not None
