"""Drawing: one view in, one Slack message out. Pure; designs and limits: docs.slack.dev, Block Kit.

Whatever the view holds, the result is a message that Slack takes: at most 9,000 characters and 40 blocks, every
limit met by cutting, no foreign text able to mention, link or hide anything.
"""

from router.gate import Kind
from router.incident import Say, View
from router.slack.blocks import stamp
from router.slack.message import Message
from router.slack.notice import draw_notice
from router.slack.root import draw_root
from router.slack.texts import Words, texts
from router.slack.thread import draw_call, draw_causes


def render(view: View, locale: str, salt: str = "") -> Message:
    """Draw the message for `view` in a language ("en", "ja").

    `salt` (the delivery's id), the view's time and the content together make the block ids, so that every edit has
    new ones; action ids never change.
    """
    drawn = _draw(view, texts(locale))
    return Message(str(drawn.text), stamp(drawn.blocks, f"{salt}:{view.now!r}"))


def _draw(view: View, words: Words) -> Message:
    match view.say:
        case Say.CAUSES:
            return draw_causes(view, words)
        case Say.BROADCAST | Say.REPLY:
            return draw_call(view, words)
        case Say.ROOT:
            return draw_notice(view, words) if view.kind is Kind.NOTICE else draw_root(view, words)
