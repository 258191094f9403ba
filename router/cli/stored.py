"""What the router has stored, for commands beside it: in Redis, or in the embedded Valkey, running or not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from router.config.values import Environment
from router.errors import UnavailableError
from router.state import keys
from router.state.clock import RedisClock
from router.state.connect import connect
from router.state.embedded import Embedded, address_in, holds_data
from router.state.entries import SCHEMA_VERSION
from router.state.scripts import Scripts


@dataclass(frozen=True, slots=True)
class Stored:
    """An open connection and the clock of its server."""

    scripts: Scripts
    clock: RedisClock


@asynccontextmanager
async def opened(environment: Environment) -> AsyncIterator[Stored]:
    """Open what is stored; raises UnavailableError that says what to do when there is nothing, or it cannot be read."""
    folder = Path(environment.data_dir)
    url = environment.redis_url or await _running(folder)
    if url:
        async with _connected(url) as stored:
            await _check(stored, "the Redis of REDIS_URL" if environment.redis_url else str(folder))
            yield stored
        return
    if not holds_data(folder):
        raise _empty(str(folder))
    embedded = Embedded(folder)
    await embedded.start()
    try:
        async with _connected(embedded.url) as stored:
            await _check(stored, str(folder))
            yield stored
    finally:
        await embedded.stop()


async def _check(stored: Stored, where: str) -> None:
    """What is not there, or written by another version, is no quiet week."""
    [schema] = await stored.scripts.read([("GET", keys.SCHEMA)])
    if schema is None:
        raise _empty(where)
    if schema.decode() != str(SCHEMA_VERSION):
        problem = f"the data in {where} is of schema {schema.decode()}, this command reads {SCHEMA_VERSION}"
        raise UnavailableError(f"{problem}: run the version that wrote it", code="schema")


def _empty(where: str) -> UnavailableError:
    return UnavailableError(
        f"no router has stored anything in {where}: run `alert-router serve` first, set REDIS_URL or ROUTER_DATA_DIR "
        "to where it did, or name a file with --history",
        code="nothing_stored",
    )


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Stored]:
    client = connect(url)
    try:
        clock = RedisClock(client)
        await clock.sync()
        yield Stored(Scripts(client), clock)
    finally:
        await client.aclose()


async def _running(folder: Path) -> str:
    """Return where the embedded server of a running router listens, "" when none answers."""
    url = address_in(folder)
    if url is None:
        return ""
    try:
        async with _connected(url):
            return url
    except UnavailableError:
        return ""
