"""Every error the router raises on purpose, and who answers it.

RouterError
├── ConfigError          configuration or SLO file cannot be used; carries findings with file:line:column
├── PayloadError         a body is not even the sender's wire format; the web room answers 400 and quarantines it
├── UnavailableError     state cannot be reached or cannot store now; the web room answers 503, loops back off
└── DeliveryError        Slack did not take a message
    ├── RefusedError     definitely not posted; carries Slack's error code
    └── AmbiguousError   may or may not have been posted; look it up before posting again

Messages say what failed, on which named thing, and how to mend it; never a secret, never a body.
"""

from dataclasses import dataclass


class RouterError(Exception):
    """Root of every error that the router raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong in a file: where (1-based), what, and how to mend it."""

    file: str
    line: int
    column: int
    problem: str
    mend: str
    severe: bool = True
    """False for a deviation that is accepted leniently (a warning)."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.problem}; {self.mend}"


class ConfigError(RouterError):
    """Configuration cannot be used; `findings` says where and how to mend each mistake."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


class PayloadError(RouterError):
    """A body is not the sender's wire format; `where` names the place (byte offset or JSON path)."""

    def __init__(self, problem: str, where: str = "") -> None:
        super().__init__(f"{problem} ({where})" if where else problem)
        self.where = where


class UnavailableError(RouterError):
    """State cannot be reached or refuses to store; trying again later can help."""

    def __init__(self, problem: str, *, code: str = "unavailable") -> None:
        super().__init__(problem)
        self.code = code


class DeliveryError(RouterError):
    """Slack did not take a message; `code` is Slack's error code or the transport's."""

    def __init__(self, code: str, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.retry_after_s = retry_after_s


class RefusedError(DeliveryError):
    """The message was definitely not posted."""


class AmbiguousError(DeliveryError):
    """The message may or may not have been posted."""
