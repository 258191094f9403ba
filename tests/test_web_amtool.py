"""The real amtool uses the router as an Alertmanager."""

import asyncio

import orjson

from router.config.values import Auth
from tests.support.door import House, Stood, config_of, firing, open_door
from tests.support.programs import need


async def amtool(house: House, *arguments: str) -> tuple[int, str]:
    """Run amtool against the door; return its exit code and what it printed, or its complaint."""
    program = need("amtool", "prometheus-alertmanager")
    running = await asyncio.create_subprocess_exec(
        program,
        f"--alertmanager.url={house.url}",
        "--no-version-check",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await running.communicate()
    code = running.returncode or 0
    return code, (complaint if code else said).decode()


async def test_lists_alerts():
    """`amtool alert query` shows what fires."""
    async with open_door() as house:
        house.wall.standings = [Stood(firing("Paged", service="checkout")), Stood(firing("Muted"), outcome="suppress")]
        code, said = await amtool(house, "--output=json", "alert", "query", "service=~check.*")
        assert code == 0, said
        assert [each["labels"]["alertname"] for each in orjson.loads(said)] == ["Paged"]
        _, everything = await amtool(house, "alert", "query")
        assert "Paged" in everything
        assert "Muted" not in everything, "amtool asks for what is not silenced"


async def test_adds_alerts():
    """`amtool alert add` arrives in the store."""
    async with open_door() as house:
        code, said = await amtool(
            house, "alert", "add", "alertname=RouterTest", "severity=page", "--annotation=summary=x"
        )
        assert code == 0, said
        [alert] = house.shelf.alerts
        assert (alert.rule, alert.severity, alert.source) == ("RouterTest", "page", "prom")


async def test_reads_the_routes():
    """`amtool config routes test` draws the receiver from the routes that the status tells."""
    async with open_door() as house:
        code, said = await amtool(house, "config", "routes", "test", 'team="db\\"x"', "tier=a")
        assert (code, said.strip()) == (0, "db")
        assert (await amtool(house, "config", "routes", "test", "team=web"))[1].strip() == "sre"
        code, said = await amtool(house, "config", "show")
        assert code == 0, said


async def test_is_told_that_silences_come_later():
    """`amtool silence` lists nothing, and adding says why it cannot."""
    async with open_door() as house:
        assert await amtool(house, "silence", "query", "--output=json") == (0, "[]\n")
        code, said = await amtool(house, "silence", "add", "--comment=x", "alertname=A")
        assert code != 0
        assert "501" in said


async def test_is_refused_without_credentials():
    """A configured source asks amtool too."""
    async with open_door(config_of(prom=Auth(basic=(("sre", "pass"),)))) as house:
        code, said = await amtool(house, "alert", "query")
        assert code != 0
        assert "401" in said
        house.url = house.url.replace("//", "//sre:pass@")
        code, said = await amtool(house, "alert", "query")
        assert code == 0, said
