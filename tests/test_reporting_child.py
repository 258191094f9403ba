"""Computing in a process of its own: what it says of a failure is logged, and it does not outlive who waits for it."""

import asyncio
import os
from pathlib import Path

import pytest

from router.app.child import Child
from tests.support.waiting import until
from tests.test_config import MINIMAL


async def test_a_child_that_fails_is_told_with_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is stored in the data folder yet: the command says what to do about it."""
    monkeypatch.setenv("ROUTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    (tmp_path / "router.yaml").write_text(MINIMAL)
    assert not await Child(lambda: str(tmp_path / "router.yaml")).compute("2026-W47")
    said = capsys.readouterr().out
    assert "review_failed" in said
    assert "exit_code=1" in said
    assert "run `alert-router serve` first" in said


async def test_a_child_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    """A configuration that can never be read whole keeps it waiting; the router that stops does not wait with it."""
    fifo = tmp_path / "router.yaml"
    os.mkfifo(fifo)
    waiting = asyncio.create_task(Child(lambda: str(fifo)).compute("2026-W47"))
    await until(lambda: _children(str(fifo)), "the child runs", 10)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert _children(str(fifo)) == []


def _children(named: str) -> list[int]:
    """The processes whose command names a file."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if named in command:
            found.append(int(folder.name))
    return found
