"""Draws the pictures of the demo from its real output: `python docs/pictures/draw.py` from the project's root.

The demo plays on a pseudo terminal, because it gives colours only to a terminal; what is shown is cut out of its
output by the words it begins and ends with, so that a demo that says something else makes this fail, not lie.
"""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE = Path(__file__).resolve().parent
WIDTH = 80
PICTURES = {
    "demo.svg": ("en", "10:40", "10:54", "make demo"),
    "demo.ja.svg": ("ja", "10:40", "10:54", "alert-router demo --locale ja"),
}
"""File: language, times of the first and of the last news that are shown, title."""
MOVING = re.compile(r"\r\x1b\[2K[^\r\n]*(?=\r\x1b\[2K)|\r\x1b\[2K|\r")
"""The line that is written over while time passes."""
COLOURLESS = re.compile(r"\x1b\[[0-9;]*m")
CLOCK = re.compile(r"\d\d:\d\d ")
THEME = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [(1, 4, 9), (218, 54, 51), (63, 185, 80), (210, 153, 34), (56, 139, 253), (137, 87, 229), (57, 197, 207),
     (255, 255, 255)],
    [(110, 118, 129), (255, 161, 152), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255), (86, 212, 221),
     (255, 255, 255)],
)  # fmt: skip
FORMAT = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: Helvetica, Arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""As rich's own, without its fonts: a picture must not ask a foreign server for anything."""


def play(locale: str) -> str:
    """Return what the demo writes to a terminal, with its colours."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "router", "demo", "--fast", "--locale", locale]
    terminal = {"COLUMNS": str(WIDTH), "LINES": "50", "TERM": "xterm-256color", "COLORTERM": ""}
    environment = os.environ | terminal  # noqa: TID251 - this is a program of its own
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as demo:  # noqa: S603
        os.close(theirs)
        written = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    if demo.returncode:
        raise SystemExit(f"the demo failed with {demo.returncode}:\n{written.decode(errors='replace')}")
    return MOVING.sub("", written.decode().replace("\r\n", "\n"))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so when the other side has closed
        return b""


def cut(written: str, first: str, end: str) -> list[str]:
    """Return the lines from the news of time `first` to that of `end`, both included."""
    blocks: list[tuple[str, list[str]]] = []
    for line in written.splitlines():
        plain = COLOURLESS.sub("", line)
        if CLOCK.match(plain):
            blocks.append((plain[:5], []))
        if blocks:
            blocks[-1][1].append(line)
    times = [time for time, _ in blocks]
    for wanted in (first, end):
        if wanted not in times:
            raise SystemExit(f"the demo has no news at {wanted} any more: choose other times in {__file__}")
    return [line for time, block in blocks if first <= time <= end for line in block]


def draw(lines: list[str], title: str) -> str:
    """Return an SVG of terminal lines."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    return console.export_svg(title=title, theme=THEME, code_format=FORMAT, unique_id="demo")


def main() -> None:
    """Draw every picture anew."""
    for name, (locale, first, end, title) in PICTURES.items():
        lines = cut(play(locale), first, end)
        (HERE / name).write_text(draw(lines, title), encoding="utf-8")
        sys.stdout.write(f"{name}: {len(lines)} lines\n")


if __name__ == "__main__":
    main()
