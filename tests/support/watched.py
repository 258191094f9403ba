"""One router of the acceptance run with its own Slack, and what somebody does with them: clicks, amtool."""

import asyncio
import json
import subprocess
from dataclasses import dataclass
from typing import Any

from router.state.connect import connect
from router.state.history import History
from router.state.scripts import Scripts
from router.testing import Message, Person, SlackStandIn
from router.testing.conservation import Balance, balance
from router.testing.firing import accepted, sender_fingerprint
from tests.support.programs import need
from tests.support.recorder import Recorder
from tests.support.service import RouterProcess
from tests.support.waiting import until

ADA = Person("U0ADA", "Ada")


@dataclass
class Watched:
    """One router with its own Slack, and a recorder before its door."""

    router: RouterProcess
    slack: SlackStandIn
    recorder: Recorder

    @property
    def roots(self) -> list[Message]:
        """The messages that stand in the channel itself."""
        return [message for message in self.slack.posts("C0SRE") if not message.thread_ts]

    def pages(self) -> list[Message]:
        """Root messages about the shop's SLO."""
        return [message for message in self.roots if "Shop availability" in message.text]

    def replies(self) -> list[Message]:
        """Everything in threads."""
        return [message for message in self.slack.posts("C0SRE") if message.thread_ts]

    async def records(self) -> list[dict[str, Any]]:
        """Every firing that the router knows, as in a history."""
        client = connect(f"unix://{(self.router.data / 'valkey.sock').resolve()}")
        records = await History(Scripts(client)).firings()
        await client.aclose()
        return records

    async def balance(self) -> Balance:
        """Whether everything that was accepted is accounted for."""
        records = await self.records()
        for record in records:
            record["fingerprint"] = sender_fingerprint(record["labels"])
        mine = [each for each in records if each["source"] not in ("slo", "router")]
        return balance(accepted(self.recorder.sent), mine, self.slack.messages)


async def click(watched: Watched, page: Message, action: str, *said: str, option: str | None = None) -> None:
    """Ada clicks on the page; it then says so, in the same message."""
    edits, ts = len(page.edits), page.ts
    delivery = await watched.slack.click(page, action, by=ADA, option=option)
    assert (delivery.status, delivery.answer) == (200, None)
    await says(page, *said)
    assert len(page.edits) > edits
    assert [each.ts for each in watched.pages()] == [ts]


async def says(page: Message, *parts: str) -> None:
    await until(lambda: all(part in text_of(page) for part in parts), f"{parts} in the page", 60)


def text_of(message: Message) -> str:
    return f"{message.text} {json.dumps(message.blocks, ensure_ascii=False)}"


def actions(watched: Watched, page: Message) -> list[str]:
    return [control.action_id for control in watched.slack.controls(page)]


async def amtool(watched: Watched, *arguments: str) -> str:
    command = [need("amtool", "prometheus-alertmanager"), *arguments, f"--alertmanager.url={watched.router.url}"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


async def firing_rules(watched: Watched, *options: str) -> set[str]:
    """The rules of alerts that amtool lists."""
    listed = json.loads(await amtool(watched, "alert", "query", "--output=json", *options))
    return {alert["labels"]["alertname"] for alert in listed}
