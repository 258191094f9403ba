"""The real amtool uses the router as an Alertmanager, and hears from both the same."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from router.alert import parse_matchers
from router.config.values import Auth
from router.mute import InhibitRule, Muting, Silence
from tests.support.alertmanager import AlertmanagerServer
from tests.support.door import NOW, House, Stood, config_of, firing, open_door
from tests.support.programs import need
from tests.support.silences import RealClock, Rig, judge_all, open_real_door, open_rig
from tests.support.state import State


async def amtool(house: "House | Both", *arguments: str) -> tuple[int, str]:
    """Run amtool against the door; return its exit code and what it printed, or its complaint."""
    return await _amtool(house.url, *arguments)


async def _amtool(url: str, *arguments: str, home: Path | None = None) -> tuple[int, str]:
    program = need("amtool", "prometheus-alertmanager")
    running = await asyncio.create_subprocess_exec(
        program,
        f"--alertmanager.url={url}",
        "--no-version-check",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(home or "/nonexistent"), "TZ": "UTC"},
    )
    said, complaint = await running.communicate()
    code = running.returncode or 0
    return code, (complaint if code else said).decode()


async def test_lists_alerts():
    """`amtool alert query` shows what fires and is not silenced."""
    async with open_door() as house:
        house.wall.standings = [Stood(firing("Paged", service="checkout")), Stood(firing("Muted"), outcome="hold")]
        silence = Silence("s", parse_matchers("alertname=Muted"), NOW - 60, NOW + 60, "sato", "load test", NOW - 60)
        house.hush.muting = Muting("1", (silence,))
        code, said = await amtool(house, "--output=json", "alert", "query", "service=~check.*")
        assert code == 0, said
        assert [each["labels"]["alertname"] for each in orjson.loads(said)] == ["Paged"]
        _, everything = await amtool(house, "alert", "query")
        assert "Paged" in everything
        assert "Muted" not in everything, "amtool asks for what is not silenced"


async def test_adds_alerts():
    """`amtool alert add` arrives in the store."""
    async with open_door() as house:
        code, said = await amtool(
            house, "alert", "add", "alertname=RouterTest", "severity=page", "--annotation=summary=x"
        )
        assert code == 0, said
        [alert] = house.shelf.alerts
        assert (alert.rule, alert.severity, alert.source) == ("RouterTest", "page", "prom")


async def test_reads_the_routes():
    """`amtool config routes test` draws the receiver from the routes that the status tells."""
    async with open_door() as house:
        code, said = await amtool(house, "config", "routes", "test", 'team="db\\"x"', "tier=a")
        assert (code, said.strip()) == (0, "db")
        assert (await amtool(house, "config", "routes", "test", "team=web"))[1].strip() == "sre"
        code, said = await amtool(house, "config", "show")
        assert code == 0, said


async def test_is_refused_without_credentials():
    """A configured source asks amtool too."""
    async with open_door(config_of(prom=Auth(basic=(("sre", "pass"),)))) as house:
        code, said = await amtool(house, "alert", "query")
        assert code != 0
        assert "401" in said
        house.url = house.url.replace("//", "//sre:pass@")
        code, said = await amtool(house, "alert", "query")
        assert code == 0, said


# --- silences: the router beside a real Alertmanager

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AM_CONFIG = """\
route: {receiver: sre, group_by: [alertname]}
receivers: [{name: sre}, {name: db}]
inhibit_rules:
  - {source_matchers: ['alertname="Cause"'], target_matchers: ['alertname=~"Effect|Both"'], equal: [zone]}
