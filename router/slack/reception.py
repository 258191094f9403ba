"""How long Slack is kept waiting for an answer, and what it is told when the work is late or cannot be done now.

The same behind HTTP and Socket Mode. Slack shows the person an error unless it hears from us within three seconds
(docs.slack.dev/interactivity/handling-user-interaction); a click is never thanked for in silence when it was lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog

from router.errors import UnavailableError
from router.slack.inbound import Command, Event, Inbound, Submission, Taken

log = structlog.get_logger(__name__)
Take = Callable[[Inbound], Awaitable[Taken]]
"""Does what is asked, or stores it to be done; returns once that is safe. Raises UnavailableError when it cannot."""


class Result(StrEnum):
    """What became of something that Slack sent; the metric's label `result`."""

    TAKEN = "taken"
    LATE = "late"
    """Not done in time; the work went on."""
    UNAVAILABLE = "unavailable"
    """Could not be stored."""
    HANDSHAKE = "handshake"
    """Slack only asked whether somebody is there."""
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    REFUSED = "refused"
    """Too large, too slow, cut off, or too many at once."""
    FAILED = "failed"
    """A defect of the router."""


@dataclass(frozen=True, slots=True)
class Received:
    """What goes back. `body` None is an empty answer; `again` asks Slack to send it once more."""

    result: Result
    body: Mapping[str, Any] | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    text: str
    close: str


_UNAVAILABLE = {
    "en": _Words(
        "Not recorded",
        "Not recorded: the router cannot store anything right now. Please try again in a minute.",
        "Close",
    ),
    "ja": _Words(
        "記録できませんでした",
        "記録できませんでした。現在、ルーターがデータを保存できない状態です。1分ほど待ってから、もう一度お試しください。",
        "閉じる",
    ),
}
_LATE = {
    "en": _Words(
        "Still working on it",
        "This is taking longer than usual. If nothing changes within a minute, please try again.",
        "Close",
    ),
    "ja": _Words(
        "処理中です",
        "通常より時間がかかっています。1分待っても変化がなければ、もう一度お試しください。",
        "閉じる",
    ),
}


async def receive(
    inbound: Inbound,
    take: Take,
    locale: str,
    within_s: float,
    let_finish: Callable[["asyncio.Future[Any]"], None],
) -> Received:
    """Let `take` work for `within_s`, and say what goes back; a work that is late is given to `let_finish`.

    It is not cancelled: a command to the store that is cut half-way would spoil the connection that others share.
    """
    task = asyncio.ensure_future(take(inbound))
    try:
        await asyncio.wait({task}, timeout=within_s)
    finally:
        if not task.done():
            let_finish(task)
    if not task.done():
        log.warning("slack_inbound_late", what=type(inbound).__name__, within_s=within_s)
        return Received(Result.LATE, _shown(inbound, _LATE, locale))
    try:
        return Received(Result.TAKEN, task.result().body)
    except UnavailableError as error:
        log.warning("slack_inbound_unavailable", what=type(inbound).__name__, code=error.code)
        # Nobody waits for an event, so Slack may bring it again; a person has been told, and may have given up.
        return Received(Result.UNAVAILABLE, _shown(inbound, _UNAVAILABLE, locale), again=isinstance(inbound, Event))


def _shown(inbound: Inbound, words: Mapping[str, _Words], locale: str) -> Mapping[str, Any] | None:
    """Return what the person sees at once: an empty answer would close a modal as if all were well.

    A click has no answer of its own; who took it tells the person by the answer_url.
    """
    said = words.get(inbound.origin.locale or locale, words["en"])
    if isinstance(inbound, Command):
        return {"response_type": "ephemeral", "text": said.text}
    if isinstance(inbound, Submission):
        return {"response_action": "update", "view": _view(said)}
    return None


def _view(words: _Words) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": _plain(words.title),
        "close": _plain(words.close),
        "blocks": [{"type": "section", "text": _plain(words.text)}],
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
