"""Receivers: where they are told, what happens while nobody answers, when they work; and what is wrong with them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from router.config.values import Receiver, SlackTarget
from router.incident.life import EscalationStep
from tests.test_config import FULL, MINIMAL, TESTDATA, examined, said

CANARY = "c4n4ry-5ecret-value"
ADDRESS = f"https://hooks.example.com/{CANARY}"


def receiver(rest: str, others: str = "") -> str:
    """Return a configuration whose receiver ends with `rest`, which begins at 7:5."""
    return f"{MINIMAL}    {rest}\n{others}"


def slack(inside: str) -> str:
    """Return a configuration whose receiver has this `slack`, from 6:13 on."""
    return MINIMAL.replace("channel: C0SRE", inside)


def loaded(directory: Path, text: str) -> Receiver:
    """Return the receiver `sre` of a configuration that has nothing wrong in it."""
    found = examined(directory, text, {"HOOK": ADDRESS})
    assert said(found, directory) == []
    assert found.config is not None
    return found.config.receivers["sre"]


def test_a_receiver_has_the_documented_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL) == Receiver("sre", SlackTarget("C0SRE"), ZoneInfo("UTC"))


def test_every_key_of_a_receiver_reaches_the_value(tmp_path: Path) -> None:
    found = examined(tmp_path, (TESTDATA / "full.yaml").read_text().replace("secrets/", f"{TESTDATA}/secrets/"), FULL)
    assert found.config is not None, found.findings
    assert found.findings == ()
    team = found.config.receivers["payments"]
    assert team.escalation == (
        EscalationStep(600.0, mention="<!subteam^S0PAY>"),
        EscalationStep(1_800.0, receiver="sre", channel="C0SRE"),
        EscalationStep(3_600.0, "<!channel>", "managers", "webhook:managers"),
    )
    assert (team.remind_acknowledged_s, team.morning, team.workdays) == (0.0, 510, (0, 1, 2, 3, 5))


def test_a_webhook_is_a_channel_of_its_own(tmp_path: Path) -> None:
    target = loaded(tmp_path, slack('webhook: "${HOOK}", mention: "<!here>"')).slack
    assert target == SlackTarget("webhook:sre", mention="<!here>", webhook=ADDRESS)
    assert CANARY not in repr(target)


def test_a_webhook_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text(f"{ADDRESS}\n")
    found = examined(tmp_path, slack("webhook_file: hook"))
    assert found.config is not None
    assert found.config.receivers["sre"].slack.webhook == ADDRESS
    assert str(tmp_path / "hook") in found.config.files


@pytest.mark.parametrize("address", ["http://127.0.0.1:8065/hook", "http://localhost/hook", "http://[::1]:80/hook"])
def test_a_webhook_of_this_machine_may_be_plain_http(tmp_path: Path, address: str) -> None:
    found = examined(tmp_path, slack("webhook: '${HOOK}'"), {"HOOK": address})
    assert found.findings == ()


@pytest.mark.parametrize(
    "address",
    [
        f"http://hooks.example.com/{CANARY}",
        f"hooks.example.com/{CANARY}",
        f"ftp://hooks.example.com/{CANARY}",
        f"https:///{CANARY}",
        f"https://[{CANARY}",
        f"https://hooks.example.com/{CANARY} x",
        f"https://hooks.example.com/{CANARY}é",
        f"http://127.0.0.1.example.com/{CANARY}",
    ],
)
def test_a_webhook_that_is_no_safe_address_is_refused_unseen(tmp_path: Path, address: str) -> None:
    """The address is the secret, also where it comes from a file and nothing knows its name."""
    (tmp_path / "hook").write_text(address)
    for text, key in ((slack("webhook: '${HOOK}'"), "6:22"), (slack("webhook_file: hook"), "6:27")):
        found = examined(tmp_path, text, {"HOOK": address})
        assert said(found, tmp_path) == [
            f"router.yaml:{key}: the webhook's address is no https:// URL; copy it from Slack as it is, https://... "
            "(http:// only for an address of this machine)"
        ]
        assert found.config is None


def test_an_empty_variable_is_no_webhook(tmp_path: Path) -> None:
    found = examined(tmp_path, slack('webhook: "${NONE:-}"'))
    assert said(found, tmp_path) == [
        "router.yaml:6:5: `receivers[0].slack` has neither `channel` nor `webhook`; add one of them"
    ]
    config = examined(tmp_path, slack('channel: C0SRE, webhook: "${NONE:-}"')).config
    assert config is not None
    assert config.receivers["sre"].slack == SlackTarget("C0SRE")


OTHERS = "  - {name: managers, slack: {channel: C0BOSS}}\n"
WRONG = {
    "a channel and a webhook": (
        slack("channel: C0SRE, webhook: '${HOOK}'"),
        "6:5",
        "`receivers[0].slack` has both `channel` and `webhook`; keep one of them",
    ),
    "a channel and a webhook's file": (
        slack("channel: C0SRE, webhook_file: hook"),
        "6:5",
        "`receivers[0].slack` has both",
    ),
    "a webhook and its file": (
        slack("webhook: '${HOOK}', webhook_file: router.yaml"),
        "6:33",
        "`webhook` and `webhook_file` are both set; keep one of them",
    ),
    "a webhook's file that is not there": (
        slack("webhook_file: none"),
        "6:27",
        "the secret's file 'none' cannot be read (no such file or directory)",
    ),
    "an empty channel": (slack("channel: ''"), "6:22", "`receivers[0].slack.channel` is empty"),
    "a ticket channel beside a webhook": (
        slack("webhook: '${HOOK}', ticket_channel: C0T"),
        "6:33",
        "an incoming webhook tells one channel only, so `ticket_channel` does nothing; remove it, or name a `channel`",
    ),
    "a fallback channel beside a webhook": (
        slack("webhook: '${HOOK}', fallback_channel: C0T"),
        "6:33",
        "an incoming webhook tells one channel only, so `fallback_channel` does nothing",
    ),
    "a step that does nothing": (
        receiver("escalation: [{after: 5m}]"),
        "7:18",
        "`receivers[0].escalation[0]` has neither `mention` nor `receiver`; add one of them",
    ),
    "a step that does two things": (
        receiver("escalation: [{after: 5m, mention: <!here>, receiver: managers}]", OTHERS),
        "7:18",
        "`receivers[0].escalation[0]` has both `mention` and `receiver`; keep one of them",
    ),
    "a step at no time": (
        receiver("escalation: [{mention: <!here>}]"),
        "7:18",
        "`after` is missing in `receivers[0].escalation[0]`",
    ),
    "a step at once": (
        receiver("escalation: [{after: 0s, mention: <!here>}]"),
        "7:26",
        "`receivers[0].escalation[0].after` is too short",
    ),
    "four steps": (
        receiver("escalation: [" + ", ".join(f"{{after: {n}m, mention: <!here>}}" for n in range(1, 5)) + "]"),
        "7:17",
        "`receivers[0].escalation` has more than 3 entries; keep that many at most",
    ),
    "a step that comes earlier": (
        receiver("escalation: [{after: 10m, mention: <!here>}, {after: 5m, mention: <!here>}]"),
        "7:58",
        "this step does not come later than the one before it; order the steps by `after`, each one later",
    ),
    "two steps at once": (
        receiver("escalation: [{after: 10m, mention: <!here>}, {after: 10m, mention: <!here>}]"),
        "7:58",
        "this step does not come later than the one before it",
    ),
    "a step to an unknown receiver": (
        receiver("escalation: [{after: 5m, receiver: bosses}]"),
        "7:40",
        "unknown receiver 'bosses'; write one of sre, or define it under `receivers`",
    ),
    "a step to itself": (
        receiver("escalation: [{after: 5m, receiver: sre}]"),
        "7:40",
        "a receiver cannot escalate to itself; name another receiver, or write `mention` instead",
    ),
    "a negative reminder": (
        receiver("remind_acknowledged: -1h"),
        "7:26",
        "`receivers[0].remind_acknowledged` is not a duration",
    ),
    "a bad working day": (
        receiver("working_hours: {days: [monday, frday]}"),
        "7:36",
        "'frday' is no day of the week; did you mean 'friday'?",
    ),
    "no working day": (
        receiver("working_hours: {days: []}"),
        "7:27",
        "`receivers[0].working_hours.days` is empty; list at least one",
    ),
    "working days over the end of a week": (
        receiver("working_hours: {days: ['saturday:monday']}"),
        "7:28",
        "'saturday:monday' ends before it begins; it begins with sunday: write two, ['saturday', 'sunday:monday']",
    ),
    "a bad start of the day": (
        receiver("working_hours: {start: '24:00'}"),
        "7:28",
        '`receivers[0].working_hours.start` is not written as it must be; write it as "09:00", in quotes',
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place_and_mend(tmp_path: Path, case: tuple[str, str, str]) -> None:
    text, place, told = case
    found = examined(tmp_path, text, {"HOOK": ADDRESS})
    lines = said(found, tmp_path)
    assert [line for line in lines if line.startswith(f"router.yaml:{place}: {told}")], lines
    assert found.config is None
    assert CANARY not in "\n".join(lines)


def test_a_mention_of_a_step_that_mentions_nobody_is_told(tmp_path: Path) -> None:
    found = examined(tmp_path, receiver("escalation: [{after: 5m, mention: '@leads'}]"))
    told = "router.yaml:7:39: the mention is not in Slack's form, so it mentions nobody; "
    assert [line.startswith(told) for line in said(found, tmp_path)] == [True]
    assert found.config is not None


def test_a_page_without_escalation_is_fine(tmp_path: Path) -> None:
    assert examined(tmp_path, MINIMAL).findings == ()


def test_a_receiver_may_escalate_to_one_that_is_defined_later(tmp_path: Path) -> None:
    steps = loaded(tmp_path, receiver("escalation: [{after: 5m, receiver: managers}]", OTHERS)).escalation
    assert steps == (EscalationStep(300.0, receiver="managers", channel="C0BOSS"),)


def test_escalation_behind_a_webhook_is_warned_of(tmp_path: Path) -> None:
    """There are no buttons behind a webhook, so nobody could ever stop the steps."""
    text = slack('webhook: "${HOOK}"') + "    escalation: [{after: 5m, mention: '<!here>'}]\n"
    [finding] = said(examined(tmp_path, text, {"HOOK": ADDRESS}), tmp_path)
    assert "nobody can acknowledge what comes by webhook" in finding
