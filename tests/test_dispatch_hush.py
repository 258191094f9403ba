"""What somebody keeps quiet never keeps an outage quiet: an SLO that burns pages by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.alert import parse_matchers
from router.gate import Reason
from router.incident import Phase
from router.mute import Silence
from tests.support.world import CONFIG, World, firing, open_world

INHIBITING = """
inhibit_rules:
  - {{source_matchers: ['alertname="Down"'], target_matchers: ['service="checkout"']}}
"""


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path, config=CONFIG + INHIBITING) as opened:
        yield opened


async def _silenced(world: World, matcher: str) -> None:
    now = world.clock.now()
    silence = Silence("s-1", parse_matchers(matcher), now, now + 7_200, "sato", "load test", now)
    assert await world.engine.silences.put(silence, before=None)


async def _outage(world: World) -> None:
    begin = world.clock.now()
    world.source.errors.append((begin, begin + 1_200, 0.5))
    await world.pass_time(600)


@pytest.mark.parametrize("matcher", ['alertname="HighCPU"', 'service="checkout"'], ids=["its rule", "its service"])
async def test_an_slo_that_burns_behind_a_silence_pages_though_the_silence_meets_its_labels(
    world: World, matcher: str
) -> None:
    """A silence over the whole service meets the labels of the SLO's own alert as well."""
    await _silenced(world, matcher)
    await world.send(firing("HighCPU"))
    await world.pass_time(60)
    assert world.slack.posts() == []
    await _outage(world)
    (page,) = world.slack.posts()
    assert (page.view.reason, page.view.phase) == (Reason.DETECTION_GAP, Phase.FIRING)
    assert [(each.reason, each.name) for each in world.slack.orders[-1].view.muted_by] == [(Reason.SILENCE, "s-1")]
    assert world.slack.orders[-1].view.alerts_muted == 1
    assert await world.tally() == {"page:detection_gap": 1}


async def test_an_slo_that_burns_behind_an_inhibition_pages(world: World) -> None:
    await world.send(firing("Down", service="net", category="security"), firing("HighCPU"))
    await _outage(world)
    (page,) = [each for each in world.slack.alerts() if each.view.reason is Reason.DETECTION_GAP]
    assert page.view.phase is Phase.FIRING
