"""The Web API methods that the stand-in knows, by name; later releases add views, files and more here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from router.testing import conversations, messages
from router.testing.blocks import check_blocks
from router.testing.requests import Method, Request
from router.testing.rules import RefusalError

_CONTENT = frozenset({"channel", "text", "blocks", "attachments", "metadata", "markdown_text", "link_names", "parse"})
_PAGES = frozenset({"channel", "cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata"})
_HISTORY = ("channels:history", "groups:history")


def auth_test(request: Request) -> dict[str, Any]:
    """Say who the token is."""
    app = request.token.app
    return {
        "url": "https://stand-in.slack.com/",
        "team": "Stand-in",
        "user": "slo-router",
        "team_id": "T0STANDIN",
        "user_id": "U" + app[1:],
        "bot_id": "B" + app[1:],
    }


def validate(request: Request) -> dict[str, Any]:
    """Check blocks and say everything that is wrong with them."""
    blocks = request.parsed("blocks", "blocks_format", "invalid_blocks_format")
    problems = check_blocks(blocks, request.judge.without)
    if problems:
        errors = [{"pointer": each.pointer, "code": each.rule, "message": each.message} for each in problems]
        raise RefusalError(problems[0].rule, "invalid_blocks", errors=errors)
    return {}


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "chat.postMessage": Method(
            messages.post_message,
            _CONTENT
            | {"thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn", "username", "icon_emoji"}
            | {"icon_url"},
            ("channel",),
            ("chat:write",),
            posts=True,
        ),
        "chat.update": Method(
            messages.update,
            _CONTENT | {"ts", "reply_broadcast", "file_ids"},
            ("channel", "ts"),
            ("chat:write",),
            tier=3,
        ),
        "chat.delete": Method(
            messages.delete, frozenset({"channel", "ts"}), ("channel", "ts"), ("chat:write",), tier=3
        ),
        "conversations.history": Method(conversations.history, _PAGES, ("channel",), _HISTORY, tier=3),
        "conversations.replies": Method(
            conversations.replies, _PAGES | {"ts"}, ("channel", "ts"), _HISTORY, tier=3, form_only=True
        ),
        "conversations.info": Method(
            conversations.info,
            frozenset({"channel", "include_locale", "include_num_members"}),
            ("channel",),
            ("channels:read", "groups:read"),
            tier=3,
            form_only=True,
        ),
        "conversations.join": Method(
            conversations.join, frozenset({"channel"}), ("channel",), ("channels:join",), tier=3
        ),
        "auth.test": Method(auth_test, frozenset()),
        "blocks.validate": Method(validate, frozenset({"blocks"}), ("blocks",), public=True),
    }
)
