"""`${NAME}` and `${NAME:-default}` in the values of a file are replaced from the environment; `$${` is a plain `${`."""

import re
from collections.abc import Mapping

from router.config.document import Document
from router.config.environment import value_of
from router.config.findings import Findings
from router.slo.objective import Place

REFERENCE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}|\$\{")


def replace_variables(document: Document, environment: Mapping[str, str], findings: Findings) -> None:
    """Replace every reference of a document; notes variables that are not set and references that cannot be read."""

    def replaced(text: str, place: Place) -> str:
        return REFERENCE.sub(lambda found: _value(found, place, environment, findings), text)

    document.replace(replaced)


def _value(found: re.Match[str], place: Place, environment: Mapping[str, str], findings: Findings) -> str:
    if found[0] == "$${":
        return "${"
    name = found["name"]
    if name is None:
        findings.error(place, "a `${` that is no reference", "write ${NAME} or ${NAME:-default}, or $${ for a plain ${")
        return ""
    try:
        value = value_of(environment, name)
    except ValueError as error:
        findings.error(place, str(error), f"set {name}, or let {name}_FILE name a readable file, not both")
        return ""
    return _chosen(found, value, place, findings)


def _chosen(found: re.Match[str], value: str | None, place: Place, findings: Findings) -> str:
    """Return the variable's value; as in a shell, `:-` also stands in for an empty one."""
    name, default = found["name"], found["default"]
    if value:
        findings.hide(value, name)
        return value
    if default is not None:
        return str(default)
    if value is None:
        mend = f"set {name} or {name}_FILE, or give a default: ${{{name}:-...}}"
        findings.error(place, f"variable {name} is not set", mend)
    return ""
