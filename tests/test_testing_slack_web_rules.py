"""One negative case for each rule about views, files and people, which fails when the rule is taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from router.testing import CHANNEL, UNLIMITED, Channel, Person, SlackStandIn, VirtualClock
from router.testing.error_table import COMMON, ERRORS
from router.testing.methods import METHODS
from router.testing.modals import View
from router.testing.rulebook import FILES, PEOPLE, VIEWS
from tests.support.slack_client import SAFE, Client

ADA = Person("U0ADA", "Ada", email="ada@example.com")
TITLE = {"type": "plain_text", "text": "Silence"}
MODAL = {"type": "modal", "title": TITLE, "submit": TITLE, "blocks": []}
HOME = {"type": "home", "blocks": []}
DIVIDER = {"type": "divider"}
INPUT = {"type": "input", "label": TITLE, "element": {"type": "plain_text_input", "action_id": "a"}}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
FILE = {"type": "image", "alt_text": "chart", "slack_file": {"id": "F0000000001"}}
OPEN = {"trigger_id": "<trigger>", "view": MODAL}
UPLOAD = {"filename": "chart.png", "length": "4"}


@dataclass(frozen=True)
class Case:
    """One call that breaks one rule; "<trigger>" and "<view>" in `args` stand for what the stand-in gave out."""

    method: str
    args: Mapping[str, Any]
    code: str
    before: Callable[[Play], Awaitable[None]] | None = None
    form: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Play:
    """A stand-in with somebody in it, while a case is played."""

    slack: SlackStandIn
    clock: VirtualClock
    call: Client
    marks: dict[str, Any] = field(default_factory=dict)

    def trigger(self, view: str = "") -> str:
        return self.slack.workspace.triggers.issue(ADA.id, view)

    def open(self, content: dict[str, Any] = MODAL) -> View:
        views = self.slack.workspace.views
        view = views.add(content, ADA.id, "A0ROUTER")
        views.put(view)
        return view


async def late(play: Play) -> None:
    play.clock.advance(3.0)


async def used(play: Play) -> None:
    await play.call("views.open", trigger_id=play.marks["<trigger>"], view=MODAL)


async def one(play: Play) -> None:
    play.marks["<view>"] = play.open({**MODAL, "external_id": "silence"}).id


async def three(play: Play) -> None:
    for _ in range(3):
        view = play.open()
    play.marks["<trigger>"] = play.trigger(view.id)


async def outside(play: Play) -> None:
    play.slack.channel(CHANNEL).outsiders = frozenset({ADA.id})


async def announced(play: Play) -> None:
    await play.call.read("files.getUploadURLExternal", **UPLOAD)


async def uploaded(play: Play) -> None:
    answer = await play.call.read("files.getUploadURLExternal", **UPLOAD)
    async with play.call.session.post(answer["upload_url"], data=b"\x89PNG") as response:
        assert await response.text() == "OK - 4"
    assert (await play.call("files.completeUploadExternal", files=[{"id": answer["file_id"]}]))["ok"]


async def no_plan(play: Play) -> None:
    play.slack.workspace.groups = None


POST = {"channel": CHANNEL, "text": "chart", **SAFE}
VIEW_CASES = {
    "view_format": Case("views.open", OPEN | {"view": "{"}, "invalid_arguments"),
    "view_type": Case("views.open", OPEN | {"view": MODAL | {"type": "dialog"}}, "invalid_arguments"),
    "view_blocks": Case("views.open", OPEN | {"view": MODAL | {"blocks": [DIVIDER] * 101}}, "invalid_arguments"),
    "message_only": Case("views.open", OPEN | {"view": MODAL | {"blocks": [TABLE]}}, "invalid_arguments"),
    "home_alert": Case(
        "views.publish",
        {"user_id": ADA.id, "view": HOME | {"blocks": [{"type": "alert", "text": TITLE}]}},
        "invalid_arguments",
    ),
    "submit_missing": Case(
        "views.open", OPEN | {"view": {"type": "modal", "title": TITLE, "blocks": [INPUT]}}, "invalid_arguments"
    ),
    "view_size": Case(
        "views.open",
        OPEN | {"view": MODAL | {"blocks": [{"type": "section", "text": TITLE | {"text": "絵" * 3_000}}] * 29}},
        "view_too_large",
    ),
    "trigger_unknown": Case("views.open", OPEN | {"trigger_id": "1.2.3"}, "invalid_trigger_id"),
    "trigger_expired": Case("views.open", OPEN, "expired_trigger_id", late),
    "trigger_exchanged": Case("views.open", OPEN, "exchanged_trigger_id", used),
    "view_unknown": Case("views.update", {"view_id": "V0", "view": MODAL}, "not_found"),
    "view_hash": Case("views.update", {"view_id": "<view>", "view": MODAL, "hash": "old"}, "hash_conflict", one),
    "push_limit": Case("views.push", OPEN, "push_limit_reached", three),
    "push_alone": Case("views.push", OPEN, "invalid_trigger_id"),
    "external_id_twice": Case(
        "views.push", OPEN | {"view": MODAL | {"external_id": "silence"}, "trigger_id": "<inner>"},
        "duplicate_external_id", one,
    ),
    "publish_to_nobody": Case("views.publish", {"user_id": "U0NOBODY", "view": HOME}, "user_not_found"),
}  # fmt: skip
FILE_CASES = {
    "file_length": Case("files.getUploadURLExternal", UPLOAD | {"length": "0"}, "missing_argument", form=True),
    "file_alt_text": Case(
        "files.getUploadURLExternal", UPLOAD | {"alt_txt": "x" * 1_001}, "alt_txt_too_large", form=True
    ),
    "file_unknown": Case("files.info", {"file": "F0"}, "file_not_found", form=True),
    "file_not_uploaded": Case(
        "files.completeUploadExternal", {"files": [{"id": "F0000000001"}]}, "file_not_found", announced
    ),
    "files_format": Case("files.completeUploadExternal", {"files": "chart.png"}, "invalid_arguments"),
    "file_not_ready": Case("chat.postMessage", POST | {"blocks": [FILE]}, "invalid_blocks", uploaded),
}
PEOPLE_CASES = {
    "unknown_person": Case("users.info", {"user": "U0NOBODY"}, "user_not_found", form=True),
    "unknown_email": Case("users.lookupByEmail", {"email": "eve@example.com"}, "users_not_found", form=True),
    "person_outside": Case(
        "chat.postEphemeral", {"channel": CHANNEL, "user": ADA.id, "text": "x"}, "user_not_in_channel", outside
    ),
    "permalink_unknown": Case(
        "chat.getPermalink", {"channel": CHANNEL, "message_ts": "1760000000.999999"}, "message_not_found", form=True
    ),
    "plan": Case("usergroups.list", {}, "plan_upgrade_required", no_plan, form=True),
    "unknown_bot": Case("bots.info", {"bot": "B0NOBODY"}, "bot_not_found", form=True),
}
CASES = VIEW_CASES | FILE_CASES | PEOPLE_CASES
UPLOADS = {"file_bytes", "upload_url_unknown"}
"""Rules of the upload address, which is no method."""


async def play(case: Case, without: frozenset[str] = frozenset()) -> SlackStandIn:
    clock = VirtualClock()
    slack = SlackStandIn(clock, rates=UNLIMITED, channels=[Channel(CHANNEL)], without=without)
    async with slack, aiohttp.ClientSession() as session:
        slack.invite(ADA)
        playing = Play(slack, clock, Client(session, slack.url))
        playing.marks = {"<trigger>": playing.trigger(), "<inner>": playing.trigger("V00000001")}
        if case.before:
            await case.before(playing)
        marks = playing.marks
        args = {key: marks.get(value, value) if isinstance(value, str) else value for key, value in case.args.items()}
        await (playing.call.read if case.form else playing.call)(case.method, **args)
    return slack


@pytest.mark.parametrize(("rule", "case"), CASES.items(), ids=CASES)
async def test_it_refuses(rule: str, case: Case):
    """Each rule refuses with Slack's own code, and is the one that did."""
    slack = await play(case)
    assert (slack.calls[-1].rule, slack.calls[-1].error) == (rule, case.code)
    slack.assert_clean()


