"""Clicks while something is broken, over HTTP and over Socket Mode: Redis, Slack's pace, the router, the connection."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from router.state.embedded import Embedded
from router.testing import Delivery, Message, faults
from tests.support.responding_live import ADA, SATO, SOON_S, WAYS, Live, id_of, open_live, whole
from tests.support.state import start_valkey
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
WITHIN_S = 3.0
"""How long Slack waits for the answer to a click."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Live, Embedded]]:
    """A router, and its Redis, which a test can stop."""
    server = await start_valkey(tmp_path_factory.mktemp("valkey"))
    async with open_live(tmp_path_factory.mktemp("live"), request.param, server.url) as opened:
        yield opened, server
    await server.stop()


@pytest.fixture(scope="module")
def live(both: tuple[Live, Embedded]) -> Live:
    return both[0]


@pytest.fixture(scope="module")
def valkey(both: tuple[Live, Embedded]) -> Embedded:
    return both[1]


@asynccontextmanager
async def away(live: Live, valkey: Embedded) -> AsyncIterator[None]:
    """Redis is gone, and comes back."""
    live.away = True
    await valkey.stop()
    yield
    await valkey.start()
    await until(live.router.ready, "the router is ready again", 15)
    live.away = False


async def test_what_is_clicked_while_redis_is_away_is_not_recorded_and_the_person_hears_so(
    live: Live, valkey: Embedded
) -> None:
    """Slack has its 200 in time; nothing is half stored; the same click works once Redis is back."""
    page = await live.page()
    shown, edits = whole(page), len(page.edits)
    async with away(live, valkey):
        for click in (
            live.click(page, "ack"),
            live.click(page, "wolf", SATO),
            live.choose(page, "Snooze 2 h", SATO),
            live.choose(page, "Why this page?", SATO),
        ):
            delivery: Delivery = await click
            assert (delivery.status, delivery.answer) == (200, None)
            assert delivery.took_s < WITHIN_S
        await live.hears(
            ADA, f"Not recorded: the router cannot store it now. Try again, or type /slo ack {id_of(page)}."
        )
        await live.hears(SATO, "Not recorded: the router cannot store it now. Try again in a moment.", times=2)
        await live.hears(SATO, "The router cannot read its state now.")
    await live.router.get("/readyz")
    assert (whole(page), len(page.edits)) == (shown, edits)
    await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    for never in ("Marked as a wolf", "Snoozed until"):
        assert never not in whole(page)
    live.slack.assert_clean()


async def test_what_is_typed_while_redis_is_away_is_answered_within_the_200(live: Live, valkey: Embedded) -> None:
    page = await live.page()
    async with away(live, valkey):
        for text, said in (
            ("status", "The router cannot read its state now. Try again in a moment."),
            ("silence list", "The router cannot read its state now."),
            (f"ack {id_of(page)}", "Not recorded: the router cannot store it now."),
            ("silence expire 1234", "Not recorded: the router cannot store it now."),
            ("help", "What you can type"),
        ):
            delivery = await live.slack.command("/slo", text, by=ADA)
            assert said in delivery.answer["text"]
            assert delivery.took_s < WITHIN_S
        await live.slack.open_home(ADA)
        await until(lambda: live.slack.home(ADA), "the home", SOON_S)
        home = live.slack.home(ADA)
        assert home is not None
        await live.shows(home, "The router cannot read its state now.")
    assert "ack" in live.actions(page)
    live.slack.assert_clean()


async def test_a_modal_that_cannot_be_stored_stays_open_with_what_was_typed(live: Live, valkey: Embedded) -> None:
    page = await live.page()
    await live.choose(page, "Silence…")
    view = await live.modal(ADA, "alertname=")
    before = await live.router.get("/api/v2/silences")
    async with away(live, valkey):
        await live.slack.submit(view, {"hours": "2", "comment": "the disk is being replaced"})
        assert view.errors == {"matchers": "Not recorded: the router cannot store it now. Try again in a moment."}
        assert not view.closed
    await live.slack.submit(view)
    assert view.closed
    assert len(await live.router.get("/api/v2/silences")) == len(before) + 1
    await live.shows(page, "*Kept quiet by* a silence of <@U0ADA>")
    live.slack.assert_clean()


