"""How the stand-in's rules act: they refuse a call or flag it, unless a test has switched them off.

The rules themselves are listed in router.testing.rulebook.
"""

from dataclasses import dataclass, field
from typing import Any

from router.testing.rulebook import BLOCKS, FLAGGED, FLAGS, REFUSED, WARNINGS

__all__ = ["BLOCKS", "FLAGGED", "REFUSED", "WARNINGS", "Judge", "Problem", "RefusalError", "Violation"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with blocks. `pointer` is a JSON pointer from the message, as Slack writes it."""

    rule: str
    message: str
    pointer: str
    code: str = "invalid_blocks"

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing flagged: which rule, on which method, and what exactly."""

    rule: str
    method: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.method}: {self.rule} ({FLAGS[self.rule]}) {self.detail}".rstrip()


class RefusalError(Exception):
    """A call that Slack refuses: the rule that says so and the answer's body beside `ok` and `error`."""

    def __init__(self, rule: str, code: str, **more: Any) -> None:
        super().__init__(code)
        self.rule = rule
        self.code = code
        self.more = more


@dataclass(slots=True)
class Judge:
    """Refuses and flags, leaving out the rules that a test has switched off."""

    without: frozenset[str] = frozenset()
    violations: list[Violation] = field(default_factory=list)

    def refuse(self, rule: str, code: str, **more: Any) -> None:
        """Raise RefusalError, unless the rule is switched off."""
        if rule not in self.without:
            raise RefusalError(rule, code, **more)

    def demand(self, rule: str, code: str, **more: Any) -> RefusalError:
        """Return the error, for the caller to raise, of something without which the call cannot go on."""
        removed = rule in self.without
        return RefusalError(rule, "rule_removed") if removed else RefusalError(rule, code, **more)

    def flag(self, rule: str, method: str, detail: str = "") -> None:
        """Record a violation, unless the rule is switched off."""
        if rule not in self.without:
            self.violations.append(Violation(rule, method, detail))
