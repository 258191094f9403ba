"""What every part of the file needs while it becomes values: matchers, time zones, secrets from files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from router.alert import Matcher, Operator, matcher, parse_matchers
from router.config.document import Document, Where
from router.config.environment import secret_in, why
from router.config.findings import Findings


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration file while it is read; `directory` is what its relative paths start from."""

    document: Document
    findings: Findings
    directory: Path
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Secret files read so far, with what they hold."""
    texts: dict[str, str] = field(default_factory=dict, repr=False)
    """SLO files read so far, with what they hold."""

    def error(self, where: Where, problem: str, mend: str, *, key: bool = False) -> None:
        """Note a mistake at a place of the file (with `key`, at its key)."""
        self.findings.error(self.document.place(where, key=key), problem, mend)

    def warn(self, where: Where, problem: str, mend: str, *, key: bool = False) -> None:
        """Note a warning at a place of the file (with `key`, at its key)."""
        self.findings.warn(self.document.place(where, key=key), problem, mend)

    def doubt(self, where: Where, problem: str, mend: str) -> None:
        """Note a warning about what is missing at a place, unless it was there and cut out because it is wrong."""
        if not self.document.lacks(where):
            self.warn(where, problem, mend)

    def zone(self, where: Where, name: str) -> ZoneInfo:
        """Return a time zone; a wrong name is noted, and UTC stands in for it."""
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            close = get_close_matches(name, available_timezones(), n=1)
            mend = f"did you mean {close[0]!r}?" if close else 'write an IANA name such as "Asia/Tokyo"'
            self.error(where, f"unknown time zone {name!r}", mend)
            return ZoneInfo("UTC")

    def matchers(self, where: Where, texts: Sequence[str]) -> tuple[Matcher, ...]:
        """Return the matchers at `where`, a list of texts; a bad one is noted."""
        return tuple(each for index, text in enumerate(texts) for each in self._parsed((*where, index), text))

    def outdated_matchers(
        self, where: Where, exact: Mapping[str, str], expressions: Mapping[str, str]
    ) -> tuple[Matcher, ...]:
        """Return the matchers that `match` and `match_re` below `where` stand for."""
        return self.paired((*where, "match"), exact, Operator.EQUAL) + self.paired(
            (*where, "match_re"), expressions, Operator.REGEX
        )

    def paired(self, where: Where, pairs: Mapping[str, str], operator: Operator) -> tuple[Matcher, ...]:
        """Return the matchers of an outdated mapping from label to value, and say how it is written today."""
        if not pairs:
            return ()
        today = ", ".join(f"'{Matcher(label, operator, value)}'" for label, value in pairs.items())
        name = where[-1]
        mend = f"write `{str(name).removesuffix('_re')}ers: [{today}]`"
        self.findings.deviation(self.document.place(where, key=True), f"`{name}` is deprecated", mend)
        return tuple(self._made((*where, label), label, operator, value) for label, value in pairs.items())

    def secret_file(self, where: Where, name: str) -> str:
        """Return the secret that a file holds; one that cannot be read is noted."""
        path = self.directory / name
        self.secrets[str(path)] = ""
        try:
            self.secrets[str(path)] = secret_in(path)
        except (OSError, ValueError) as error:
            problem = f"the secret's file {name!r} cannot be read ({why(error)})"
            self.error(where, problem, "create it, and let the router's user read it")
        return self.secrets[str(path)]

    def _parsed(self, where: Where, text: str) -> tuple[Matcher, ...]:
        try:
            found = parse_matchers(text)
        except ValueError as error:
            self._bad_matcher(where, error)
            return (Matcher(text, Operator.EQUAL, ""),)
        if not found:
            self.error(where, "an empty matcher", 'write label="value", or remove it')
        return found

    def _made(self, where: Where, label: str, operator: Operator, value: str) -> Matcher:
        try:
            return matcher(label, operator, value)
        except ValueError as error:
            self._bad_matcher(where, error)
            return Matcher(label, Operator.EQUAL, value)

    def _bad_matcher(self, where: Where, error: ValueError) -> None:
        problem, _, mend = str(error).partition(": ")
        wrong_syntax = problem.startswith("cannot read")
        if wrong_syntax:
            self.error(where, problem.replace("cannot read", "bad", 1), mend)
        else:
            reason = re.sub(r"^bad regular expression", "bad matcher: the regular expression", str(error))
            self.error(where, reason, "mend the expression (it is anchored at both ends)")
