"""Incoming webhooks: a fixed channel behind a secret address, plain-text answers, never a ts.

Answers: docs.slack.dev, sending messages using incoming webhooks.
"""

from dataclasses import dataclass, field

from aiohttp import web

from router.testing.error_table import WEBHOOK
from router.testing.hooks import check_names, headers_of, hook_content, read_args, store
from router.testing.people import TEAM
from router.testing.rules import RefusalError
from router.testing.stage import Stage

_NAMES = frozenset({"text", "blocks", "attachments", "unfurl_links", "unfurl_media", "mrkdwn", "parse", "metadata"})


@dataclass(slots=True)
class Webhook:
    """A webhook fixture; change its fields between calls to revoke it or let an admin prohibit it."""

    channel: str
    number: int
    secret: str = field(repr=False)
    address: str = ""
    revoked: bool = False
    prohibited: bool = False

    @property
    def url(self) -> str:
        """Where to post."""
        return f"{self.address}/services/{TEAM}/B{self.number:08d}/{self.secret}"


@dataclass(slots=True)
class Webhooks:
    """Every webhook by number."""

    stage: Stage
    _all: dict[str, Webhook] = field(default_factory=dict)

    def add(self, channel: str) -> Webhook:
        """Make a webhook for a channel."""
        number = len(self._all) + 1
        webhook = Webhook(channel, number, f"standInSecret{number:011d}", self.stage.workspace.address)
        self._all[f"B{number:08d}"] = webhook
        return webhook

    async def serve(self, http: web.Request) -> web.Response:
        """Take one message over HTTP."""
        call = self.stage.log("webhook")
        try:
            webhook = self._find(http.match_info["bot"], http.match_info["secret"])
            call.args = await read_args(http, self.stage, "webhook")
            self._take(webhook, dict(call.args))
        except RefusalError as refusal:
            call.rule, call.error, call.status = refusal.rule, refusal.code, WEBHOOK.get(refusal.code, 400)
            return web.Response(text=refusal.code, status=call.status, headers=headers_of(refusal))
        call.status = 200
        return web.Response(text="ok")

    def _find(self, bot: str, secret: str) -> Webhook:
        judge, webhook = self.stage.judge, self._all.get(bot)
        if webhook is None:
            raise judge.demand("webhook_unknown", "no_service")
        if secret != webhook.secret:
            judge.refuse("webhook_secret", "invalid_token")
        if webhook.revoked:
            judge.refuse("webhook_revoked", "no_active_hooks")
        if webhook.prohibited:
            judge.refuse("webhook_prohibited", "action_prohibited")
        return webhook

    def _take(self, webhook: Webhook, args: dict[str, object]) -> None:
        judge = self.stage.judge
        channel = self.stage.workspace.channels.get(webhook.channel)
        if channel is None:
            raise judge.demand("webhook_channel", "channel_not_found")
        if channel.archived:
            judge.refuse("webhook_archived", "channel_is_archived")
        request = self.stage.request("webhook", args)
        check_names(request, _NAMES)
        if not (args.get("unfurl_links") is False and args.get("unfurl_media") is False):
            request.flag("unfurl")
        content = hook_content(request)
        self.stage.pace("webhook", channel.id)
        store(request, channel.id, content)
