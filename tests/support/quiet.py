"""Silences in a world whose clock is moved by hand, and what people see of the incidents that they meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from router.alert import parse_matchers
from router.gate import Reason
from router.incident import Order, Phase, Say
from router.mute import Silence, expired
from tests.support.state import START
from tests.support.world import CONFIG, World, open_world

HOUR_S = 3_600.0
BURNS = (START - 600, float("inf"), 0.30)
_NUMBERS = count(1)


@asynccontextmanager
async def open_accounted(url: str, folder: Path, mode: str = "enforce", config: str = CONFIG) -> AsyncIterator[World]:
    """A world in which every firing is accounted for when the test is over."""
    async with open_world(url, folder, mode, config=config) as world:
        yield world
        assert await world.unaccounted() == 0


async def silenced(world: World, matchers: str, lasts_s: float = HOUR_S, *, in_s: float = 0.0) -> Silence:
    """Somebody makes a silence; incidents are looked at at once."""
    silence = await unheard_of(world, matchers, lasts_s, in_s=in_s)
    await world.engine.mutes.wake(world.clock.now())
    await world.engine.settle()
    return silence


async def unheard_of(world: World, matchers: str, lasts_s: float = HOUR_S, *, in_s: float = 0.0) -> Silence:
    """A silence is stored, and whoever should have woken the incidents died."""
    now = world.clock.now()
    name, begins = f"silence-{next(_NUMBERS)}", now + in_s
    silence = Silence(name, parse_matchers(matchers), begins, begins + lasts_s, "sato", "load test", now)
    assert await world.engine.silences.put(silence, before=None)
    return silence


async def heard_again(world: World, silence: Silence) -> None:
    """Somebody ends a silence; incidents are looked at at once."""
    now = world.clock.now()
    assert await world.engine.silences.put(expired(silence, now), before=silence.updated_at)
    await world.engine.mutes.wake(now)
    await world.engine.settle()


async def wait(world: World, seconds: float) -> None:
    """Time passes, and nothing happens but what incidents are due for by themselves."""
    world.clock.advance(seconds)
    await world.engine.settle()


async def held(world: World) -> int:
    """How many firings nobody has decided about."""
    return (await world.engine.board.audit(world.clock.now())).held


def root(world: World) -> Order:
    """The only root message that is no notice, as it reads now."""
    [newest] = roots(world).values()
    return newest


def roots(world: World) -> dict[str, Order]:
    """Root messages that are no notices, as they read now, by their channel (or channel and title)."""
    newest = {receipt.ts: None for receipt in world.slack.receipts.values()}
    found: dict[Any, Order] = {}
    for order in world.slack.orders:
        if order.view.say is Say.ROOT and order.view.notice is None:
            ts = order.ts or world.slack.receipts[order.delivery_id].ts
            assert ts in newest
            found[ts] = order
    return found


def seen(order: Order) -> tuple[Phase, int, int, list[tuple[Reason, str]]]:
    """What a message says of quiet: its phase, alerts that fire, those kept quiet, and by what."""
    view = order.view
    return view.phase, view.alerts_firing, view.alerts_muted, [(each.reason, each.name) for each in view.muted_by]


def calls(world: World) -> list[Any]:
    """Why people were called again, in order."""
    return [order.view.call for order in world.slack.posts(Say.BROADCAST)]
