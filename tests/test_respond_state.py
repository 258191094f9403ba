"""The dialogue over what is really stored: accepted alerts, committed looks, the decision log."""

from collections.abc import AsyncIterator

import pytest

from router.gate import Outcome, Reason
from router.incident import Deed, Phase, Root, Settle, Told
from router.incident.life import Stage
from router.slack.values import Action
from tests.support.responding import CHANNEL, ROOT_TS, Desk, click, decision, desk_on, quiet, shortcut, typed
from tests.support.state import START, State, entry, look, make_alert


@pytest.fixture
async def desk(state: State) -> AsyncIterator[Desk]:
    """A desk that reads the real board."""
    async with desk_on(state, board=state.board) as opened:
        yield opened


async def looked(desk: Desk, told: Told, *log: dict[str, object], stage: Stage = Stage.WATCHING) -> None:
    """A look at the incident is committed: what people were told, and what the log says."""
    claim = await desk.state.claim()
    [class_id] = claim.incident.classes
    log = tuple({**each, "class": class_id} for each in log)
    held = [Settle(class_id, Outcome.HOLD, Reason.NO_THREAT)] if stage is Stage.WATCHING else []
    await desk.state.incidents.commit(claim, look(stage=stage, told=told, log=log, settle=held), START)


async def asked(desk: Desk, text: str) -> str:
    taken = await desk.do(typed(text))
    assert taken.body is not None
    return str(taken.body)


def page() -> Told:
    root = Root(CHANNEL, ROOT_TS, "m", "n", START)
    return Told(roots=(root,), phase=Phase.FIRING, outcome=Outcome.PAGE, at=START)


async def test_what_is_held_is_listed_and_explained(desk: Desk) -> None:
    """From the moment on at which it is accepted."""
    spoken = desk.spoken
    assert "not judged yet" in await asked(desk, f"why {spoken}")
    await looked(desk, Told(), quiet(spoken))
    assert "HighErrors (checkout): 1 alert" in await asked(desk, "held")
    assert spoken in await asked(desk, "held")
    assert "*Held*" in await asked(desk, f"why {spoken.removeprefix('E-').lower()}")
    assert "*Held*" in await asked(desk, "why HighErrors")
    assert "*1 alert is held*" in await asked(desk, "status")


async def test_what_is_open_is_listed_found_by_its_message_and_taken(desk: Desk) -> None:
    """A page: status, the shortcut on its message, and acknowledging by command."""
    spoken = desk.spoken
    await looked(desk, page(), decision(spoken), stage=Stage.OPEN)
    assert f"Take it: /slo ack {spoken}" in await asked(desk, "status")
    await desk.do(shortcut("why_msg"))
    assert desk.texts()[0].startswith("Paged: HighErrors")
    assert "Recorded" in await asked(desk, f"ack {spoken}")
    assert [act.deed for act in await desk.stored()] == [Deed.ACKNOWLEDGE]


async def test_acknowledge_all_over_what_is_really_open(desk: Desk) -> None:
    """The page that waits in the channel."""
    await looked(desk, page(), decision(desk.spoken), stage=Stage.OPEN)
    await desk.do(click(desk, Action.ACK_ALL))
    assert desk.texts() == ["1 acknowledged."]
    assert [act.deed for act in await desk.stored()] == [Deed.ACKNOWLEDGE]


async def test_the_matchers_of_a_silence_come_from_what_really_fires(desk: Desk) -> None:
    """The labels that the firing alerts share."""
    labels = {"alertname": "HighErrors", "service": "checkout", "pod": "x"}
    await desk.state.store(entry(make_alert(labels=labels, fingerprint="f" * 32)))
    await desk.do(click(desk, Action.MORE, "silence"))
    assert "'initial_value': 'alertname=\"HighErrors\"\\nservice=\"checkout\"'" in str(desk.updated[0][1])


async def test_a_button_of_a_forgotten_incident_still_explains(desk: Desk) -> None:
    """The log remembers what the incident was about."""
    spoken = desk.spoken
    await looked(desk, Told(), quiet(spoken))
    await desk.state.client.delete(*[name async for name in desk.state.client.scan_iter("ar:*i:incident-a")])
    await desk.do(click(desk, Action.WHY))
    await desk.do(click(desk, Action.ACK))
    assert desk.texts()[0].startswith("Dropped")
    assert desk.texts()[1].startswith(f"This alert is closed ({spoken})")
