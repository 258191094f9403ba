"""People who click while a storm is on: from Slack's request to its 200, and from an acknowledgement to its edit.

The storm: 1,000 alerts a second, all new, in bodies of ten; 20 of them a second open an incident of their own, the
others are held. Slack keeps its real limits. What people click on was told before the storm.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from bench.bodies import Batches, labels_of, request, rfc3339
from bench.clicks import Clicked, click
from bench.load import quantile
from bench.measure import LoadProcess, Run
from bench.processes import RouterProgram
from bench.progress import BenchError, say
from bench.results import Row
from bench.setting import CHANNELS, HealthyPrometheus, channel_of, write_router
from bench.setup import Setup
from router.testing.deliveries import PATHS, Delivery
from router.testing.forgeries import Mail
from router.testing.limits import Rates
from router.testing.people import Person
from router.testing.slack import SlackStandIn
from router.testing.workspace import TOKEN, Channel, Message

GOAL_MS = 100.0
ACK_GOAL_S = 2.0
"""From the click to the edit, typically."""
SECRET = "0123456789abcdef0123456789abcdef"
LOAD_PER_S, LOAD_BATCH, OPENS_EVERY = 1_000, 10, 50
PER_S = 20.0
ACKS_PER_S = 0.5
"""What Slack's limit for edits (50 a minute) lets one expect to see at once."""
TOLD_S = 60.0
LATE_S = 30.0
GRACE_S = 0.5
"""Calls that were on their way when Slack said 429."""
_BUTTONS = ("ack", "guide", "wolf", "guide")
PEOPLE = tuple(Person(f"U0{name.upper()}", name) for name in ("Ada", "Grace", "Sato", "Linus"))


@dataclass(frozen=True, slots=True)
class Plan:
    """How long what takes: seconds of clicks, and seconds of acknowledgements before them."""

    clicks_s: float
    acks_s: float
    told: int
    """Messages that are there before the storm, to click on."""


LONG = Plan(30.0, 40.0, 52)
SHORT = Plan(3.0, 2.0, 8)


class People(SlackStandIn):
    """Slack whose people have their clicks written down and signed, for another process to send them."""

    def __init__(self) -> None:
        channels = [Channel("C0SRE"), *(Channel(channel_of(number)) for number in range(CHANNELS))]
        super().__init__(time.time, channels=channels, rates=Rates(grace_s=GRACE_S))
        self._port = 0
        self._written: list[bytes] = []

    async def clicks(self, port: int, wanted: Iterable[tuple[Message, str]]) -> list[bytes]:
        """Return the requests of clicks on a router's port: a message and a button's action id each."""
        self._port, self._written = port, []
        for person, (message, action) in zip(cycle(PEOPLE), wanted, strict=False):
            await self.click(message, action, by=person)
        return self._written

    async def _carry(self, delivery: Delivery) -> None:
        body, content_type = delivery.encode()
        mail = Mail(body, str(int(time.time())), SECRET, {"Content-Type": content_type}).signed()
        self._written.append(request("127.0.0.1", self._port, PATHS[delivery.route], mail.body, mail.headers))
        delivery.status = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """What people saw: their clicks, the seconds from acknowledgements to edits, and what the senders saw.

    `unstored` counts clicks that were answered 200 and are not in the state; other than 0 is a defect.
    """

    clicked: Clicked
    acks_s: list[float]
    acks_lost: int
    unstored: int
    load: Run

    def ms(self, share: float) -> float:
        """Return a quantile of the time to the 200, in ms."""
        return quantile(sorted(self.clicked.latencies_ms), share)


async def run(setup: Setup) -> list[Row]:
    """Measure and say."""
    measured = await storm(setup.folder / "click", SHORT if setup.quick else LONG, setup.now)
    return [_click_row(measured), _ack_row(measured)]


async def storm(folder: Path, plan: Plan, now: float) -> Measured:
    """Let a storm come over a router, and people click in it."""
    async with (
        HealthyPrometheus() as prometheus,
        People() as slack,
        RouterProgram(
            folder / "router", write_router(folder / "config", prometheus.url),
            SLACK_BOT_TOKEN=TOKEN, SLACK_API_URL=slack.url, SLACK_SIGNING_SECRET=SECRET,
        ) as router,
    ):  # fmt: skip
        told = await _told(router, slack, plan.told, now)
        acked = told[: int(plan.acks_s * ACKS_PER_S)]
        clicked = zip(cycle(told[len(acked) :]), cycle(_BUTTONS), strict=False)
        clicks = await slack.clicks(router.port, islice(clicked, int(plan.clicks_s * PER_S)))
        acks = await slack.clicks(router.port, ((message, "ack") for message in acked))
        background = asyncio.create_task(_rain(router, plan, now))
        await asyncio.sleep(1.0)
        say(f"click: {len(acks)} acknowledgements, {ACKS_PER_S:g} a second")
        sent = await click(router.port, acks, ACKS_PER_S, folder)
        say(f"click: {len(clicks)} clicks, {PER_S:g} a second")
        done = await click(router.port, clicks, PER_S, folder)
        load = await background
        delays = await _shown_after(slack, acked, sent)
        unstored = len(clicks) + len(acks) - await _stored(router)
        return Measured(done, sorted(delays), len(acked) - len(delays), unstored, load)


