"""Markdown as words: what a monitor's message means without its signs, which Slack would show as they are.

The signs are those of Datadog's message bodies (docs.datadoghq.com, Monitors, Notifications) and of common Markdown.
"""

import re

READ_MOST = 4_000
_DROPPED_LINES = re.compile(r"(?m)^[ \t]*(?:%%%|```[\w+-]*)[ \t]*$\n?")
_INLINE_FENCE = re.compile(r"%%%|```")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_HEADING = re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+")
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_CODE = re.compile(r"`([^`\n]+)`")


def plain_words(text: str) -> str:
    """Return `text` without Markdown's signs; lines stay lines, and what is no Markdown stays as it is."""
    words = _DROPPED_LINES.sub("", text[:READ_MOST])
    words = _LINK.sub(r"\1", _INLINE_FENCE.sub("", words))
    return _CODE.sub(r"\1", _STRONG.sub(r"\1", _HEADING.sub("", words)))
