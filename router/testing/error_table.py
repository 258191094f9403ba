"""Which error codes the stand-in answers, per method: one table, to be held against Slack's own lists.

Slack publishes each method's errors (docs.slack.dev/reference/methods); a code here that is not there is a mistake of
the stand-in, a code there that is not here is not played yet.
"""

from collections.abc import Mapping
from types import MappingProxyType

COMMON = frozenset(
    {
        "unknown_method", "missing_post_type", "invalid_post_type", "invalid_json", "json_not_object",
        "invalid_form_data", "invalid_arguments", "not_authed", "invalid_auth", "token_revoked", "token_expired",
        "account_inactive", "not_allowed_token_type", "missing_scope", "ratelimited",
    }
)  # fmt: skip
"""Codes of every method."""
_CONTENT = frozenset(
    {
        "channel_not_found", "not_in_channel", "is_archived", "no_text", "invalid_blocks", "invalid_blocks_format",
        "msg_blocks_too_long", "markdown_text_conflict", "invalid_attachments", "too_many_attachments",
        "message_not_found",
    }
)  # fmt: skip
_POST = _CONTENT | {
    "invalid_metadata_format",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
}
_PAGES = frozenset({"channel_not_found", "not_in_channel", "invalid_ts_oldest", "invalid_ts_latest", "invalid_cursor"})
_TRIGGER = frozenset({"invalid_trigger_id", "expired_trigger_id", "exchanged_trigger_id"})
_VIEW = frozenset({"view_too_large", "invalid_arguments"})

ERRORS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "apps.connections.open": frozenset(),
        "auth.test": frozenset(),
        "blocks.validate": frozenset({"invalid_blocks", "invalid_blocks_format"}),
        "bots.info": frozenset({"bot_not_found"}),
        "chat.delete": frozenset({"channel_not_found", "message_not_found", "cant_delete_message"}),
        "chat.getPermalink": frozenset({"channel_not_found", "message_not_found"}),
        "chat.postEphemeral": _CONTENT | {"user_not_in_channel"},
        "chat.postMessage": _POST,
        "chat.update": _CONTENT - {"is_archived", "not_in_channel"}
        | {"is_inactive", "cant_update_message", "edit_window_closed", "msg_too_long", "block_mismatch"}
        | {"invalid_metadata_format"},
        "conversations.history": _PAGES,
        "conversations.info": frozenset({"channel_not_found"}),
        "conversations.join": frozenset({"channel_not_found", "is_archived", "method_not_supported_for_channel_type"}),
        "conversations.list": frozenset(),
        "conversations.replies": _PAGES | {"thread_not_found"},
        "files.completeUploadExternal": frozenset(
            {"file_not_found", "channel_not_found", "not_in_channel", "is_archived"}
        ),
        "files.getUploadURLExternal": frozenset({"missing_argument", "alt_txt_too_large"}),
        "files.info": frozenset({"file_not_found"}),
        "team.info": frozenset(),
        "usergroups.list": frozenset({"plan_upgrade_required"}),
        "users.info": frozenset({"user_not_found"}),
        "users.lookupByEmail": frozenset({"users_not_found"}),
        "views.open": _TRIGGER | _VIEW | {"duplicate_external_id"},
        "views.publish": _VIEW | {"hash_conflict", "user_not_found"},
        "views.push": _TRIGGER | _VIEW | {"duplicate_external_id", "push_limit_reached"},
        "views.update": _VIEW | {"hash_conflict", "not_found"},
    }
)
"""Codes of one method beside the common ones."""

RESPONSE_URL: Mapping[str, int] = MappingProxyType(
    {
        "invalid_post_type": 400, "invalid_payload": 400, "no_text": 400, "too_many_attachments": 400,
        "invalid_blocks": 404, "invalid_url": 404, "used_url": 404, "expired_url": 404, "rate_limited": 429,
    }
)  # fmt: skip
"""Codes of response_url with their status."""

WEBHOOK: Mapping[str, int] = MappingProxyType(
    {
        "invalid_post_type": 400, "invalid_payload": 400, "no_text": 400, "too_many_attachments": 400,
        "invalid_blocks": 400, "invalid_token": 403, "action_prohibited": 403, "no_service": 404,
        "no_active_hooks": 404, "channel_not_found": 404, "channel_is_archived": 410, "rate_limited": 429,
    }
)  # fmt: skip
"""Texts of incoming webhooks with their status."""
