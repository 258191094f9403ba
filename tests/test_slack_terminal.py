"""What the terminal shows where no Slack is configured: snapshots, widths, and the message ids it invents.

UPDATE_GOLDEN=1 rewrites tests/golden/slack/*.txt.
"""

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from router.incident import Order, Say, View
from router.report.wrapping import Span, clip, width_of, wrap
from router.slack.drawing import draw, unescape
from router.slack.render import render
from router.slack.terminal import Terminal
from tests.support.slack_kinds import KINDS
from tests.support.slack_views import HOSTILE, NOW, SIZES, forward, page, resolved, said_by_everybody

GOLDEN = Path(__file__).parent / "golden" / "slack"


def agreed(name: str, text: str) -> bool:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return text == path.read_text(encoding="utf-8")


def order(view: View, **changes: object) -> Order:
    return replace(Order(view, "C0SRE", "delivery-1"), **changes)


class Screen(io.StringIO):
    """A text stream that says it is a terminal, in an encoding of choice."""

    def __init__(self, encoding: str = "utf-8", tty: bool = False) -> None:
        super().__init__()
        self._encoding, self._tty = encoding, tty

    @property
    def encoding(self) -> str:
        return self._encoding

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_a_day_in_the_terminal(locale: str) -> None:
    """A page, its causes, its firing again, its end and a notice: each where it would stand in Slack."""
    out = io.StringIO()
    terminal = Terminal(out, lambda: NOW, width=88, colour=False)
    root = await terminal.deliver(order(page(), locale=locale))
    threaded = {"locale": locale, "thread_ts": root.ts}
    causes = await terminal.deliver(order(page(say=Say.CAUSES), **threaded))
    await terminal.deliver(order(page(say=Say.CAUSES, alerts_total=18), **threaded, ts=causes.ts))
    await terminal.deliver(order(KINDS["broadcast-refired"], **threaded))
    await terminal.deliver(order(resolved(refires=3), locale=locale, ts=root.ts))
    await terminal.deliver(order(KINDS["notice-slo-source"], locale=locale))
    assert agreed(f"terminal.{locale}.txt", out.getvalue())


async def test_new_messages_get_rising_ids_and_edits_keep_theirs() -> None:
    times = iter([1_700_000_000.0, 1_700_000_000.0, 1_600_000_000.0, 1_700_000_001.5])
    terminal = Terminal(io.StringIO(), lambda: next(times), width=80)
    posted = [await terminal.deliver(order(page())) for _ in range(4)]
    assert [receipt.ts for receipt in posted] == [
        "1700000000.000000", "1700000000.000001", "1700000000.000002", "1700000001.500000",
    ]  # fmt: skip
    edited = await terminal.deliver(order(page(), ts="1700000000.000001"))
    assert (edited.channel, edited.ts) == ("C0SRE", "1700000000.000001")


async def test_replies_are_indented_below_their_message() -> None:
    out = io.StringIO()
    terminal = Terminal(out, lambda: NOW, width=80, colour=False)
    await terminal.deliver(order(page(say=Say.CAUSES), thread_ts="1700000000.000001"))
    assert all(line.startswith("    ") for line in out.getvalue().splitlines() if line)


async def test_colour_is_for_terminals_only() -> None:
    plain, tty = Screen(), Screen(tty=True)
    await Terminal(plain, lambda: NOW, width=80).deliver(order(page()))
    await Terminal(tty, lambda: NOW, width=80).deliver(order(page()))
    assert "\x1b[" not in plain.getvalue()
    assert "\x1b[31m┃" in tty.getvalue()


@pytest.mark.parametrize(
    ("view", "colour"),
    [
        (page(), "31"), (KINDS["ticket"], "33"), (forward(KINDS["forward-bypass"].reason), "34"), (resolved(), "32"),
        (KINDS["notice-slo-source"], "35"),
    ],
    ids=["page red", "ticket yellow", "forward blue", "resolved green", "notice magenta"],
)  # fmt: skip
async def test_bar_tells_the_state_apart(view: View, colour: str) -> None:
    out = io.StringIO()
    await Terminal(out, lambda: NOW, width=80, colour=True).deliver(order(view))
    assert f"\x1b[{colour}m┃" in out.getvalue()


async def test_a_terminal_without_unicode_still_shows_the_page() -> None:
    out = Screen(encoding="ascii")
    await Terminal(out, lambda: NOW, width=80).deliver(order(page()))
    assert out.getvalue().isascii()
    assert "| Page: Checkout availability, budget gone in 13.4 h" in out.getvalue()


@pytest.mark.parametrize("width", [24, 40, 66, 80, 120])
@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_line_is_wider_than_the_terminal(kind: str, locale: str, width: int) -> None:
    for size in ("usual", "longest"):
        drawn = draw(render(SIZES[size](KINDS[kind]), locale), "C0SRE", "· new message", width, False)
        assert max(map(cell_len, drawn.splitlines()[1:])) <= width


@given(text=st.one_of(st.text(max_size=300), st.just(HOSTILE)), width=st.integers(1, 120))
@settings(max_examples=60, deadline=None)
def test_foreign_text_cannot_steer_the_terminal(text: str, width: int) -> None:
    """No escape sequence or other control character of a message reaches the terminal."""
    drawn = draw(render(said_by_everybody(page(), text, ""), "en"), text, text, width, False)
    assert not any(
        ord(character) < 32 or 126 < ord(character) < 160 for line in drawn.split("\n") for character in line
    )


def test_everything_that_slack_would_show_is_drawn() -> None:
    drawn = draw(render(page(), "en"), "C0SRE", "· new message", 200, False)
    for said in (
        "#C0SRE", "Page: Checkout availability", "Customers see payment errors.", "41%", "22.1x over 1 h",
        "@S0SRE", "CHK-01 Payment errors", "[ Open guide ] https://guides.example.com/checkout", "E-7KQ2M",
        "2026-11-22 08:42 UTC", "push: PAGE:",
    ):  # fmt: skip
        assert said in drawn


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("日本語の文", 6, ["日本語", "の文"]),
        ("決済です。次", 8, ["決済で", "す。次"]),
        ("（14.4倍）", 4, ["（14", ".4", "倍）"]),
        ("aaaaaaaa", 3, ["aaa", "aaa", "aa"]),
        ("a\n\nb", 9, ["a", "", "b"]),
        ("", 9, [""]),
    ],
)
def test_lines_break_where_the_eye_expects(text: str, width: int, expected: list[str]) -> None:
    assert ["".join(span.text for span in line).rstrip() for line in wrap([Span(text)], width)] == expected


@given(text=st.text(), width=st.integers(2, 60))
def test_wrapping_loses_no_letter_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap([Span(text)], width)
    assert all(width_of(line) <= width for line in lines)
    kept = "".join(span.text for line in lines for span in line)
    assert "".join(kept.split()) == "".join(text.split())


@given(text=st.text(), width=st.integers(1, 40))
def test_clipped_text_has_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(clip(text, width)) == width


@pytest.mark.parametrize(
    ("mrkdwn", "shown"),
    [
        ("*Budget left*\n41%", "Budget left\n41%"),
        ("<https://x.example/?a=1&amp;b|Guide>", "Guide ↗"),
        ("<!date^1^{time}|1970-01-01 00:00 UTC>", "1970-01-01 00:00 UTC"),
        ("<!subteam^S0SRE> <@U1> <!here>", "@S0SRE @U1 @here"),
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
    ],
)
def test_markup_is_drawn_as_slack_shows_it(mrkdwn: str, shown: str) -> None:
    assert unescape(mrkdwn) == shown
