"""Keeping a page quiet, over HTTP and over Socket Mode: snoozes that wake, silences from the modal."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from time import time
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from router.testing import Message, NotThereError, faults
from tests.support.burning import CALM, FAST, SLOW
from tests.support.responding_live import ADA, GROUP, SATO, SOON_S, WAYS, Inside, Live, holds, id_of, open_live, whole
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
WHY = "the disk is being replaced"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    async with open_live(tmp_path_factory.mktemp("live"), request.param, kind=Inside) as opened:
        yield opened


# --- snoozes


def snoozed_until(page: Message) -> float:
    """The instant that the message names."""
    found = re.search(r"\*Snoozed until\* <!date\^(\d+)\^", whole(page))
    assert found
    return float(found[1])


@pytest.mark.parametrize(("entry", "seconds"), [("Snooze 30 min", 1_800), ("Snooze 2 h", 7_200)], ids=["30m", "2h"])
async def test_a_snooze_lasts_for_its_time(live: Live, entry: str, seconds: float) -> None:
    """#4: the message says until when and by whom; whoever wakes it brings the buttons back, and calls nobody."""
    page = await live.page()
    began = time()
    await live.choose(page, entry)
    await live.shows(page, "*Snoozed until*", "by <@U0ADA>. Nobody is called before that, unless it gets worse")
    assert began + seconds - 1 <= snoozed_until(page) <= time() + seconds + 1
    assert page.text.startswith("Snoozed until ")
    assert live.actions(page) == ["guide", "wake", "wolf", "more"]
    await live.click(page, "wake", SATO)
    await live.offers(page, "ack", "guide", "wolf", "more")
    assert not live.slack.workspace.replies(page)
    assert not live.heard(SATO, id_of(page))
    live.slack.assert_clean()


async def test_a_snooze_until_the_next_working_morning(live: Live) -> None:
    """#4: nine o'clock of a working day in the team's time zone, and whose it is stays."""
    page = await live.page()
    await live.click(page, "ack")
    await live.shows(page, "*Acked by* <@U0ADA>")
    await live.choose(page, "Release")
    await live.offers(page, "ack", "guide", "wolf", "more")
    await live.choose(page, "Snooze until the next working morning")
    await live.shows(page, "*Snoozed until*")
    ends = datetime.fromtimestamp(snoozed_until(page), ZoneInfo("Asia/Tokyo"))
    assert (ends.hour, ends.minute, ends.weekday() < 5) == (9, 0, True)
    assert 0 < snoozed_until(page) - time() <= 4 * 86_400
    live.slack.assert_clean()


async def test_a_snooze_wakes_early_when_the_burn_class_rises(live: Live) -> None:
    """#4: from the slow page tier to the fast one: everybody is called again, hours before the snooze would end."""
    live.burning.rates["login"] = SLOW
    page = await live.page("login")
    await live.shows(page, "8.0x over 6 h")
    await live.choose(page, "Snooze 2 h")
    await live.shows(page, "*Snoozed until*")
    live.burning.rates["login"] = FAST
    call = await live.thread(page, "No longer snoozed, and still firing: Login availability", GROUP)
    assert call.broadcast
    await live.click(page, "wolf", SATO)  # at once, instead of with the patience that edits have
    await live.offers(page, "ack", "guide", "unmark", "more")
    assert "Snoozed until" not in whole(page)
    assert "20.0x over 1 h" in whole(page)
    live.slack.assert_clean()


# --- the modal


async def test_the_modal_comes_at_once_and_then_filled_in(live: Live) -> None:
    """#5: it says that it reads; then which alerts, how long at most, what it touches, what it would have muted."""
    page = await live.page()
    rule = rule_of(page)
    await live.choose(page, "Silence…")
    view = await live.modal(ADA, "Silence alerts", f'alertname="{rule}"', 'service="checkout"')
    assert [each["blocks"][0]["text"]["text"] for each in view.edits] == ["Reading what this would silence…"]
    for said in (
        "1 alert fires now and would be muted.",
        "SLOs behind them: Checkout availability.",
        "the SLO itself still pages",
        "Last week it would have muted 1",
        "At most 3 d",
    ):
        assert said in whole(view)
    [menu] = [each for each in live.slack.controls(view) if each.action_id == "duration"]
    assert [each["value"] for each in menu.options][-1] == "3d", "not longer than the policy allows"
    assert await live.slack.close(view) is None
    live.slack.assert_clean()


def rule_of(page: Message) -> str:
    found = re.search(r"Rule\d+", whole(page))
    assert found
    return found[0]


async def test_each_mistake_is_told_beside_its_field(live: Live) -> None:
    """#5: nothing is stored before all of it is right; what Slack checks itself never comes to us."""
    page = await live.page()
    await live.choose(page, "Silence…")
    view = await live.modal(ADA, "alertname=")
    with pytest.raises(NotThereError, match="takes 5 to 500 characters"):
        await live.slack.submit(view, {"comment": "no"})
    delivery = await live.slack.submit(view, {"matchers": "service", "hours": "100", "comment": "     "})
    assert delivery.answer["response_action"] == "errors"
    assert sorted(view.errors) == ["comment", "hours", "matchers"]
    assert view.errors["matchers"].startswith("Line 1: ")
    assert view.errors["hours"] == "At most 3 d is allowed here."
    assert view.errors["comment"] == "Say why in at least 5 characters."
    await live.slack.submit(view, {"matchers": " ", "hours": "soon", "comment": WHY})
    assert view.errors["matchers"].startswith("Write at least one matcher")
    assert view.errors["hours"].startswith("Write a number of hours above 0")
    await live.slack.submit(view, {"matchers": 'service="nobody"', "hours": "", "duration": None})
    assert view.errors == {"duration": "Choose how long."}
    assert await live.slack.close(view) is None
    delivery = await live.slack.command("/slo", "silence list", by=ADA)
    assert delivery.answer["text"].startswith("No silence stands.")
    live.slack.assert_clean()


