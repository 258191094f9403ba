"""The documentation is true: links, commands, names, tables, drawings and the first steps of a newcomer.

UPDATE_GOLDEN=1 draws the messages of docs/slack.md anew; docs/pictures/draw.py does so for the pictures.
"""

import asyncio
import html
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from router.cli import COMMANDS, build_parser
from router.config.environment import VARIABLES
from router.config.load import examine
from router.gate import Outcome, Reason
from router.slack.drawing import draw
from router.slack.manifest import SCOPES
from router.slack.message import Message
from router.slack.texts import texts
from router.testing.methods import METHODS
from router.web.metrics import Metrics
from tests.support.service import RouterProcess
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("[RC]*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
VARIABLE = re.compile(r"\b(?:ROUTER|SLACK|REDIS)_[A-Z_]+\b")
SAMPLE_SECRET = "ROUTER_TOKEN"
"""What examples call a header's secret."""
METRIC = re.compile(r"\balert_router_[a-z_]+\b")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def block(page: str, mark: str) -> str:
    """The code block that follows the comment `<!-- mark -->` in a page."""
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```", read(page), re.DOTALL)
    assert found, f"{page} has no block marked {mark!r}"
    return found[1]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table after a heading or line of a page, without its head."""
    after = read(page).split(heading, 1)[1]
    table = re.search(r"^\|.*?(?=\n\n|\Z)", after, re.MULTILINE | re.DOTALL)
    assert table, heading
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def named(cell: str) -> list[str]:
    return CODE.findall(cell)


def metric_names() -> set[str]:
    text = Metrics().render().decode()
    return set(re.findall(r"^# TYPE (alert_router_\w+)", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there, and an anchor that its page has."""
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_exist(page: Path) -> None:
    """Every `make` target and `alert-router` command that a page tells people to type exists, with its options."""
    text = page.read_text(encoding="utf-8")
    typed = "\n".join([*FENCE.findall(text), *(f"\n{code}" for code in CODE.findall(text))])
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))
    for command in re.findall(r"^(?:ExecStart=\S+/)?make ([a-z][\w-]*)", typed, re.MULTILINE):
        assert command in targets, f"{page.name}: make {command}"
    for command in re.findall(r"(?:^|[ /])alert-router ([a-z]+)", typed, re.MULTILINE):
        assert command in COMMANDS, f"{page.name}: alert-router {command}"


def test_options_named_in_the_readmes_exist() -> None:
    parser = build_parser()
    for page in ("README.md", "docs/ja/README.md"):
        lines = re.findall(r"^\.venv/bin/alert-router (.*)$", read(page), re.MULTILINE)
        assert len(lines) >= 7
        for line in lines:
            assert parser.parse_args(shlex.split(line, comments=True)).run


def test_variables_are_those_of_the_environment() -> None:
    """The table lists all of them with their defaults, and no page invents one."""
    table = rows("docs/operations.md", "### Environment")
    listed = {named(name)[0]: "".join(named(default)) for name, _, default in table}
    assert listed == {name: default for name, (_, default) in VARIABLES.items()}
    for page in PAGES:
        found = {name.removesuffix("_FILE") for name in VARIABLE.findall(page.read_text(encoding="utf-8"))}
        assert found <= {*VARIABLES, SAMPLE_SECRET}, page.name


def test_metrics_are_those_of_the_program() -> None:
    """The table lists every metric and no other, and no page uses one that does not exist."""
    listed = {named(name)[0].partition("{")[0] for name, *_ in rows("docs/operations.md", "## Metrics")}
    assert listed == metric_names()
    for page in PAGES:
        for name in METRIC.findall(page.read_text(encoding="utf-8")):
            stem = re.sub(r"_(bucket|count|sum)$", "", name)
            assert stem in metric_names() or name.endswith("_"), f"{page.name}: {name}"


def test_outcomes_and_reasons_are_those_of_the_gate() -> None:
    """Both tables list every outcome and every reason, and put them together in the same way."""
    places = (
        ("docs/concepts.md", "## Every outcome, with its reasons"),
        ("docs/gate.md", "### Every outcome and reason"),
    )
    ours, gates = ({named(outcome)[0]: named(reasons) for outcome, reasons, *_ in rows(*place)} for place in places)
    assert set(ours) == set(Outcome)
    assert {reason for reasons in ours.values() for reason in reasons} == set(Reason)
    assert ours == gates


def test_every_reason_is_said_in_words() -> None:
    assert [named(reason)[0] for reason, _ in rows("docs/concepts.md", "What each reason means:")] == list(Reason)


def test_rooms_are_those_that_the_linter_checks() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = [room.strip() for layer in contracts[0]["layers"] for room in layer.split("|")]
    assert [named(room)[0] for room, _ in rows("docs/architecture.md", "## The rooms")] == [
        room for room in layers if room != "__main__"
    ]


def test_every_dependency_is_weighed() -> None:
    wanted = {
        re.split(r"[>=<; ]", each)[0] for each in tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    }
    assert wanted <= set(named(read("docs/decisions/0003-dependencies.md")))


@pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=lambda page: page.name)
def test_a_decision_names_its_price(page: Path) -> None:
    heads = re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert heads == ["Context", "Options", "Outcome", "Negative consequences"]
    assert f"]({page.name})" in read("docs/decisions/README.md")


def test_log_lines_named_are_written() -> None:
    """Each that the table explains is written somewhere, and each that warns is explained there."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "router").rglob("*.py"))
    explained = {line for lines, _ in rows("docs/operations.md", "## Logs") for line in named(lines)}
    written = set(re.findall(r'(?:LOG|log)\.\w+\(\s*"(\w+)"', source))
    chosen = {line for line in explained if line.startswith("silence_") and f'"{line}"' in source}
    """Which of these it is depends on what was done, so their names do not stand in the call."""
    assert not explained - written - chosen - {"code", "alerts_left_out"}
    warning = set(re.findall(r'(?:LOG|log)\.(?:warning|error)\(\s*"(\w+)"', source))
    assert not warning - explained


def test_the_manifest_grants_what_is_called() -> None:
    """Each method that is called has its scope in the manifest."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "router/slack").rglob("*.py"))
    called = set(re.findall(r'"((?:chat|conversations|users|usergroups|views)\.\w+)"', source))
    assert called >= {"chat.postMessage", "chat.update", "conversations.history", "conversations.join"}
    for name in called:
        wanted = METHODS[name].scopes
        assert not wanted or set(wanted) & set(SCOPES), name


def test_messages_are_drawn_as_they_are() -> None:
    """Every drawing on the Slack page is what the renderer makes; UPDATE_GOLDEN=1 draws them anew."""
    path = ROOT / "docs/slack.md"
    text = path.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- message: (\S+)\.(en|ja) -->\n```text\n)(.*?)(```)", re.DOTALL)
    assert len(pattern.findall(text)) >= 10
    drawn = pattern.sub(lambda found: f"{found[1]}{_drawing(found[2], found[3])}{found[5]}", text)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn, encoding="utf-8")
    assert text == drawn


def _drawing(name: str, locale: str) -> str:
    message = json.loads(read(f"tests/golden/slack/{name}.json"))["usual"][locale]
    channel = "C0TICKETS" if name.startswith("ticket") else "C0SRE"
    words = texts(locale)
    edited = name.endswith(("burning", "resolved"))
    kinds = {"causes": words.reply, "broadcast": words.broadcast}
    note = kinds.get(name.partition("-")[0], words.edited if edited else words.posted)
    return draw(Message(message["text"], message["blocks"]), channel, f"· {note}", 80, False)


def test_the_first_slo_and_mapping_are_sound(tmp_path: Path) -> None:
    """What the README tells people to write is loaded without a finding, and the mapping reaches the SLO."""
    (tmp_path / "slos").mkdir()
    (tmp_path / "slos" / "search.yaml").write_text(block("README.md", "checked: slo"), encoding="utf-8")
    mapping = block("README.md", "checked: mapping")
    config = re.sub(r"(?m)^mapping:\n(?:  .*\n)+", mapping, read("config/router.yaml"))
    (tmp_path / "router.yaml").write_text(config, encoding="utf-8")
    examined = examine(str(tmp_path / "router.yaml"), {}, strict=True)
    assert [str(finding) for finding in examined.findings] == []
    assert examined.counts.slos == 1


def test_explain_says_what_the_readme_shows(tmp_path: Path) -> None:
    for name in ("alert.json", "state.json"):
        (tmp_path / name).write_text(block("docs/operations.md", f"file: {name}"), encoding="utf-8")
    said = _router("explain", str(tmp_path / "alert.json"), "--slo-state", str(tmp_path / "state.json"))
    shown = block("README.md", "from: explain")
    if os.environ.get("UPDATE_GOLDEN"):
        (ROOT / "README.md").write_text(read("README.md").replace(shown, said), encoding="utf-8")
    assert said == shown


def test_the_demo_says_what_the_readme_shows() -> None:
    """The table and the picture are of the demo as it is."""
    said = {"".join(line.split()) for line in _router("demo", "--fast").splitlines()}
    shown = block("README.md", "from: demo").splitlines()
    picture = _lines_of(ROOT / "docs/pictures/demo.svg")
    assert len(picture) > 30
    missing = [line for line in (*shown, *picture) if "".join(line.split()) not in said]
    assert not missing, f"run docs/pictures/draw.py, and look at the README: {missing}"


def _lines_of(picture: Path) -> list[str]:
    """The lines of a terminal's picture, from the texts that share a height."""
    svg = picture.read_text(encoding="utf-8").split("-matrix", 2)[2]
    lines: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', svg):
        lines.setdefault(float(y), []).append((float(x), html.unescape(text).replace("\xa0", " ")))
    return ["".join(text for _, text in sorted(lines[y])) for y in sorted(lines)]


def _router(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not re.match("ROUTER_|SLACK_|REDIS_", name)}
    command = [sys.executable, "-m", "router", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=True, timeout=100, env={**environment, "COLUMNS": "80"}
    )
    return done.stdout.decode()


@pytest.mark.parametrize("page", ["README.md", "docs/ja/README.md"])
async def test_the_sample_alert_shows_a_message_within_five_seconds(page: str, tmp_path: Path) -> None:
    """The curl of the first steps, against the configuration as it is shipped, without Slack and without Prometheus."""
    command = block(page, "runs: against make run")
    found = re.match(r"(?s)curl -i http://127.0.0.1:8080(/\S+) -H 'Content-Type: application/json' -d '(.*)'$", command)
    assert found, command
    environment = {"PROMETHEUS_URL": "http://127.0.0.1:9", "COLUMNS": "80"}
    async with RouterProcess(ROOT / "config/router.yaml", tmp_path / "data", **environment) as router:
        status, answer = await router.post(found[1], found[2].encode())
        assert status == 202
        assert json.loads(answer)["accepted"] == 1
        screen = await until(lambda: _screen(router), "the message in the terminal", 5)
        assert await asyncio.to_thread(router.stop) == 0
    if page == "README.md":
        assert _timeless(block(page, "from: make run")) in _timeless(screen)


def _screen(router: RouterProcess) -> str:
    text = router.screen.read_text(encoding="utf-8")
    return text if "push:" in text else ""


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "DATE", re.sub(r"E-[A-Z2-7]{6}", "E-ID", text))
