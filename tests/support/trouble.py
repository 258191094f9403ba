"""Recipes that make a real server answer what it answers in trouble, and that end the trouble."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import exceptions as redis_errors
from redis.asyncio import Redis

from tests.support.state import State
from tests.support.waiting import until

PASSWORD = "s3cret-canary"
ENDLESS = "local n = 0 while true do n = n + 1 end"


@dataclass
class Trouble:
    """A server of one's own, its process, a client that may do everything, and the router's state on it."""

    process: asyncio.subprocess.Process
    admin: Redis
    state: State
    folder: Path
    begun: list[asyncio.Task[Any]]


# --- recipes: how to make the server answer so, and how to end it


async def full(on: Trouble) -> None:
    await on.admin.config_set("maxmemory", 1)


async def roomy(on: Trouble) -> None:
    await on.admin.config_set("maxmemory", 0)


async def replica(on: Trouble) -> None:
    await on.admin.replicaof("127.0.0.1", 1)


async def orphan(on: Trouble) -> None:
    await on.admin.config_set("replica-serve-stale-data", "no")
    await on.admin.replicaof("127.0.0.1", 1)


async def primary(on: Trouble) -> None:
    await on.admin.replicaof("NO", "ONE")


async def lonely(on: Trouble) -> None:
    await on.admin.config_set("min-replicas-to-write", 1)


async def content(on: Trouble) -> None:
    await on.admin.config_set("min-replicas-to-write", 0)


async def busy(on: Trouble) -> None:
    spinning = Redis(host="127.0.0.1", port=on.admin.connection_pool.connection_kwargs["port"], socket_timeout=30)
    on.begun.append(asyncio.create_task(_spin(spinning)))

    async def is_busy() -> bool:
        try:
            await on.admin.ping()
        except redis_errors.ResponseError:
            return True
        return False

    await until(is_busy, "the script to block the server", 5)


async def _spin(client: Redis) -> None:
    with contextlib.suppress(redis_errors.RedisError):
        await client.eval(ENDLESS, 0)
    await client.aclose()


async def killed_script(on: Trouble) -> None:
    await on.admin.script_kill()


async def broken_disk(on: Trouble) -> None:
    """A snapshot that cannot take its place: its name is a folder."""
    (on.folder / "dump.rdb" / "full").mkdir(parents=True)
    await on.admin.config_set("save", "3600 1000000")
    await on.admin.bgsave()

    async def failed() -> bool:
        return (await on.admin.info("persistence"))["rdb_last_bgsave_status"] == "err"

    await until(failed, "the snapshot to fail", 5)


async def mended_disk(on: Trouble) -> None:
    await on.admin.config_set("save", "")


async def locked(on: Trouble) -> None:
    await on.admin.config_set("requirepass", PASSWORD)
    await on.admin.client_kill_filter(_type="normal", skipme=True)


async def unlocked(on: Trouble) -> None:
    await on.admin.config_set("requirepass", "")


async def forbidden(on: Trouble) -> None:
    await on.admin.execute_command("ACL", "SETUSER", "default", "-evalsha", "-eval")


async def allowed(on: Trouble) -> None:
    await on.admin.execute_command("ACL", "SETUSER", "default", "+@all")


async def foreign_key(on: Trouble) -> None:
    for partition in range(16):
        await on.admin.set(f"ar:{{{partition}}}:i:incident-b", "something else")


async def own_key(on: Trouble) -> None:
    for partition in range(16):
        await on.admin.delete(f"ar:{{{partition}}}:i:incident-b")


async def crowded(on: Trouble) -> None:
    await on.admin.config_set("maxclients", 1)
    await on.admin.client_kill_filter(_type="normal", skipme=True)


async def quiet(on: Trouble) -> None:
    await on.admin.config_set("maxclients", 1000)


async def stopped(on: Trouble) -> None:
    on.process.send_signal(signal.SIGSTOP)


async def resumed(on: Trouble) -> None:
    on.process.send_signal(signal.SIGCONT)


async def paused(on: Trouble) -> None:
    await on.admin.client_pause(60_000, all=False)


async def unpaused(on: Trouble) -> None:
    await on.admin.client_unpause()


Recipe = Callable[[Trouble], Awaitable[None]]
REFUSED: list[tuple[str, Recipe, Recipe]] = [
    ("oom", full, roomy),
    ("readonly", replica, primary),
    ("noreplicas", lonely, content),
    ("busy", busy, killed_script),
    ("misconf", broken_disk, mended_disk),
    ("noauth", locked, unlocked),
    ("noperm", forbidden, allowed),
    ("connections", crowded, quiet),
    ("wrongtype", foreign_key, own_key),
]
UNKNOWN: list[tuple[str, Recipe, Recipe]] = [("stopped", stopped, resumed), ("paused", paused, unpaused)]
