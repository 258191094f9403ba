"""The router and a real Alertmanager as processes side by side, given the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.support.alertmanager import AlertmanagerServer
from tests.support.mute_cases import CASES, HOUR_S, ask, silence_body
from tests.support.service import RouterProcess

TREE = "route: {receiver: sre, group_by: [case], group_wait: 1s}"


async def post_silences(url: str) -> None:
    """Make the silences of every case; each is known again by its comment."""
    now = datetime.now(UTC).timestamp()
    for name, case in CASES.items():
        for number, matchers in enumerate(case.silences):
            begin = now + HOUR_S if case.state == "pending" else now
            body = silence_body([*matchers, f'case="{name}"'], begin, begin + HOUR_S, comment=f"{name} {number}")
            status, made = await ask("POST", f"{url}/api/v2/silences", body)
            assert status == 200, made
            if case.state == "expired":
                assert (await ask("DELETE", f"{url}/api/v2/silence/{made['silenceID']}"))[0] == 200


def write_router(folder: Path, text: str) -> Path:
    """Write a configuration of the router; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "router.yaml").write_text(text, encoding="utf-8")
    return folder / "router.yaml"


@asynccontextmanager
async def open_both(folder: Path, rules: str = "[]") -> AsyncIterator[tuple[RouterProcess, AlertmanagerServer]]:
    """The router and Alertmanager, with the same rules."""
    ours = f"sources: {{prometheus: {{type: alertmanager-api}}}}\n{TREE}\n"
    ours += f"receivers: [{{name: sre, slack: {{channel: C0SRE}}}}]\ninhibit_rules: {rules}\n"
    theirs = f"{TREE}\nreceivers: [{{name: sre}}]\ninhibit_rules: {rules}\n"
    async with (
        AlertmanagerServer(folder / "am", theirs) as reference,
        RouterProcess(write_router(folder, ours), folder / "data") as router,
    ):
        yield router, reference
