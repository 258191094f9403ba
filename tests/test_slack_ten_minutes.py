"""Ten minutes in which Slack fails in every way, while alerts come and go and people act: in the end all is told."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from router.incident import Deed, Incident, ReplyCode
from router.state.history import History
from router.testing import Message, SlackStandIn
from router.testing.conservation import balance
from tests.support.slack_world import Answers, roots, slack_of
from tests.support.ten_minutes import CHECKOUT, METHODS, PEOPLE, Life, Weather, said_by
from tests.support.world import World, open_world

TEN_MINUTES_S = 600
CALM_S = 900
DEADLINE_S = 0.3
"""How long a call may hang: the only time here that really passes."""
ON_THE_WAY_S = 10.0
"""How long ago a message that arrives may have been begun: it waits for the pace meanwhile."""
RESOLVED = "RESOLVED"


async def told_to_the_end(world: World) -> dict[str, Incident]:
    """The incidents by their spoken id: none owes anything, and every act is shown."""
    found = await world.engine.board.incidents()
    for each in found:
        assert each.intent is None, f"{each.id}: a message was begun and not finished"
        assert not each.acts, f"{each.id}: nobody took notice of what people did"
        assert each.told.pending is None, f"{each.id}: a call for attention is owed"
        assert {root.acts for root in each.told.live} == {each.handling.acts}, (
            f"{each.id}: not told, or an act not shown"
        )
    return {each.id: each for each in found}


def spoken_id(message: Message) -> str:
    return re.findall(r"E-\w+", message.text)[-1]


def check_one_message_each(slack: SlackStandIn, incidents: dict[str, Incident]) -> None:
    """One root message for each incident, one list of causes under it, and nothing that may be a repeat."""
    once = Counter((each.channel, spoken_id(each)) for each in roots(slack))
    assert set(once.values()) == {1}, once
    assert {name for _, name in once} == set(incidents)
    causes = Counter(each.thread_ts for each in slack.messages if each.text.startswith("Causes") and not each.deleted)
    assert set(causes.values()) <= {1}, causes
    assert not any("repeat" in f"{each.text} {each.blocks}" for each in slack.messages)


def check_shows_what_is_so(message: Message, incident: Incident, firing: int) -> None:
    """What stands in Slack in the end: whether it fires, how much, who has it, and what they say it was."""
    text, handling, everything = message.text, incident.handling, f"{message.text} {message.blocks}"
    if not firing:
        assert text.startswith(RESOLVED), text
    elif handling.snooze is not None:
        assert text.startswith("Snoozed until"), text
    elif handling.owner is not None:
        assert re.match(rf"(Taken|Acknowledged) by {handling.owner.name}\b", text), text
    else:
        assert text.startswith(("ALERT", "PAGE")), text
    assert not firing or f"{firing} alert" in everything, everything
    assert handling.mark is None or f"<@{handling.mark.by.id}>" in everything, everything


def check_order(message: Message, group: str, life: Life) -> None:
    """Each edit was true when it was begun; and none said that it fires after one that it is over, unless it did."""
    was_over = False
    for at, before, text in said_by(message):
        over = text.startswith(RESOLVED)
        begun_after = before if was_over and not over else min(before, at - ON_THE_WAY_S)
        burns_on = group == CHECKOUT and not over
        assert burns_on or (not over) in life.was(group, begun_after, at), f"at {at} it said: {text}"
        was_over = over


async def check_acts(world: World, life: Life, answers: Answers, incidents: dict[str, Incident]) -> None:
    """Every act that was stored was answered once, is in the log once, and counts if it changed anything."""
    logged = [row for row in await world.engine.board.log(100_000) if row["kind"] == "act"]
    assert len(answers.sent) == len(logged) == life.acts.total()
    done = [each for each in answers.sent if each.code is ReplyCode.DONE and each.act.deed is not Deed.GUIDE]
    counted = {each.id: each.handling.acts for each in incidents.values() if each.handling.acts}
    assert counted == Counter(each.act.incident for each in done)


def check_replies(slack: SlackStandIn, life: Life, incidents: dict[str, Incident]) -> None:
    """Whoever is called is called for what fires, or has fired again; a hand-over is told in its thread only."""
    for message in slack.messages:
        if message.thread_ts and not message.text.startswith("Causes"):
            group = incidents[spoken_id(message)].group.get("rule", CHECKOUT)
            began = 0.0 if message.text.startswith("Fired again") else message.posted_at - ON_THE_WAY_S
            assert True in life.was(group, began, message.posted_at), message.text
            assert message.broadcast is not message.text.startswith("This was handed to"), message.text


@pytest.mark.parametrize("seed", range(3))
async def test_in_ten_bad_minutes_nothing_is_lost_doubled_or_out_of_order(
    valkey_url: str, tmp_path: Path, seed: int
) -> None:
    dice, answers, people = random.Random(seed), Answers(), tuple(f"<@{each.id}>" for each in PEOPLE)
    async with (
        open_world(valkey_url, tmp_path) as world,
        slack_of(world, deadline_s=DEADLINE_S, allow=people, replies=answers) as slack,
    ):
        life, weather = Life(world, dice), Weather(slack, dice)
        began = world.clock.now()
        world.source.errors.append((began + 120, began + 300, 0.30))
        while world.clock.now() < began + TEN_MINUTES_S:
            weather.turn()
            await life.turn()
            await world.pass_time(1, step=1)
        await life.calm_down()
        await world.pass_time(CALM_S, step=5)

        assert all(weather.met()[method] > 3 for method in METHODS), "the weather was too good"
        slack.assert_clean()
        incidents = await told_to_the_end(world)
        await check_acts(world, life, answers, incidents)
        check_one_message_each(slack, incidents)
        for message in roots(slack):
            incident = incidents[spoken_id(message)]
            group = incident.group.get("rule", CHECKOUT)
            check_shows_what_is_so(message, incident, life.firing_in(group))
            check_order(message, group, life)
        check_replies(slack, life, incidents)
        kept = balance(life.promised, await History(world.scripts).firings(), slack.messages)
        assert kept, str(kept)
        assert await world.unaccounted() == 0
