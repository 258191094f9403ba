"""`alert-router slack manifest` and `alert-router slack doctor`, as they are typed."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from router.cli import main
from router.slack.doctor import Code
from router.slack.manifest import manifest
from router.testing import TOKEN, UNLIMITED, Channel, SlackStandIn
from router.testing.people import UserGroup
from tests.test_config import MINIMAL

URL = "https://router.example.com"
SECRET = "0123456789abcdef0123456789abcdef"
HOOK = "https://hooks.slack.com/services/T0123/B0123/s3cr3t"
TEAMS = """
receivers:
  - name: sre
    locale: ja
    slack: {channel: C0SRE, ticket_channel: C0TICKETS, fallback_channel: C0SRE, mention: "<!subteam^S0SRE>"}
    escalation: [{after: 5m, mention: "<!subteam^S0LEADS>"}, {after: 15m, receiver: boss}]
  - name: boss
    slack: {webhook: "${BOSS_WEBHOOK}"}
"""


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("SLACK_", "ROUTER_", "REDIS_"))]:
        monkeypatch.delenv(name)


# --- manifest


@pytest.mark.parametrize(
    ("arguments", "url"), [(["--socket"], ""), (["--url", URL], URL), (["--url", URL + "/"], URL)], ids=str
)
def test_the_manifest_is_printed_for_the_way_that_is_named(
    arguments: list[str], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["slack", "manifest", *arguments]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == manifest(url)
    assert main(["slack", "manifest", *arguments, "--json", "--name", "当番"]) == 0
    assert json.loads(capsys.readouterr().out) == manifest(url, "当番")


def test_an_app_token_means_socket_mode(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1-A0-2")
    assert main(["slack", "manifest"]) == 0
    said = capsys.readouterr().out
    assert yaml.safe_load(said) == manifest()
    assert "xapp" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which way shall clicks come?"),
        (["--url", "http://router.example.com"], "Slack sends to https:// addresses only"),
        (["--url", URL, "--socket"], "not allowed with"),
        (["--socket", "--name", "x" * 36], "36 characters, 1 to 35 are allowed"),
        (["--socket", "--name", ""], "0 characters"),
    ],
    ids=["no way", "http", "both ways", "a long name", "no name"],
)
def test_a_manifest_that_slack_would_refuse_is_wrong_usage(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["slack", "manifest", *arguments])
    assert left.value.code == 2
    heard = capsys.readouterr()
    assert said in heard.err
    assert heard.out == ""


# --- doctor


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with two teams, one of them told by webhook."""
    path = tmp_path / "router.yaml"
    path.write_text(re.sub(r"(?ms)^receivers:.*?(?=^\S|\Z)", "", MINIMAL) + TEAMS, encoding="utf-8")
    return path


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackStandIn]:
    rooms = [Channel("C0SRE", "sre"), Channel("C0TICKETS", "tickets")]
    async with SlackStandIn(time.time, channels=rooms, rates=UNLIMITED) as running:
        running.workspace.groups = [UserGroup("S0SRE", "sre", ("U0ADA",)), UserGroup("S0LEADS", "leads", ("U0ADA",))]
        monkeypatch.setenv("SLACK_API_URL", running.url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
        monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
        monkeypatch.setenv("BOSS_WEBHOOK", HOOK)
        yield running


async def doctor(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["slack", "doctor", *arguments])


async def test_a_sound_setup_exits_with_0_and_says_what_was_looked_at(
    slack: SlackStandIn, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await doctor("--config", str(config)) == 0
    said = capsys.readouterr().out
    assert "\n✗" not in said
    assert "#sre (C0SRE): the app can post there (sre: channel, sre: fallback_channel)" in said
    assert "@leads is there to be mentioned (sre: escalation 1)" in said
    assert "webhook of boss: the right shape" in said
    assert "! pages of boss mention nobody" in said
    assert said.endswith("0 to mend (✗), 1 to know (!).\n")
    assert slack.messages == []
    assert not [secret for secret in (TOKEN, SECRET, "s3cr3t") if secret in said]


async def test_trouble_exits_with_1_and_names_mend_and_code(
    slack: SlackStandIn, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slack.channel("C0TICKETS").archived = True
    assert await doctor("--config", str(config)) == 1
    said = capsys.readouterr().out
    assert "✗ #tickets (C0TICKETS) is archived (sre: ticket_channel) [channel_archived]\n    → unarchive it" in said


async def test_as_json_for_programs(slack: SlackStandIn, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slack.channel("C0TICKETS").archived = True
    assert await doctor("--config", str(config), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    [archived] = [each for each in told["checks"] if each["mark"] == "bad"]
    assert set(archived) == {"code", "mark", "text", "mend"}
    assert archived["code"] == Code.CHANNEL_ARCHIVED


async def test_it_speaks_the_language_of_the_configuration_or_the_one_asked_for(
    slack: SlackStandIn, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await doctor("--config", str(config), "--locale", "ja")
    assert "✓ SLACK_BOT_TOKEN はボットトークンです" in capsys.readouterr().out
    config.write_text(config.read_text(encoding="utf-8") + "\nlocale: ja\n", encoding="utf-8")
    await doctor("--config", str(config))
    assert "✓ SLACK_BOT_TOKEN はボットトークンです" in capsys.readouterr().out


async def test_a_configuration_that_cannot_be_used_does_not_hide_the_token(
    slack: SlackStandIn, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(config.read_text(encoding="utf-8") + "\ntimezone: Asia/Tokio\n", encoding="utf-8")
    assert await doctor("--config", str(config)) == 1
    said = capsys.readouterr().out
    assert said.startswith("✗ the configuration cannot be used")
    assert f"{config}:" in said
    assert "✓ Slack knows it" in said


def test_an_environment_that_contradicts_itself_is_told_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "/nowhere")
    assert main(["slack", "doctor"]) == 1
    said = capsys.readouterr()
    assert "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set" in said.err
    assert TOKEN not in said.err + said.out


async def test_a_proxy_that_is_not_used_is_named_without_its_address(
    slack: SlackStandIn, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:s3cr3t@proxy.example.com")
    assert await doctor("--config", str(config)) == 1
    said = capsys.readouterr().out
    assert "HTTPS_PROXY names a proxy" in said
    assert "s3cr3t" not in said


def test_a_url_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["slack", "doctor", "--url", "127.0.0.1:8080"])
    assert left.value.code == 2
    assert "--url begins with http" in capsys.readouterr().err


def test_an_old_terminal_gets_plain_signs(config: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii", "BOSS_WEBHOOK": HOOK}
    command = [sys.executable, "-m", "router", "slack", "doctor", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, timeout=60, env=environment, check=False)
    assert done.returncode == 1
    assert b"x SLACK_BOT_TOKEN is not set" in done.stdout
    assert done.stderr == b""
