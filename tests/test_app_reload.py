"""A changed configuration takes effect by itself; a bad one changes nothing and is told everywhere."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from router.app.files import Watch
from router.app.reload import Configuration
from router.app.slo_sources import SloSources
from router.config.load import load
from router.config.values import SloSourceConfig
from tests.support.serving import CONFIG, SLO, Serve, firing, write_config
from tests.support.waiting import until

JAPANESE = CONFIG + "locale: ja\n"
BAD = CONFIG.replace("receiver: sre", "receiver: nobody")


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    async with Serve(write_config(tmp_path / "etc"), tmp_path / "data") as router:
        yield router
        assert await asyncio.to_thread(router.end) == 0


async def test_a_changed_file_takes_effect_without_being_asked(serve: Serve) -> None:
    serve.config.write_text(JAPANESE)
    await until(lambda: serve.lines("reloaded"), "it is reloaded", 10)
    await serve.send(firing())
    await until(lambda: "アラート" in serve.shown, "the message is in Japanese", 5)


async def test_sighup_takes_effect(serve: Serve) -> None:
    assert serve.process is not None
    serve.config.write_text(JAPANESE)
    serve.process.send_signal(signal.SIGHUP)
    await until(lambda: serve.lines("reloaded"), "it is reloaded", 5)


async def test_a_bad_configuration_changes_nothing_and_is_told_until_it_is_mended(serve: Serve) -> None:
    """In the log once, in the metric, in /readyz; alerts are routed as before."""
    serve.config.write_text(BAD)
    await until(lambda: serve.lines("reload_refused"), "it is refused", 10)
    assert await serve.metric("alert_router_config_last_reload_successful") == 0
    report = await serve.get("/readyz")
    assert (report["ready"], report["reload"]["ok"]) == (True, False)
    assert f"{serve.config}:11:19: unknown receiver 'nobody'; " in report["reload"]["problem"]
    [told] = serve.lines("reload_refused")
    assert "unknown receiver 'nobody'" in str(told["problem"])
    await serve.send(firing())
    await until(lambda: "#C0SRE" in serve.shown, "the message goes where it went", 5)
    serve.config.write_text(CONFIG)
    await until(lambda: serve.lines("reload_mended"), "it is mended", 15)
    assert await serve.metric("alert_router_config_last_reload_successful") == 1
    assert (await serve.get("/readyz"))["reload"]["problem"] == ""


async def test_files_replaced_as_editors_do_and_new_slo_files_are_noticed(serve: Serve) -> None:
    """A rename over the old file, twice; then a file that the glob matches, in a folder below."""
    for number, text in enumerate((JAPANESE, CONFIG), 1):
        fresh = serve.config.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(serve.config)
        await until(lambda: len(serve.lines("reloaded")) == number, f"rename {number} is taken", 10)  # noqa: B023
    (serve.config.parent / "slos/search.yaml").write_text(SLO.format(name="search"))
    await until(lambda: serve.lines("reloaded")[-1]["slos"] == 2, "the new SLO is read", 10)


async def test_a_mounted_config_map_is_followed_through_every_swap(tmp_path: Path) -> None:
    """Kubernetes swaps the link `..data` and deletes the folder that it led to."""
    mount, data = tmp_path / "mount", tmp_path / "data"
    _publish(mount, "1", CONFIG)
    for name in ("router.yaml", "slos"):
        (mount / name).symlink_to(f"..data/{name}")
    async with Serve(mount / "router.yaml", data) as router:
        for number, text in enumerate((JAPANESE, CONFIG, JAPANESE), 1):
            _publish(mount, str(number + 1), text)
            await until(lambda: len(router.lines("reloaded")) == number, f"swap {number} is taken", 10)  # noqa: B023
        assert await asyncio.to_thread(router.end) == 0


def _publish(mount: Path, version: str, text: str) -> None:
    write_config(mount / f"..{version}", text)
    before = (mount / "..data").resolve() if (mount / "..data").exists() else None
    (mount / "..tmp").symlink_to(f"..{version}")
    (mount / "..tmp").replace(mount / "..data")
    if before is not None:
        for path in (before / "router.yaml", before / "slos/checkout.yaml"):
            path.unlink()
        (before / "slos").rmdir()
        before.rmdir()


async def test_a_changed_slo_source_is_asked_and_a_removed_one_is_forgotten(serve: Serve) -> None:
    """In /readyz and in the metrics, where an old number would look like a present one."""
    await until(lambda: _gate_open(serve, "prometheus"), "the first source is found dead", 15)
    serve.config.write_text(CONFIG.replace("prometheus: {type", "thanos: {type"))
    report = await until(lambda: _source(serve, "thanos"), "the new source is asked", 15)
    assert list(report) == ["thanos"]
    await until(lambda: _gate_open(serve, "thanos"), "the new source is found dead", 15)
    assert await _gate_open(serve, "prometheus") == 0


async def _gate_open(serve: Serve, source: str) -> float:
    return await serve.metric("alert_router_gate_open", source=source)


async def _source(serve: Serve, name: str) -> dict[str, dict[str, object]] | None:
    report: dict[str, dict[str, object]] = (await serve.get("/readyz"))["slo_sources"]
    return report if name in report and report[name]["asked_at"] is not None else None


async def test_a_source_is_kept_as_long_as_its_settings_are_the_same() -> None:
    """It holds caches and a circuit breaker; another bearer or URL makes another source."""
    settings = SloSourceConfig("prometheus", "prometheus", "http://127.0.0.1:1", {"Authorization": "Bearer a"})
    async with aiohttp.ClientSession() as session:
        sources = SloSources(session)
        sources.follow({"prometheus": settings})
        first = sources.in_force["prometheus"].source
        sources.follow({"prometheus": replace(settings), "other": replace(settings, name="other")})
        assert sources.in_force["prometheus"].source is first
        sources.follow({"prometheus": replace(settings, headers={"Authorization": "Bearer b"})})
        assert sources.in_force["prometheus"].source is not first
        assert list(sources.in_force) == ["prometheus"]


async def test_durability_needs_a_restart_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything else of the new configuration is taken."""
    path = write_config(tmp_path)
    configuration = Configuration(lambda: load(str(path), {}), lambda: 1.0)
    path.write_text(JAPANESE + "durability: L2\n")
    assert await configuration.reload()
    assert (configuration.current.locale, configuration.current.durability) == ("ja", "L1")
    assert "restart_needed" in capsys.readouterr().out
    assert not await configuration.reload()


