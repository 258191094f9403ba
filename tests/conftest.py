"""Shared fixtures: a real Valkey, emptied for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.support.programs import need
from tests.support.state import State, open_state, run_server, start_valkey


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded server for the whole run."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(start_valkey(tmp_path_factory.mktemp("valkey")))
    yield server.url
    loop.run_until_complete(server.stop())
    loop.close()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Redis (the distribution's, the oldest that is supported) for the whole run."""
    program = need("redis-server", "redis-server")
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    server = run_server(program, tmp_path_factory.mktemp("redis"), "--appendonly", "yes")
    _, port = loop.run_until_complete(stack.enter_async_context(server))
    yield f"redis://127.0.0.1:{port}/0"
    loop.run_until_complete(stack.aclose())
    loop.close()


@pytest.fixture
async def state(valkey_url: str) -> AsyncIterator[State]:
    """The state rooms on an emptied server, with a clock moved by hand."""
    async with open_state(valkey_url) as opened:
        yield opened
