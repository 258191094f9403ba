"""The terminal that stands in for Slack where no token is configured: shows what would have been posted where."""

import shutil
from collections.abc import Callable
from typing import TextIO

from router.gate import Kind, Outcome
from router.incident import Order, Phase, Receipt, Say, View
from router.slack.drawing import draw
from router.slack.render import render
from router.slack.texts import texts

WIDEST = 100
INDENT = "    "
_PLAIN_FRAME = str.maketrans(
    {"┏": "+", "━": "-", "┃": "|", "…": ".", "·": "-", "–": "-", "“": '"', "”": '"', "↗": ">", "⋯": "."}
)
_ACCENTS = {Outcome.PAGE: "red", Outcome.TICKET: "yellow"}


class Terminal:
    """Delivers orders by printing them; takes the place of Slack, message ids included.

    `out` receives the drawings; `now` is the clock that the invented ids (`ts`) are made from. `width` and `colour`
    follow the terminal unless given.
    """

    def __init__(
        self, out: TextIO, now: Callable[[], float], *, width: int | None = None, colour: bool | None = None
    ) -> None:
        self._out = out
        self._now = now
        self._width = width
        self._colour = out.isatty() if colour is None else colour
        self._last_us = 0

    async def deliver(self, order: Order) -> Receipt:
        """Print the order's message and return where it "stands": the ts it edits, or a new one."""
        message = render(order.view, order.locale, order.delivery_id)
        indent = INDENT if order.thread_ts else ""
        width = (self._width or min(WIDEST, shutil.get_terminal_size().columns)) - len(indent)
        drawn = draw(message, order.channel, _note(order), width, self._colour, _accent(order.view))
        self._print("".join(f"{indent}{line}\n" for line in drawn.splitlines()) + "\n")
        return Receipt(channel=order.channel, ts=order.ts or self._next_ts())

    def show(self, channel: str, drawn: Callable[..., str]) -> None:
        """Print what has no message but a text; `drawn` takes `width` and `colour`."""
        width = self._width or min(WIDEST, shutil.get_terminal_size().columns)
        self._print(f"· {channel}\n{drawn(width=width, colour=self._colour)}\n")

    def _next_ts(self) -> str:
        self._last_us = max(self._last_us + 1, int(self._now() * 1_000_000))
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def _print(self, text: str) -> None:
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:  # an old terminal: better plain letters than no page at all
            text = text.translate(_PLAIN_FRAME).encode(encoding, "replace").decode(encoding)
        self._out.write(text)
        self._out.flush()


def _note(order: Order) -> str:
    words = texts(order.locale)
    where = words.posted
    if order.thread_ts:
        where = words.broadcast if order.view.say is Say.BROADCAST else words.reply
    if order.ts:
        where = words.edited if not order.thread_ts else f"{where} · {words.edited}"
    about = order.view.incident or order.ts
    return f"· {where} · {about}"


def _accent(view: View) -> str:
    if view.phase is Phase.RESOLVED:
        return "green"
    return "magenta" if view.kind is Kind.NOTICE else _ACCENTS.get(view.outcome, "blue")
