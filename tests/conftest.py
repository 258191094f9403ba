"""Shared fixtures: a real Valkey, emptied for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.state import State, open_state, start_valkey


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded server for the whole run."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(start_valkey(tmp_path_factory.mktemp("valkey")))
    yield server.url
    loop.run_until_complete(server.stop())
    loop.close()


@pytest.fixture
async def state(valkey_url: str) -> AsyncIterator[State]:
    """The state rooms on an emptied server, with a clock moved by hand."""
    async with open_state(valkey_url) as opened:
        yield opened
