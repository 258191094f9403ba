"""What every part of the stand-in shares: the workspace, the judge, the pace and the log of calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from router.testing.limits import Limiter
from router.testing.requests import Call, Request
from router.testing.rules import Judge, RefusalError
from router.testing.workspace import Token, Workspace


@dataclass(slots=True)
class Stage:
    """The parts that calls, hooks, sockets and people's doings have in common."""

    workspace: Workspace
    judge: Judge
    limiter: Limiter
    allowed: frozenset[str] = frozenset()
    calls: list[Call] = field(default_factory=list)

    def request(self, method: str, args: Mapping[str, Any], token: Token | None = None) -> Request:
        """Return a call of a method, or of a hook in the name of the workspace's app."""
        return Request(method, args, self.workspace, self.judge, token or self.workspace.app, self.allowed)

    def log(self, method: str, args: Mapping[str, Any] | None = None) -> Call:
        """Begin a line in the log of calls."""
        call = Call(method, self.workspace.now(), args or {})
        self.calls.append(call)
        return call

    def pace(self, hook: str, channel: str) -> None:
        """Count a post through a hook; refuses with 429 when it is too much, and flags it when it should have waited.

        `hook` names the hook for Retry-After: response_url or webhook.
        """
        app, limiter = self.workspace.app.app, self.limiter
        left = limiter.blocked_s(app, hook)
        if left:
            if not limiter.excused(app, hook):
                self.judge.flag("before_retry_after", hook, f"{left:.2f} s too early")
            raise RefusalError("hook_pace", "rate_limited", retry_after=max(1, round(left + 0.5)))
        excess = limiter.post(app, channel)
        if excess is not None and "hook_pace" not in self.judge.without:
            limiter.block(app, hook, excess.retry_after_s)
            raise RefusalError("hook_pace", "rate_limited", retry_after=excess.retry_after_s)
