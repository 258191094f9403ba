"""The weekly report in Slack: once, whatever Slack answers, with the chart that the workspace takes."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from router.report.packing import pack, unpack
from router.reporting.posting import AS_POSTED
from router.reporting.stores import stores_of
from router.slack.weekly import thread
from router.state.history.posts import Held
from router.testing import Channel, faults
from tests.support.reporting import CONFIG, PNG, Press, kinds, press
from tests.support.reviews import ADDRESS, AS_OF, WEEK, empty, usual
from tests.support.state import State

REPLIES = [each.text for each in thread(usual(), "en", url=ADDRESS)]
POST, ADDRESS_OF, COMPLETE = "chat.postMessage", "files.getUploadURLExternal", "files.completeUploadExternal"


def whole(opened: Press, channel: str = "C0SRE") -> None:
    """There is exactly one report, and one of each reply below it, in order."""
    [root] = opened.roots(channel)
    assert "data_visualization" in kinds(root) or "table" in kinds(root)
    assert [each.text for each in opened.replies(channel)] == REPLIES
    assert {each.thread_ts for each in opened.replies(channel)} == {root.ts}
    opened.slack.assert_clean()


async def test_it_is_posted_once_with_its_replies(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        poster = opened.replica()
        await opened.until_posted(poster)
        whole(opened)
        [root] = opened.roots()
        assert kinds(root).count("data_visualization") == 1
        assert root.metadata["event_payload"]["delivery_id"] == f"weekly:{WEEK.name}::root"
        for _ in range(5):
            opened.clock.advance(await poster.turn())
        await opened.replica("another").turn()
        whole(opened)
        assert opened.counted == {"posted": 1}


async def test_it_is_not_posted_before_its_time_nor_for_a_time_before_the_first_start(
    state: State, tmp_path: Path
) -> None:
    async with press(state, tmp_path) as opened:
        opened.clock._now = AS_OF - 1.0
        assert await opened.replica().turn() == 30.0
        await state.client.flushall()
        opened.clock._now = AS_OF + 60.0
        await opened.replica().turn()
        assert opened.slack.messages == []
        assert opened.asked == []


async def test_it_tells_what_was_computed_after_it_was_due(state: State, tmp_path: Path) -> None:
    """A review from before its time is computed anew, once; a newer one is taken as it is."""
    async with press(state, tmp_path) as opened:
        await opened.store(replace(usual(), as_of=AS_OF - 1.0))
        await opened.until_posted(opened.replica())
        assert opened.asked == [WEEK.name]
    await state.client.flushall()
    async with press(state, tmp_path) as opened:
        await opened.store(usual())
        await opened.until_posted(opened.replica())
        assert opened.asked == []


async def test_where_it_cannot_be_computed_an_older_review_of_the_whole_week_is_told(
    state: State, tmp_path: Path
) -> None:
    async with press(state, tmp_path) as opened:
        opened.computes = lambda week: None
        poster = opened.replica()
        assert await poster.turn() == 30.0
        assert await poster.turn() == 30.0
        assert (opened.slack.messages, opened.counted) == ([], {"failed": 1})
        await opened.store(replace(usual(), as_of=WEEK.end))
        await opened.until_posted(poster)
        whole(opened)


async def test_three_replicas_at_once_post_it_once(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        replicas = [opened.replica(f"replica-{number}") for number in range(3)]
        for _ in range(4):
            await asyncio.gather(*(replica.turn() for replica in replicas))
            opened.clock.advance(30)
        whole(opened)
        assert (opened.asked, opened.counted) == ([WEEK.name], {"posted": 1})


FAULTS = {
    "an answer is lost after the post": [faults.cut_after_storing()],
    "an answer is lost, and the post too": [faults.cut()],
    "Slack is overloaded after storing": [faults.http_error(500, stored=True)],
    "Slack is overloaded": [faults.http_error(503)],
    "an internal error that stored it": [faults.error("internal_error", stored=True)],
    "an answer that never comes": [faults.hang(stored=True)],
    "an answer that is no JSON": [faults.invalid_json()],
    "too many posts": [faults.rate_limited("7")],
    "too many posts for a minute": [faults.rate_limited("60")],
    "one after another": [faults.rate_limited("3"), faults.http_error(502), faults.cut_after_storing()],
}


@pytest.mark.parametrize("position", [0, 1, len(REPLIES)], ids=["root", "first reply", "last reply"])
@pytest.mark.parametrize("given", FAULTS.values(), ids=FAULTS.keys())
async def test_whatever_slack_answers_each_part_is_there_once(
    state: State, tmp_path: Path, given: list[faults.Fault], position: int
) -> None:
    async with press(state, tmp_path) as opened:
        await opened.store(usual())
        opened.slack.script(POST, *[None] * position, *given)
        await opened.until_posted(opened.replica(deadline_s=0.3))
        whole(opened)


@pytest.mark.parametrize("position", [0, 1, len(REPLIES)], ids=["root", "first reply", "last reply"])
async def test_what_a_replica_left_undone_another_finds(state: State, tmp_path: Path, position: int) -> None:
    """The first one posts, and dies before it can store where; the second looks for it instead of posting again."""
    async with press(state, tmp_path) as opened:
        await opened.store(usual())
        dying = opened.replica("dying")
        done = dying.outside.posts.done
        stored: list[str] = []

        async def die(held: Held, part: str, channel: str, ts: str) -> bool:
            stored.append(part)
            if len(stored) > position:
                raise asyncio.CancelledError
            return await done(held, part, channel, ts)

        dying.outside.posts.done = die  # type: ignore[method-assign]
        with pytest.raises(asyncio.CancelledError):
            await dying.turn()
        assert len(opened.slack.messages) == position + 1
        opened.clock.advance(60)
        await opened.until_posted(opened.replica("heir"))
        whole(opened)
        assert len(opened.slack.messages) == 1 + len(REPLIES)


async def test_one_that_was_taken_over_while_it_posted_takes_its_own_post_back(state: State, tmp_path: Path) -> None:
    """A replica that stood still for longer than its lease wakes up after another has told everything."""
    async with press(state, tmp_path) as opened:
        await opened.store(usual())
        slow, quick = opened.replica("slow", lease_s=0.05), opened.replica("quick")
        post = slow.outside.way(None)._tools.posting.post  # type: ignore[arg-type]

        async def late(letter: object) -> object:
            await asyncio.sleep(0.1)
            await opened.until_posted(quick)
            opened.clock.advance(2)
            return await post(letter)

        slow.outside.way(None)._tools.posting.post = late  # type: ignore[arg-type,method-assign]
        await slow.turn()
        whole(opened)
        assert len(opened.slack.messages) == 2 + len(REPLIES)
        assert opened.counted == {"posted": 1}


async def test_a_begun_report_goes_on_as_it_was_begun(state: State, tmp_path: Path) -> None:
    """A review that is computed anew between two parts does not change the rest of them."""
    async with press(state, tmp_path) as opened:
        await opened.store(usual())
        opened.slack.script(POST, None, faults.rate_limited("60"))
        await opened.replica("first").turn()
        assert len(opened.slack.messages) == 1
        await opened.store(replace(empty(), as_of=opened.clock()))
        opened.clock.advance(60)
        await opened.until_posted(opened.replica("second"))
        whole(opened)
        kept = await stores_of(state.scripts, opened.config).reviews.load(WEEK.name, AS_POSTED)
        assert kept is not None
        assert unpack(kept.review) == unpack(pack(usual()))


# --- the chart


async def test_where_the_chart_is_refused_as_a_block_it_is_a_picture_from_then_on(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        await opened.store(usual(), weeks_en_png=PNG)
        opened.slack.script(POST, faults.error("invalid_blocks"))
        await opened.until_posted(opened.replica())
        whole(opened)
        [root] = opened.roots()
        [image] = [block for block in root.blocks if block["type"] == "image"]
        [file] = opened.slack.workspace.files.by_id.values()
        assert image["slack_file"] == {"id": file.id}
        assert (file.data, file.channels) == (PNG, ())
        assert "22" in file.alt_text
        assert opened.memory.refused
        later = WEEK.before(-1)
        opened.clock.advance(7 * 86_400.0)
        await opened.store(
            replace(usual(), week=later.name, start=later.start, end=later.end, as_of=opened.clock()), weeks_en_png=PNG
        )
        tried = len([call for call in opened.slack.calls if call.method == POST])
        await opened.until_posted(opened.replica())
        assert len([call for call in opened.slack.calls if call.method == POST]) == tried + 1 + len(REPLIES)
        assert "image" in kinds(opened.roots()[1])


NO_PICTURE = {
    "the app may not upload": (ADDRESS_OF, faults.error("missing_scope")),
    "the workspace allows no files": (ADDRESS_OF, faults.error("file_uploads_disabled")),
    "the upload fails": ("upload", faults.http_error(500)),
    "the upload breaks off": ("upload", faults.cut()),
    "it cannot be completed": (COMPLETE, faults.error("internal_error")),
    "uploads are limited": (COMPLETE, faults.rate_limited("30")),
}


@pytest.mark.parametrize(("method", "fault"), NO_PICTURE.values(), ids=NO_PICTURE.keys())
async def test_where_no_picture_can_be_uploaded_the_table_goes_alone(
    state: State, tmp_path: Path, method: str, fault: faults.Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    async with press(state, tmp_path) as opened:
        await opened.store(usual(), weeks_en_png=PNG)
        opened.slack.script(POST, faults.error("invalid_blocks"))
        opened.slack.script(method, fault)
        await opened.until_posted(opened.replica())
        whole(opened)
        assert not {"image", "data_visualization"} & set(kinds(opened.roots()[0]))
    said = capsys.readouterr().out
    assert "report_without_chart" in said
    assert method != ADDRESS_OF or "mend" in said


async def test_a_picture_that_slack_never_finishes_scanning_is_left_out(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        await opened.store(usual(), weeks_en_png=PNG)
        opened.slack.workspace.files.polls_until_ready = 99
        opened.memory.refused = True
        await opened.until_posted(opened.replica())
        whole(opened)
        assert "image" not in kinds(opened.roots()[0])


async def test_without_a_drawn_picture_the_table_goes_alone(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        opened.memory.refused = True
        await opened.until_posted(opened.replica())
        whole(opened)
        assert not opened.slack.workspace.files.by_id


async def test_where_slack_refuses_every_block_the_words_remain(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        await opened.store(usual(), weeks_en_png=PNG)
        opened.slack.script(POST, *[faults.error("invalid_blocks")] * 3)
        await opened.until_posted(opened.replica())
        [root] = opened.roots()
        assert (root.blocks, "9" in root.text) == ([], True)
        assert not opened.memory.refused
        assert len(opened.replies()) == len(REPLIES)
        opened.slack.assert_clean()


async def test_a_week_without_anything_is_one_sentence(state: State, tmp_path: Path) -> None:
    async with press(state, tmp_path) as opened:
        await opened.store(empty())
        await opened.until_posted(opened.replica())
        [root] = opened.roots()
        assert kinds(root) == ["section"]
        opened.slack.assert_clean()


# --- channels


async def test_a_channel_that_refuses_is_replaced_by_the_fallback_and_said(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CONFIG.replace("slack: {channel: C0SRE}", "slack: {channel: C0GONE, fallback_channel: C0OPS}")
    channels = [Channel("C0GONE", "gone", archived=True), Channel("C0OPS", "ops")]
    async with press(state, tmp_path, text.replace("report: {channel: C0SRE}", "report: {channel: C0GONE}"),
                     channels=channels) as opened:  # fmt: skip
        await opened.until_posted(opened.replica())
        whole(opened, "C0OPS")
        assert "C0GONE" in str(opened.roots("C0OPS")[0].blocks[-1])
    said = capsys.readouterr().out
    assert "report_rerouted" in said
    assert "name another channel in `report`" in said


async def test_without_a_fallback_it_is_kept_and_comes_once_the_channel_is_mended(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = Channel("C0SRE", "sre", archived=True)
    async with press(state, tmp_path, channels=[channel]) as opened:
        poster = opened.replica()
        for _ in range(5):
            opened.clock.advance(await poster.turn())
        assert opened.counted == {"failed": 1}
        assert capsys.readouterr().out.count("report_postponed") == 1
        opened.slack.workspace.find_channel("C0SRE").archived = False
        await opened.until_posted(poster)
        whole(opened)


async def test_each_team_gets_its_own_report_in_its_language_and_channel(state: State, tmp_path: Path) -> None:
    text = CONFIG + "heartbeats: []\n"
    text = text.replace(
        "    slack: {channel: C0SRE}\n",
        "    slack: {channel: C0SRE}\n"
        "  - {name: platform, locale: ja, timezone: Europe/Berlin, slack: {channel: C0PLAT}, report: {}}\n",
    )
    async with press(state, tmp_path, text, channels=[Channel("C0SRE", "sre"), Channel("C0PLAT", "plat")]) as opened:
        await opened.store(usual())
        await opened.store(replace(usual(), team="platform", as_of=AS_OF + 7 * 3_600.0), "platform")
        poster = opened.replica()
        await opened.until_posted(poster)
        assert opened.roots("C0PLAT") == []
        opened.clock.advance(7 * 3_600.0)  # Monday 09:00 in Berlin, in summer
        await opened.until_posted(poster)
        [root] = opened.roots("C0PLAT")
        assert "週報" in root.text or "狼" in root.text
        assert root.metadata["event_payload"]["delivery_id"] == f"weekly:{WEEK.name}:platform:root"
        assert len(opened.roots()) == 1
        opened.slack.assert_clean()


async def test_a_receiver_that_is_told_by_webhook_gets_the_message_alone(state: State, tmp_path: Path) -> None:
    text = CONFIG.replace("slack: {channel: C0SRE}", "slack: {webhook: 'https://hooks.example.com/x'}\n    report: {}")
    async with press(state, tmp_path, text.replace("report: {channel: C0SRE}\n", "")) as opened:
        await opened.store(replace(usual(), team="sre"), "sre")
        opened.hook = opened.slack.webhooks.add("C0SRE").url
        await opened.until_posted(opened.replica())
        [root] = opened.slack.posts("C0SRE")
        assert "table" in kinds(root)
        assert "data_visualization" not in kinds(root)
