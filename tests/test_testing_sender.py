"""The test senders behave like Alertmanager and Prometheus when the router answers badly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from router.testing import VirtualClock
from router.testing.firing import accepted
from router.testing.sender import Alertmanager, Prometheus, drive, http_door

LABELS = {"alertname": "HighErrorRate", "service": "checkout"}


class Answers:
    """A door that answers as scripted, then with the last status for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[Any] = []

    async def __call__(self, body: bytes) -> int:
        self.bodies.append(json.loads(body))
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


def times(sender: Alertmanager | Prometheus, clock_start: float) -> list[float]:
    return [round(sent.at - clock_start, 3) for sent in sender.sent]


def told(sender: Alertmanager | Prometheus) -> list[list[str]]:
    return [[each.status for each in sent.told] for sent in sender.sent]


def alertmanager(*statuses: int, **options: Any) -> tuple[Alertmanager, VirtualClock, Answers]:
    clock, door = VirtualClock(), Answers(*statuses)
    return Alertmanager(door, clock, **options), clock, door


async def run(clock: VirtualClock, senders: Iterable[Any], seconds: float) -> None:
    await drive(clock, list(senders), clock() + seconds)


async def test_a_group_waits_then_is_told_once():
    sender, clock, door = alertmanager(202)
    start = clock()
    sender.fire(LABELS, {"summary": "5xx"})
    await run(clock, [sender], 3_600)
    assert times(sender, start) == [30.0]
    [body] = door.bodies
    assert (body["version"], body["status"]) == ("4", "firing")
    [alert] = body["alerts"]
    assert (alert["labels"], alert["endsAt"]) == (LABELS, "0001-01-01T00:00:00Z")
    assert len(alert["fingerprint"]) == 16
    assert clock() == start + 3_600


@pytest.mark.parametrize("status", [500, 503, 0], ids=["500", "503", "no answer"])
async def test_5xx_and_silence_are_retried_with_growing_pauses_until_it_works(status: int):
    sender, clock, _ = alertmanager(status, status, status, 202)
    start = clock()
    sender.fire(LABELS)
    await run(clock, [sender], 290)
    assert times(sender, start) == [30.0, 30.5, 31.25, 32.375]
    assert len(accepted(sender.sent)) == 1


@pytest.mark.parametrize("status", [400, 401, 413, 429])
async def test_4xx_is_not_retried_before_the_next_flush(status: int):
    sender, clock, _ = alertmanager(status)
    start = clock()
    sender.fire(LABELS)
    await run(clock, [sender], 640)
    assert times(sender, start) == [30.0, 330.0, 630.0]
    assert accepted(sender.sent) == []


async def test_retries_end_with_the_next_flush_which_tells_the_state_of_that_moment():
    sender, clock, door = alertmanager(503)
    start = clock()
    firing = sender.fire(LABELS)
    await run(clock, [sender], 200)
    sender.fire(LABELS | {"pod": "b"})
    door.statuses = [202]
    del sender.sent[:]
    await run(clock, [sender], 130)
    assert times(sender, start)[-1] == 330.0
    assert len(sender.sent[-1].told) == 2
    assert firing.ends_at is None


async def test_an_alert_that_fired_and_resolved_while_refused_is_never_told():
    """The trap of Alertmanager: a group whose first notification would be only-resolved is not sent."""
    sender, clock, door = alertmanager(400)
    firing = sender.fire(LABELS)
    await run(clock, [sender], 60)
    sender.resolve(firing)
    door.statuses = [202]
    await run(clock, [sender], 3_600)
    assert told(sender) == [["firing"]]
    assert sender.due_at() is None


async def test_resolved_is_told_once_and_the_group_ends():
    sender, clock, _ = alertmanager(202)
    firing = sender.fire(LABELS)
    await run(clock, [sender], 60)
    sender.resolve(firing)
    await run(clock, [sender], 6 * 3_600)
    assert told(sender) == [["firing"], ["resolved"]]
    assert sender.due_at() is None


async def test_a_firing_group_is_repeated_after_its_repeat_interval():
    sender, clock, _ = alertmanager(202, repeat_interval_s=3_600)
    start = clock()
    sender.fire(LABELS)
    await run(clock, [sender], 7_300)
    assert times(sender, start) == [30.0, 3_630.0, 7_230.0]


async def test_firing_an_alert_that_fires_changes_nothing_and_firing_it_again_is_a_new_firing():
    sender, clock, _ = alertmanager(202)
    first = sender.fire(LABELS)
    assert sender.fire(LABELS) is first
    await run(clock, [sender], 60)
    sender.resolve(first)
    await run(clock, [sender], 300)
    again = sender.fire(LABELS)
    await run(clock, [sender], 60)
    assert again.starts_at > first.starts_at
    assert told(sender) == [["firing"], ["resolved"], ["firing"]]


async def test_prometheus_sends_a_firing_alert_each_minute_and_a_resolved_one_for_fifteen():
    clock, door = VirtualClock(), Answers(200)
    sender = Prometheus(door, clock)
    firing = sender.fire(LABELS)
    await run(clock, [sender], 150)
    assert len(sender.sent) == 3
    [alert] = door.bodies[0]
    assert alert["endsAt"] == "2025-10-09T08:57:20.000Z"
    sender.resolve(firing)
    await run(clock, [sender], 3_600)
    assert told(sender) == [["firing"]] * 3 + [["resolved"]] * 16
    assert sender.due_at() is None


async def test_prometheus_does_not_retry_but_comes_again():
    clock, door = VirtualClock(), Answers(503, 0, 200)
    sender = Prometheus(door, clock)
    start = clock()
    sender.fire(LABELS)
    await run(clock, [sender], 130)
    assert times(sender, start) == [0.0, 60.0, 120.0]
    assert [sent.status for sent in sender.sent] == [503, 0, 200]


async def test_prometheus_sends_batches_of_256():
    clock, door = VirtualClock(), Answers(200)
    sender = Prometheus(door, clock)
    for number in range(600):
        sender.fire(LABELS | {"pod": str(number)})
    await sender.act()
    assert [len(body) for body in door.bodies] == [256, 256, 88]
    assert len(accepted(sender.sent)) == 600


async def test_senders_are_driven_together_in_the_order_of_time():
    clock = VirtualClock()
    order: list[str] = []

    def door(name: str) -> Any:
        async def knock(_: bytes) -> int:
            order.append(f"{name}@{clock() - 1_760_000_000.0:.0f}")
            return 200

        return knock

    first, second = Alertmanager(door("am"), clock), Prometheus(door("prom"), clock)
    first.fire(LABELS)
    second.fire(LABELS)
    await run(clock, [first, second], 70)
    assert order == ["prom@0", "am@30", "prom@60"]


async def test_the_door_is_real_http_and_no_answer_is_zero():
    seen: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.headers["Authorization"], await request.text()))
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/webhook/am", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook/am"
        door = http_door(session, url, bearer="t")
        assert await door(b"{}") == 202
        await runner.cleanup()
        assert await door(b"{}") == 0
    assert seen == [("Bearer t", "{}")]
