"""docs/testing.md is true: its example runs against the router as it is, and so do its snippets."""

import asyncio
import inspect
import os
import re
import sys
from pathlib import Path

import pytest

from router import testing
from router.testing import FORGERIES, SlackStandIn

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/testing.md").read_text(encoding="utf-8")


def block(mark: str) -> str:
    found = re.search(rf"<!-- runs: {mark} -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    assert found, mark
    return found[1]


async def test_the_whole_way_from_an_alert_to_a_click(tmp_path: Path):
    """The example against the configuration as it is shipped, with no Prometheus."""
    (tmp_path / "example.py").write_text(block("the whole way"), encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not re.match("ROUTER_|SLACK_|REDIS_", name)}
    environment = {
        **inherited,
        "PROMETHEUS_URL": "http://127.0.0.1:9",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(tmp_path / "example.py"),
        str(ROOT / "config/router.yaml"),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 90)
    text = said.decode()
    assert process.returncode == 0, text
    assert re.search(r"^told: .*CheckoutErrorRateHigh", text, re.MULTILINE), text
    assert re.search(r"^clicked: 200", text, re.MULTILINE), text
    assert re.search(r"^now: .*Ada", text, re.MULTILINE | re.IGNORECASE), text


def test_the_pure_checks_are_as_shown():
    exec(compile(block("checks"), "docs/testing.md", "exec"), {})


def test_the_forgery_test_is_sound():
    assert "for name in FORGERIES" in block("forgeries")
    compile(block("forgeries"), "docs/testing.md", "exec")
    assert {"wrong_secret", "old", "early", "altered_byte", "no_signature", "not_utf8", "header_case"} <= set(FORGERIES)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bslack\.(\w+)", PAGE)) - {"com"}))
def test_what_the_page_says_of_the_stand_in_is_there(name: str):
    there = {*dir(SlackStandIn), *re.findall(r"self\.(\w+)", inspect.getsource(inspect.getmodule(SlackStandIn)))}
    shown = {"sockets", "socket_mode", "deliveries", "url", "dev"}
    assert name in there | shown


def test_everything_that_is_exported_is_named_once():
    assert len(testing.__all__) == len(set(testing.__all__))
    assert all(hasattr(testing, name) for name in testing.__all__)
