"""Scripted faults: what a call gets instead of, or after, its proper answer.

slack.script("chat.postMessage", faults.http_error(502), faults.cut_after_storing())
"""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Act(StrEnum):
    """What the stand-in does to the connection."""

    ANSWER = "answer"
    CUT = "cut"
    """Close the connection before any answer."""
    HANG = "hang"
    """Keep the connection open and never answer."""
    STALL = "stall"
    """Send the headers and half of the body, then nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `stored` tells that the call takes effect all the same: an ambiguous outcome for the caller."""

    act: Act
    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    stored: bool = False
    blocks_for_s: float = 0.0
    """For a 429: how long the method is blocked."""


def http_error(status: int, *, stored: bool = False) -> Fault:
    """Return an HTML page with an error status, as a proxy or an overloaded Slack sends it."""
    body = f"<!DOCTYPE html><html><body><h1>{status}</h1>Server error</body></html>"
    return Fault(Act.ANSWER, status, body, "text/html", stored=stored)


def error(code: str, *, status: int = 200, stored: bool = False) -> Fault:
    """Return Slack's own error answer: "internal_error", "fatal_error", "invalid_auth", "is_archived"..."""
    return Fault(Act.ANSWER, status, json.dumps({"ok": False, "error": code}), stored=stored)


def cut() -> Fault:
    """Close the connection before headers; nothing is stored."""
    return Fault(Act.CUT)


def cut_after_storing() -> Fault:
    """Store, then close the connection: the caller cannot know."""
    return Fault(Act.CUT, stored=True)


def hang(*, stored: bool = False) -> Fault:
    """Never answer."""
    return Fault(Act.HANG, stored=stored)


def slow_body(*, stored: bool = True) -> Fault:
    """Answer the headers and half a body, then stall."""
    return Fault(Act.STALL, body='{"ok": true, "channel": ', stored=stored)


def rate_limited(retry_after: str | None = "1", *, code: str = "ratelimited", status: int = 429) -> Fault:
    """Answer 429 with this Retry-After header (None: without); a number blocks the method for as long."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
    body = json.dumps({"ok": False, "error": code})
    return Fault(Act.ANSWER, status, body, headers=headers, blocks_for_s=seconds)


def redirect(location: str = "/elsewhere") -> Fault:
    """Answer 302 to a page that is no API."""
    return Fault(Act.ANSWER, 302, headers={"Location": location})


def invalid_json(*, stored: bool = True) -> Fault:
    """Answer 200 with a body that is not JSON."""
    return Fault(Act.ANSWER, body='{"ok": tru', stored=stored)


def body(text: str, *, content_type: str = "application/json", stored: bool = True) -> Fault:
    """Answer 200 with any body: a JSON list, an empty one, plain text."""
    return Fault(Act.ANSWER, body=text, content_type=content_type, stored=stored)


@dataclass(slots=True)
class Script:
    """The faults still to come, per method: one for each call, then the standing one for every further call."""

    _queued: dict[str, deque[Fault | None]] = field(default_factory=dict)
    _standing: dict[str, Fault] = field(default_factory=dict)

    def add(self, method: str, *faults: Fault | None) -> None:
        """Queue faults for the next calls of a method; None lets one call through."""
        self._queued.setdefault(method, deque()).extend(faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """Answer every call of a method with `fault` from now on; None ends that."""
        if fault is None:
            self._standing.pop(method, None)
        else:
            self._standing[method] = fault

    def take(self, method: str) -> Fault | None:
        """Return the fault of this call, None for a proper answer."""
        queue = self._queued.get(method)
        return queue.popleft() if queue else self._standing.get(method)
