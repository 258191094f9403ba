"""Every rule of the Slack stand-in, by name: what it refuses (Slack's own rules) and what it flags (ours).

A rule can be switched off by name (`SlackStandIn(..., without={"archived"})`); the stand-in's own tests do so
to prove that each rule has a test which fails without it. Limits of Block Kit fields have derived names, such
as "header.text:length" (see router.testing.shapes).
"""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

REFUSED: Mapping[str, str] = {
    "unknown_method": "a path that is no method",
    "missing_post_type": "a POST body without Content-Type",
    "invalid_post_type": "a POST body that is neither JSON nor a form",
    "invalid_json": "a JSON body that does not parse to an object",
    "invalid_form": "a form body that is not UTF-8",
    "form_only": "a JSON body on a method that reads forms only: its arguments count as missing",
    "missing_argument": "a required argument is absent",
    "no_token": "no token",
    "unknown_token": "a token that was never issued",
    "revoked_token": "a token that was revoked",
    "expired_token": "a token that has expired",
    "inactive_account": "a token of a deactivated account",
    "token_type": "an app-level token where a bot token is needed",
    "scope": "a scope the method needs is absent",
    "unknown_channel": "a channel that does not exist",
    "private_channel": "a private channel the app is not in looks as if it did not exist",
    "not_in_channel": "a public channel the app is not in, without chat:write.public",
    "archived": "a post into an archived channel",
    "archived_update": "an edit in an archived channel",
    "archived_join": "joining an archived channel",
    "join_private": "joining a private channel",
    "read_only": "a post into a read-only channel",
    "thread_only": "a root post into a channel that takes replies only",
    "non_threadable": "a reply in a channel without threads",
    "no_text": "neither text nor blocks nor attachments",
    "markdown_conflict": "markdown_text together with text or blocks",
    "metadata_format": "metadata without event_type and event_payload",
    "too_many_attachments": "more than 100 attachments",
    "blocks_format": "blocks that are not a list",
    "update_unknown": "an edit of a message that does not exist",
    "update_foreign": "an edit of another app's message",
    "edit_window": "an edit after the workspace's edit window closed",
    "update_length": "an edit whose text is longer than 4,000 characters",
    "block_mismatch": "an edit from rich text to other blocks",
    "delete_unknown": "deleting a message that does not exist",
    "delete_foreign": "deleting another app's message",
    "unknown_thread": "thread_ts of a message that does not exist (also flagged)",
    "thread_not_found": "reading the replies of a message that does not exist",
    "history_membership": "reading a channel the app is not in",
    "invalid_oldest": "oldest that is no timestamp",
    "invalid_latest": "latest that is no timestamp",
    "invalid_cursor": "a cursor that was never given out",
    "channel_pace": "more than one message per second and channel",
    "workspace_pace": "more than 300 posts per minute in the workspace",
    "method_pace": "more calls per minute than the method's tier",
}
"""Refusals outside Block Kit: rule and what breaks it."""

BLOCKS: Mapping[str, str] = {
    "unknown_block": "a block type that does not exist",
    "unknown_element": "an element that may not stand there",
    "unknown_key": "a key the block does not have",
    "null": "JSON null",
    "json_type": "a value of the wrong JSON type",
    "block_count": "more than 50 blocks in a message",
    "block_id_twice": "one block_id on two blocks",
    "action_id_twice": "one action_id on two elements of a block",
    "tables": "more than one table in a message",
    "charts": "more than two charts in a message",
    "table_text": "more than 10,000 characters in a table",
    "markdown_text": "more than 12,000 characters in all markdown blocks together",
    "modal_only": "a block for modals in a message",
    "not_sendable": "a block that only Slack itself can make",
    "section_empty": "a section with neither text nor fields",
    "image_source": "an image with both or neither of image_url and slack_file",
    "select_options": "a select with both or neither of options and option_groups",
    "chart_points": "a series whose points do not match the categories",
    "context_text:length": "a text of a context block with more than 3,000 characters",
    "text_total": "more than 12,000 characters in all blocks together",
}
"""Refusals of Block Kit that concern more than one field."""

FLAGGED: Mapping[str, str] = {
    "before_retry_after": "a call before Retry-After was over",
    "unknown_argument": "an argument the method does not have",
    "token_twice": "a token in the header and in the arguments",
    "number_ts": "a timestamp sent as a JSON number",
    "bad_ts": "a timestamp that is not ten digits, a dot and six digits",
    "text_missing": "blocks without text: screen readers and push have nothing to say",
    "text_cut": "text over 40,000 characters, which Slack cuts",
    "text_budget": "9,000 characters in blocks: near the undocumented limit (a warning)",
    "link_names": "link_names is given: untrusted names become mentions",
    "parse": "parse is not none: untrusted names become links (chat.update's default is client)",
    "unfurl": "unfurl_links or unfurl_media is not false on a post",
    "verbatim": "a mrkdwn text without verbatim: true, whose @here and #names become live",
    "broadcast_mention": "a mention of everybody that is not allowed",
    "mention": "a mention of a person or group that is not allowed",
    "bare_ampersand": "an & that is no entity",
    "bare_angle": "a < that starts nothing Slack knows",
    "secret": "a Slack token or webhook address in a text",
    "block_id_reused": "an edit that changes blocks and keeps a block_id",
    "thread_of_reply": "thread_ts names a reply instead of its parent",
    "unknown_thread": "thread_ts names nothing",
    "broadcast_alone": "reply_broadcast without thread_ts",
}
"""What Slack would take, or answer kindly, and the stand-in reports as a violation."""