@pytest.mark.parametrize(("rule", "case"), CASES.items(), ids=CASES)
async def test_without_the_rule_it_does_not_refuse_so(rule: str, case: Case):
    slack = await play(case, frozenset({rule}))
    assert (slack.calls[-1].rule, slack.calls[-1].error) != (rule, case.code)


def test_every_rule_has_a_negative_case():
    assert VIEW_CASES.keys() == VIEWS.keys()
    assert FILE_CASES.keys() | UPLOADS == FILES.keys()
    assert PEOPLE_CASES.keys() == PEOPLE.keys()


@pytest.mark.parametrize("without", [frozenset(), frozenset({"file_bytes"})], ids=["with", "without the rule"])
async def test_an_upload_has_as_many_bytes_as_were_announced(without: frozenset[str]):
    async with SlackStandIn(VirtualClock(), without=without) as slack, aiohttp.ClientSession() as session:
        answer = await Client(session, slack.url).read("files.getUploadURLExternal", **UPLOAD)
        async with session.post(answer["upload_url"], data=b"PNG") as response:
            assert response.status == (200 if without else 400)
    assert slack.calls[-1].rule == ("" if without else "file_bytes")


@pytest.mark.parametrize("without", [frozenset(), frozenset({"upload_url_unknown"})], ids=["with", "without the rule"])
async def test_an_upload_address_takes_bytes_once(without: frozenset[str]):
    async with SlackStandIn(VirtualClock(), without=without) as slack, aiohttp.ClientSession() as session:
        answer = await Client(session, slack.url).read("files.getUploadURLExternal", **UPLOAD)
        for _ in range(2):
            async with session.post(answer["upload_url"], data=b"\x89PNG") as response:
                await response.read()
    assert (slack.calls[-1].rule, slack.calls[-1].error) == (
        "upload_url_unknown",
        "rule_removed" if without else "invalid_url",
    )


async def test_a_file_can_be_shown_once_it_is_ready():
    async with SlackStandIn(VirtualClock(), rates=UNLIMITED) as slack, aiohttp.ClientSession() as session:
        slack.workspace.files.polls_until_ready = 2
        playing = Play(slack, VirtualClock(), Client(session, slack.url))
        await uploaded(playing)
        seen = [(await playing.call.read("files.info", file="F0000000001"))["file"]["mimetype"] for _ in range(2)]
        assert seen == ["", "image/png"]
        assert (await playing.call("chat.postMessage", **POST, blocks=[FILE]))["ok"]
    slack.assert_clean()


def test_the_table_of_errors_names_every_method_and_every_code_that_is_answered():
    assert ERRORS.keys() == {*METHODS, "apps.connections.open"}
    for rule, case in CASES.items():
        assert case.code in ERRORS[case.method] | COMMON, rule
