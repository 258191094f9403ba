"""Collects what is wrong in the user's files, so that one run tells all of it."""

from router.errors import ConfigError, Finding
from router.slo.objective import Place

ENVIRONMENT_FILE = "environment"
"""What stands for the file's name where a variable is wrong."""
SHOWABLE_LENGTH = 4
"""Values from the environment shorter than this are not secrets worth hiding ("en", "L1")."""


class Findings:
    """A list of findings in the making; errors stop `serve`, warnings are only told."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self._found: dict[tuple[str, int, int, str], Finding] = {}
        self._hidden: dict[str, str] = {}

    def error(self, place: Place, problem: str, mend: str) -> None:
        """Note a mistake that the router cannot run with."""
        self.add(Finding(place.file, place.line, place.column, problem, mend))

    def warn(self, place: Place, problem: str, mend: str) -> None:
        """Note something that works otherwise than its writer probably thinks."""
        self.add(Finding(place.file, place.line, place.column, problem, mend, severe=False))

    def deviation(self, place: Place, problem: str, mend: str) -> None:
        """Note an outdated way of writing that is accepted (strict: refused)."""
        self.add(Finding(place.file, place.line, place.column, problem, mend, severe=self.strict))

    def add(self, finding: Finding) -> None:
        """Note a finding of another room; the same one at the same place counts once."""
        self._found.setdefault((finding.file, finding.line, finding.column, finding.problem), finding)

    def hide(self, value: str, name: str) -> None:
        """Show `${name}` wherever `value`, which came from the environment, would stand in a finding."""
        if len(value) >= SHOWABLE_LENGTH:
            self._hidden[value] = f"${{{name}}}"

    def sorted(self) -> tuple[Finding, ...]:
        """Return all findings by file and line, without any value that came from the environment."""
        return tuple(sorted(self._without_secrets(finding) for finding in self._found.values()))

    def raise_if_severe(self) -> None:
        """Raise ConfigError with everything noted when any of it is an error."""
        if any(finding.severe for finding in self._found.values()):
            raise ConfigError(self.sorted())

    def _without_secrets(self, finding: Finding) -> Finding:
        problem, mend = self._shown(finding.problem), self._shown(finding.mend)
        return Finding(finding.file, finding.line, finding.column, problem, mend, finding.severe)

    def _shown(self, text: str) -> str:
        for value in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(value, self._hidden[value])
        return text
