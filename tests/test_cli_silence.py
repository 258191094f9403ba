"""`alert-router silence`: add, list, expire on a running router, in words that people understand."""

import argparse
import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import orjson
import pytest
from structlog.testing import capture_logs

from router.cli.silence import add as describe
from router.cli.silence.asking import AskingError, address
from router.cli.silence.showing import printable, table
from router.config.environment import current
from router.config.values import Auth
from tests.support.door import config_of
from tests.support.prometheus import free_port
from tests.support.silences import RealClock, Rig, judge_all, open_real_door, open_rig
from tests.support.state import State, entry, make_alert

UUID = re.compile(r"[0-9a-f-]{36}")
Ask = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def rig(state: State) -> AsyncIterator[Rig]:
    state.clock = RealClock()
    async with open_rig(state) as opened:
        yield opened


@pytest.fixture
async def ask(rig: Rig, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ask]:
    """Run the command against a router where ROUTER_LISTEN says; exit code, stdout and stderr."""
    async with open_real_door(rig) as url:
        monkeypatch.setenv("ROUTER_LISTEN", url.removeprefix("http://"))

        async def run(*arguments: str) -> tuple[int, str, str]:
            capfd.readouterr()
            with capture_logs():  # of the router, which runs in this process too
                code = await asyncio.to_thread(command, *arguments)
            said = capfd.readouterr()
            return code, said.out, said.err

        yield run


def command(*arguments: str) -> int:
    """Run the command; its exit code."""
    parser = describe_alone()
    try:
        chosen = parser.parse_args(["silence", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return int(chosen.run(chosen))


def describe_alone() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="alert-router")
    describe(parser.add_subparsers())
    return parser


async def test_adding_prints_the_id_and_what_it_touches(ask, rig):
    """The id first, so that scripts find it; then until when, which alerts and which SLOs."""
    await rig.state.store(entry(make_alert("HighErrors"), now=rig.now), now=rig.now)
    await judge_all(rig.state)
    code, said, _ = await ask("add", "--for", "2h", "--reason", "load test", "--author", "sato", 'service="checkout"')
    silence_id, until, alerts, *_ = said.splitlines()
    assert (code, UUID.fullmatch(silence_id) is not None) == (0, True)
    assert until.startswith("Quiet until 20")
    assert alerts == "It meets 1 alert that fires now: HighErrors (1)."
    [silence] = await rig.silencing.list()
    assert (silence.created_by, silence.comment, [str(each) for each in silence.matchers]) == (
        "sato", "load test", ['service="checkout"'],
    )  # fmt: skip
    assert silence.ends_at - silence.starts_at == pytest.approx(7_200, abs=2)


async def test_matchers_are_written_as_for_amtool(ask, rig):
    """All operators, quoted or not, and a bare word for an alertname; the owner is who is logged in."""
    code, said, _ = await ask("add", "-q", "--for=90m", "--reason=x", "HighErrors", "a!=b", 'c=~"x|y"', "d!~z.*")
    assert (code, len(said.splitlines())) == (0, 1)
    [silence] = await rig.silencing.list()
    assert [str(each) for each in silence.matchers] == ['alertname="HighErrors"', 'a!="b"', 'c=~"x|y"', 'd!~"z.*"']
    assert silence.created_by


async def test_what_touches_nothing_says_so(ask):
    """A silence may be made before the work begins."""
    _, said, _ = await ask("add", "--for", "2h", "--reason", "x", "service=nothing")
    assert said.splitlines()[2] == "It meets no alert that fires now."


async def test_listing_is_a_table(ask, rig):
    """Aligned, without colour where nobody looks, active ones first; others on request."""
    assert (await ask("list"))[1] == "Nothing is silenced.\n"
    await rig.add("service=checkout", lasts_s=7_200.0, comment="負荷試験", created_by="佐藤")
    await rig.add("service=search", starts_at=rig.now + 3_600.0, lasts_s=7_200.0)
    code, said, _ = await ask("list")
    head, active, pending = said.splitlines()
    assert (code, head.split()) == (0, ["ID", "STATE", "TIME", "BY", "MATCHERS", "REASON"])
    assert head.index("MATCHERS") == active.index("service=") + 2, "two characters of twice the width stand before it"
    assert head.index("MATCHERS") == pending.index("service=")
    assert "ends in 2 h, 20" in active
    assert active.endswith("負荷試験")
    assert "starts in 1 h, 20" in pending
    assert "\x1b" not in said
    assert (await ask("list", "service=search"))[1].count("\n") == 2
    assert (await ask("list", "--expired"))[1] == "No silence has ended lately.\n"


async def test_listing_as_json(ask, rig):
    """As the API shows them."""
    added = await rig.add()
    _, said, _ = await ask("list", "--json")
    [shown] = orjson.loads(said)
    assert (shown["id"], shown["status"]) == (added.id, {"state": "active"})


async def test_expiring_one_and_several(ask, rig):
    """Each is named; one that is not there is a failure, and the others are ended all the same."""
    one, other = await rig.add(), await rig.add("service=search")
    code, said, complaint = await ask("expire", one.id, "nobody", other.id)
    assert (code, said) == (1, f"{one.id} ended\n{other.id} ended\n")
    assert complaint == "nobody: there is no silence of this id\n"
    assert (await ask("list"))[1] == "Nothing is silenced.\n"
    _, said, _ = await ask("list", "--expired")
    assert "expired" in said
    assert "ago" in said
    assert (await ask("expire", one.id))[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["add", "--for", "2h", "a=b"],
        ["add", "--reason", "x", "a=b"],
        ["add", "--for", "2h", "--reason", "x"],
        ["add", "--for", "soon", "--reason", "x", "a=b"],
        ["add", "--for", "0s", "--reason", "x", "a=b"],
        ["add", "--for", "2h", "--reason", " ", "a=b"],
        ["add", "--for", "2h", "--reason", "x", "a=~("],
        ["list", "--bearer-file", "a", "--basic-file", "b"],
        ["expire"],
        ["forget"],
    ],
)
def test_wrong_usage_exits_2(arguments, capfd):
    """Before anything is asked."""
    assert command(*arguments) == 2
    assert capfd.readouterr().err.startswith("usage: alert-router silence")


