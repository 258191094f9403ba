"""The people's process: sends clicks that were signed before, at their pace, and measures each answer.

    python -m bench.clicks '{"host": "127.0.0.1", "port": 8080, "file": "...", "per_s": 20}'

Like `bench.load` it does nothing but system calls while the clock runs. Prints "ready", waits for a line, then prints
one line of JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Load
from bench.processes import ROOT
from bench.progress import BenchError

CONNECTIONS = 8
LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Clicked:
    """What became of clicks: when the first was sent (Unix s; the others follow at their pace), and the answers."""

    began: float
    latencies_ms: list[float]
    statuses: dict[str, int]

    @property
    def all_200(self) -> bool:
        """Whether Slack would be content with every answer."""
        return set(self.statuses) == {"200"}


async def click(port: int, requests: Sequence[bytes], per_s: float, folder: Path) -> Clicked:
    """Send requests from a process of its own, and return what became of them once the last answer is there."""
    path = folder / "clicks"
    path.write_bytes(b"".join(len(each).to_bytes(LENGTH_BYTES, "big") + each for each in requests))
    job = {"host": "127.0.0.1", "port": port, "file": str(path), "per_s": per_s}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.clicks", json.dumps(job),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate(b"\n")
    if process.returncode:
        raise BenchError("the click process ended early; its complaint stands above")
    return Clicked(**json.loads(said.splitlines()[-1]))


def read(path: Path) -> list[bytes]:
    """Return the requests of a file that `click` wrote."""
    left, requests = path.read_bytes(), []
    while left:
        end = LENGTH_BYTES + int.from_bytes(left[:LENGTH_BYTES], "big")
        requests.append(left[LENGTH_BYTES:end])
        left = left[end:]
    return requests


def main(job: dict[str, str]) -> None:
    """Prepare, wait for the word, send, and print what was measured."""
    address = (job["host"], int(job["port"]))
    load = Load(address, read(Path(job["file"])), CONNECTIONS, 1.0 / float(job["per_s"]))
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    load.run()
    answers = {str(status): count for status, count in load.statuses.items()}
    print(json.dumps({"began": began, "latencies_ms": [each * 1e3 for each in load.latencies], "statuses": answers}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
