"""What Slack itself tells the router, over HTTP and over Socket Mode: the app or a channel is gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.testing import Message
from tests.support.responding_live import OTHER, PAGES, SOON_S, TICKETS, WAYS, Inside, Live, holds, open_live, whole
from tests.support.waiting import until


@pytest.fixture(params=WAYS)
async def live(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Live]:
    async with open_live(tmp_path / "live", request.param, kind=Inside) as opened:
        yield opened


def notices(live: Live, *parts: str) -> list[Message]:
    return [each for channel in (PAGES, OTHER) for each in live.slack.posts(channel) if holds(each, *parts)]


async def test_a_channel_that_is_archived_is_told_once_where_somebody_reads_it(live: Live) -> None:
    """#14: before anything fails in it; Slack's retries with the same event_id tell nothing more."""
    live.slack.channel(TICKETS).archived = True
    delivery = await live.slack.event("channel_archive", channel=TICKETS, user="U0ADA")
    assert (delivery.status, delivery.answer) == (200, None)
    for reason in ("http_timeout", "http_error"):
        assert (await live.slack.retry(delivery, reason)).status == 200
    await until(lambda: notices(live, "Slack refuses messages: ", TICKETS), "the notice", SOON_S)
    [notice] = notices(live, "Slack refuses messages: ", TICKETS)
    assert notice.channel == PAGES
    assert "is_archived" in whole(notice)
    live.slack.channel(PAGES).archived = True
    rule = await live.fire()
    page = await live.told(rule, OTHER)
    assert PAGES in whole(page), "it says where it should have stood"
    live.slack.assert_clean()


@pytest.mark.parametrize("what", ["app_uninstalled", "tokens_revoked"])
async def test_an_app_that_is_gone_is_told_by_readyz(live: Live, what: str) -> None:
    """#14: alerts go on being taken in, and whoever watches the router learns why nobody hears of them."""
    before = await live.router.get("/readyz")
    assert (before["slack"]["ok"], before["slack"]["app"]) == (True, "ok")
    body = {"tokens": {"oauth": [], "bot": ["U0ROUTER"]}} if what == "tokens_revoked" else {}
    delivery = await live.slack.event(what, **body)
    assert (delivery.status, delivery.answer) == (200, None)
    assert (await live.slack.retry(delivery)).status == 200
    report = await live.router.get("/readyz")
    assert (report["ready"], report["slack"]["ok"], report["slack"]["app"]) == (True, False, what)
    live.slack.assert_clean()


async def test_slack_finds_somebody_at_the_address_that_it_was_given(live: Live) -> None:
    """HTTP: the address is verified, and its certificate looked at now and then."""
    if live.way == "socket":
        assert (await live.router.post("/slack/events", b"{}"))[0] == 404
        return
    assert (await live.slack.verify_url("any words")).answer in ("any words", {"challenge": "any words"})
    assert (await live.slack.check_ssl()).status == 200
    unknown = await live.slack.event("message", channel=PAGES, text="hello")
    assert (unknown.status, unknown.answer) == (200, None)
    live.slack.assert_clean()
