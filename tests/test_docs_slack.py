"""docs/slack.md is true: its ten steps are walked against the stand-in, its tables say what the program says.

UPDATE_GOLDEN=1 writes the manifest, the doctor's lines and the tables anew.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from router.cli import build_parser
from router.config.load import load
from router.slack.dialogue.texts.en import EN as DIALOGUE
from router.slack.doctor import Code
from router.slack.doctor.words_en import EN_MENDS, EN_PROBLEMS, EN_SCOPES
from router.slack.manifest import SCOPES, as_yaml, manifest
from router.slack.texts import texts
from router.slack.values import Choice
from router.testing import APP_TOKEN, TOKEN, UNLIMITED, Channel, Person, SlackStandIn
from router.testing.people import UserGroup
from tests.support.service import RouterProcess
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/slack.md"
PAGES, TICKETS, GROUP = "C0123456789", "C0234567890", "S0123456789"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
SECRETS = {
    "SLACK_BOT_TOKEN": TOKEN,
    "SLACK_APP_TOKEN": APP_TOKEN,
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
}


def read() -> str:
    return PAGE.read_text(encoding="utf-8")


def block(mark: str) -> str:
    """The code block behind the comment `<!-- mark -->`."""
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```", read(), re.DOTALL)
    assert found, mark
    return found[1]


def same(shown: str, true: str, before: str = "") -> None:
    """Assert that the page shows what is true (after `before`, its marker or table head), or mend it when asked to."""
    if os.environ.get("UPDATE_GOLDEN") and shown != true:
        PAGE.write_text(read().replace(before + shown, before + true, 1), encoding="utf-8")
        shown = true
    assert shown == true


def table(heading: str) -> tuple[str, str]:
    """Head and rows of the first table after a heading."""
    found = re.search(rf"^{re.escape(heading)}$(?s:.*?)^(\|.*\n\|[-|]+\|\n)((?:\|.*\n)*)", read(), re.MULTILINE)
    assert found, heading
    return found[1], found[2]


def cells(heading: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table(heading)[1].splitlines()]


def test_the_manifest_is_the_one_that_is_printed() -> None:
    same(block("from: slack manifest"), as_yaml(manifest()), "<!-- from: slack manifest -->\n```yaml\n")


def test_every_scope_says_what_it_is_for_and_what_breaks_without_it() -> None:
    rows = [f"| `{scope}` | {use} | {EN_SCOPES.get(scope, 'nothing yet')} |\n" for scope, use in SCOPES.items()]
    head, shown = table("## Permissions")
    same(shown, "".join(rows), head)


def test_every_code_of_the_doctor_is_in_the_table_with_its_words() -> None:
    head, shown = table("## Troubleshooting")
    same(shown, "".join(f"| `{code}` | {_row(code)} |\n" for code in Code), head)


def _row(code: Code) -> str:
    mend = EN_MENDS[code] if EN_MENDS[code] != "{mend}" else "by the code, as told under incoming webhooks"
    return " | ".join(re.sub(r"\{(\w+)\}", r"*\1*", text).replace("<", "&lt;") for text in (EN_PROBLEMS[code], mend))


@pytest.mark.parametrize(("locale", "heading"), [("en", "### Buttons"), ("ja", "### ボタン")], ids=["en", "ja"])
def test_every_button_is_explained_by_its_name(locale: str, heading: str) -> None:
    says = texts(locale).buttons
    named = {name for row in cells(heading) for name in re.split(", |、", row[0])}
    needed = {says.acknowledge, says.open_guide, says.wolf, says.real, says.unmark, says.resolve, says.wake, says.why}
    needed |= {*says.why_told.values(), *(says.choices[each] for each in Choice if each is not Choice.WHY)}
    assert not needed - named
    if locale == "en":
        others = {says.extend, says.expire, says.acknowledge_all[1].replace(" {n}", "")}
        assert named == needed | others


def test_every_command_that_people_type_is_listed() -> None:
    assert [tuple(row) for row in cells("### Commands, shortcuts, home")] == [
        (f"`{typed}`", what) for typed, what in DIALOGUE.help.lines
    ]


def test_the_examples_of_the_configuration_are_sound(tmp_path: Path) -> None:
    """Escalation and webhook, put together as the page says."""
    _configure(tmp_path / "router.yaml")
    written = yaml.safe_load((tmp_path / "router.yaml").read_text(encoding="utf-8"))
    examples = [each for each in re.findall(r"```yaml\n(.*?)```", read(), re.DOTALL) if "slack-app" not in each]
    escalation = next(yaml.safe_load(each) for each in examples if each.lstrip().startswith("escalation:"))
    hooks = next(yaml.safe_load(each) for each in examples if "SRE_WEBHOOK" in each)["receivers"]
    written["receivers"][0] |= escalation
    written["receivers"].append({"name": "managers", **{key: hooks[0][key] for key in ("slack",)}})
    (tmp_path / "router.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    config = load(str(tmp_path / "router.yaml"), {"SRE_WEBHOOK": "https://hooks.slack.com/services/T0/B0/x"})
    assert [step.receiver for step in config.receivers["sre"].escalation] == ["", "managers"]
    assert config.receivers["managers"].slack.webhook


# --- the ten steps


def _configure(path: Path) -> None:
    """Step 7: put the page's receivers and report in the place of the sample's."""
    given = block("step 7")
    receivers, report = given[: given.index("report:")], given[given.index("report:") :]
    text = (ROOT / "config/router.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^receivers:\n(?:  .*\n)+", lambda _: receivers, text)
    text = re.sub(r"(?m)^report:.*\n", lambda _: report, text)
    path.write_text(text.replace("slos: [slos/", f"slos: [{ROOT}/config/slos/"), encoding="utf-8")


@asynccontextmanager
async def workspace() -> AsyncIterator[SlackStandIn]:
    """Steps 2, 5 and 6: the app is installed, and invited into two channels."""
    rooms = [Channel(PAGES, "sre", private=True), Channel(TICKETS, "sre-tickets")]
    mention = f"<!subteam^{GROUP}>"
    async with SlackStandIn(time.time, channels=rooms, rates=UNLIMITED, allow=[mention, "<@U0ADA>"]) as slack:
        slack.workspace.groups = [UserGroup(GROUP, "sre-oncall", ("U0ADA",))]
        yield slack


def _environment(folder: Path, slack: SlackStandIn, *secrets: str) -> dict[str, str]:
    """Steps 3 and 4: each secret in a file of its own."""
    found = {"SLACK_API_URL": slack.url, "PROMETHEUS_URL": "http://127.0.0.1:9"}
    for name in secrets:
        (folder / name).write_text(SECRETS[name] + "\n", encoding="utf-8")
        found[f"{name}_FILE"] = str(folder / name)
    return found


def _typed(step: str) -> list[str]:
    """The arguments of the command that a step tells people to type."""
    command = block(step).splitlines()[0].partition(" > ")[0]
    assert command.startswith(".venv/bin/alert-router ")
    return command.split()[1:]


async def _run(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    clean = {name: value for name, value in os.environ.items() if not re.match("ROUTER_|SLACK_|REDIS_", name)}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "router", *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
        env={**clean, **environment, "PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, (done.stdout + done.stderr).decode()


async def test_steps_1_to_8_end_with_a_doctor_who_finds_nothing(tmp_path: Path) -> None:
    _configure(tmp_path / "router.yaml")
    async with workspace() as slack:
        environment = _environment(tmp_path, slack, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
        environment["ROUTER_CONFIG"] = str(tmp_path / "router.yaml")
        assert await _run(_typed("step 1"), environment) == (0, as_yaml(manifest()))
        code, said = await _run(_typed("step 8"), environment)
        assert code == 0, said
        same(block("from: slack doctor"), said, "<!-- from: slack doctor -->\n```text\n")
        slack.assert_clean()
    assert build_parser().parse_args(_typed("step 9")).run


WAYS = {"HTTP": "SLACK_SIGNING_SECRET", "Socket Mode": "SLACK_APP_TOKEN"}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_steps_9_and_10_show_the_page_and_take_the_first_click(way: str, tmp_path: Path) -> None:
    _configure(tmp_path / "router.yaml")
    curl = re.match(r"(?s)curl -i (http://\S+?)(/\S+) -H 'Content-Type: application/json' -d '(.*)'$", block("step 10"))
    assert curl
    async with workspace() as slack:
        environment = _environment(tmp_path, slack, "SLACK_BOT_TOKEN", way)
        async with RouterProcess(tmp_path / "router.yaml", tmp_path / "data", **environment) as router:
            doctor = ["slack", "doctor", "--config", str(tmp_path / "router.yaml"), "--url", router.url]
            code, said = await _run(doctor, environment)
            assert code == 0, said
            status, answer = await router.post(curl[2], curl[3].encode())
            assert (status, json.loads(answer)["accepted"]) == (202, 1)
            await until(lambda: slack.posts(PAGES), "the page", 10)
            [page] = slack.posts(PAGES)
            assert page.text.startswith("PAGE: ")
            assert f"<!subteam^{GROUP}>" in json.dumps(page.blocks)
            if way == "SLACK_SIGNING_SECRET":
                slack.connect(router.url, SIGNING_SECRET)
            else:
                slack.socket_mode = True
                await slack.sockets.connected()
            await slack.click(page, "ack", by=Person("U0ADA", "Ada"))
            await until(lambda: "U0ADA" in json.dumps(page.blocks), "who has it, in the same message", 10)
            assert await asyncio.to_thread(router.stop) == 0
        slack.assert_clean()