async def _told(router: RouterProgram, slack: SlackStandIn, count: int, now: float) -> list[Message]:
    """Let messages be posted to click on."""
    alerts = [_probe(number, now) for number in range(count)]
    group = {"version": "4", "status": "firing", "receiver": "router", "alerts": alerts}
    reader, writer = await asyncio.open_connection("127.0.0.1", router.port)
    writer.write(request("127.0.0.1", router.port, "/webhook/alertmanager", json.dumps(group).encode()))
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    deadline = time.time() + TOLD_S
    while True:
        told = [message for message in slack.messages if not message.thread_ts]
        if len(told) == count:
            return told
        if time.time() > deadline:
            raise BenchError(f"{len(told)} of {count} messages were told in {TOLD_S:g} s, after {head[9:12].decode()}")
        await asyncio.sleep(0.2)


def _probe(number: int, now: float) -> dict[str, object]:
    name = f"Probe{number:03d}"
    labels = {**labels_of(number), "alertname": name, "service": "probe", "probe": str(number % CHANNELS)}
    guide = "https://guides.example.com/probe"
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"{name} was sent to be clicked on", "runbook_url": guide},
        "startsAt": rfc3339(now),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": f"{number:016x}",
    }


async def _rain(router: RouterProgram, plan: Plan, now: float) -> Run:
    """The storm: it begins a second before the first click, and lasts beyond the last."""
    count = int(LOAD_PER_S * (plan.acks_s + plan.clicks_s + 3.0))
    batches = Batches(
        "webhook", "127.0.0.1", router.port, "/webhook/alertmanager", 0, count, LOAD_BATCH, now,
        opens_every=OPENS_EVERY,
    )  # fmt: skip
    process = LoadProcess(batches, connections=8, alerts_per_s=LOAD_PER_S)
    await process.prepare()
    return await process.run(router)


async def _stored(router: RouterProgram) -> int:
    """Return how many clicks the router has counted as stored."""
    lines = (await router.get("/metrics")).splitlines()
    stored = (line for line in lines if line.startswith("alert_router_slack_interactions_total{"))
    return sum(int(float(line.rpartition(" ")[2])) for line in stored if 'result="stored"' in line)


async def _shown_after(slack: SlackStandIn, acked: Sequence[Message], sent: Clicked) -> list[float]:
    """Return the seconds from each acknowledgement to the arrival of the edit that shows it."""
    deadline = time.time() + LATE_S
    while True:
        found = [_edited(slack, message, sent.began + n / ACKS_PER_S) for n, message in enumerate(acked)]
        delays = [each for each in found if each is not None]
        if len(delays) == len(acked) or time.time() > deadline:
            return delays
        await asyncio.sleep(0.2)


def _edited(slack: SlackStandIn, message: Message, after: float) -> float | None:
    """Return the seconds until the first edit of a message after an instant."""
    edits = (call.at - after for call in list(slack.calls) if call.method == "chat.update" and not call.error
             and call.args.get("ts") == message.ts and call.at >= after)  # fmt: skip
    return next(edits, None)


def _click_row(measured: Measured) -> Row:
    p50, p95, p99 = (measured.ms(share) for share in (0.50, 0.95, 0.99))
    done = measured.clicked
    return Row(
        bench="click",
        what=f"click -> 200, {PER_S:g} clicks/s, {LOAD_PER_S:,} alerts/s, {LOAD_PER_S // OPENS_EVERY} incidents/s",
        router=f"{p99:.1f} ms",
        latency=f"{p50:.1f} / {p95:.1f} / {p99:.1f}",
        answers=_answers(measured),
        goal=f"p99 <= {GOAL_MS:g} ms",
        met=p99 <= GOAL_MS and done.all_200 and not measured.unstored,
        details={"latencies_ms": done.latencies_ms, "statuses": done.statuses, "load": {
            "statuses": measured.load.statuses, "alerts_per_s": measured.load.alerts_per_s,
            "p50_ms": measured.load.p50_ms, "p99_ms": measured.load.p99_ms, "cpu_s": measured.load.cpu_s,
        }},
    )  # fmt: skip


def _ack_row(measured: Measured) -> Row:
    p50, p99 = (quantile(measured.acks_s, share) for share in (0.50, 0.99))
    return Row(
        bench="click",
        what=f"acknowledge -> message edited, {ACKS_PER_S:g}/s, same storm",
        router=f"{p50:.2f} s",
        latency=f"{p50 * 1e3:.0f} / {p99 * 1e3:.0f}",
        answers=f"{measured.acks_lost} edits missing" if measured.acks_lost else f"all {len(measured.acks_s)} shown",
        goal=f"p50 <= {ACK_GOAL_S:g} s",
        met=p50 <= ACK_GOAL_S and not measured.acks_lost,
        details={"delays_s": measured.acks_s, "lost": measured.acks_lost},
    )


def _answers(measured: Measured) -> str:
    words = [] if measured.clicked.all_200 else [f"clicks: {measured.clicked.statuses}"]
    words += [f"{measured.unstored} not stored"] if measured.unstored else []
    words += [] if measured.load.all_2xx else [f"load: {measured.load.statuses}"]
    return "; ".join(words) or "all 2xx"
