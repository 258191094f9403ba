"""`alert-router serve` as users run it: it starts, shows messages, stops with nothing lost, and refuses in words."""

import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.prometheus import free_port
from tests.support.service import RouterProcess
from tests.support.serving import CONFIG, Serve, firing, resolved, write_config
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    router = Serve(write_config(tmp_path), tmp_path / "data")
    yield router
    if router.process is not None and router.process.poll() is None:
        await asyncio.to_thread(router.stop)


async def test_the_shipped_configuration_shows_a_first_alert_within_five_seconds(tmp_path: Path) -> None:
    """What `make run` starts: the curl that it proposes leads to a message on stdout; stderr has the rest."""
    async with Serve(ROOT / "config/router.yaml", tmp_path / "data") as router:
        proposed = next(line for line in router.said.splitlines() if line.startswith("  curl "))
        *_, kind, url, _, body = shlex.split(proposed)
        assert (kind, url) == ("Content-Type: application/json", f"{router.url}/webhook/alertmanager")
        status, answer = await router.post("/webhook/alertmanager", body.encode())
        assert (status, answer[:41]) == (202, b'{"accepted":1,"duplicates":0,"incidents":')
        await until(lambda: "HighErrorRate" in router.shown, "the message is shown", 5)
        assert await asyncio.to_thread(router.end) == 0
    assert "5 % of requests fail" in router.shown
    assert "HighErrorRate is" not in router.said
    assert f"listens on {router.url}; " in router.said
    assert "2 SLOs, 1 receiver, 2 sources, mode enforce." in router.said
    assert "No SLACK_BOT_TOKEN is set" in router.said
    assert f"Weekly review: {router.url}/review. " in router.said


async def test_ready_without_prometheus_and_every_part_told_apart(serve: Serve) -> None:
    """A missing Prometheus opens the gate; it is no reason to refuse alerts."""
    await serve.start()
    report = await until(lambda: _asked(serve), "Prometheus was asked", 10)
    assert report["ready"] is True
    assert report["redis"]["ok"] is True
    assert report["redis"]["server"].startswith("Valkey ")
    assert report["redis"]["durability"].startswith("L1: append-only file")
    assert report["slack"] == {"ok": True, "mode": "terminal: no SLACK_BOT_TOKEN"}
    assert report["slo_sources"]["prometheus"]["ok"] is False
    assert report["slo_sources"]["prometheus"]["problem"].startswith("prometheus: cannot be reached")
    assert report["reload"]["ok"] is True
    assert report["stopping"] is False


async def _asked(serve: Serve) -> dict[str, dict[str, object]] | None:
    report: dict[str, dict[str, object]] = await serve.get("/readyz")
    return report if report["slo_sources"]["prometheus"]["asked_at"] is not None else None  # type: ignore[index]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
async def test_stops_within_seconds_leaves_no_child_and_knows_its_incidents_after(serve: Serve, number: int) -> None:
    """Exit code 0; after the next start a repeat is a duplicate, and the resolve edits the message that stands."""
    await serve.start()
    assert (await serve.send(firing()))[1]["accepted"] == 1
    await until(lambda: "HighErrorRate" in serve.shown, "the message is shown", 5)
    began = asyncio.get_running_loop().time()
    assert await asyncio.to_thread(serve.end, number) == 0
    assert asyncio.get_running_loop().time() - began < 8
    assert serve.left() == []
    await serve.start()
    status, answer = await serve.send(firing())
    assert (status, answer["accepted"], answer["duplicates"]) == (202, 0, 1)
    await serve.send(resolved())
    await until(lambda: "edited" in serve.shown, "the message is edited", 10)
    assert serve.shown.count("new message") == 1
    assert await serve.metric("alert_router_unaccounted_alerts") == 0


async def test_kill_9_leaves_no_server_and_the_next_start_works_at_once(serve: Serve) -> None:
    await serve.start()
    await serve.send(firing())
    assert len(serve.servers()) == 1
    serve.kill()
    began = asyncio.get_running_loop().time()
    await serve.start()
    assert asyncio.get_running_loop().time() - began < 8
    assert (await serve.send(firing()))[1]["duplicates"] == 1
    assert len(serve.servers()) == 1
    serve.kill()
    await until(lambda: not serve.left(), "the embedded server ends by itself", 5)


