"""What goes to Slack: one sentence for push and screen readers, and the blocks people look at."""

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
"""One Block Kit block as the Web API takes it; plain dicts, because the SDK's classes lag behind Slack."""


@dataclass(frozen=True, slots=True)
class Message:
    """A drawn message. `text` alone must do when the blocks cannot be shown (push, screen reader, refusal)."""

    text: str
    blocks: list[Block]
