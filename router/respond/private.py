"""What a modal must remember until it is submitted: its `private_metadata`. Pure."""

from dataclasses import dataclass, field

import orjson

from router.slack.dialogue.elements import PRIVATE_LIMIT
from router.slack.values import Target


@dataclass(frozen=True, slots=True)
class Private:
    """From where a modal was opened; all of it may be missing."""

    key: str = ""
    id: str = ""
    channel: str = ""
    thread_ts: str = ""
    answer_url: str = field(default="", repr=False)

    @property
    def target(self) -> Target | None:
        """The incident it is about."""
        return Target(self.key, self.id) if self.key and self.id else None


def pack(private: Private) -> str:
    """Return it as text; where it is too long for Slack, without the address for answers."""
    fields = [private.key, private.id, private.channel, private.thread_ts]
    packed = orjson.dumps([*fields, private.answer_url]).decode()
    return packed if len(packed) <= PRIVATE_LIMIT else orjson.dumps([*fields, ""]).decode()


def unpack(text: str) -> Private:
    """Return what `pack` stored, nothing where it is none of ours."""
    try:
        stored = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Private()
    if not isinstance(stored, list) or len(stored) != 5 or not all(isinstance(each, str) for each in stored):
        return Private()
    return Private(*stored)