async def test_a_second_router_on_the_same_data_is_refused_and_the_first_unharmed(serve: Serve) -> None:
    await serve.start()
    second = Serve(serve.config, serve.data)
    second.log = second.log.with_suffix(".second")
    code, said = await asyncio.to_thread(second.fail)
    assert code == 1
    assert serve.process is not None
    assert f"another router (process {serve.process.pid}) uses the data in {serve.data}" in said
    assert "ROUTER_DATA_DIR" in said
    assert "Traceback" not in said
    assert (await serve.send(firing()))[0] == 202
    assert len(serve.servers()) == 1


async def test_a_port_that_is_taken_is_told_with_the_mend(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", serve.port)):
        code, said = await asyncio.to_thread(serve.fail)
    assert code == 1
    assert f"the router did not start: it cannot listen on 127.0.0.1:{serve.port}" in said
    assert "set ROUTER_LISTEN" in said
    assert "Traceback" not in said
    assert serve.left() == []


async def test_a_bad_configuration_tells_every_mistake(tmp_path: Path) -> None:
    """Files and environment alike, in one run, as `check` tells them."""
    config = write_config(tmp_path, CONFIG.replace("receiver: sre", "receiver: nobody") + "timezone: Mars/Base\n")
    code, said = Serve(config, tmp_path / "data", ROUTER_LISTEN="nowhere", SLACK_API_URL="ftp://x").fail()
    assert code == 1
    for mistake in (
        "unknown receiver 'nobody'",
        "unknown time zone 'Mars/Base'",
        "ROUTER_LISTEN is not",
        "SLACK_API_URL",
    ):
        assert f"error: {mistake}" in said
    assert said.endswith("the router did not start: mend the errors above, then `alert-router check`\n")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"ROUTER_WORKERS": "4"}, "ROUTER_WORKERS is 4, but this version serves with one process"),
        ({"REDIS_URL": "redis://:c4n4ry@host:99999999/0"}, "REDIS_URL cannot be read"),
        ({"ROUTER_CONFIG_FILE": "/nope", "ROUTER_CONFIG": "x"}, "ROUTER_CONFIG and ROUTER_CONFIG_FILE are both set"),
    ],
    ids=["several workers", "a bad Redis URL", "a variable and its file"],
)
def test_what_the_environment_asks_in_vain_is_told(tmp_path: Path, variables: dict[str, str], problem: str) -> None:
    code, said = Serve(write_config(tmp_path), tmp_path / "data", **variables).fail()
    assert code == 1
    assert f":1:1: error: {problem}" in said
    assert "Traceback" not in said
    assert "c4n4ry" not in said


def test_a_data_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    router = Serve(write_config(tmp_path), tmp_path / "file/data")
    router.log, router.screen = tmp_path / "log", tmp_path / "out"
    code, said = router.fail()
    assert code == 1
    assert "the router did not start: the data folder" in said
    assert "set ROUTER_DATA_DIR" in said


async def test_a_request_under_way_at_sigterm_is_answered(serve: Serve) -> None:
    """The second half of a body may come after the signal; the alert in it is stored."""
    await serve.start()
    body = b'{"alerts":[{"status":"firing","labels":{"alertname":"Late","service":"checkout"}}]}'
    head = f"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
    reader, writer = await asyncio.open_connection("127.0.0.1", serve.port)
    writer.write(head.encode() + b"\r\n\r\n" + body[:40])
    await writer.drain()
    await until(lambda: serve.get("/readyz"), "the half body has been read", 5)
    assert serve.process is not None
    serve.process.send_signal(signal.SIGTERM)
    await until(lambda: _refuses(serve.port), "the door is shut", 5)
    writer.write(body[40:])
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 202 ")
    assert await asyncio.to_thread(serve.process.wait, 10) == 0
    await serve.start()
    assert (await serve.send({"status": "firing", "labels": {"alertname": "Late", "service": "checkout"}}))[1][
        "duplicates"
    ] == 1


