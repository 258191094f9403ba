"""Saying what it was and asking why, over HTTP and over Socket Mode: guide, wolf, real, why, missed, old messages."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from router.state.history import History
from router.state.keys import PREFIXES
from router.state.missed import Missed
from router.state.scripts import Scripts
from router.testing import TOKEN, Message, Person
from tests.support.burning import CALM
from tests.support.responding_live import (
    ADA,
    PAGES,
    SATO,
    SOON_S,
    WAYS,
    Inside,
    Live,
    as_it_was,
    id_of,
    open_live,
    whole,
)
from tests.support.waiting import until

WATCHER = Person("U0WATCHER", "Watcher")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    async with open_live(tmp_path_factory.mktemp("live"), request.param, kind=Inside) as opened:
        yield opened


async def record(live: Live, incident: str) -> dict[str, Any]:
    """The history record of an incident's only firing: what the statistics read."""
    [found] = [each for each in await History(Scripts(live.state)).firings() if each["incident"] == incident]
    return found


async def recorded(live: Live, incident: str, **facts: object) -> None:
    async def check() -> bool:
        found = await record(live, incident)
        return all(found[name] == value for name, value in facts.items())

    await until(check, f"{facts} of {incident}", SOON_S)


async def test_opening_the_guide_is_counted_and_answers_nobody(live: Live) -> None:
    """#2: the browser opens it; the message stays as it is, and the first time is in the history."""
    page = await live.page()
    shown, edits = whole(page), len(page.edits)
    [guide] = [each for each in live.slack.controls(page) if each.action_id == "guide"]
    assert guide.element["url"] == "https://guides.example.com/checkout"
    for person in (ADA, SATO):
        delivery = await live.click(page, "guide", person)
        assert (delivery.status, delivery.answer) == (200, None)

    async def opened() -> bool:
        return bool((await record(live, id_of(page)))["guide_opened_at"])

    await until(opened, "that it was opened", SOON_S)
    assert not live.heard(ADA, id_of(page))
    assert (whole(page), len(page.edits)) == (shown, edits)
    live.slack.assert_clean()


async def test_a_wolf_is_asked_for_its_reason_and_can_be_undone(live: Live) -> None:
    """#3: the mark counts at once; the reason is asked of who marked it, in a question that its answer replaces."""
    page = await live.page()
    await live.click(page, "wolf")
    await live.shows(page, "*Marked as a wolf* by <@U0ADA>")
    assert live.actions(page) == ["ack", "guide", "unmark", "more"]
    question = await live.hears(ADA, f"You marked {id_of(page)} as a wolf. Why was it one?")
    await recorded(live, id_of(page), human_verdict="wolf", wolf_reason=None)
    await live.click(question, "wolf_reason", option="wrong threshold")
    await live.shows(page, "*Marked as a wolf* by <@U0ADA>", ": wrong threshold")
    thanks = await live.hears(ADA, "noted as a wolf (wrong threshold). It counts in Monday's report.")
    assert thanks is question, "the question is replaced"
    await recorded(live, id_of(page), human_verdict="wolf", wolf_reason="wrong_threshold")
    await live.click(page, "unmark", SATO)
    await live.offers(page, "ack", "guide", "wolf", "more")
    assert "Marked as a wolf" not in whole(page)
    await recorded(live, id_of(page), human_verdict=None)
    live.slack.assert_clean()


async def test_the_question_for_the_reason_can_undo_the_mark(live: Live) -> None:
    page = await live.page()
    await live.click(page, "wolf")
    question = await live.hears(ADA, f"You marked {id_of(page)} as a wolf")
    await live.click(question, "unmark")
    undone = await live.hears(ADA, f"Undone: {id_of(page)} is not marked any more.")
    assert undone is question
    await live.offers(page, "ack", "guide", "wolf", "more")
    stale = as_it_was(page)
    await live.click(stale, "wolf", SATO)
    await live.hears(SATO, f"You marked {id_of(page)} as a wolf")
    await live.click(stale, "wolf", ADA)
    await live.hears(ADA, "Already marked as a wolf by sato", id_of(page))
    live.slack.assert_clean()


