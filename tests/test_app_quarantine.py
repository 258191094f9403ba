"""Bodies that could not be understood are kept, and announced once for each source."""

from router.app.quarantine import ANNOUNCED_S, Quarantine
from router.incident import Say
from router.state import keys
from tests.support.world import open_world


async def test_a_kept_body_is_announced_once_for_each_source(valkey_url: str, tmp_path) -> None:
    """However many come; another source is another message; each body is there to be looked at."""
    async with open_world(valkey_url, tmp_path) as world:
        quarantine = Quarantine(world.engine.board, world.engine.intake, world.clock.now)
        for number in range(5):
            await quarantine.keep("alertmanager", b"{broken", f"not JSON, at byte {number}")
            await world.pass_time(15, step=5)
            world.clock.advance(60)
        assert [order.view.notice["about"] for order in world.slack.posts(Say.ROOT)] == ["alertmanager"]
        await quarantine.keep("datadog", b"[]", "not an object")
        await world.pass_time(15, step=5)
        said = [order.view.notice["about"] for order in world.slack.posts(Say.ROOT)]
        assert said == ["alertmanager", "datadog"]
        kept = await world.scripts.client.xlen(keys.QUARANTINE)
        assert kept == 6


async def test_a_quarantine_is_over_when_nothing_more_comes(valkey_url: str, tmp_path) -> None:
    """After an hour the message says so; a body that comes later is announced anew."""
    async with open_world(valkey_url, tmp_path) as world:
        quarantine = Quarantine(world.engine.board, world.engine.intake, world.clock.now)
        await quarantine.keep("alertmanager", b"{broken", "not JSON")
        await world.pass_time(15, step=5)
        await world.pass_time(ANNOUNCED_S / 2, step=300)
        await quarantine.keep("alertmanager", b"{broken", "not JSON")
        await world.pass_time(ANNOUNCED_S / 2 + 300, step=300)
        assert [order.view.phase for order in world.slack.edits()[-1:]] != ["resolved"]
        await world.pass_time(ANNOUNCED_S, step=300)
        assert [order.view.phase for order in world.slack.edits()[-1:]] == ["resolved"]
        await world.pass_time(86_400, step=3_600)
        await quarantine.keep("alertmanager", b"{broken", "not JSON")
        await world.pass_time(15, step=5)
        assert len(world.slack.posts(Say.ROOT)) == 2


async def test_a_quarantine_is_accounted_for_like_any_alert_and_hides_none(valkey_url: str, tmp_path) -> None:
    async with open_world(valkey_url, tmp_path) as world:
        quarantine = Quarantine(world.engine.board, world.engine.intake, world.clock.now)
        await quarantine.keep("alertmanager", b"\xff\xfe", "not UTF-8")
        await world.pass_time(15, step=5)
        assert await world.unaccounted() == 0
        assert await world.tally() == {}
