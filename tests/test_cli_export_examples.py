"""Every example in the help of `report` and `export` works as it stands there."""

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from router.cli import build_parser, export, report
from router.noise.weeks import week_of
from router.state import keys
from tests.support.history import happen
from tests.support.prometheus import free_port
from tests.support.state import State
from tests.support.waiting import until
from tests.support.weekly_files import write_week

LINES = [
    line for text in (export.EXAMPLES, report.EXAMPLES) for line in text.splitlines() if line.startswith("  alert")
]
TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass
class Desk:
    """Where somebody types: a folder with the files of the examples, a Redis and an S3 bucket."""

    folder: Path
    environment: dict[str, str]
    week: str


@pytest.fixture
async def desk(state: State, tmp_path: Path) -> AsyncIterator[Desk]:
    folder = write_week(tmp_path)
    (folder / "history.jsonl").rename(folder / "november.jsonl")
    (folder / "bin").mkdir()
    (folder / "bin/alert-router").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m router "$@"\n', encoding="utf-8")
    (folder / "bin/alert-router").chmod(0o700)
    await state.client.set(keys.SCHEMA, 1)
    last = week_of((await state.client.time())[0], TOKYO).before()
    await happen(state, 5, at=last.start + 3_600)
    port = free_port()
    environment = {
        **os.environ,
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "ROUTER_CONFIG": "router.yaml",
        "REDIS_URL": state.url,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "writer",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    yield Desk(folder, environment, last.name)


async def bucket(url: str) -> None:
    """Wait for moto's S3, and make the bucket of the example."""

    async def made() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.put(f"{url}/bucket") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    await until(made, "the bucket is there", 30)


@pytest.mark.parametrize("line", LINES, ids=[" ".join(shlex.split(line, comments=True)[1:]) for line in LINES])
async def test_an_example_works(desk: Desk, line: str) -> None:
    """What it redirects is not empty. A week of Redis is the last one: the clock is real."""
    typed = line if "--history" in line else line.replace("2026-W47", desk.week)
    before = set(desk.folder.iterdir())
    if "s3://" in line:
        url = desk.environment["AWS_ENDPOINT_URL"]
        server = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", url.rpartition(":")[2]]
        with subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            await bucket(url)
            done = await typing(desk, typed)
            running.terminate()
    else:
        done = await typing(desk, typed)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if ">" in line:
        assert all(path.stat().st_size for path in set(desk.folder.iterdir()) - before)
    assert done.stdout or ">" in line or "--output" in line


async def typing(desk: Desk, line: str) -> "subprocess.CompletedProcess[str]":
    return await asyncio.to_thread(
        lambda: subprocess.run(
            line, shell=True, cwd=desk.folder, env=desk.environment, capture_output=True, text=True, check=False
        )
    )


def test_the_commands_of_the_page_have_the_options_of_the_program() -> None:
    page = (Path(__file__).parent.parent / "docs/export.md").read_text(encoding="utf-8").replace("\\\n", "")
    typed = [line for line in page.splitlines() if line.startswith("alert-router ")]
    assert len(typed) >= 6
    for line in typed:
        words = shlex.split(line, comments=True)[1:]
        assert build_parser().parse_args(words[: words.index(">")] if ">" in words else words).run
