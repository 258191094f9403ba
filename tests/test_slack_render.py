"""What messages look like: golden renderings of every kind and size, in both languages, each taken by Slack.

UPDATE_GOLDEN=1 rewrites tests/golden/slack/*.json.
"""

import json
import os
from pathlib import Path

import pytest

from router.slack.render import render
from router.testing.blocks import check_blocks
from router.testing.lint import lint
from tests.support.slack_kinds import KINDS
from tests.support.slack_limits import GLUED_BOLD, problems, strings
from tests.support.slack_views import MENTIONS, SIZES

GOLDEN = Path(__file__).parent / "golden" / "slack"
LOCALES = ("en", "ja")


def drawn(kind: str) -> dict[str, dict[str, dict[str, object]]]:
    """Size -> language -> message."""
    messages = {
        size: {locale: render(change(KINDS[kind]), locale, "delivery-1") for locale in LOCALES}
        for size, change in SIZES.items()
    }
    return {
        size: {locale: {"text": each.text, "blocks": each.blocks} for locale, each in by_locale.items()}
        for size, by_locale in messages.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_message_looks_as_agreed(kind: str) -> None:
    """A rendering changes only together with its golden file."""
    path, now = GOLDEN / f"{kind}.json", drawn(kind)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    agreed = json.loads(path.read_text(encoding="utf-8"))
    for size in SIZES:
        assert now[size] == agreed[size], size


def test_every_golden_file_is_drawn_by_a_test() -> None:
    """No golden file outlives its message kind."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(KINDS)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_slack_takes_every_message(kind: str, size: str, locale: str) -> None:
    """Both our own checker here and the router's stand-in accept it, and it keeps the incident's id."""
    message = render(SIZES[size](KINDS[kind]), locale, "delivery-1")
    assert problems(message.text, message.blocks) == []
    assert check_blocks(message.blocks) == []
    assert list(lint({"text": message.text, "blocks": message.blocks}, MENTIONS)) == []
    assert any("E-7KQ2M" in text for text in strings(message.blocks))
    assert "E-7KQ2M" in message.text


@pytest.mark.parametrize("kind", KINDS)
def test_bold_is_never_glued_to_japanese(kind: str) -> None:
    """Slack prints the asterisks of *bold* where a full-width character touches them."""
    assert [text for text in strings(render(KINDS[kind], "ja").blocks) if GLUED_BOLD.search(text)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_space_stands_before_a_full_width_colon(kind: str) -> None:
    message = render(KINDS[kind], "ja")
    assert [text for text in [message.text, *strings(message.blocks)] if " ：" in text or " 。" in text] == []
