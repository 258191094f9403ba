"""How soon a silence is felt: from the answer to whoever makes it until its message in Slack says so."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from bench.setting import CHANNELS, HealthyPrometheus, channel_of, write_router
from router.testing import TOKEN, UNLIMITED, Channel, Message, SlackStandIn
from tests.support.service import RouterProcess
from tests.support.waiting import until

FELT_S = 1.0
LASTS_S = 5.5
"""A message is edited again 5 s after its last edit at the earliest."""
MUTED = "Muted"


def rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


async def silence(router: RouterProcess, rule: str, starts_at: float, ends_at: float) -> str:
    """Silence a rule; returns the silence's id."""
    wish = {
        "matchers": [{"name": "alertname", "value": rule, "isRegex": False, "isEqual": True}],
        "startsAt": rfc3339(starts_at), "endsAt": rfc3339(ends_at), "createdBy": "ada", "comment": "it is being mended",
    }  # fmt: skip
    status, body = await router.post("/api/v2/silences", orjson.dumps(wish))
    assert status == 200, body
    return str(orjson.loads(body)["silenceID"])


async def felt(message: Message, since: float, holds: Callable[[str], bool]) -> float:
    """The seconds from an instant to the edit since which a message says what it should."""
    await until(lambda: holds(message.text), f"the message changes: {message.text}", since + 10 - time.time())
    return message.edits[-1].at - since


def is_muted(text: str) -> bool:
    return text.startswith(MUTED)


def is_heard(text: str) -> bool:
    return not text.startswith(MUTED)


@pytest.mark.timeout(60)
async def test_a_silence_is_felt_within_a_second(tmp_path: Path) -> None:
    channels = [Channel("C0SRE"), *(Channel(channel_of(number)) for number in range(CHANNELS))]
    async with HealthyPrometheus() as prometheus, SlackStandIn(time.time, channels=channels, rates=UNLIMITED) as slack:
        slack_settings = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": slack.url}
        async with RouterProcess(
            write_router(tmp_path / "config", prometheus.url), tmp_path / "data", **slack_settings
        ) as router:
            labels = [{"alertname": f"Rule{n}", "service": "probe", "probe": str(n)} for n in range(3)]
            await router.post("/api/v2/alerts", orjson.dumps([{"labels": each} for each in labels]))
            await until(lambda: len(slack.messages) == 3, "three alerts are told", 10)
            by_hand, by_time, later = sorted(slack.messages, key=lambda message: message.channel)
            began = time.time()
            made = await silence(router, "Rule0", began, began + 3_600)
            delays = {"made": await felt(by_hand, time.time(), is_muted)}
            await silence(router, "Rule1", began, began + LASTS_S + 1.0)
            await silence(router, "Rule2", began + 2.0, began + 3_600)
            delays["begins at its time"] = await felt(later, began + 2.0, is_muted)
            await until(lambda: time.time() >= began + LASTS_S, "the edits before are old enough", 10)
            assert await router.delete(f"/api/v2/silence/{made}") == 200
            delays["ended by hand"] = await felt(by_hand, time.time(), is_heard)
            delays["ends at its time"] = await felt(by_time, began + LASTS_S + 1.0, is_heard)
    print({name: f"{delay * 1e3:.0f} ms" for name, delay in delays.items()})
    assert max(delays.values()) <= FELT_S, delays
