"""Every rule of the Slack stand-in, by name: what it refuses (Slack's own rules) and what it flags (ours).

A rule can be switched off by name (`SlackStandIn(..., without={"archived"})`); the stand-in's own tests do so
to prove that each rule has a test which fails without it. Limits of Block Kit fields have derived names, such
as "header.text:length" (see router.testing.shapes).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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

WARNINGS = frozenset({"text_budget"})
"""Flags that do not fail `assert_clean`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with blocks. `pointer` is a JSON pointer from the message, as Slack writes it."""

    rule: str
    message: str
    pointer: str
    code: str = "invalid_blocks"

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing flagged: which rule, on which method, and what exactly."""

    rule: str
    method: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.method}: {self.rule} ({FLAGGED[self.rule]}) {self.detail}".rstrip()


class RefusalError(Exception):
    """A call that Slack refuses: the rule that says so and the answer's body beside `ok` and `error`."""

    def __init__(self, rule: str, code: str, **more: Any) -> None:
        super().__init__(code)
        self.rule = rule
        self.code = code
        self.more = more


@dataclass(slots=True)
class Judge:
    """Refuses and flags, leaving out the rules that a test has switched off."""

    without: frozenset[str] = frozenset()
    violations: list[Violation] = field(default_factory=list)

    def refuse(self, rule: str, code: str, **more: Any) -> None:
        """Raise RefusalError, unless the rule is switched off."""
        if rule not in self.without:
            raise RefusalError(rule, code, **more)

    def demand(self, rule: str, code: str, **more: Any) -> RefusalError:
        """Return the error, for the caller to raise, of something without which the call cannot go on."""
        removed = rule in self.without
        return RefusalError(rule, "rule_removed") if removed else RefusalError(rule, code, **more)

    def flag(self, rule: str, method: str, detail: str = "") -> None:
        """Record a violation, unless the rule is switched off."""
        if rule not in self.without:
            self.violations.append(Violation(rule, method, detail))
