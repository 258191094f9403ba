"""The Web API methods that the stand-in knows, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from router.testing import conversations, directory, files, messages, views
from router.testing.blocks import check_blocks
from router.testing.requests import Method, Request
from router.testing.rules import RefusalError

_CONTENT = frozenset({"channel", "text", "blocks", "attachments", "metadata", "markdown_text", "link_names", "parse"})
_PAGES = frozenset({"channel", "cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata"})
_VIEW = frozenset({"view"})
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
        "conversations.list": Method(
            directory.list_channels,
            frozenset({"types", "exclude_archived", "limit", "cursor", "team_id"}),
            scopes=("channels:read", "groups:read"),
            tier=2,
            form_only=True,
        ),
        "chat.getPermalink": Method(
            directory.permalink, frozenset({"channel", "message_ts"}), ("channel", "message_ts"), form_only=True
        ),
        "chat.postEphemeral": Method(
            directory.post_ephemeral,
            _CONTENT - {"metadata"} | {"user", "thread_ts", "username", "icon_emoji", "icon_url"},
            ("channel", "user"),
            ("chat:write",),
            tier=4,
        ),
        "users.info": Method(
            directory.user_info,
            frozenset({"user", "include_locale"}),
            ("user",),
            ("users:read",),
            tier=4,
            form_only=True,
        ),
        "users.lookupByEmail": Method(
            directory.user_by_email, frozenset({"email"}), ("email",), ("users:read.email",), tier=3, form_only=True
        ),
        "usergroups.list": Method(
            directory.list_groups,
            frozenset({"include_users", "include_disabled", "include_count", "team_id"}),
            scopes=("usergroups:read",),
            tier=2,
            form_only=True,
        ),
        "bots.info": Method(
            directory.bot_info, frozenset({"bot", "team_id"}), ("bot",), ("users:read",), tier=3, form_only=True
        ),
        "team.info": Method(
            directory.team_info, frozenset({"team", "domain"}), scopes=("team:read",), tier=3, form_only=True
        ),
        "views.open": Method(views.open_view, _VIEW | {"trigger_id"}, ("view", "trigger_id"), tier=4),
        "views.push": Method(views.push_view, _VIEW | {"trigger_id"}, ("view", "trigger_id"), tier=4),
        "views.update": Method(views.update_view, _VIEW | {"view_id", "external_id", "hash"}, ("view",), tier=4),
        "views.publish": Method(views.publish_view, _VIEW | {"user_id", "hash"}, ("view", "user_id"), tier=4),
        "files.getUploadURLExternal": Method(
            files.get_upload_url,
            frozenset({"filename", "length", "alt_txt", "snippet_type"}),
            ("filename",),
            ("files:write",),
            tier=4,
            form_only=True,
        ),
        "files.completeUploadExternal": Method(
            files.complete_upload,
            frozenset({"files", "channel_id", "channels", "thread_ts", "initial_comment", "blocks"}),
            ("files",),
            ("files:write",),
            tier=4,
        ),
        "files.info": Method(
            files.file_info, frozenset({"file", "cursor", "limit"}), ("file",), ("files:read",), tier=4, form_only=True
        ),
        "auth.test": Method(auth_test, frozenset()),
        "blocks.validate": Method(validate, frozenset({"blocks"}), ("blocks",), public=True),
    }
)
