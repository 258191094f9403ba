"""One call of a Web API method, as the stand-in's methods see it, and how its arguments are read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.testing.rules import Judge
from router.testing.workspace import Channel, Token, Workspace

TS = re.compile(r"\d{10}\.\d{6}")


@dataclass(slots=True)
class Request:
    """A call with its arguments, whoever sent them as JSON, form or query. `scopes` were checked already."""

    method: str
    args: Mapping[str, Any]
    workspace: Workspace
    judge: Judge
    token: Token
    allowed: frozenset[str] = frozenset()

    def flag(self, rule: str, detail: str = "") -> None:
        """Record a violation of this call."""
        self.judge.flag(rule, self.method, detail)

    def word(self, name: str) -> str:
        """Return an argument as text, "" when absent."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def truth(self, name: str) -> bool:
        """Return whether a boolean argument is true, in JSON or in a form."""
        return self.word(name).lower() in ("1", "true")

    def ts(self, name: str) -> str:
        """Return a timestamp argument; a JSON number or another shape is flagged."""
        value = self.args.get(name)
        if isinstance(value, int | float):
            self.flag("number_ts", f"{name}: a float cannot hold it")
        elif value and not TS.fullmatch(str(value)):
            self.flag("bad_ts", f"{name}: {value!r}")
        return self.word(name)

    def parsed(self, name: str, rule: str, code: str) -> Any:
        """Return an argument that holds JSON, parsed when it came as text; refuses what does not parse."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise self.judge.demand(rule, code) from error

    def channel(self, name: str = "") -> Channel:
        """Return the channel of the call, or of that name; one the app must not know of does not exist."""
        channel = self.workspace.find_channel(name or self.word("channel"))
        if channel is None:
            raise self.judge.demand("unknown_channel", "channel_not_found")
        if channel.private and not channel.member:
            self.judge.refuse("private_channel", "channel_not_found")
        return channel


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what runs it, its arguments, its tier (0: none) and scopes (one of them is enough).

    `scopes` empty: any token will do; `public`: not even a token is needed.
    """

    run: Callable[[Request], dict[str, Any]]
    args: frozenset[str]
    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    tier: int = 0
    form_only: bool = False
    posts: bool = False
    public: bool = False
    kind: str = "bot"
    """Which kind of token it takes: bot or app."""


@dataclass(slots=True)
class Call:
    """One line of the log of calls: what was asked, when, and what it got."""

    method: str
    at: float
    args: Mapping[str, Any] = field(default_factory=dict)
    status: int = 0
    error: str = ""
    rule: str = ""
    """The rule that refused it, "" when none did."""
