"""Whatever order things come in: every alert is where what mutes it now puts it; none is lost, none told in vain."""

from pathlib import Path
from random import Random

import pytest

from router.alert import Alert
from router.gate import Reason
from router.incident import Phase, Say
from router.mute import Silence, reason_of
from router.state.entries import muted_id
from tests.support.quiet import heard_again, open_accounted, roots, silenced
from tests.support.world import CONFIG, World, firing, resolved
from tests.test_dispatch_inhibition import DOWN, RULE
from tests.test_dispatch_mute_times import TIMES

ALERTS = [
    DOWN,
    *(firing(f"Cron{rule}", service="batch", pod=pod, cluster="ab"[int(pod)]) for rule in "xy" for pod in "01"),
    firing("Intrusion", category="security"),
    *(firing(name, pod="1") for name in ("HighErrors", "DiskSlow")),
]  # fmt: skip
MATCHERS = ("service=batch", 'pod="1"', "alertname=ClusterDown", "service=checkout", 'alertname=~"Cron."')
MUTED_ROUTE = "4h, routes: [{{matchers: ['category=security'], mute_time_intervals: [now]}}]"
STEPS = 80


class Walk:
    """Does one thing after another at random."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = Random(seed)
        self.firing: dict[str, Alert] = {}
        self.silences: list[Silence] = []

    async def step(self) -> None:
        deeds = [
            self.fires,
            self.fires,
            self.resolves,
            self.waits,
            self.silence,
            self.end,
            self.sends_again,
            self.burns,
        ]
        await self.random.choice(deeds)()

    async def fires(self) -> None:
        alert = self.random.choice(ALERTS)
        if alert.fingerprint not in self.firing:
            alert = firing(alert.rule, self.world.clock.now() + 1, **{**alert.labels, "alertname": alert.rule})
            self.firing[alert.fingerprint] = alert
            await self.world.send(alert)

    async def resolves(self) -> None:
        if self.firing:
            alert = self.firing.pop(self.random.choice(sorted(self.firing)))
            await self.world.send(resolved(alert, self.world.clock.now() + 1))

    async def sends_again(self) -> None:
        await self.world.send(*self.firing.values())

    async def waits(self) -> None:
        await self.world.pass_time(self.random.choice([10, 60, 300, 1_200]), step=60)

    async def silence(self) -> None:
        lasts_s, in_s = self.random.choice([60, 600, 3_600]), self.random.choice([0, 0, 300])
        self.silences.append(await silenced(self.world, self.random.choice(MATCHERS), lasts_s, in_s=in_s))

    async def end(self) -> None:
        if self.silences:
            await heard_again(self.world, self.silences.pop(self.random.randrange(len(self.silences))))

    async def burns(self) -> None:
        now = self.world.clock.now()
        self.world.source.errors.append((now, now + self.random.choice([120, 1_200]), 0.5))

    async def holds(self) -> None:
        """Every alert stands where it belongs now, and nobody was told of a muted one."""
        engine, now = self.world.engine, self.world.clock.now()
        assert await self.world.unaccounted() == 0
        muting = await engine.mutes.current(engine.configuration.current.rules.inhibit_rules, now)
        for incident in await engine.board.incidents():
            bodies = await engine.incidents.bodies(incident.key, list(self.firing))
            for name, cid, _ in await engine.incidents.firing(incident.key):
                if name not in bodies or bodies[name].source == "slo":
                    continue
                reason = reason_of(muting.of(bodies[name].labels, now))
                assert cid.startswith(muted_id("", Reason(reason))) if reason else "." not in cid, bodies[name].labels


@pytest.mark.parametrize("seed", range(4))
async def test_a_walk_at_random(valkey_url: str, tmp_path: Path, seed: int) -> None:
    config = CONFIG.replace("4h", MUTED_ROUTE) + RULE + TIMES
    async with open_accounted(valkey_url, tmp_path, config=config) as world:
        walk = Walk(world, seed)
        for _ in range(STEPS):
            await walk.step()
            await walk.holds()
        for silence in walk.silences:
            await heard_again(world, silence)
        await world.send(*(resolved(each, world.clock.now() + 1) for each in walk.firing.values()))
        await world.pass_time(4 * 3_600, step=300)
        audit, counts = await world.engine.board.audit(world.clock.now()), await world.engine.board.tally()
        assert (audit.held, audit.stages, counts["opened"]) == (0, {}, counts["settled"])
        assert {order.view.phase for order in roots(world).values()} <= {Phase.RESOLVED}
        rang = [order for order in world.slack.orders if not order.ts and order.view.say in (Say.ROOT, Say.BROADCAST)]
        assert Phase.MUTED not in {order.view.phase for order in rang}, "nobody is called for what is kept quiet"