def test_a_watch_waits_until_writing_has_ended(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    watch = Watch(lambda: [str(path)])
    assert not watch.look()
    path.write_text("half")
    assert not watch.look()
    path.write_text("whole of it")
    assert not watch.look()
    assert watch.look()
    assert not watch.look()


@pytest.mark.parametrize("change", ["edit", "touch", "rename", "delete", "new file", "new folder", "link"])
def test_a_watch_notices_every_sort_of_change(tmp_path: Path, change: str) -> None:
    path = write_config(tmp_path / "etc")
    (tmp_path / "other").mkdir()
    (tmp_path / "etc/linked").symlink_to(tmp_path / "etc/slos")
    watch = Watch(lambda: [str(path), str(tmp_path / "etc/linked/checkout.yaml")])
    _change(tmp_path, path, change)
    watch.look()
    assert watch.look()


def _change(folder: Path, path: Path, change: str) -> None:
    match change:
        case "edit":
            path.write_text(CONFIG + "\n")
        case "touch":
            os.utime(path, (1, 1))
        case "rename":
            (folder / "new").write_text(CONFIG)
            (folder / "new").replace(path)
        case "delete":
            (folder / "etc/slos/checkout.yaml").unlink()
        case "new file":
            (folder / "etc/slos/new.yaml").write_text("")
        case "new folder":
            (folder / "etc/slos/team").mkdir()
        case _:
            (folder / "etc/linked").unlink()
            (folder / "etc/linked").symlink_to(folder / "other")


def test_a_watch_is_not_drawn_into_the_depths(tmp_path: Path) -> None:
    """Hidden folders and what lies more than three below are none of its business; missing files are no error."""
    path = write_config(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "a/b/c/d").mkdir(parents=True)
    watch = Watch(lambda: [str(path), str(tmp_path / "gone/away.yaml")])
    (tmp_path / ".git/index").write_text("")
    (tmp_path / "a/b/c/d/deep").write_text("")
    watch.look()
    assert not watch.look()
