"""The Lua scripts: read from their files once, called by SHA, sent again whenever Redis has forgotten them."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from hashlib import sha1
from importlib import resources
from typing import Any, TypeVar, cast

from redis import exceptions as redis_errors
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from router.state.answers import ERRORS, classify, unavailable
from router.state.keys import PREFIXES

T = TypeVar("T")
Client = Redis | RedisCluster
Argument = str | bytes | int | float
SHARED = {
    "accept": ("lib", "change"),
    "expire": ("lib", "change"),
    "mute": ("lib", "change", "row"),
    "claim": ("lib", "row"),
    "commit": ("lib",),
    "act": ("lib",),
    "rewake": ("lib",),
    "incidents": ("lib", "row"),
    "audit": ("lib",),
    "wake": ("lib",),
    "quiet": ("lib",),
    "advance": ("lib",),
}
"""What stands before a script's own lines: files of the same folder."""


@cache
def source(name: str) -> bytes:
    """Return a script's text: its shebang line, what it shares with others, then its own lines."""
    folder = resources.files("router.state") / "lua"
    shebang, _, body = (folder / f"{name}.lua").read_text("utf-8").partition("\n")
    shared = [(folder / f"{each}.lua").read_text("utf-8") for each in SHARED.get(name, ())]
    return "\n".join([shebang, *shared, body]).encode()


@cache
def sha(name: str) -> str:
    """Return the digest Redis knows a script by (EVALSHA)."""
    return sha1(source(name), usedforsecurity=False).hexdigest()


class Scripts:
    """Calls scripts on one client. Every script is idempotent, so a call whose fate is unknown is run once more."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run one script; raises UnavailableError when Redis cannot or will not."""
        return await self.twice(lambda: self._evaluate(name, keys, arguments))

    async def run_everywhere(
        self, name: str, arguments: Sequence[Argument], prefixes: Sequence[str] = PREFIXES
    ) -> list[Any]:
        """Run one script in every partition in one round trip; ARGV begins with the partition's prefix.

        Raises UnavailableError; partitions may have been served then.
        """
        commands = [("EVALSHA", sha(name), 1, f"{prefix}due", prefix, *arguments) for prefix in prefixes]
        return await self.twice(lambda: self._pipeline(commands, name))

    async def read(self, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
        """Send reading commands in one round trip (on a cluster one for each node); raises UnavailableError."""
        return await self.twice(lambda: self._pipeline(commands))

    async def twice(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what an attempt returns, the second where the first broke off; raises UnavailableError."""
        try:
            return await attempt()
        except ERRORS as error:
            if not await self._mend(error):
                raise unavailable(error) from error
        try:
            return await attempt()
        except ERRORS as error:
            await self._mend(error)
            raise unavailable(error) from error

    async def load(self, name: str) -> None:
        """Make Redis know a script (on a cluster every primary)."""
        await cast(Any, self.client).script_load(source(name).decode())

    async def _evaluate(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        client = cast(Redis, self.client)
        try:
            return await client.evalsha(sha(name), len(keys), *keys, *arguments)
        except redis_errors.NoScriptError:
            return await client.eval(source(name).decode(), len(keys), *keys, *arguments)

    async def _pipeline(self, commands: Sequence[tuple[Argument, ...]], script: str = "") -> list[Any]:
        replies = await self._replies(commands)
        if any(isinstance(reply, redis_errors.NoScriptError) for reply in replies):
            await self.load(script)
            replies = await self._replies(commands)
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        return replies

    async def _replies(self, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
        pipeline = cast(Any, self.client).pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return cast(list[Any], await pipeline.execute(raise_on_error=False))

    async def _mend(self, error: BaseException) -> bool:
        """Do what an error asks for before the next call; returns whether to try once more at once."""
        answer = classify(error)
        if answer.reconnect:
            await self._forget_connections()
        return answer.again

    async def _forget_connections(self) -> None:
        """Drop idle connections and the cluster's map: after a failover they may all lead to the old primary."""
        if isinstance(self.client, RedisCluster):
            await self.client.aclose()
        else:
            await self.client.connection_pool.disconnect(inuse_connections=False)