async def test_what_is_over_can_be_marked_as_real(live: Live) -> None:
    """#3: both verdicts are offered; the newest stands, and can be taken back."""
    page = await resolved_page(live)
    await live.click(page, "real")
    await live.shows(page, "*Marked as real* by <@U0ADA>")
    assert live.actions(page) == ["unmark", "why"]
    await recorded(live, id_of(page), human_verdict="real")
    await live.click(page, "unmark")
    await live.offers(page, "wolf", "real", "why")
    await live.click(page, "wolf", SATO)
    await live.shows(page, "*Marked as a wolf* by <@U0SATO>")
    live.slack.assert_clean()


async def resolved_page(live: Live) -> Message:
    live.burning.rates["basket"] = 20.0
    rule = await live.fire("basket")
    page = await live.told(rule)
    live.burning.rates["basket"] = CALM
    await live.resolve(rule, "basket")
    await live.shows(page, "Resolved after")
    return page


# --- why


@pytest.mark.parametrize("way", ["menu", "shortcut", "shortcut in the thread", "command", "command by rule"])
async def test_why_is_answered_with_the_numbers_it_was_decided_by(live: Live, way: str) -> None:
    """#6: the same answer on every way, seen only by who asked; it changes nothing."""
    page = await live.page()
    edits, incident = len(page.edits), id_of(page)
    rule = next(text for text in whole(page).split() if text.startswith("Rule"))
    if way == "menu":
        delivery = await live.choose(page, "Why this page?")
    elif way == "shortcut":
        delivery = await live.slack.shortcut("why_msg", by=ADA, message=page)
    elif way == "shortcut in the thread":
        await live.click(page, "ack")
        await live.shows(page, "*Acked by*")
        await hand_over(live, page)
        reply = await live.thread(page, "This was handed to Sato")
        delivery, edits = await live.slack.shortcut("why_msg", by=ADA, message=reply), len(page.edits)
    else:
        asked = incident.lower().replace("e-", "") if way == "command" else rule
        delivery = await live.slack.command("/slo", f"why {asked}", by=ADA)
        assert delivery.answer["response_type"] == "ephemeral"
    assert delivery.status == 200
    answer = await live.hears(ADA, "*Paged*", incident)
    for part in (
        f"*Rule*\n{rule} on checkout",
        "*SLO*\nCheckout availability: 99.9% over 30 days",
        "20.0x (1 h), 20.0x (5 min) (pages at 14.4x)",
        "60%",
        "It pages when the burn rate reaches 14.4x over 1 h and over 5 min.",
        "slos/checkout.yaml",
    ):
        assert part in whole(answer)
    assert "missed" not in live.actions(answer), "it did page"
    assert len(page.edits) == edits
    live.slack.assert_clean()


async def hand_over(live: Live, page: Message) -> None:
    await live.choose(page, "Hand over…")
    view = await live.modal(ADA, "Hand over", id_of(page))
    await live.slack.submit(view, {"person": SATO.id})


async def test_the_shortcut_on_a_strange_message_says_so(live: Live) -> None:
    """#6: every message of the workspace has that entry in its menu."""
    strange = await another_message(live, [{"type": "section", "text": {"type": "plain_text", "text": "Lunch?"}}])
    await live.slack.shortcut("why_msg", by=ADA, message=strange)
    await live.hears(ADA, "This message belongs to no open incident.")
    live.slack.assert_clean()


async def another_message(live: Live, blocks: list[dict[str, Any]]) -> Message:
    """A message that the app has not drawn: of another version, or of another day."""
    args = {"channel": PAGES, "text": "Something else", "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session,
        session.post(f"{live.slack.url}chat.postMessage", json=args) as answer,
    ):
        assert (await answer.json())["ok"]
    return live.slack.posts(PAGES)[-1]


# --- it should have paged


async def test_what_was_held_can_be_reported_as_missed(live: Live) -> None:
    """#12: /slo why tells why nobody was told, and who knows better says so; it counts as a miss."""
    rule = await live.fire("search")

    async def held() -> bool:
        return any(each["rule"] == rule for each in await History(Scripts(live.state)).firings())

    await until(held, "it is held", SOON_S)
    await until(lambda: why_held(live, rule), "the reason", SOON_S)
    answer = live.heard(ADA, "*Held*", rule)[-1]
    await live.click(answer, "missed")
    thanks = await live.hears(ADA, "Thank you: ", "is recorded as missed. It counts in Monday's report.")
    await recorded(live, next(part for part in thanks.text.split() if part.startswith("E-")), missed_report=True)
    await live.click(answer, "missed", ADA)
    await live.hears(ADA, "Already reported as missed by you")
    live.slack.assert_clean()