async def _refuses(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False


async def test_where_others_reach_it_a_stopping_router_says_so_before_it_shuts_its_door(tmp_path: Path) -> None:
    """A load balancer needs a few seconds to see that it is not ready; what it still sends meanwhile is taken."""
    text = CONFIG.replace("type: alertmanager}", 'type: alertmanager, auth: {bearer: "${T}"}}')
    text = text.replace("  datadog: {type: datadog}\n", "")
    port = free_port()
    router = Serve(write_config(tmp_path, text), tmp_path / "data", ROUTER_LISTEN=f"0.0.0.0:{port}", T="t0ken")
    router.port = port
    async with router:
        assert router.process is not None
        router.process.send_signal(signal.SIGTERM)
        report = await until(lambda: _stopping(router), "it says that it stops", 5)
        assert (report["ready"], report["redis"]["ok"]) == (False, True)
        status, _ = await router.post("/webhook/alertmanager", b'{"alerts":[]}', Authorization="Bearer t0ken")
        assert status == 202
        assert await asyncio.to_thread(router.process.wait, 20) == 0


async def _stopping(router: RouterProcess) -> dict[str, dict[str, object]] | None:
    report: dict[str, dict[str, object]] = await router.get("/readyz")
    return report if report["stopping"] else None


async def test_a_signal_while_it_starts_gives_the_start_up(tmp_path: Path) -> None:
    """A Redis that never answers (its port swallows packets) does not make Ctrl-C wait."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        router = Serve(write_config(tmp_path), tmp_path / "data", REDIS_URL=url)
        router.spawn()
        silent.settimeout(15)
        connection, _ = await asyncio.to_thread(silent.accept)
        with connection:
            assert await asyncio.to_thread(router.end, signal.SIGINT) == 0
    assert "listens on" not in router.said


async def test_ctrl_c_twice_waits_for_nobody(serve: Serve) -> None:
    """A client that never finishes its body would make the first one wait; nothing runs on afterwards."""
    await serve.start()
    _, writer = await asyncio.open_connection("127.0.0.1", serve.port)
    writer.write(b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
    await until(lambda: serve.get("/readyz"), "the half body has been read", 5)
    assert serve.process is not None
    serve.process.send_signal(signal.SIGINT)
    await until(lambda: serve.lines("stopping"), "it waits", 5)
    serve.process.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(serve.process.wait, 8) == 130
    writer.close()
    await until(lambda: not serve.left(), "the embedded server ends too", 5)


async def test_of_many_warnings_the_first_are_told(tmp_path: Path) -> None:
    """Hundreds of SLOs without a mapping must not bury how to go on."""
    config = write_config(tmp_path, slos=["checkout", *(f"slo-{number}" for number in range(25))])
    async with Serve(config, tmp_path / "data") as router:
        assert await asyncio.to_thread(router.end) == 0
    assert router.said.count("warning: ") == 10
    assert "... and 15 warnings more: `alert-router check` tells all of them." in router.said


async def test_the_terminal_of_a_newcomer_shows_words_first_and_no_escape_a_sender_wrote(tmp_path: Path) -> None:
    """On a terminal the logs are lines for people, values quoted; Ctrl-C twice ends it at once."""
    leader, follower = os.openpty()
    router = Serve(write_config(tmp_path), tmp_path / "data")
    command = [sys.executable, "-m", "router", "serve", "--config", str(router.config)]
    process = await asyncio.to_thread(lambda: _open(command, follower, router.environment))
    os.close(follower)
    seen = b""

    def read() -> bool:
        nonlocal seen
        seen += os.read(leader, 65_536)
        return b"Ctrl-C stops the router" in seen

    await until(lambda: asyncio.to_thread(read), "it says how to go on", 30)
    await router.post("/webhook/alertmanager", b'{"alerts":[{"status":"firing","labels":7}], "x": "\\u001b[2J"}')
    process.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(process.wait, 10) == 0
    while chunk := _rest(leader):
        seen += chunk
    os.close(leader)
    assert b"body_quarantined" in seen
    assert b"\x1b[2J" not in seen
    assert b"stopping: finishing what is under way" in seen


def _open(command: list[str], terminal: int, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stdout=terminal, stderr=terminal, env=environment, start_new_session=True)


def _rest(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # Linux: the other side is closed and everything was read
        return b""
