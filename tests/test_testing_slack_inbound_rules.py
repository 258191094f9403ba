"""What the app answers is judged: one negative case for each rule, which does not flag when the rule is taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from router.testing import CHANNEL, UNLIMITED, Delivery, Person, SlackStandIn, View, VirtualClock, verdicts
from router.testing.rulebook import INBOUND
from tests.support.slack_client import SECRET, App

ADA = Person("U0ADA", "Ada")
TITLE = {"type": "plain_text", "text": "Silence"}
MODAL = {
    "type": "modal",
    "title": TITLE,
    "submit": TITLE,
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": TITLE,
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


async def shortcut(slack: SlackStandIn) -> Delivery:
    return await slack.shortcut("missed", by=ADA)


async def submit(slack: SlackStandIn) -> Delivery:
    view = slack.workspace.views.add(MODAL, ADA.id, "A0ROUTER")
    slack.workspace.views.put(view)
    slack.invite(ADA)
    return await slack.submit(view)


async def command(slack: SlackStandIn) -> Delivery:
    return await slack.command("/slo", by=ADA)


async def forged(slack: SlackStandIn) -> Delivery:
    return await slack.command("/slo", by=ADA, forged="wrong_secret")


async def verify(slack: SlackStandIn) -> Delivery:
    return await slack.verify_url("proof")


async def upload(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-stand-in"}) as session:
        async with session.post(slack.url + "files.getUploadURLExternal?filename=a.png&length=1") as response:
            url = (await response.json())["upload_url"]
        async with session.post(url, data=b"x") as response:
            assert await response.text() == "OK - 1"


@dataclass(frozen=True)
class Case:
    """Something people do, and an app that answers badly."""

    act: Callable[[SlackStandIn], Awaitable[Any]]
    body: str = ""
    status: int = 200
    wait_s: float = 0.0
    trusting: bool = False


ELSEWHERE = {"wrong_host", "no_original", "thread_and_replace", "response_type"}
"""Rules about hooks: tests/test_testing_slack_hooks.py."""
CASES = {
    "late_answer": Case(shortcut, wait_s=0.05),
    "no_200": Case(shortcut, status=500),
    "answer_ignored": Case(shortcut, '{"text": "thanks"}'),
    "submission_answer": Case(submit, '{"response_action": "close"}'),
    "submission_errors": Case(submit, '{"response_action": "errors", "errors": {"when": "in the past"}}'),
    "submission_view": Case(submit, '{"response_action": "update", "view": {"type": "modal", "blocks": []}}'),
    "command_answer": Case(command, '{"blocks": [{"type": "nope"}], "text": "x"}'),
    "challenge": Case(verify, '{"challenge": "another"}'),
    "forgery_accepted": Case(forged, trusting=True),
    "forgery_broke": Case(forged, trusting=True, status=500),
    "upload_token": Case(upload),
}


async def play(case: Case, without: frozenset[str] = frozenset()) -> SlackStandIn:
    clock = VirtualClock()
    async with App(clock) as app, SlackStandIn(clock, rates=UNLIMITED, without=without) as slack:
        app.body, app.status, app.wait_s, app.trusting = case.body, case.status, case.wait_s, case.trusting
        slack.connect(app.url, SECRET)
        await case.act(slack)
    return slack


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three seconds are too long for a test."""
    monkeypatch.setattr(verdicts, "ANSWER_S", 0.04)


@pytest.mark.parametrize(("rule", "case"), CASES.items(), ids=CASES)
async def test_it_flags(rule: str, case: Case):
    assert {each.rule for each in (await play(case)).violations} == {rule}


@pytest.mark.parametrize(("rule", "case"), CASES.items(), ids=CASES)
async def test_without_the_rule_it_does_not_flag(rule: str, case: Case):
    assert not (await play(case, frozenset({rule}))).violations


def test_every_rule_has_a_negative_case():
    assert CASES.keys() | ELSEWHERE == INBOUND.keys()


async def test_the_person_is_told_of_trouble_and_the_modal_stays():
    slack = await play(Case(submit, status=500))
    view = slack.modal(ADA)
    assert isinstance(view, View)
    assert (view.trouble, view.closed) == ("status 500", False)


async def test_without_an_app_nothing_can_be_sent():
    async with SlackStandIn(VirtualClock()) as slack:
        with pytest.raises(ValueError, match="connect"):
            await slack.command("/slo", by=ADA, channel=CHANNEL)
