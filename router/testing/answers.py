"""The response_url server: five answers within 30 minutes to whoever clicked (docs.slack.dev/interactivity).

An answer is ephemeral unless it says `response_type: in_channel`; it can replace or delete what was clicked.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from router.testing.error_table import RESPONSE_URL
from router.testing.hooks import check_names, headers_of, hook_content, read_args, store
from router.testing.messages import apply, root_of
from router.testing.people import TEAM, Ephemeral
from router.testing.requests import Request
from router.testing.rules import RefusalError
from router.testing.stage import Stage
from router.testing.workspace import Message

USES = 5
LIFE_S = 1_800.0
_NAMES = frozenset(
    {
        "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
        "unfurl_links", "unfurl_media", "metadata", "mrkdwn", "parse",
    }
)  # fmt: skip


@dataclass(slots=True)
class AnswerUrl:
    """One response_url: who it answers, where, since when, and what they had clicked."""

    url: str = field(repr=False)
    person: str
    channel: str
    at: float
    original: Message | Ephemeral | None = None
    uses: int = 0


@dataclass(slots=True)
class AnswerUrls:
    """Every response_url ever given out, and what came through it."""

    stage: Stage
    _issued: dict[str, AnswerUrl] = field(default_factory=dict)

    def issue(self, kind: str, person: str, channel: str, original: Message | Ephemeral | None = None) -> str:
        """Give out a new one; `kind` is actions or commands."""
        number = 10_000 + len(self._issued)
        secret = hashlib.blake2s(f"answer {number}".encode(), digest_size=12).hexdigest()
        path = f"/{kind}/{TEAM}/{number}/{secret}"
        url = self.stage.workspace.address + path
        self._issued[path] = AnswerUrl(url, person, channel, self.stage.workspace.now(), original)
        return url

    async def serve(self, http: web.Request) -> web.Response:
        """Take one answer over HTTP."""
        call = self.stage.log("response_url")
        try:
            args = await read_args(http, self.stage, "response_url")
            call.args = args
            self._take(http.path, args)
        except RefusalError as refusal:
            call.rule, call.error = refusal.rule, refusal.code
            call.status = RESPONSE_URL.get(refusal.code, 404)
            return web.json_response(
                {"ok": False, "error": refusal.code}, status=call.status, headers=headers_of(refusal)
            )
        call.status = 200
        return web.json_response({"ok": True})

    def _take(self, path: str, args: dict[str, Any]) -> None:
        judge, url = self.stage.judge, self._issued.get(path)
        if url is None:
            raise judge.demand("answer_url_unknown", "invalid_url")
        if self.stage.workspace.now() - url.at >= LIFE_S:
            judge.refuse("answer_url_expired", "expired_url")
        if url.uses >= USES:
            judge.refuse("answer_url_used", "used_url")
        say(self.stage.request("response_url", args), url, self.stage)
        url.uses += 1


def say(request: Request, url: AnswerUrl, stage: Stage) -> None:
    """Do what an answer asks for; refuses what Slack refuses and flags what makes no sense."""
    _check(request, url)
    original = url.original
    if request.truth("delete_original"):
        if original is not None:
            original.deleted = True
        return
    content = hook_content(request)
    if request.truth("replace_original") and original is not None:
        if isinstance(original, Message):
            apply(request, original, content)
        else:
            original.change(content.text, content.blocks or [])
        return
    channel = request.workspace.channels.get(url.channel)
    root = root_of(request, channel) if channel else None
    thread = root.ts if root else ""
    if request.word("response_type") == "in_channel":
        stage.pace("response_url", url.channel)
        store(request, url.channel, content, thread)
        return
    workspace = request.workspace
    blocks = content.blocks or []
    seen = Ephemeral(url.channel, url.person, workspace.next_ts(), content.text, request.token.app, blocks, thread)
    workspace.ephemerals.append(seen)


def _check(request: Request, url: AnswerUrl) -> None:
    check_names(request, _NAMES)
    replaces = request.truth("replace_original") or request.truth("delete_original")
    if request.word("response_type") not in ("", "ephemeral", "in_channel"):
        request.flag("response_type", request.word("response_type"))
    if replaces and (url.original is None or url.original.deleted):
        request.flag("no_original")
    if replaces and request.word("thread_ts"):
        request.flag("thread_and_replace")
