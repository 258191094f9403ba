"""A storm in which somebody takes every page with one click, over HTTP and over Socket Mode."""

from pathlib import Path

import pytest

from router.testing import Message
from tests.support.burning import FAST
from tests.support.responding_live import ADA, PAGES, SATO, SOON_S, WAYS, Inside, Live, holds, open_live
from tests.support.waiting import until

NOISE = 12


@pytest.mark.parametrize("way", WAYS)
async def test_all_pages_of_a_storm_are_taken_with_one_click(way: str, tmp_path: Path) -> None:
    """#8: it asks first; each message says who has it; what is not a page waits, and none is dropped."""
    async with open_live(tmp_path / "live", way, kind=Inside) as live:
        pages = [await live.page(service) for service in ("checkout", "basket", "login")]
        noise = [await live.fire("nobody") for _ in range(NOISE)]
        summary = await summed_up(live)
        assert summary.text.startswith(f"Alert storm: {NOISE + 3} alerts. At risk: ")
        assert holds(summary, "Alert storm: 15 alerts, 3 SLOs at risk", "Nothing is dropped.")
        [button] = live.slack.controls(summary)
        assert (button.action_id, button.label) == ("ack_all", "Acknowledge all 3")
        assert button.element["confirm"]["title"]["text"] == "Acknowledge every open page?"
        delivery = await live.click(summary, "ack_all")
        assert (delivery.status, delivery.answer) == (200, None)
        await live.hears(ADA, "3 acknowledged.")
        for page in pages:
            await live.shows(page, "*Acked by* <@U0ADA>")
        assert (await live.slack.deliver_again(delivery)).status == 200
        await live.click(summary, "ack_all", SATO)
        await live.hears(SATO, "No page in this channel waits for an acknowledgement.")

        def told() -> list[str]:
            return [rule for rule in noise if any(holds(each, rule) for each in live.slack.posts(PAGES))]

        await until(told, "some are told on their own", 20)
        assert len(told()) < NOISE, "the rest is counted and waits"
        assert await live.router.metric("alert_router_unaccounted_alerts") == 0
        live.slack.assert_clean()


async def summed_up(live: Live) -> Message:
    """Let the router look for storms, and return the summary."""
    live.burning.rates["login"] = FAST

    async def found() -> Message | None:
        await live.router.inside.engine.storms.tick()
        return next((each for each in live.slack.posts(PAGES) if holds(each, "Alert storm: 15 alerts")), None)

    summary = await until(found, "the summary", SOON_S)
    assert summary is not None
    return summary
