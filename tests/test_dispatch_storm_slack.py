"""Storms as Slack sees them: the router's own drawings at its own pace, and what must not wait overtaking the rest."""

from collections import Counter
from pathlib import Path

from router.alert import Alert
from router.incident import Deed
from router.testing import Message, SlackStandIn
from tests.support.slack_world import living, roots, slack_of
from tests.support.state import START
from tests.support.world import CONFIG, World, firing, open_world

PEOPLE = ("<@U0ADA>",)


def jobs(count: int, place: str = "node-1", now: float = START) -> list[Alert]:
    return [firing(f"Job{number:02d}", now, service="batch", instance=place) for number in range(count)]


def shows(slack: SlackStandIn, start: str) -> list[Message]:
    return [message for message in roots(slack) if message.text.startswith(start)]


async def until_shown(world: World, slack: SlackStandIn, start: str, most_s: float = 60.0) -> float:
    """The seconds until a message begins so."""
    began = world.clock.now()
    while not shows(slack, start):
        assert world.clock.now() - began < most_s, f"{start} is not shown after {most_s} s: {living(slack)}"
        world.clock.advance(0.25)
        await world.engine.settle()
    return world.clock.now() - began


def owed(slack: SlackStandIn) -> int:
    """How many messages do not say yet that two alerts of their rule fire."""
    return sum("2 alerts" not in f"{message.blocks}" for message in shows(slack, "ALERT"))


async def test_a_page_and_what_people_do_overtake_what_can_wait(valkey_url: str, tmp_path: Path) -> None:
    """Thirty messages have news at once: thirty lists of causes at one a second, thirty edits at 45 a minute."""
    config = CONFIG.replace("group_wait: 10s", "group_wait: 0s")
    async with open_world(valkey_url, tmp_path, config=config) as world, slack_of(world, allow=PEOPLE) as slack:
        await world.send(*jobs(30))
        await world.pass_time(60, step=1)
        world.source.errors.append((START - 1_200, START + 36_000, 0.30))
        first, *_ = await world.engine.board.incidents()
        await world.engine.intake.accept(jobs(30, "node-2", world.clock.now()))
        await world.pass_time(5, step=0.25)
        await world.engine.intake.accept([firing("HighErrors", world.clock.now())])
        assert await until_shown(world, slack, "PAGE") <= 2.0
        await world.does(Deed.ACKNOWLEDGE, key=first.key)
        assert await until_shown(world, slack, "Acknowledged") <= 2.0
        assert owed(slack) > 10, "there is still much to be said"
        await world.pass_time(60, step=1)
        assert owed(slack) == 0
        slack.assert_clean()


async def test_a_storm_is_told_to_its_end_at_slacks_pace(valkey_url: str, tmp_path: Path) -> None:
    async with (
        open_world(valkey_url, tmp_path, storm_after=8) as world,
        slack_of(world, storm_after=8, allow=PEOPLE) as slack,
    ):
        world.source.errors.append((START - 1_200, START + 36_000, 0.30))
        await world.pass_time(30)
        await world.send(firing("HighErrors"), *jobs(40), *jobs(20, "node-2"))
        for _ in range(120):
            await world.pass_time(5)
            await world.engine.storms.tick()
            await world.engine.settle()
            said = [message.text for message in roots(slack) if "storm" in message.text]
            assert len(said) <= 1
        once = Counter(message.text.rpartition("(")[2] for message in roots(slack))
        assert set(once.values()) == {1}
        assert len(once) == 40 + 1 + 1
        (storm,) = (message for message in roots(slack) if "storm" in message.text.lower())
        assert storm.text.startswith("Storm over after"), storm.text
        assert "61 alerts, 1 page" in storm.text
        assert all(edit.text.startswith("Alert storm: ") for edit in storm.edits)
        assert any("Checkout availability" in edit.text for edit in storm.edits)
        shown = [f"{edit.blocks}" for edit in storm.edits]
        assert any("ack_all" in blocks for blocks in shown)
        assert all("Nothing is dropped" in blocks for blocks in shown[:-1])
        assert any("Oldest waiting message: 2" in blocks for blocks in shown)
        assert await world.unaccounted() == 0
        slack.assert_clean()
