"""Collects what is wrong in users' files while they are read."""

from router.errors import Finding
from router.slo.objective import Place


class Notes:
    """Findings so far. Strict mode makes every deviation severe; advice about sound files never is."""

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._findings: dict[Finding, None] = {}

    def refuse(self, place: Place, problem: str, mend: str) -> None:
        """Note what cannot be evaluated."""
        self._add(place, problem, mend, severe=True)

    def deviation(self, place: Place, problem: str, mend: str) -> None:
        """Note a departure from the format's specification that is accepted (strict: refused)."""
        self._add(place, problem, mend, severe=self._strict)

    def advise(self, place: Place, problem: str, mend: str) -> None:
        """Note what is valid, but will not do what its author expects."""
        self._add(place, problem, mend, severe=False)

    def _add(self, place: Place, problem: str, mend: str, *, severe: bool) -> None:
        self._findings[Finding(place.file, place.line, place.column, problem, mend, severe)] = None

    def findings(self) -> tuple[Finding, ...]:
        """Return everything noted, each once, in the order of the files."""
        return tuple(sorted(self._findings))
