"""What Slack's answer to a call means, and what to do about it: one closed list of courses.

Codes: docs.slack.dev/reference/methods. An answer that says "it's possible some aspect of the operation succeeded"
(internal_error, fatal_error) is ambiguous, as is every answer that did not arrive whole.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

UNSAID_RETRY_S = 5.0
"""How long to wait when a 429 does not say, or not in numbers."""
LONGEST_FREEZE_S = 3_600.0
LONGEST_RETRY_S = 300.0
"""An order is looked at again after this long at the latest; the method stays frozen for as long as Slack said."""


class Course(StrEnum):
    """What to do about an answer."""

    DONE = "done"
    LATER = "later"
    """Too many calls: wait as long as Slack says."""
    AMBIGUOUS = "ambiguous"
    """It may have taken effect: look it up before posting again."""
    UNREACHABLE = "unreachable"
    """No connection: it certainly had no effect."""
    SMALLER = "smaller"
    """The content is refused: say less, never nothing."""
    REROUTE = "reroute"
    """The channel does not take it: join, or go to the fallback channel."""
    UNTHREAD = "unthread"
    """The thread does not take it: post beside it."""
    ANEW = "anew"
    """The message cannot be edited any more: post a new one."""
    STOP = "stop"
    """The token or the app is at fault: no message will get through until a human mends it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one call. `code` is "ok", Slack's error code or the transport's; `data` the parsed body."""

    course: Course
    code: str
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    retry_after_s: float = 0.0


_LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_AMBIGUOUS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "update_failed"})
_REROUTE = frozenset(
    {
        "channel_not_found", "not_in_channel", "is_archived", "restricted_action",
        "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "no_permission",
        "duplicate_channel_not_found", "external_channel_migrating", "team_not_found", "is_inactive",
    }
)  # fmt: skip
_UNTHREAD = frozenset(
    {
        "cannot_reply_to_message", "thread_not_found", "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)  # fmt: skip
_ANEW = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch", "streaming_state_conflict"}
)
_STOP = frozenset(
    {
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
        "not_allowed_token_type", "access_denied", "accesslimited", "ekm_access_denied", "org_login_required",
        "team_added_to_org", "two_factor_setup_required", "method_deprecated", "deprecated_endpoint",
        "unknown_method",
    }
)  # fmt: skip
_COURSES: Mapping[str, Course] = {
    code: course
    for course, codes in (
        (Course.LATER, _LATER),
        (Course.AMBIGUOUS, _AMBIGUOUS),
        (Course.REROUTE, _REROUTE),
        (Course.UNTHREAD, _UNTHREAD),
        (Course.ANEW, _ANEW),
        (Course.STOP, _STOP),
    )
    for code in codes
}
_OWN = frozenset(
    {"ok", "unreachable", "invalid_url", "timeout", "connection_lost", "unparsable", "not_found_yet", "look_up_failed"}
)
"""Codes of the transport and of deliveries, not of Slack."""
_CODE = re.compile(r"[a-z0-9_]{1,64}")


def read_answer(status: int, headers: Mapping[str, str], data: Any) -> Answer:
    """Classify an HTTP answer by status and parsed body (anything that is no JSON object: None)."""
    body = data if isinstance(data, Mapping) else {}
    code = error_code(body)
    if status == 429 or code in _LATER:
        return Answer(Course.LATER, "ratelimited", body, retry_after(headers, body))
    if status >= 500:
        return Answer(Course.AMBIGUOUS, f"http_{status}", body)
    if status == 200 and body.get("ok") is True:
        return Answer(Course.DONE, "ok", body)
    if code:
        return Answer(_COURSES.get(code, Course.SMALLER), code, body)
    if 400 <= status < 500:
        return Answer(Course.STOP, f"http_{status}", body)
    return Answer(Course.AMBIGUOUS, "unparsable", body)


def refuses_content(code: str) -> bool:
    """Return whether an error's code says that Slack does not take what a message holds.

    So says every code of Slack's that has no other meaning.
    """
    return code not in _COURSES and code not in _OWN and not code.startswith("http_")


def error_code(body: Mapping[str, Any]) -> str:
    """Return Slack's error code, "" when there is none, "unknown_error" when it does not look like one."""
    code = body.get("error")
    if code is None or body.get("ok") is not False:
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown_error"


def retry_after(headers: Mapping[str, str], body: Mapping[str, Any]) -> float:
    """Return how long Slack wants us to wait, 1 s to an hour; nonsense counts as unsaid."""
    said = headers.get("Retry-After", body.get("retry_after"))
    try:
        seconds = float(said) if said is not None else math.nan
    except (TypeError, ValueError):
        seconds = math.nan
    if not math.isfinite(seconds):
        return UNSAID_RETRY_S
    return min(max(seconds, 1.0), LONGEST_FREEZE_S)