"""
RULE = InhibitRule(parse_matchers("alertname=Cause"), parse_matchers('alertname=~"Effect|Both"'), ("zone",))


@dataclass
class Both:
    """The router and an Alertmanager, asked the same by the same amtool."""

    rig: Rig
    url: str
    reference: str
    home: Path

    async def ask(self, *arguments: str, ids: tuple[list[str], list[str]] = ([], [])) -> tuple[int, str]:
        """Ask both with their own ids; both must say the same, ids and what is a matter of this minute apart."""
        answers = []
        for url, own in ((self.url, ids[0]), (self.reference, ids[1])):
            code, said = await _amtool(url, *arguments, *own, home=self.home)
            answers.append((code, _without_chance(said), said))
        ours, theirs = answers
        assert ours[:2] == theirs[:2]
        return ours[0], ours[2]

    async def add(self, *arguments: str) -> tuple[list[str], list[str]]:
        """Add a silence to both; the ids there."""
        added = []
        for url in (self.url, self.reference):
            code, said = await _amtool(url, "silence", "add", *arguments, home=self.home)
            assert code == 0, said
            added.append(said.split())
        return added[0], added[1]


def _without_chance(said: str) -> str:
    """Return what amtool printed with ids, the address and every time of these minutes replaced."""
    said = UUID.sub("<id>", re.sub(r"http://127.0.0.1:[0-9]+", "<url>", said))
    said = re.sub(r"20[0-9-]{8}[T ][0-9:.]{8,12}(Z| UTC)", _or_now, said)
    return re.sub(r" {2,}", "  ", said)


def _or_now(found: re.Match[str]) -> str:
    text = found[0].replace(" UTC", "Z").replace(" ", "T")
    away = datetime.fromisoformat(text) - datetime.now(UTC)
    return "<now>" if abs(away) < timedelta(minutes=5) else text


@pytest.fixture
async def both(state: State, tmp_path: Path) -> AsyncIterator[Both]:
    state.clock = RealClock()
    async with (
        AlertmanagerServer(tmp_path / "am", AM_CONFIG) as reference,
        open_rig(state) as rig,
        open_real_door(rig) as url,
    ):
        yield Both(rig, url, reference.url, tmp_path)


async def test_silences_are_added_and_queried(both):
    """All operators, authors and times; in both orders of output, and by matchers of the silence."""
    await both.add("-a", "sato", "-c", "load test", f"--end={_in(days=20)}", "service=checkout", "severity!=page")
    await both.add("-a", "tanaka", "-c", "deploy", f"--end={_in(days=2)}", "alertname=~A.*", "pod!~x|y")
    await both.add("-a", "sato", "-c", 'quo"te \\ 日本語', f"--end={_in(days=3)}", "Bare", 'v="a b"')
    await both.add("-a", "sato", "-c", "later", f"--start={_in(days=4)}", f"--end={_in(days=5)}", "service=search")
    for output in ("simple", "extended"):
        code, said = await both.ask("-o", output, "silence", "query")
        assert (code, said.count("sato")) == (0, 3)
    _, said = await both.ask("silence", "query", "service=checkout")
    assert "load test" in said
    await both.ask("silence", "query", "service=checkout", "severity!=page")
    await both.ask("silence", "query", "service=~checkout")
    await both.ask("silence", "query", "Bare")
    await both.ask("silence", "query", "--created-by=tanaka")
    await both.ask("silence", "query", "--within=3d")
    await both.ask("silence", "query", "--within=1h")
    await both.ask("silence", "query", "--expired")


def _in(**away: float) -> str:
    """A whole hour so far away, as amtool reads it."""
    then = (datetime.now(UTC) + timedelta(**away)).replace(minute=0, second=0, microsecond=0)
    return then.strftime("%Y-%m-%dT%H:%M:%S+00:00")


async def test_json_is_the_same_to_the_field(both):
    """What scripts read: every field and value, ids and update times apart."""
    await both.add("-a", "sato", "-c", "load test", f"--end={_in(days=1)}", "a=b", "c!~d")
    shown = []
    for url in (both.url, both.reference):
        _, said = await _amtool(url, "-o", "json", "silence", "query", home=both.home)
        [silence] = orjson.loads(said)
        silence["matchers"].sort(key=lambda each: each["name"])
        shown.append(_without_chance(orjson.dumps(silence, option=orjson.OPT_SORT_KEYS).decode()))
    assert shown[0] == shown[1]


async def test_silences_are_updated_and_expired(both):
    """In place by duration, end and comment; ended ones are listed as such."""
    ids = await both.add("-a", "sato", "-c", "load test", "-d", "2h", "a=b")
    code, said = await both.ask("silence", "update", "-d", "48h", ids=ids)
    assert code == 0, said
    assert ids[0][0] in said, "the same silence"
    await both.ask("silence", "update", "-c", "longer", ids=ids)
    await both.ask("silence", "update", f"--end={_in(days=3)}", ids=ids)
    _, said = await both.ask("silence", "query")
    assert "longer" in said
    assert (await both.ask("silence", "expire", ids=ids))[0] == 0
    assert (await both.ask("silence", "query", "-q"))[1].strip() == ""
    code, said = await both.ask("silence", "query", "-q", "--expired")
    assert said.split() == ids[0]
    await both.ask("silence", "query", "-q", "--expired", "--within=1h")


async def test_silences_are_exported_and_imported(both):
    """What `query -o json` printed makes the same silences anew where they are not known, and none twice."""
    ids = await both.add("-a", "sato", "-c", "load test", f"--end={_in(days=2)}", "a=b", "c=~d|e")
    _, exported = await _amtool(both.reference, "-o", "json", "silence", "query", home=both.home)
    file = both.home / "silences.json"
    file.write_text(exported)
    code, said = await _amtool(both.url, "silence", "import", str(file), home=both.home)
    assert (code, len(said.split())) == (0, 1)
    assert said.split() != ids[0]
    _, ours = await _amtool(both.url, "-o", "json", "silence", "query", home=both.home)
    assert len(orjson.loads(ours)) == 2
    file.write_text(ours)
    code, said = await _amtool(both.url, "silence", "import", str(file), home=both.home)
    assert code == 0, said
    _, again = await _amtool(both.url, "-o", "json", "silence", "query", home=both.home)
    assert len(orjson.loads(again)) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--no-require-comment", "-a", "sato", "a=b"), "the silence has no reason; say why in its comment"),
        (("-c", "x", "-a", "sato", "-d", "2000h", "a=b"), "may last 30d at most"),
        (("-c", "x", "-a", "sato", "a=~.*"), "do not have its label"),
    ],
    ids=["reason", "maximum", "everything"],
)
async def test_amtool_shows_our_words(both, arguments, says):
    """What is wrong with a silence stands in its complaint."""
    code, said = await _amtool(both.url, "silence", "add", *arguments, home=both.home)
    assert code != 0
    assert says in said


async def test_ending_twice_and_ending_nothing(both):
    """A second end is no error (Alertmanager from 0.27 on); an unknown id is."""
    ids, _ = await both.add("-a", "sato", "-c", "x", "a=b")
    assert (await _amtool(both.url, "silence", "expire", *ids))[0] == 0
    assert (await _amtool(both.url, "silence", "expire", *ids))[0] == 0
    unknown = "00000000-0000-0000-0000-00000000abcd"
    code, said = await _amtool(both.url, "silence", "expire", unknown)
    assert code != 0
    assert "404" in said


async def test_alerts_are_queried_by_what_keeps_them_quiet(both):
    """Active, silenced, inhibited, both: every flag alone and together gives what Alertmanager gives."""
    rules = replace(both.rig.config.rules, inhibit_rules=(RULE,))
    both.rig.config = replace(both.rig.config, rules=rules)
    labels = [("Cause", "a"), ("Effect", "a"), ("Effect", "b"), ("Both", "a"), ("Silenced", "b"), ("Plain", "a")]
    for number, (name, zone) in enumerate(labels, 1):
        added = ("alert", "add", name, f"zone={zone}", f"--start={_in(hours=-number)}", f"--end={_in(days=1)}")
        assert (await both.ask(*added, "--annotation=summary=why"))[0] == 0
    await judge_all(both.rig.state)
    await both.add("-a", "sato", "-c", "load test", "-d", "2h", "alertname=~Silenced|Both")
    counts = {}
    flags = ("--active", "--silenced", "--inhibited")
    for chosen in [(), *((flag,) for flag in flags), flags[:2], flags[1:], (flags[0], flags[2]), flags]:
        code, said = await both.ask("alert", "query", *chosen)
        assert code == 0, said
        counts[chosen] = len(said.splitlines()) - 1
        await both.ask("alert", "query", *chosen, "zone=a")
    assert counts == {
        (): 3, ("--active",): 3, ("--silenced",): 1, ("--inhibited",): 1, flags[:2]: 4, flags[1:]: 3,
        (flags[0], flags[2]): 4, flags: 6,
    }  # fmt: skip