VIEWS: Mapping[str, str] = {
    "view_format": "a view that is no JSON object",
    "view_type": "a view of a type that does not go there",
    "view_blocks": "more than 100 blocks in a view",
    "message_only": "a table, chart or markdown block in a modal or home",
    "home_alert": "an alert block on the home",
    "submit_missing": "a modal with inputs and without submit",
    "view_size": "a view of more than 250 kB",
    "trigger_unknown": "a trigger_id that was never given out",
    "trigger_expired": "a trigger_id that is three seconds old",
    "trigger_exchanged": "a trigger_id for the second time",
    "view_unknown": "an update of a view that is not open",
    "view_hash": "an update with the hash of an older version",
    "push_limit": "a fourth modal upon three",
    "push_alone": "a push by a click outside a modal",
    "external_id_twice": "an external_id that another open view has",
    "publish_to_nobody": "a home for a person who does not exist",
}
"""Refusals of modals and homes."""

HOOKS: Mapping[str, str] = {
    "hook_method": "anything but a POST",
    "hook_payload": "a body that is no JSON object",
    "hook_no_text": "neither text nor blocks nor attachments",
    "hook_attachments": "more than 100 attachments",
    "hook_blocks": "blocks that Slack refuses",
    "hook_pace": "more than one message per second and channel",
    "answer_url_unknown": "a response_url that was never given out",
    "answer_url_used": "a response_url for the sixth time",
    "answer_url_expired": "a response_url after 30 minutes",
    "webhook_unknown": "a webhook that does not exist",
    "webhook_secret": "a webhook's address with another secret",
    "webhook_revoked": "a webhook that was revoked",
    "webhook_prohibited": "a webhook that an admin has restricted",
    "webhook_archived": "a webhook of an archived channel",
    "webhook_channel": "a webhook of a channel that is gone",
}
"""Refusals of response_url and incoming webhooks."""

FILES: Mapping[str, str] = {
    "file_length": "an upload of no bytes",
    "file_alt_text": "alt_txt of more than 1,000 characters",
    "file_bytes": "an upload whose size is not the announced length",
    "upload_url_unknown": "an upload address that was never given out, or twice",
    "file_unknown": "completing or asking for a file that does not exist",
    "file_not_uploaded": "completing a file whose bytes never came",
    "files_format": "files that are no list of objects with an id",
    "file_not_ready": "a block that shows a file which is not ready yet",
}
"""Refusals of uploads and of files in blocks."""

PEOPLE: Mapping[str, str] = {
    "unknown_person": "a person who does not exist",
    "unknown_email": "an address that nobody has",
    "person_outside": "an ephemeral message to a person who is not in the channel",
    "permalink_unknown": "the permalink of a message that does not exist",
    "plan": "user groups on a plan that has none",
    "unknown_bot": "a bot that does not exist",
}
"""Refusals about people."""

INBOUND: Mapping[str, str] = {
    "late_answer": "no 200 within three seconds: the person sees an error",
    "no_200": "another status than 200: the person sees an error",
    "answer_ignored": "a body where Slack reads none",
    "submission_answer": "an answer to a submitted modal that Slack does not understand",
    "submission_errors": "errors for a block that is no input of the submitted modal",
    "submission_view": "a modal in the answer that Slack refuses",
    "command_answer": "an answer to a command that Slack does not show",
    "challenge": "url_verification without the challenge in the answer",
    "forgery_accepted": "a forged request answered with 2xx",
    "forgery_broke": "a forged request answered with 5xx, or not at all",
    "wrong_host": "a hook called under a host name that is not Slack's",
    "no_original": "replace_original or delete_original where there is no message to replace",
    "thread_and_replace": "thread_ts together with replace_original",
    "response_type": "a response_type that is neither ephemeral nor in_channel",
    "upload_token": "a token sent to the upload address, which needs none",
}
"""Flags about what the app answers when Slack calls, and about how it uses hooks."""

SOCKETS: Mapping[str, str] = {
    "late_ack": "an envelope not acknowledged within three seconds",
    "unknown_ack": "an acknowledgement of an envelope that was never sent",
    "ack_twice": "an envelope acknowledged for the second time",
    "ack_format": "a frame that is no acknowledgement",
    "ack_payload": "a payload in the acknowledgement of an envelope that takes none",
    "ticket": "a connection with an address that was never given out, or for the second time",
    "connections": "more than ten connections",
    "opened_too_often": "connections opened without any pause",
    "no_pong": "a ping without its pong",
}
"""Flags about Socket Mode."""

REFUSALS: Mapping[str, str] = MappingProxyType(
    dict(chain.from_iterable(each.items() for each in (REFUSED, BLOCKS, VIEWS, HOOKS, FILES, PEOPLE)))
)
"""Every rule by which the stand-in refuses."""

FLAGS: Mapping[str, str] = MappingProxyType({**FLAGGED, **INBOUND, **SOCKETS})
"""Every rule by which it flags."""

WARNINGS = frozenset({"text_budget"})
"""Flags that do not fail `assert_clean`."""
