"""What people type and where they look, over HTTP and over Socket Mode: /slo and its answers, the app's home."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.responding_live import ADA, GUEST, PAGES, SATO, SOON_S, WAYS, Inside, Live, id_of, open_live, whole
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    async with open_live(tmp_path_factory.mktemp("live"), request.param, kind=Inside) as opened:
        yield opened


async def typed(live: Live, text: str, by=ADA) -> str:
    """What somebody who types it sees, within the 200 and only they."""
    delivery = await live.slack.command("/slo", text, by=by, channel=PAGES)
    assert delivery.status == 200
    assert delivery.answer["response_type"] == "ephemeral"
    shown = live.slack.ephemerals(by)[-1]
    assert shown.text == delivery.answer["text"]
    return whole(shown)


async def test_before_anything_happens_everything_is_calm(live: Live) -> None:
    """#11: every list says that it is empty, and what to type next."""
    status = await typed(live, "")
    assert "SLO status" in await typed(live, "STATUS ")
    assert "*SLOs, the worst first*" in status
    assert "Checkout availability: 60% of the budget left" in status
    assert "No incident is open." in status
    assert "No silence stands." in status
    assert "No alert is held." in await typed(live, " held ")
    assert "No silence stands. /slo silence makes one." in await typed(live, "silence list")
    live.slack.assert_clean()


async def test_status_says_what_is_open_and_who_has_it(live: Live) -> None:
    """#11: the worst SLO first, each line with what to do."""
    page = await live.page()
    status = await typed(live, "status")
    assert status.index("Checkout availability") < status.index("Search availability")
    assert "Act now: open its guide." in status
    line = re.search(rf"{id_of(page)}[^\n]*", status)
    assert line
    assert "Rule1 is high: firing, nobody has it, since" in line[0]
    assert f"Take it: /slo ack {id_of(page)}" in line[0]
    live.slack.assert_clean()


async def test_a_page_can_be_taken_by_typing(live: Live) -> None:
    """#11: the way that is left where a button does not answer; capitals and the dash do not matter."""
    page = await live.page()
    incident = id_of(page)
    said = await typed(live, f"ack {incident.lower()}", SATO)
    assert f"Recorded: you acknowledge {incident} (Rule2 is high)." in said
    await live.shows(page, "*Acked by* <@U0SATO>")
    await typed(live, f"ack {incident}", ADA)
    await live.hears(ADA, "Already acknowledged by sato ", incident)
    assert f"{incident}" in (status := await typed(live, "status"))
    assert "sato has it" in status
    assert "Name the incident: /slo ack E-7KQ2MA." in await typed(live, "ack")
    assert "No open incident has the id E-AAAAAA." in await typed(live, "ack E-AAAAAA")
    live.slack.assert_clean()


async def test_held_alerts_are_listed(live: Live) -> None:
    rule = await live.fire("search")

    async def held() -> str:
        listed = await typed(live, "held")
        return listed if "they threaten no SLO now" in listed else ""

    listed = await until(held, "it is held", SOON_S)
    assert re.search(rf"{rule}\b.*: 1 alert, since .* · E-", listed)
    assert "1 alert is held" in await typed(live, "status")
    live.slack.assert_clean()


async def test_a_silence_can_be_made_listed_and_ended_by_typing(live: Live) -> None:
    """#11: the modal without an incident is empty; an unambiguous beginning of the id is enough to end it."""
    delivery = await live.slack.command("/slo", "silence", by=ADA)
    assert (delivery.status, delivery.answer) == (200, None)
    view = await live.modal(ADA, "Silence alerts with these labels")
    wish = {"matchers": 'service="nobody"', "duration": "1h", "comment": "nobody is there"}
    await live.slack.submit(view, wish)
    assert view.closed
    await live.hears(ADA, "Silenced by ada until", 'service="nobody"', "nobody is there")
    [stood] = await live.router.get("/api/v2/silences")
    assert (stood["createdBy"], stood["comment"]) == ("ada", "nobody is there")
    listed = await typed(live, "silence list")
    assert "1 silence" in listed
    assert stood["id"] in listed
    [shown] = [each for each in live.slack.ephemerals(ADA) if "1 silence" in each.text]
    await live.click(shown, "extend_silence")
    await live.hears(ADA, f"Silence {stood['id']} lasts until")
    assert "Name the silence: /slo silence expire" in await typed(live, "silence expire")
    assert "There is no silence zzz that is still to end." in await typed(live, "silence expire zzz")
    assert f"Silence {stood['id']} is over" in await typed(live, f"silence expire {stood['id'][:8]}", SATO)
    assert "No silence stands." in await typed(live, "silence list")
    live.slack.assert_clean()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("help", "What you can type"),
        ("why", "Name the incident: /slo why E-7KQ2MA."),
        ("why nonsense", "The router knows neither an incident nor a rule nonsense."),
        ("stauts", "“stauts” is no command.\nDid you mean /slo status?"),
        ("silence lits", "Did you mean /slo silence list?"),
        ("<!channel> & *x*", "&lt;!channel&gt; &amp; *x*”"),
        ("drill start", "is no command."),
        ("x" * 3_000, "is no command."),
    ],
    ids=["help", "why", "unknown id", "mistyped", "mistyped part", "hostile", "not there yet", "endless"],
)
async def test_whatever_is_typed_is_answered_with_what_can_be(live: Live, text: str, said: str) -> None:
    """#11: help, help for what needs an id, and the nearest command for what is none."""
    answer = await typed(live, text)
    for part in said.split("\n"):
        assert part in answer
    live.slack.assert_clean()


async def test_a_guest_of_a_shared_channel_reports_nothing(live: Live) -> None:
    """A shortcut without a channel has no address for answers: nothing opens, and it is counted."""
    await live.slack.shortcut("missed", by=GUEST)
    await until(
        lambda: live.router.metric("alert_router_slack_interactions_total", result="refused"), "refused", SOON_S
    )
    assert live.slack.modal(GUEST) is None
    live.slack.assert_clean()


async def test_the_home_shows_what_is_open_and_lets_people_act(live: Live) -> None:
    """What nobody has comes first; after a click it is drawn again."""
    page = await live.page()
    await live.slack.open_home(SATO)
    await until(lambda: live.slack.home(SATO), "the home", SOON_S)
    home = live.slack.home(SATO)
    assert home is not None
    await live.shows(home, "What is open now", id_of(page), "nobody has it", "*Silences*", "*Held alerts*")
    value = next(
        each.value for each in live.slack.controls(home) if each.action_id == "ack" and id_of(page) in each.value
    )
    delivery = await live.click(home, "ack", SATO, value=value)
    assert (delivery.status, delivery.answer) == (200, None)
    await live.shows(page, "*Acked by* <@U0SATO>")
    await until(
        lambda: not [each for each in live.slack.controls(home) if each.value == value and each.action_id == "ack"],
        "the home without the button",
        SOON_S,
    )
    why = next(
        each.value for each in live.slack.controls(home) if each.action_id == "why" and id_of(page) in each.value
    )
    await live.click(home, "why", SATO, value=why)
    view = await live.modal(SATO, "*Paged*", id_of(page))
    assert await live.slack.close(view) is None
    live.slack.assert_clean()