async def why_held(live: Live, rule: str) -> bool:
    await live.slack.command("/slo", f"why {rule}", by=ADA)
    return bool(live.heard(ADA, "*Held*", rule))


async def test_a_missed_page_is_reported_with_the_global_shortcut(live: Live) -> None:
    """#12: from anywhere, where no channel is known; the modal thanks in the place of its questions."""
    delivery = await live.slack.shortcut("missed", by=ADA)
    assert (delivery.status, delivery.answer) == (200, None)
    view = await live.modal(ADA, "Report a missed page", "Which SLO or service")
    answers = {"slo": "checkout", "what": "Nobody could pay for ten minutes"}
    delivery = await live.slack.submit(view, {**answers, "when": 4_000_000_000})
    assert view.errors == {"when": "That is in the future."}
    delivery = await live.slack.submit(view, {**answers, "when": 1_790_000_000})
    await live.slack.deliver_again(delivery)
    view = await live.modal(ADA, "Thank you: recorded as a miss. It counts in Monday's report.")
    assert await live.slack.close(view) is None
    [miss] = await Missed(Scripts(live.state)).all()
    assert (miss.by.id, miss.slo, miss.when, miss.text) == (ADA.id, "checkout", 1_790_000_000.0, answers["what"])
    live.slack.assert_clean()


# --- old messages, and messages of another version


async def test_a_click_on_an_old_message_is_answered_politely(live: Live) -> None:
    """#13: the incident is forgotten; who clicks hears that it is closed, and what was decided last."""
    page = await live.page()
    incident = id_of(page)
    await until(lambda: decided(live, incident), "the decision in the log", SOON_S)
    await forget(live)
    edits = len(page.edits)
    assert (await live.click(page, "ack")).status == 200
    await live.hears(ADA, f"This alert is closed ({incident}). State as of ", "last decision Paged, ")
    await live.choose(page, "Snooze 2 h", SATO)
    await live.hears(SATO, f"This alert is closed ({incident})")
    await live.choose(page, "Hand over…" if "Hand over" in whole(page) else "Silence…", SATO)
    view = await live.modal(SATO, "Silence alerts")
    assert await live.slack.close(view) is None
    assert (await live.click(page, "guide")).status == 200
    await live.choose(page, "Why this page?", SATO)
    await live.hears(SATO, "*Paged*", incident)
    assert len(live.heard(ADA, incident)) == 1, "the guide opens without a word"
    assert len(page.edits) == edits
    live.slack.assert_clean()


async def decided(live: Live, incident: str) -> bool:
    answer = await live.slack.command("/slo", f"why {incident}", by=WATCHER)
    return "*Paged*" in str(answer.answer)


async def forget(live: Live) -> None:
    """What half an hour after the end does to incidents: they go, and the log stays."""
    for prefix in PREFIXES:
        names = [name async for name in live.state.scan_iter(f"{prefix}*")]
        kept = {f"{prefix}log".encode(), f"{prefix}tally".encode()}
        if gone := [name for name in names if name not in kept]:
            await live.state.delete(*gone)


@pytest.mark.parametrize("action", ["postmortem", "postmortem_not_needed", "customer_notice"])
async def test_a_button_of_another_version_is_answered_politely(live: Live, action: str) -> None:
    """#9 and #10 are not there yet: a message of a later version may have them after a step back."""
    text = {"type": "plain_text", "text": "Write postmortem"}
    strange = await another_message(
        live,
        [
            {
                "type": "actions",
                "elements": [{"type": "button", "action_id": action, "text": text, "value": "k.E-AAAAAA"}],
            }
        ],
    )
    live.slack.workspace.ephemerals.clear()
    delivery = await live.click(strange, action)
    assert (delivery.status, delivery.answer) == (200, None)
    await live.hears(
        ADA, "The router does not know this button. Its message may be from another version; type /slo status."
    )
    live.slack.assert_clean()