async def test_a_redis_that_hangs_for_a_moment_keeps_nobody_waiting(live: Live) -> None:
    """Slack has its 200 in time, the work goes on, and the message shows what became of it."""
    page = await live.page()
    server = (await live.state.info("server"))["process_id"]
    os.kill(server, signal.SIGSTOP)
    try:
        delivery = await live.slack.click(page, "ack", by=ADA)
    finally:
        os.kill(server, signal.SIGCONT)
    assert (delivery.status, delivery.answer) == (200, None)
    assert 2.0 < delivery.took_s < WITHIN_S
    await live.shows(page, "*Acked by* <@U0ADA>")
    assert not live.heard(ADA, id_of(page))
    live.slack.assert_clean()


# --- Slack is slow


async def test_a_click_while_slack_limits_edits_is_recorded_and_shown_later(live: Live) -> None:
    """The person hears at once that it is recorded; the edit comes after Retry-After, not before."""
    page = await live.page()
    live.slack.script("chat.update", faults.rate_limited("2"))
    began = asyncio.get_running_loop().time()
    delivery = await live.click(page, "ack")
    assert (delivery.status, delivery.answer) == (200, None)
    await live.hears(ADA, f"Recorded for {id_of(page)}. Slack is slow; the message will show it.")
    assert "ack" in live.actions(page)
    await live.shows(page, "*Acked by* <@U0ADA>")
    assert asyncio.get_running_loop().time() - began >= 2.0
    await live.click(page, "more", SATO, option="Release")
    await live.offers(page, "ack", "guide", "wolf", "more")
    live.slack.assert_clean()


@pytest.mark.parametrize(
    "fault", [faults.http_error(503), faults.cut_after_storing()], ids=["503", "cut after storing"]
)
async def test_a_click_whose_edit_fails_is_shown_later(live: Live, fault: faults.Fault) -> None:
    page = await live.page()
    live.slack.script("chat.update", fault)
    assert (await live.click(page, "ack")).status == 200
    await live.hears(ADA, f"Recorded for {id_of(page)}.")
    await live.shows(page, "*Acked by* <@U0ADA>")
    assert [each.ts for each in live.slack.posts(page.channel) if id_of(page) in whole(each)] == [page.ts]
    live.slack.assert_clean()


async def test_an_answer_that_slack_puts_off_comes_when_it_may(live: Live) -> None:
    page = await live.page()
    await live.click(page, "ack", SATO)
    await live.shows(page, "*Acked by* <@U0SATO>")
    await live.click(page, "wolf", SATO)
    live.slack.script("response_url", faults.rate_limited("1"))
    await live.hears(SATO, f"You marked {id_of(page)} as a wolf.")
    live.slack.assert_clean()


# --- the router, the connection


async def test_what_was_recorded_outlives_the_router(live: Live) -> None:
    """kill -9 after the person was told that it is recorded: the next one shows it."""
    page = await live.page()
    live.slack.script("chat.update", faults.rate_limited("2"))
    await live.click(page, "ack")
    await live.hears(ADA, f"Recorded for {id_of(page)}.")
    await asyncio.to_thread(live.router.kill)
    await live.router.start()
    await live.shows(page, "*Acked by* <@U0ADA>")
    if live.way == "socket":
        await live.slack.sockets.connected()
    await live.choose(page, "Release", SATO)
    await live.offers(page, "ack", "guide", "wolf", "more")
    live.slack.assert_clean()


@pytest.mark.parametrize("ending", ["refresh_requested", "warning", "dropped"])
async def test_a_connection_that_ends_loses_no_click(live: Live, ending: str) -> None:
    """Socket Mode: the router comes back by itself; over HTTP each click has a connection of its own."""
    page = await live.page()
    if live.way == "socket":
        if ending == "dropped":
            live.slack.sockets.drop()
        else:
            await live.slack.sockets.disconnect(ending)
        await live.slack.sockets.connected()
    await taken(live, page)
    live.slack.assert_clean()


async def taken(live: Live, page: Message) -> None:
    assert (await live.click(page, "ack")).status == 200
    await live.shows(page, "*Acked by* <@U0ADA>")
