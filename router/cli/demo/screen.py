"""The terminal that the day is played on: news with the router's answer as a label, frames, and one line that moves."""

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime
from typing import TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.text import Text

from router.gate import Outcome
from router.report.wrapping import wrapped

WIDEST = 100
INDENT = 18
"""Room for the time, two spaces, and a label."""
NEWS_S = 0.7
MESSAGE_S = 1.2
PAGE_S = 2.2
EDIT_S = 0.3
ENOUGH_S = 45.0
"""After this long nobody is kept waiting any more: a slow machine plays the day within a minute, too."""
STYLES = {
    Outcome.PAGE: "bold white on red",
    Outcome.TICKET: "bold black on yellow",
    Outcome.FORWARD: "bold white on blue",
    Outcome.HOLD: "bold black on cyan",
    Outcome.DROP: "bold black on white",
    Outcome.MERGE: "bold white on magenta",
    Outcome.SUPPRESS: "bold black on white",
}
EDIT_STYLE = "bold black on green"
NOTICE_STYLE = "bold white on magenta"


class Screen:
    """Writes to `out`. People get colour, a moving line and time to read; files and pipes get plain text at once."""

    def __init__(self, out: TextIO, *, fast: bool) -> None:
        self.out = out
        self.stop = asyncio.Event()
        """Set when people have seen enough."""
        self.width = min(WIDEST, shutil.get_terminal_size().columns)
        lively = out.isatty()
        self.console = Console(file=out, width=self.width, force_terminal=lively, highlight=False, emoji=False)
        self.colour = self.console.color_system is not None and not self.console.no_color
        self._moves = lively and not self.console.is_dumb_terminal
        self._waits = lively and not fast
        self._moving = False
        self._began: float | None = None

    async def wait(self, seconds: float) -> None:
        """Give people time to read, unless they want to stop."""
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        if self._waits and now - self._began < ENOUGH_S:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), seconds)

    def show(self, content: RenderableType = "") -> None:
        """Print something of rich's."""
        self.clear()
        self.console.print(content)

    def line(self, text: str, style: str = "", indent: int = 0) -> None:
        """Print a paragraph over the whole width, as Japanese is broken too."""
        self.clear()
        for line in self._lines(text, indent):
            self.console.print(Text(" " * indent + line, style=style), soft_wrap=True)

    def news(self, at: float, text: str, label: str = "", style: str = "") -> None:
        """Print one piece of news: time, label, text, wrapped under itself."""
        self.clear()
        first = Text()
        first.append(clock(at), style="bold")
        first.append("  ")
        first.append(f" {label} " if label else "", style=style)
        first.append(" " * max(1, INDENT - cell_len(first.plain)))
        for number, line in enumerate(self._lines(text, INDENT)):
            self.console.print((first if not number else Text(" " * INDENT)) + Text(line), soft_wrap=True)

    def aside(self, text: str) -> None:
        """Print what belongs to the news above, less loud."""
        self.line(text, "dim", INDENT)

    def _lines(self, text: str, indent: int) -> list[str]:
        return wrapped(text, self.width - indent)

    def move(self, text: str) -> None:
        """Show time passing in a line that is written over; only where somebody can see it."""
        if self._moves:
            line = set_cell_size(text, min(cell_len(text), self.width - 1))
            self.out.write("\r\x1b[2K" + (f"\x1b[2m{line}\x1b[0m" if self.colour else line))
            self.out.flush()
            self._moving = True

    def clear(self) -> None:
        """Take the moving line away before anything else is printed."""
        if self._moving:
            self.out.write("\r\x1b[2K")
            self._moving = False


def clock(at: float) -> str:
    """Return the time of day."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")
