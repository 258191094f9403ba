"""The life of a silence, through the real amtool, in the router and in Alertmanager: the same alerts are quiet."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.mute_cases import ask
from tests.support.parity import open_both
from tests.support.waiting import until
from tests.test_web_amtool import amtool


async def states(url: str) -> dict[str, str]:
    """Return the state of every alert by its name."""
    _, alerts = await ask("GET", f"{url}/api/v2/alerts")
    return {each["labels"]["alertname"]: each["status"]["state"] for each in alerts}


async def test_amtool_adds_queries_updates_and_expires_in_both(tmp_path: Path) -> None:
    """After each command the same alerts are quiet in both; one silence is left to end by itself."""
    async with open_both(tmp_path) as both:
        sides = list(both)

        async def everywhere(*arguments: str) -> list[str]:
            said = [await amtool(side, *arguments) for side in sides]  # type: ignore[arg-type]
            assert [code for code, _ in said] == [0, 0], said
            return [text for _, text in said]

        async def quiet(*names: str) -> None:
            wanted = {name: "suppressed" if name in names else "active" for name in ("Pay", "Search", "Cart")}
            for side in sides:
                await until(lambda side=side: _is(side.url, wanted), f"{names} are quiet", 20)

        for name in ("Pay", "Search", "Cart"):
            await everywhere("alert", "add", name, f"svc={name.lower()}", "--annotation=summary=x")
        await quiet()
        ids = [
            text.strip()
            for text in await everywhere("silence", "add", "-a", "sato", "-c", "x", "-d", "2h", "svc=~p.*|s.*")
        ]
        await quiet("Pay", "Search")
        shown = await everywhere("alert", "query", "--silenced")
        assert [("Pay" in text, "Search" in text, "Cart" in text) for text in shown] == [(True, True, False)] * 2
        shown = await everywhere("silence", "query", "-q")
        assert [text.split() for text in shown] == [[each] for each in ids]
        for side, silence_id in zip(sides, ids, strict=True):
            code, said = await amtool(side, "silence", "update", "-d", "3h", "-c", "longer", silence_id)  # type: ignore[arg-type]
            assert (code, silence_id in said) == (0, True), said
        await quiet("Pay", "Search")
        await everywhere("silence", "add", "-a", "sato", "-c", "short", "-d", "3s", "svc=cart")
        await quiet("Pay", "Search", "Cart")
        await quiet("Pay", "Search")
        for side, silence_id in zip(sides, ids, strict=True):
            assert (await amtool(side, "silence", "expire", silence_id))[0] == 0  # type: ignore[arg-type]
        await quiet()
        shown = await everywhere("silence", "query", "--expired", "--within=1h", "-q")
        assert [len(text.split()) for text in shown] == [2, 2]


async def _is(url: str, wanted: Mapping[str, str]) -> bool:
    return await states(url) == wanted