async def test_the_matchers_are_read_again_when_somebody_asks(live: Live) -> None:
    """What was typed stays; what it touches is counted anew."""
    page = await live.page()
    await live.choose(page, "Silence…")
    view = await live.modal(ADA, "1 alert fires now")
    await live.slack.submit(view, {"matchers": 'service="nobody"', "hours": "900", "comment": WHY})
    await live.click(view, "silence_check")
    view = await live.modal(ADA, "0 alerts fire now and would be muted.", "No SLO is behind them.", WHY)
    assert 'service="nobody"' in whole(view)
    assert await live.slack.close(view) is None
    live.slack.assert_clean()


async def test_a_silence_keeps_a_page_quiet_and_the_message_says_by_whom_and_until_when(live: Live) -> None:
    """#5: within two seconds; whoever made it is told in the thread; when it ends, what still fires is told again."""
    page = await live.page()
    rule = await silence(live, page)
    await live.shows(page, "*Kept quiet by* a silence of <@U0ADA>", WHY, "Muted: Checkout availability", within_s=2)
    until_ = re.search(r"a silence of <@U0ADA> until <!date\^(\d+)\^", whole(page))
    assert until_
    assert abs(float(until_[1]) - time() - 2 * 3_600) < 30
    assert "kept quiet by a silence of ada" in page.text
    assert live.actions(page) == ["guide", "wolf", "more"]
    told = await live.hears(ADA, "Silenced by ada until", f'alertname="{rule}"', WHY)
    assert told.thread_ts == page.ts
    listed = await live.slack.command("/slo", "silence list", by=SATO)
    assert listed.answer["text"] == "1 silence"
    assert f'alertname="{rule}"' in str(listed.answer)
    [shown] = [each for each in live.slack.ephemerals(SATO) if holds(each, "1 silence")]
    await live.click(shown, "expire_silence", SATO)
    await live.hears(SATO, "is over:", f'alertname="{rule}"')
    call = await live.thread(page, "No longer kept quiet, and still firing: Checkout availability")
    assert call.broadcast
    await live.click(page, "wolf", SATO)
    await live.offers(page, "ack", "guide", "unmark", "more")
    assert "Kept quiet" not in whole(page)
    live.slack.assert_clean()


async def silence(live: Live, page: Message, **more: str) -> str:
    """Ada silences a page for two hours; returns its rule."""
    rule = rule_of(page)
    await live.choose(page, "Silence…")
    view = await live.modal(ADA, f'alertname="{rule}"')
    delivery = await live.slack.submit(view, {"hours": "2", "comment": WHY, **more})
    assert (delivery.status, delivery.answer, view.closed) == (200, None, True)
    return rule


async def test_what_is_over_while_it_is_silenced_is_shown_as_over(live: Live) -> None:
    """Nobody is called, and the message does not claim for ever that it fires."""
    live.burning.rates["basket"] = FAST
    page = await live.page("basket")
    rule = await silence(live, page)
    await live.shows(page, "*Kept quiet by* a silence of <@U0ADA>")
    live.burning.rates["basket"] = CALM
    await live.resolve(rule, "basket")
    await live.shows(page, "Resolved after", "Basket availability")
    assert not [each for each in live.slack.workspace.replies(page) if each.broadcast]
    assert live.actions(page) == ["wolf", "real", "why"]
    live.slack.assert_clean()


async def test_a_silence_that_is_submitted_twice_is_one(live: Live) -> None:
    """The submission that comes again says what the first one said."""
    page = await live.page()
    before = await live.router.get("/api/v2/silences")
    await silence(live, page)
    again = next(each for each in reversed(live.slack.deliveries) if each.kind == "view_submission")
    assert (await live.slack.deliver_again(again)).status == 200
    after = await live.router.get("/api/v2/silences")
    assert len(after) == len(before) + 1
    live.slack.assert_clean()


# --- what goes wrong


@pytest.mark.parametrize("code", ["expired_trigger_id", "trigger_expired"])
async def test_who_clicked_too_long_ago_is_told(live: Live, code: str) -> None:
    """Slack opens a modal within three seconds of the click only, and names that in two ways."""
    page = await live.page()
    live.slack.script("views.open", faults.error(code))
    delivery = await live.choose(page, "Silence…")
    assert delivery.status == 200
    await live.hears(ADA, "Slack did not open the window (expired_trigger_id). Please click again.")
    assert live.slack.modal(ADA) is None
    live.slack.workspace.ephemerals.clear()
    await live.choose(page, "Silence…")
    view = await live.modal(ADA, "alertname=")
    assert await live.slack.close(view) is None
    live.slack.assert_clean()


async def test_a_modal_that_was_closed_while_it_was_read_is_no_trouble(live: Live) -> None:
    """Who changes their mind hears nothing more of it."""
    page = await live.page()
    live.slack.script("views.update", faults.error("not_found"))
    updates = updated(live)
    await live.choose(page, "Silence…")
    await until(lambda: updated(live) > updates, "the update", SOON_S)
    view = live.slack.modal(ADA)
    assert view is not None
    assert await live.slack.close(view) is None
    assert not live.heard(ADA, "Slack did not open")
    live.slack.assert_clean()


def updated(live: Live) -> int:
    """How often a modal was updated, or should have been."""
    return sum(call.method == "views.update" for call in live.slack.calls)
