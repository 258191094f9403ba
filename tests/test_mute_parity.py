"""A real Alertmanager, given the same alerts, silences and inhibition rules, keeps the same alerts quiet."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.config.load import load
from router.mute import Inhibitor, InhibitRule, Muting, Silence, sides_of
from tests.support.alertmanager import AlertmanagerServer
from tests.support.mute_cases import CASES, RULES, heard, labels_of, post_silence, rule, run, send
from tests.support.waiting import until


@dataclass(frozen=True)
class Answers:
    """What the real program says of every alert, and what ours says of the same."""

    theirs: Mapping[tuple[str, int], Mapping[str, Any]]
    silences: tuple[Silence, ...]
    rules: tuple[InhibitRule, ...]


async def asked(folder: Path) -> Answers:
    """Put every case to a real Alertmanager."""
    last = rule('case="last",nr="0"', 'case="last",nr="1"')
    rules = json.dumps([*json.loads(RULES), last], ensure_ascii=False)
    config = f"route: {{receiver: none}}\nreceivers: [{{name: none}}]\ninhibit_rules: {rules}\n"
    async with AlertmanagerServer(folder, config) as server:
        silences = [
            await post_silence(server.url, [*matchers, f'case="{name}"'], case.state)
            for name, case in CASES.items()
            for matchers in case.silences
        ]
        numbered = [(name, number) for name, case in CASES.items() for number in range(len(case.alerts))]
        await send(server.url, [labels_of(*each) for each in numbered])
        over = [labels_of(name, number) for name, number in numbered if number in CASES[name].resolved]
        await send(server.url, over, resolved=True)
        await send(server.url, [{"case": "last", "nr": nr} for nr in "01"])
        alerts = await until(lambda: heard(server.url), "every alert is seen", 20)
    theirs = {(each["labels"]["case"], int(each["labels"]["nr"])): each for each in alerts}
    return Answers(theirs, tuple(silences), ours_of(folder))


def ours_of(folder: Path) -> tuple[InhibitRule, ...]:
    """Return the same rules as the router reads them."""
    (folder / "router.yaml").write_text(
        f"sources: {{a: {{type: alertmanager}}}}\nroute: {{receiver: sre}}\n"
        f"receivers: [{{name: sre, slack: {{channel: C0SRE}}}}]\ninhibit_rules: {RULES}\n",
        encoding="utf-8",
    )
    return load(str(folder / "router.yaml"), {}).rules.inhibit_rules


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    yield run(lambda: asked(tmp_path_factory.mktemp("alertmanager")))


@pytest.mark.parametrize("name", CASES)
def test_the_same_alerts_are_quiet_as_in_alertmanager(answers: Answers, name: str) -> None:
    """Silences by their ids; of the alerts that inhibit, old versions of Alertmanager name one."""
    case, theirs = CASES[name], answers.theirs
    fires = [number for number in range(len(case.alerts)) if number not in case.resolved]
    prints = {number: str(theirs[name, number]["fingerprint"]) for number in fires}
    inhibitors = tuple(
        Inhibitor(prints[number], labels_of(name, number))
        for number in fires
        if sides_of(labels_of(name, number), answers.rules)[0]
    )
    muting = Muting("1", answers.silences, answers.rules, inhibitors)
    for number in fires:
        muted = muting.of(labels_of(name, number), datetime.now(UTC).timestamp())
        status = theirs[name, number]["status"]
        assert set(muted.silenced_by) == set(status["silencedBy"]), number
        assert bool(muted.silenced_by) is (number in case.silenced), number
        assert set(status["inhibitedBy"]) <= set(muted.inhibited_by), number
        assert bool(status["inhibitedBy"]) is bool(muted.inhibited_by) is (number in case.inhibited), number


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 30
