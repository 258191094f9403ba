"""The Lua scripts: read from their files once, called by SHA, sent again whenever Redis has forgotten them."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib import resources
from typing import Any, cast

from redis import exceptions as redis_errors
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from router.state.answers import Happened, classify, unavailable

Client = Redis | RedisCluster
Argument = str | bytes | int | float


@cache
def source(name: str) -> bytes:
    """Return a script's text: its shebang line, what all scripts share, then its own lines."""
    folder = resources.files("router.state") / "lua"
    shebang, _, body = (folder / f"{name}.lua").read_text().partition("\n")
    return f"{shebang}\n{(folder / 'lib.lua').read_text()}\n{body}".encode()


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
        for attempt in (1, 2):
            try:
                return await self._evaluate(name, keys, arguments)
            except (redis_errors.RedisError, OSError) as error:
                answer = classify(error)
                if answer.reconnect:
                    await self.forget_connections()
                if attempt == 2 or answer.happened is Happened.NO:
                    raise unavailable(error) from error
        raise AssertionError("unreachable: the second attempt returns or raises")

    async def _evaluate(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        client = cast(Redis, self.client)
        try:
            return await client.evalsha(sha(name), len(keys), *keys, *arguments)
        except redis_errors.NoScriptError:
            return await client.eval(source(name).decode(), len(keys), *keys, *arguments)

    async def forget_connections(self) -> None:
        """Drop pooled connections: after a failover they may all lead to the old primary."""
        if isinstance(self.client, Redis):
            await self.client.connection_pool.disconnect(inuse_connections=False)
