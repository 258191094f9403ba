"""From a webhook to the request at Slack, for a new incident without group_wait, while other alerts keep coming."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from bench.bodies import BLOCK, Batches, labels_of, request, rfc3339
from bench.load import quantile
from bench.measure import LoadProcess, Run
from bench.processes import RouterProgram
from bench.progress import say
from bench.results import Row
from bench.setting import CHANNELS, HealthyPrometheus, channel_of, write_router
from bench.setup import Setup
from router.testing.limits import UNLIMITED
from router.testing.slack import SlackStandIn
from router.testing.workspace import TOKEN, Channel

GOAL_MS = 25.0
PER_S = 4.0
"""New incidents a second: below the router's own pace of 4.9 posts a second, which would delay more of them."""
LOAD_PER_S = 1_000
LOAD_BATCH = 10
SECONDS = 60
QUICK_SECONDS = 3
LATE_S = 15.0
"""How long the last pages are waited for."""


@dataclass(slots=True)
class Probes:
    """When each probe's webhook was sent, and what the router answered."""

    sent_at: dict[str, float] = field(default_factory=dict)
    statuses: set[str] = field(default_factory=set)


async def run(setup: Setup) -> list[Row]:
    """Measure calm, then under load."""
    rows = []
    channels = [Channel("C0SRE"), *(Channel(channel_of(number)) for number in range(CHANNELS))]
    for per_s in (0, LOAD_PER_S):
        folder = setup.folder / f"page-{per_s}"
        async with (
            HealthyPrometheus() as prometheus,
            SlackStandIn(time.time, channels=channels, rates=UNLIMITED) as slack,
        ):
            config = write_router(folder / "config", prometheus.url)
            program = RouterProgram(folder / "router", config, SLACK_BOT_TOKEN=TOKEN, SLACK_API_URL=slack.url)
            async with program as router:
                rows.append(await _row(setup, router, slack, per_s))
    return rows


async def _row(setup: Setup, router: RouterProgram, slack: SlackStandIn, per_s: int) -> Row:
    seconds = QUICK_SECONDS if setup.quick else SECONDS
    background = asyncio.create_task(_load(setup, router, per_s, seconds)) if per_s else None
    if background is not None:
        await asyncio.sleep(1.0)
    say(f"page: {seconds} s with {per_s:,} other alerts/s")
    probes = await _probe(setup, router, seconds - 1)
    done = await background if background is not None else None
    delays = sorted(await _delays(probes, slack))
    p50, p99 = (quantile(delays, share) * 1e3 for share in (0.50, 0.99))
    lost = len(probes.sent_at) - len(delays)
    return Row(
        bench="page",
        what=f"webhook in -> Slack request out, {per_s:,} other alerts/s",
        router=f"{p99:.1f} ms",
        latency=f"{p50:.1f} / {p99:.1f}",
        answers=_answers(probes, done, lost),
        goal=f"p99 <= {GOAL_MS:g} ms",
        met=p99 <= GOAL_MS and not lost,
        details={"delays_ms": [each * 1e3 for each in delays], "lost": lost, "load": done and {
            "p50_ms": done.p50_ms, "p99_ms": done.p99_ms, "statuses": done.statuses, "alerts_per_s": done.alerts_per_s,
        }},
    )  # fmt: skip


async def _load(setup: Setup, router: RouterProgram, per_s: int, seconds: int) -> Run:
    """Other alerts, all of them new, in twenty incidents that are held."""
    batches = Batches(
        "api", "127.0.0.1", router.port, "/api/v2/alerts", 0, per_s * seconds, LOAD_BATCH, setup.now
    )  # fmt: skip
    process = LoadProcess(batches, connections=8, alerts_per_s=per_s)
    await process.prepare()
    return await process.run(router)


async def _probe(setup: Setup, router: RouterProgram, seconds: int) -> Probes:
    probes = Probes()
    reader, writer = await asyncio.open_connection("127.0.0.1", router.port)
    began = time.time()
    for number in range(int(seconds * PER_S)):
        await asyncio.sleep(max(0.0, began + number / PER_S - time.time()))
        name = f"Probe{number:05d}x"
        body = _body(setup, name, number)
        probes.sent_at[name] = time.time()
        writer.write(request("127.0.0.1", router.port, "/webhook/alertmanager", body))
        head = await reader.readuntil(b"\r\n\r\n")
        probes.statuses.add(head[9:12].decode())
        lines = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
        await reader.readexactly(int(lines.get("content-length", "0")))
    writer.close()
    return probes


def _body(setup: Setup, name: str, number: int) -> bytes:
    labels = {**labels_of(number * BLOCK), "alertname": name, "service": "probe", "probe": str(number % CHANNELS)}
    alert = {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"{name} was sent to measure"},
        "startsAt": rfc3339(setup.now),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": f"{number:016x}",
    }
    return json.dumps({"version": "4", "status": "firing", "receiver": "router", "alerts": [alert]}).encode()


async def _delays(probes: Probes, slack: SlackStandIn) -> list[float]:
    """Return the seconds from each webhook to the arrival of its message at Slack."""
    deadline = time.time() + LATE_S
    while True:
        arrived: dict[str, float] = {}
        for call in list(slack.calls):
            text = str(call.args) if call.method == "chat.postMessage" else ""
            at = text.find("Probe")
            if at >= 0:
                arrived.setdefault(text[at : at + 11], call.at)
        if len(arrived.keys() & probes.sent_at.keys()) == len(probes.sent_at) or time.time() > deadline:
            return [at - probes.sent_at[name] for name, at in arrived.items() if name in probes.sent_at]
        await asyncio.sleep(0.2)


def _answers(probes: Probes, done: Run | None, lost: int) -> str:
    bad = {status for status in probes.statuses if not status.startswith("2")}
    words = [f"probes: {sorted(bad)}"] if bad else []
    words += [f"load: {done.statuses}"] if done is not None and not done.all_2xx else []
    words += [f"{lost} pages missing"] if lost else []
    return "; ".join(words) or "all 2xx"
