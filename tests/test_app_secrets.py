"""No secret leaves the router, whatever is sent to it and however much it logs: canaries stand in all of them."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from router.state.connect import connect
from router.testing.slack import SlackStandIn
from router.testing.workspace import TOKEN
from tests.support.prometheus import free_port
from tests.support.serving import CONFIG, Serve, firing, write_config
from tests.support.state import start_valkey
from tests.support.waiting import until

CANARIES = {
    name: f"c4n4ry-{name.lower().replace('_', '-')}-x9"
    for name in (
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "AM_TOKEN",
        "OLD_TOKEN",
        "DD_PASSWORD",
        "HEADER_VALUE",
        "PROM_PASSWORD",
        "THANOS_TOKEN",
        "EXTRA_HEADER",
        "IN_URL",
        "REDIS_PASSWORD",
    )
}
SOURCES = """\
sources:
  alertmanager: {type: alertmanager, auth: {bearer: ["${AM_TOKEN}", "${OLD_TOKEN}"]}}
  datadog: {type: datadog, auth: {basic: {username: datadog, password: "${DD_PASSWORD}"}}}
  hand: {type: alertmanager, auth: {header: {name: X-Token, value: "${HEADER_VALUE}"}}}
slo_sources:
  prometheus: {type: prometheus, url: "${PROMETHEUS_URL}", basic: {username: u, password: "${PROM_PASSWORD}"}}
  thanos: {type: prometheus, url: "http://u:${IN_URL}@127.0.0.1:1", bearer: "${THANOS_TOKEN}"}
  mimir: {type: prometheus, url: "${PROMETHEUS_URL}/moved", headers: {X-Scope: "${EXTRA_HEADER}"}}
"""


def guarded_config() -> str:
    """The usual configuration with every kind of credential in it."""
    _, rest = CONFIG.split("slos: [slos/*.yaml]\n")
    return SOURCES + "slos: [slos/*.yaml]\n" + rest


async def _angry(request: web.Request) -> web.Response:
    """A Prometheus that quotes what it was sent, as proxies do in their error pages."""
    said = f"denied: {dict(request.headers)} {request.url} {await request.text()}"
    return web.Response(status=401 if "moved" not in request.path else 500, text=said)


@asynccontextmanager
async def angry_prometheus() -> AsyncIterator[str]:
    """Its URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _angry)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


@asynccontextmanager
async def locked_valkey(folder: Path) -> AsyncIterator[str]:
    """The URL of a server with a password, the password in it."""
    server = await start_valkey(folder)
    client = connect(server.url)
    await client.config_set("requirepass", CANARIES["REDIS_PASSWORD"])
    await client.aclose()
    yield server.url.replace("unix://", f"unix://:{CANARIES['REDIS_PASSWORD']}@")
    await server.stop()


def write_guarded(folder: Path) -> Path:
    """Write the configuration; each SLO is measured by another source."""
    sources = {"checkout": "prometheus", "search": "thanos", "mail": "mimir"}
    config = write_config(folder, guarded_config(), list(sources))
    for name, source in sources.items():
        path = folder / f"slos/{name}.yaml"
        path.write_text(path.read_text().replace("type: Prometheus", f"metricSourceRef: {source}, type: Prometheus"))
    return config


async def test_canaries_in_every_secret_are_seen_nowhere(tmp_path: Path) -> None:
    """On stdout and stderr at level debug, in every answer, in Valkey's log, as text and in base64."""
    secrets = {**CANARIES, "SLACK_BOT_TOKEN": "xoxb-" + "c4n4ry-slack-bot-token-x9"}
    given = {name: value for name, value in secrets.items() if name != "REDIS_PASSWORD"}
    given["SLACK_API_URL"] = "http://127.0.0.1:1/api/"
    async with angry_prometheus() as prometheus, locked_valkey(tmp_path / "valkey") as redis:
        config = write_guarded(tmp_path / "etc")
        options = ("--log-level", "debug")
        async with Serve(
            config, tmp_path / "data", *options, **given, REDIS_URL=redis, PROMETHEUS_URL=prometheus
        ) as router:
            seen = await _provoke(router)
    seen += [router.said, router.shown, (tmp_path / "valkey/valkey.log").read_text(errors="replace")]
    encoded = {name: b64encode(value.encode()).decode().rstrip("=") for name, value in secrets.items()}
    pair = {"basic": b64encode(f"u:{CANARIES['PROM_PASSWORD']}".encode()).decode()}
    for where, text in enumerate(seen):
        found = [name for name, value in {**secrets, **pair}.items() if value in text]
        found += [f"{name} in base64" for name, value in encoded.items() if value in text]
        assert not found, f"{found} in output {where}: {text[:2_000]}"
        assert "c4n4ry" not in text, text[:2_000]


