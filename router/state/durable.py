"""Writes that have reached the disk before anybody is answered: level L2 waits with WAITAOF, level L1 does not.

WAITAOF counts only for the connection that wrote, so it is the last command of the same pipeline.
"""

from collections.abc import Sequence
from typing import Any, cast

from redis import exceptions as redis_errors
from redis.asyncio.cluster import RedisCluster

from router.errors import UnavailableError
from router.state.answers import WAITAOF
from router.state.scripts import Argument, Client, Scripts, sha

WAITAOF_MS = 1_000
Call = tuple[str, Sequence[Argument]]
"""A script call: the key that names its slot, and ARGV."""


class Durable:
    """Calls scripts that write, at one durability level."""

    def __init__(self, scripts: Scripts, durability: str) -> None:
        self._scripts = scripts
        self._durability = durability
        self.round_trips = 0
        """Pipelines sent so far."""

    async def run(self, name: str, key: str, arguments: Sequence[Argument]) -> Any:
        """Run one script on one key; raises UnavailableError when it is not certain that it is stored."""
        [reply] = await self.run_all(name, [(key, arguments)])
        return reply

    async def run_all(self, name: str, calls: Sequence[Call]) -> list[Any]:
        """Run one script several times in one round trip, twice where the fate of that is unknown.

        Raises UnavailableError; some calls may have taken effect then.
        """
        return await self._scripts.twice(lambda: self._send(name, calls))

    async def _send(self, name: str, calls: Sequence[Call]) -> list[Any]:
        replies = await self._pipeline(name, calls)
        if any(isinstance(reply, redis_errors.NoScriptError) for reply in replies):
            await self._scripts.load(name)
            replies = await self._pipeline(name, calls)
        for reply in replies[: len(calls)]:
            if isinstance(reply, Exception):
                raise reply
        for confirmed in replies[len(calls) :]:
            await self._confirm(confirmed)
        return replies[: len(calls)]

    async def _pipeline(self, name: str, calls: Sequence[Call]) -> list[Any]:
        client = self._scripts.client
        if isinstance(client, RedisCluster):
            await cast(Any, client).initialize()
        pipeline = cast(Any, client).pipeline(transaction=False)
        for key, argv in calls:
            pipeline.execute_command("EVALSHA", sha(name), 1, key, *argv)
        if self._durability == "L2":
            for target in _writers(client, calls):
                pipeline.execute_command("WAITAOF", 1, 0, WAITAOF_MS, **target)
        self.round_trips += 1
        # A redirected call would be written by another connection than the one that waits for the disk.
        redirects = {"allow_redirections": False} if isinstance(client, RedisCluster) else {}
        return cast(list[Any], await pipeline.execute(raise_on_error=False, **redirects))

    async def _confirm(self, answer: Any) -> None:
        """Check WAITAOF's answer; a server without it must have been set to fsync before it answers."""
        if not isinstance(answer, Exception):
            if answer[0] < 1:
                raise UnavailableError("Redis did not confirm the write to disk within 1 s (level L2)", code="waitaof")
            return
        if "unknown command" not in str(answer):
            raise answer
        settings = await cast(Any, self._scripts.client).config_get("appendonly", "appendfsync")
        if [settings.get(name) for name in ("appendonly", "appendfsync")] not in (
            ["yes", "always"],
            [b"yes", b"always"],
        ):
            raise UnavailableError(f"Redis cannot serve now: {WAITAOF.hint}", code=WAITAOF.code)


def _writers(client: Client, calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Return where to wait for the disk: the one server, or each node of a cluster that one of the calls goes to."""
    if not isinstance(client, RedisCluster):
        return [{}]
    nodes = {node.name: node for node in (client.get_node_from_key(key) for key, _ in calls) if node is not None}
    return [{"target_nodes": node} for node in nodes.values()]
