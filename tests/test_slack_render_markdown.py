"""Markdown in a monitor's message is read as words, because Slack would show its signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slack.markdown import plain_words
from router.slack.render import render
from tests.support.slack_views import page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Disk** is **almost** full", "Disk is almost full"),
        ("see [the guide](https://g.example/x?a=1)", "see the guide"),
        ("![graph](https://g.example/x.png)", "graph"),
        ("%%%\nAll shards are red\n%%%", "All shards are red\n"),
        ("```sh\ndf -h\n```\nthen look", "df -h\nthen look"),
        ("### Impact\nusers wait", "Impact\nusers wait"),
        ("run `df -h` now", "run df -h now"),
        ("%%% inline %%%", " inline "),
        ("2**3 and 5 * 4 * 3", "2**3 and 5 * 4 * 3"),
        ("rate(x[5m]) > 3", "rate(x[5m]) > 3"),
        ("__init__.py failed", "__init__.py failed"),
        ("a_b_c #1", "a_b_c #1"),
        ("[half](", "[half]("),
        ("", ""),
    ],
)
def test_signs_go_and_words_stay(text: str, expected: str) -> None:
    assert plain_words(text) == expected


def test_a_monitors_body_is_legible_in_the_message() -> None:
    body = "%%%\n**Disk almost full** on [node-17](https://app.example/host/17)\n\n```\n/var 96%\n```\n%%%"
    shown = [block["text"]["text"] for block in render(page(summary=body), "en").blocks if block["type"] == "section"
             and "text" in block]  # fmt: skip
    assert "Disk almost full on node-17\n/var 96%" in shown


@given(st.text(alphabet="[]()*_`#%! \na", max_size=5_000))
def test_any_text_is_read_quickly_and_never_grows(text: str) -> None:
    assert len(plain_words(text)) <= len(text)