@pytest.mark.parametrize("deed", ["add", "list", "expire"])
def test_every_deed_has_help_with_examples(deed, capfd):
    """With what is mandatory and the exit codes."""
    assert command(deed, "--help") == 0
    said = capfd.readouterr().out
    assert f"  alert-router silence {deed}" in said
    assert "Exit code: 0 done" in said
    assert "--url" in said


async def test_what_the_router_refuses_is_said_in_its_words(ask):
    """Exit code 1."""
    code, said, complaint = await ask("add", "--for", "2000h", "--reason", "x", "a=b")
    assert (code, said) == (1, "")
    assert "may last 30d at most" in complaint


def test_a_router_that_does_not_run_is_named(capfd):
    """With what to do about it, in one line."""
    port = free_port()
    assert command("list", "--url", f"http://127.0.0.1:{port}") == 1
    complaint = capfd.readouterr().err
    assert complaint == (
        f"no router answers at http://127.0.0.1:{port}: start it with `alert-router serve`,"
        " or name another one with --url\n"
    )


async def test_credentials_come_from_files(ask, rig, tmp_path: Path):
    """A token or user and password, never on the command line; without them, what is missing is said."""
    rig.config = config_of(prom=Auth(bearer=("token",), basic=(("sre", "pass word"),)))
    assert "--bearer-file" in (await ask("list"))[2]
    (tmp_path / "bearer").write_text("token\n")
    (tmp_path / "basic").write_text("sre:pass word\n")
    (tmp_path / "wrong").write_text("geheim\n")
    assert (await ask("list", "--bearer-file", str(tmp_path / "bearer")))[0] == 0
    assert (await ask("list", "--basic-file", str(tmp_path / "basic")))[0] == 0
    code, _, complaint = await ask("list", "--bearer-file", str(tmp_path / "wrong"))
    assert (code, "geheim" in complaint) == (1, False)
    code, _, complaint = await ask("list", "--bearer-file", str(tmp_path / "none"))
    assert (code, complaint) == (1, f"{tmp_path / 'none'} cannot be read (no such file or directory)\n")


async def test_something_else_that_answers_is_no_router(ask):
    """A wrong path is told apart from a router that is down."""
    code, _, complaint = await ask("list", "--url", f"{address(None, current())}/metrics")
    assert code == 1
    assert "--url" in complaint


@pytest.mark.parametrize(
    ("given", "listen", "url"),
    [
        (None, None, "http://127.0.0.1:8080"),
        (None, "0.0.0.0:9000", "http://127.0.0.1:9000"),
        (None, "[::]:9000", "http://127.0.0.1:9000"),
        (None, "[::1]:9000", "http://[::1]:9000"),
        (None, "router.example.com:80", "http://router.example.com:80"),
        ("https://router.example.com/", "0.0.0.0:9000", "https://router.example.com"),
    ],
)
def test_where_the_router_is(given, listen, url):
    """Where it is told, else where it listens."""
    assert address(given, {"ROUTER_LISTEN": listen, "REDIS_URL": "nonsense"} if listen else {}) == url


def test_an_address_that_is_none_is_refused():
    """With how to write it."""
    with pytest.raises(AskingError, match="write it as http"):
        address("localhost:8080", {})


def test_what_others_wrote_cannot_steer_the_terminal():
    """Control characters of comments and names are replaced; colour is ours alone."""
    hostile = {
        "id": "x\x1b[2J", "status": {"state": "active"}, "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2026-01-02T00:00:00Z", "createdBy": "a\nb", "comment": "\x07", "matchers": [],
    }  # fmt: skip
    said = table([hostile], 0.0, colour=True)
    assert said.count("\n") == 1
    assert re.sub(r"\x1b\[(32|0)m", "", said).isprintable() is False
    assert "\x1b[2J" not in said
    assert "\x1b[32mactive" in said
    assert printable("a\u202eb") == "a\ufffdb"
