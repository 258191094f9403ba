"""Taking a page and giving it away, over HTTP and over Socket Mode: acknowledge, release, hand over, resolve."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from router.testing import FORGERIES, NotThereError
from tests.support.burning import CALM
from tests.support.responding_live import ADA, GUEST, PAGES, SATO, WAYS, Live, as_it_was, id_of, open_live

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    async with open_live(tmp_path_factory.mktemp("live"), request.param) as opened:
        yield opened


async def test_a_page_is_taken_in_the_same_message(live: Live) -> None:
    page = await live.page()
    ts, before = page.ts, len(live.slack.posts(PAGES))
    assert live.actions(page) == ["ack", "guide", "wolf", "more"]
    delivery = await live.click(page, "ack")
    assert (delivery.status, delivery.answer) == (200, None)
    await live.shows(page, "*Acked by* <@U0ADA>", "Acked: Checkout availability")
    assert live.actions(page) == ["guide", "resolve", "wolf", "more"]
    assert page.text.startswith("Acknowledged by ada ")
    assert (page.ts, len(live.slack.posts(PAGES))) == (ts, before)
    live.slack.assert_clean()


async def test_of_two_people_one_has_it_and_the_other_hears_who(live: Live) -> None:
    """#1: both press the same button at once; whoever comes second is told by whom and when, and nobody else is."""
    page = await live.page()
    await asyncio.gather(live.click(page, "ack", ADA), live.click(page, "ack", SATO))
    await live.shows(page, "*Acked by*")
    winner, loser = (ADA, SATO) if "*Acked by* <@U0ADA>" in str(page.blocks) else (SATO, ADA)
    await live.hears(loser, f"Already acknowledged by {winner.name.lower()} ", f" ago: {id_of(page)}")
    assert not live.heard(winner, id_of(page))
    assert "*Acked by* <@" + loser.id not in str(page.blocks)
    live.slack.assert_clean()


async def test_a_double_click_is_one_acknowledgement(live: Live) -> None:
    """Two clicks of one person: the second hears that it is theirs already."""
    page = await live.page()
    await asyncio.gather(live.click(page, "ack"), live.click(page, "ack"))
    await live.hears(ADA, "Already acknowledged by you", id_of(page))
    await live.shows(page, "*Acked by* <@U0ADA>")
    live.slack.assert_clean()


async def test_a_click_that_is_delivered_again_is_the_same_click(live: Live) -> None:
    """Slack's retry, and Socket Mode's redelivery: the same payload changes nothing and answers nobody."""
    page = await live.page()
    delivery = await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    await live.choose(page, "Release")
    await live.shows(page, "*Nobody has it*")
    for _ in range(3):
        assert (await live.slack.deliver_again(delivery)).status == 200
    await live.click(page, "ack", SATO)
    await live.shows(page, "*With* <@U0SATO>", "first acked by <@U0ADA>")
    assert not live.heard(ADA, id_of(page))
    live.slack.assert_clean()


async def test_a_release_gives_it_back_to_everybody(live: Live) -> None:
    """#7: the button is there again; who has nothing to release hears so."""
    page = await live.page()
    await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    stale = as_it_was(page)
    await live.choose(page, "Release")
    await live.shows(page, "*Nobody has it*: <@U0ADA> acked it first")
    assert live.actions(page) == ["ack", "guide", "wolf", "more"]
    await live.choose(stale, "Release", SATO)
    await live.hears(SATO, f"Nobody has {id_of(page)}, so there is nothing to release.")
    live.slack.assert_clean()


async def test_handing_over_names_the_new_owner_and_mentions_them_in_the_thread(live: Live) -> None:
    """#7: the modal asks to whom; nobody else is mentioned, and the channel hears nothing."""
    page = await live.page()
    await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    await live.choose(page, "Hand over…")
    view = await live.modal(ADA, "Hand over", id_of(page))
    delivery = await live.slack.submit(view, {"person": SATO.id})
    assert (delivery.status, delivery.answer, view.closed) == (200, None, True)
    await live.shows(page, "*With* <@U0SATO>", "first acked by <@U0ADA>")
    reply = await live.thread(page, "This was handed to Sato: ", "<@U0SATO>")
    assert not reply.broadcast
    assert "<!subteam" not in str(reply.blocks)
    live.slack.assert_clean()


