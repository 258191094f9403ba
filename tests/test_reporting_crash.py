"""Weekly reports by real processes: three replicas, kill -9 in the middle, and the computing beside them."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from router.noise.weeks import Week, week_of
from router.report.packing import pack, unpack
from router.slack.weekly import thread
from router.state.history.posts import Posts
from router.state.history.reviews import Reviews
from router.testing import TOKEN, Channel, SlackStandIn, faults
from tests.support.reviews import usual
from tests.support.service import RouterProcess
from tests.support.state import State
from tests.support.waiting import until

UTC_ZONE = ZoneInfo("UTC")
POST = "chat.postMessage"
CONFIG = """\
sources:
  alertmanager: {{type: alertmanager}}
route: {{receiver: sre}}
receivers:
  - name: sre
    slack: {{channel: C0SRE}}
report: {{channel: C0REPORTS, weekday: {weekday}, time: "{time}"}}
"""


def due_now(folder: Path) -> tuple[Path, Week]:
    """A configuration whose report became due two minutes ago, and the week that it tells."""
    at = time.time() - 120
    moment = datetime.fromtimestamp(at, UTC)
    path = folder / "router.yaml"
    path.write_text(CONFIG.format(weekday=f"{moment:%A}".lower(), time=f"{moment:%H:%M}"))
    return path, week_of(at, UTC_ZONE).before()


async def ran_before(state: State) -> None:
    """The router was started for the first time a month ago."""
    await Posts(state.scripts, "earlier").since(time.time() - 30 * 86_400.0)


async def test_three_replicas_post_once_though_the_one_that_posts_is_killed(state: State, tmp_path: Path) -> None:
    """The first replica dies while Slack's answer to the second part is under way; another one ends the report."""
    config, week = due_now(tmp_path)
    review = replace(usual(), week=week.name, start=week.start, end=week.end, zone="UTC", as_of=time.time())
    replies = [each.text for each in thread(review, "en")]
    await ran_before(state)
    await Reviews(state.scripts).store(week.name, "", pack(review), {}, review.as_of)
    async with SlackStandIn(time.time, channels=[Channel("C0SRE", "sre"), Channel("C0REPORTS", "reports")]) as slack:
        slack.script(POST, None, faults.hang(stored=True))
        environment = {"REDIS_URL": state.url, "SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": slack.url}
        replicas = [RouterProcess(config, tmp_path / f"replica-{number}", **environment) for number in range(3)]
        first, *others = replicas
        async with AsyncExitStack() as running:
            await first.start()
            await until(lambda: len(slack.posts("C0REPORTS")) == 2, "two parts are posted", 30)
            for replica in others:
                await running.enter_async_context(replica)
            await asyncio.to_thread(first.kill)
            await until(lambda: len(slack.posts("C0REPORTS")) == 1 + len(replies), "all parts are posted", 60)
            await until(lambda: _posted(others), "a replica says that it posted the report", 30)
        async with cast(Redis, state.scripts.client).monitor() as heard:
            await asyncio.to_thread(first.spawn)
            await _asked_for(heard, f"ar:{{post:{week.name}}}:")
            await asyncio.to_thread(first.stop)
        root, *rest = slack.posts("C0REPORTS")
        assert not root.thread_ts
        assert [each.text for each in rest] == replies
        assert {each.thread_ts for each in rest} == {root.ts}
        assert len(slack.messages) == 1 + len(replies)
        slack.assert_clean()


async def _asked_for(heard: Monitor, key: str) -> None:
    """Return once the only router that runs has read whether the report is posted."""
    async with asyncio.timeout(30):
        while key not in (await heard.next_command())["command"]:
            pass


async def _posted(replicas: list[RouterProcess]) -> bool:
    return sum([await each.metric("alert_router_reports_total", result="posted") for each in replicas]) == 1


async def test_without_a_token_the_report_is_computed_beside_and_shown_in_the_terminal(
    state: State, tmp_path: Path
) -> None:
    config, week = due_now(tmp_path)
    await ran_before(state)
    async with RouterProcess(config, tmp_path / "data", REDIS_URL=state.url) as router:
        await until(lambda: "Wolf report" in router.screen.read_text(encoding="utf-8"), "the report is shown", 40)
        await until(lambda: _posted([router]), "it is counted", 10)
        assert "C0REPORTS" in router.screen.read_text(encoding="utf-8")
    stored = await Reviews(state.scripts).load(week.name, "")
    assert stored is not None
    assert unpack(stored.review).week == week.name
    assert (await Posts(state.scripts, "test").load(week.name, "")).finished