async def _provoke(router: Serve) -> list[str]:
    """Send what is good, bad and not allowed; return everything that was answered."""
    seen: list[str] = []
    statuses: list[int] = []
    bearer = {"Authorization": f"Bearer {CANARIES['AM_TOKEN']}"}
    body = b'{"alerts":[{"status":"firing","labels":{"alertname":"A","service":"checkout"}}]}'
    tries: list[tuple[str, bytes, dict[str, str]]] = [
        ("/webhook/alertmanager", body, bearer),
        ("/webhook/alertmanager", b"{not json", bearer),
        ("/webhook/alertmanager", b'{"alerts":[{"status":"firing","labels":7}]}', bearer),
        ("/webhook/alertmanager", body, {"Authorization": f"Bearer {CANARIES['AM_TOKEN']}-wrong"}),
        ("/webhook/alertmanager", body, {}),
        ("/webhook/hand", body, {"X-Token": CANARIES["HEADER_VALUE"]}),
        ("/webhook/hand", body, {"X-Token": CANARIES["HEADER_VALUE"] + "\u00fc"}),
        ("/webhook/datadog", b'{"alert_id": "1"}', {"Authorization": "Basic " + CANARIES["DD_PASSWORD"]}),
        (f"/webhook/{CANARIES['AM_TOKEN']}", body, bearer),
        (f"/nothing?token={CANARIES['AM_TOKEN']}", body, bearer),
        ("/webhook/alertmanager", b"x" * 70, {**bearer, "Content-Type": CANARIES["AM_TOKEN"]}),
    ]
    for path, raw, headers in tries:
        status, answer = await router.post(path, raw, **headers)
        statuses.append(status)
        seen.append(answer.decode())
    assert statuses == [202, 400, 202, 401, 401, 202, 401, 401, 404, 404, 415]
    seen.append(
        await _raw(router.port, f"GET /x HTTP/1.1\r\nAuthorization: Bearer {CANARIES['AM_TOKEN']}\r\nbad\r\n\r\n")
    )
    await until(lambda: len(router.lines("slo_source_unreachable")) == 3, "every SLO source was heard twice", 30)
    shown = ("/readyz", "/metrics", "/api/v2/status", "/api/v2/alerts", "/-/ready", "/healthz")
    seen += [await _text(router.url + path, bearer) for path in shown]
    router.config.write_text(guarded_config() + "nonsense: ${AM_TOKEN}\n")
    await until(lambda: router.lines("reload_refused"), "the bad reload is refused", 15)
    seen.append(await _text(router.url + "/readyz", {}))
    assert await asyncio.to_thread(router.end) == 0
    return seen


async def _text(url: str, headers: dict[str, str]) -> str:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return await answer.text()


async def _raw(port: int, request: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


async def test_messages_slack_gets_hold_no_secret_of_the_sources(tmp_path: Path) -> None:
    """The notice about a dead SLO source quotes what was heard: the host, never the password before it."""
    async with SlackStandIn(time.time) as slack:
        text = CONFIG.replace('"${PROMETHEUS_URL:-http://127.0.0.1:1}"', '"http://u:${IN_URL}@127.0.0.1:1"')
        async with Serve(
            write_config(tmp_path, text),
            tmp_path / "data",
            SLACK_BOT_TOKEN=TOKEN,
            SLACK_API_URL=slack.url,
            IN_URL=CANARIES["IN_URL"],
        ) as router:
            await router.send(firing())
            await until(lambda: len(slack.posts("C0SRE")) >= 2, "the alert and the notice are posted", 30)
            assert await asyncio.to_thread(router.end) == 0
            assert "c4n4ry" not in "".join(repr(message) for message in slack.messages)
