"""How the door answers: JSON, constant words, no versions, and 503 rather than 429 for what may pass later."""

from collections.abc import Mapping
from enum import StrEnum

import orjson
from aiohttp import web

from router.errors import RouterError

PLAIN = {"Server": "alert-router", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
"""On every answer. Naming the server ourselves keeps the library's versions out (ASVS 5.0 13.4.6)."""
LATER = {"Retry-After": "2"}
"""Beside every 503: Alertmanager comes back for 5xx only (its webhook notifier has no retry codes of its own)."""


class Rejection(StrEnum):
    """Why a body, or one alert of it, was not accepted; the metric's label `reason`."""

    MALFORMED = "malformed"
    """Not the sender's wire format; kept in quarantine."""
    NOT_UNDERSTOOD = "not_understood"
    """Well-formed, but not what this sender sends; kept in quarantine."""
    BAD_ALERT = "bad_alert"
    """One alert of a batch; the body is kept in quarantine, the other alerts are accepted."""
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CUT_OFF = "cut_off"
    """The connection ended, or its framing broke, before the body did."""
    WRONG_TYPE = "wrong_type"
    UNAUTHENTICATED = "unauthenticated"
    UNAVAILABLE = "unavailable"
    """Could not be stored now; the sender was told to come back."""
    OVERLOADED = "overloaded"


UNFINISHED = frozenset({Rejection.TOO_LARGE, Rejection.TOO_SLOW, Rejection.CUT_OFF})
"""The rest of the body is still under way: the connection cannot be used again."""


class RejectionError(RouterError):
    """A request is answered with a refusal; `problem` is shown to the sender."""

    def __init__(self, status: int, problem: str, reason: Rejection | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.reason = reason


def answer(status: int, content: object, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a JSON answer."""
    return web.Response(
        status=status,
        body=orjson.dumps(content),
        content_type="application/json",
        headers=PLAIN if headers is None else {**PLAIN, **headers},
    )


def words(status: int, text: str) -> web.Response:
    """Return a plain-text answer, for the routes whose clients expect Alertmanager's."""
    return web.Response(status=status, text=text, headers=PLAIN)


def refuse(request: web.BaseRequest, status: int, problem: str) -> web.Response:
    """Return a refusal: a JSON string to clients of Alertmanager's API v2, `{"error": ...}` to the others."""
    content = problem if "/api/v2/" in request.path else {"error": problem}
    return answer(status, content, _headers_of(status))


def _headers_of(status: int) -> Mapping[str, str]:
    match status:
        case 401:
            return {"WWW-Authenticate": "Bearer"}
        case 503:
            return LATER
        case _:
            return {}