async def test_handing_over_to_nobody_is_asked_again(live: Live) -> None:
    page = await live.page()
    await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    await live.choose(page, "Hand over…")
    view = await live.modal(ADA, "Hand over", id_of(page))
    with pytest.raises(NotThereError, match="is empty and not optional"):
        await live.slack.submit(view)
    assert await live.slack.close(view) is None
    live.slack.assert_clean()


async def test_resolving_by_hand_is_final_until_it_gets_worse(live: Live) -> None:
    """It asks first; the message then says who closed it and what still fires, and keeps the marks only."""
    page = await live.page("login")
    await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    [resolve] = [each for each in live.slack.controls(page) if each.action_id == "resolve"]
    assert resolve.element["confirm"]["title"]["text"] == "Is it over?"
    stale = as_it_was(page)
    await live.click(page, "resolve")
    await live.shows(page, "*Resolved by hand* by <@U0ADA>", "1 alert still fires", "Resolved by hand after")
    assert live.actions(page) == ["wolf", "real", "why"]
    await live.click(stale, "resolve", SATO)
    await live.hears(SATO, "Already resolved by ada", id_of(page))
    live.slack.assert_clean()


async def test_a_phone_that_still_shows_the_page_cannot_take_what_is_over(live: Live) -> None:
    """The edit has not reached it yet: the click is answered with how it ended."""
    rule = await live.fire("basket")
    page = await live.told(rule)
    stale = as_it_was(page)
    live.burning.rates["basket"] = CALM
    await live.resolve(rule, "basket")
    await live.shows(page, "Resolved after")
    assert "ack" not in live.actions(page)
    await live.click(stale, "ack", SATO)
    await live.hears(SATO, f"{id_of(page)} is closed, so nothing was changed", "resolved")
    live.slack.assert_clean()


async def test_a_guest_of_a_shared_channel_decides_nothing(live: Live) -> None:
    """Slack Connect: refused in words, and the page stays as it is; the guide may be opened."""
    page = await live.page()
    edits = len(page.edits)
    assert (await live.click(page, "ack", GUEST)).status == 200
    refused = await live.hears(GUEST, "Only people of the workspace that runs this router can do that")
    assert refused.channel == PAGES
    await live.choose(page, "Silence…", GUEST)
    await live.choose(page, "Snooze 2 h", GUEST)
    await live.hears(GUEST, "Only people of the workspace", times=3)
    assert (await live.click(page, "guide", GUEST)).status == 200
    await live.click(page, "ack", SATO)
    await live.shows(page, "*Acked by* <@U0SATO>")
    assert live.slack.modal(GUEST) is None
    assert len(page.edits) == edits + 1
    assert len(live.heard(GUEST, "Only people")) == 3
    live.slack.assert_clean()


async def test_no_forgery_takes_a_page(live: Live) -> None:
    """Over HTTP everything is signed; what is not gets 401 and changes nothing. In Socket Mode nothing is signed."""
    page = await live.page()
    if live.way == "socket":
        with pytest.raises(ValueError, match="nothing is signed in Socket Mode"):
            await live.click(page, "ack", forged="wrong_secret")
        assert (await live.router.post("/slack/interactions", b"payload=%7B%7D"))[0] == 404
        return
    for name, forgery in FORGERIES.items():
        if forgery.refused is not False:
            delivery = await live.click(page, "ack", SATO, forged=name)
            assert delivery.status in ((401,) if forgery.refused else (200, 400, 401, 415)), name
            await live.slack.command("/slo", "status", by=SATO, forged=name)
            await live.slack.event("app_uninstalled", forged=name)
    assert "ack" in live.actions(page)
    assert not live.heard(SATO, id_of(page))
    for name in ("almost_old", "almost_early", "header_case"):
        assert (await live.click(page, "ack", forged=name)).status == 200
    await live.shows(page, "*Acked by* <@U0ADA>")
    assert (await live.router.get("/readyz"))["slack"]["app"] == "ok"
    live.slack.assert_clean()
