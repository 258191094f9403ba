"""`alert-router report` from what is stored: in Redis, in the embedded Valkey of a router that runs, or of none."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.noise.weeks import week_of
from router.report.packing import unpack
from router.state import keys
from router.state.history.reviews import Reviews
from router.state.history.rollups import RollUps
from tests.support.history import happen
from tests.support.prometheus import free_port
from tests.support.service import RouterProcess
from tests.support.state import State, start_valkey
from tests.support.weekly_files import write_week

TOKYO = ZoneInfo("Asia/Tokyo")
ROOT = Path(__file__).parent.parent


@dataclass
class Said:
    """What a run of the command said."""

    code: int
    out: str
    error: str

    def review(self) -> Any:
        assert self.code == 0, self.error
        return unpack(self.out.encode())


Report = Callable[..., Awaitable[Said]]


@pytest.fixture
async def report(tmp_path: Path) -> Report:
    """Run the command in a process of its own; keywords are variables."""
    folder = write_week(tmp_path)

    async def run(*arguments: str, **environment: str) -> Said:
        usual = {name: value for name, value in os.environ.items() if not name.startswith(("ROUTER_", "REDIS_"))}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "router", "report", "--config", "router.yaml", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**usual, "PYTHONPATH": str(ROOT), **environment},
        )
        out, error = await process.communicate()
        return Said(process.returncode or 0, out.decode(), error.decode())

    return run


async def last_week(state: State) -> float:
    """Noon of a day in the week that is over, by the clock of the server."""
    now = (await state.client.time())[0]
    return week_of(now, TOKYO).before().start + 12 * 3_600


@pytest.fixture
async def fired(state: State) -> State:
    """A state whose router has started once; five firings of last week."""
    await state.client.set(keys.SCHEMA, 1)
    await happen(state, 5, at=await last_week(state))
    return state


async def test_the_last_week_comes_from_redis(fired: State, report: Report) -> None:
    said = await report("--format", "json", REDIS_URL=fired.url)
    review = said.review()
    week = week_of((await fired.client.time())[0], TOKYO).before().name
    assert (review.week, review.counts.firings, review.counts.pages) == (week, 5, 5)
    assert said.error == ""
    text = await report("--team", "sre", REDIS_URL=fired.url)
    assert (text.code, "HighErrors" in text.out) == (0, True)


async def test_a_router_without_history_has_an_empty_report(state: State, report: Report) -> None:
    await state.client.set(keys.SCHEMA, 1)
    for format_ in ("text", "json", "html", "slack"):
        said = await report("--format", format_, REDIS_URL=state.url)
        assert (said.code, said.error) == (0, "")
        assert said.out


async def test_store_keeps_reviews_charts_and_sums(fired: State, report: Report) -> None:
    """What the pages and the Slack report read; nothing is shown."""
    said = await report("--store", REDIS_URL=fired.url)
    assert (said.code, said.out) == (0, "")
    week = week_of((await fired.client.time())[0], TOKYO).before()
    reviews = Reviews(fired.scripts)
    for team in ("", "sre"):
        stored = await reviews.load(week.name, team)
        assert stored is not None
        assert unpack(stored.review).counts.firings == 5
    assert week.monday in await RollUps(fired.scripts).load(week.monday, week.sunday)


@pytest.mark.parametrize("week", ["2019", "2019-W99", "2099-W01"], ids=["no week", "none of that year", "to come"])
async def test_a_wrong_week_exits_2(fired: State, report: Report, week: str) -> None:
    said = await report("--week", week, REDIS_URL=fired.url)
    assert (said.code, said.out) == (2, "")
    assert "--week: " in said.error
    assert "Traceback" not in said.error


async def test_a_team_that_nobody_knows_exits_2(fired: State, report: Report) -> None:
    said = await report("--team", "nobody", REDIS_URL=fired.url)
    assert (said.code, said.out) == (2, "")
    assert "--team: there is no receiver 'nobody'; known are payments, sre" in said.error


async def test_the_week_of_a_team_without_firings_was_quiet(fired: State, report: Report) -> None:
    said = await report("--team", "payments", "--format", "json", REDIS_URL=fired.url)
    assert said.review().counts.firings == 0


async def test_a_redis_that_is_away_is_told_without_its_password(report: Report) -> None:
    said = await report(REDIS_URL=f"redis://:not-to-be-shown@127.0.0.1:{free_port()}")
    assert (said.code, said.out) == (1, "")
    assert said.error
    assert "Traceback" not in said.error
    assert "not-to-be-shown" not in said.error


async def test_where_no_router_ever_ran_it_says_what_to_do(report: Report, tmp_path: Path) -> None:
    said = await report()
    assert (said.code, said.out) == (1, "")
    assert said.error.startswith(
        "no router has stored anything in .data: run `alert-router serve` first, set REDIS_URL "
    )
    assert not (tmp_path / ".data").exists()


# --- the embedded Valkey


ALERT = json.dumps(
    {
        "version": "4",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "DiskSlow", "service": "shop"},
                "startsAt": "2026-01-01T00:00:00Z",
                "endsAt": "0001-01-01T00:00:00Z",
            }
        ],
    }
).encode()


@pytest.fixture
async def router(report: Report, tmp_path: Path) -> AsyncIterator[RouterProcess]:
    """A real `serve` on an embedded Valkey, which has had an alert."""
    async with RouterProcess(tmp_path / "router.yaml", tmp_path / ".data") as running:
        assert (await running.post("/webhook/alertmanager", ALERT))[0] == 202
        yield running


def this_week(rules: Any) -> list[str]:
    return [rule.rule for rule in rules.rules if rule.source == "alertmanager"]


async def test_beside_a_running_router_it_reads_what_that_has(router: RouterProcess, report: Report) -> None:
    week = json.loads((await report("--format", "json")).out)["week"]
    assert week
    said = await report("--format", "json", "--week", "2026-W01")
    assert this_week(said.review()) == ["DiskSlow"]
    assert await router.ready()


@pytest.mark.parametrize("hard", [False, True], ids=["stopped", "kill -9"])
async def test_after_the_router_has_gone_it_starts_the_server_and_stops_it_again(
    router: RouterProcess, report: Report, hard: bool
) -> None:
    """After kill -9 the address of a server that is gone still stands in the folder."""
    if hard:
        await asyncio.to_thread(router.kill)
    else:
        await asyncio.to_thread(router.stop)
    said = await report("--format", "json", "--week", "2026-W01")
    assert this_week(said.review()) == ["DiskSlow"]
    assert not (router.data / "address").exists()
    # Nothing runs any more that would keep the next router from the folder.
    server = await start_valkey(router.data)
    await server.stop()
