"""A real Valkey for tests, and a clock that is moved by hand."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from router.alert import Alert, Status, fingerprint_of
from router.gate import AlertClass, Cover, Kind
from router.incident import Act, Deed, Lead, Person
from router.incident.life import Mind, Stage, Told
from router.state import keys
from router.state.board import Board
from router.state.connect import connect
from router.state.embedded import Embedded
from router.state.entries import Entry, pack_alert, pack_class
from router.state.incidents import Claim, Commit, Incidents
from router.state.looks import pack_lead
from router.state.scripts import Client, Scripts
from router.state.slos import Slos
from router.state.writer import Writer

START = 1_780_000_000.0
GATED = AlertClass(Kind.GATED, (Cover("checkout"),))
KEY = "incident-a"
META = orjson.dumps({"receiver": "sre", "route": "0", "group": {"slo": "checkout"}, "wait": 10.0, "repeat": 14_400.0})


def make_alert(name: str = "HighErrors", status: Status = Status.FIRING, **fields: Any) -> Alert:
    """An alert of the shop; `fields` replace what is usual."""
    labels = {"alertname": name, "service": "checkout"}
    usual: dict[str, Any] = {
        "source": "alertmanager",
        "fingerprint": fingerprint_of("alertmanager", None, labels),
        "status": status,
        "rule": name,
        "severity": "critical",
        "labels": labels,
        "starts_at": START - 5,
    }
    return Alert(**{**usual, **fields})


def entry(
    alert: Alert, key: str = KEY, now: float = START, copy: bool = False, alert_class: AlertClass = GATED, rank: int = 8
) -> Entry:
    """An alert ready to be stored under an incident."""
    body, class_json = pack_alert(alert), pack_class(alert_class)
    return Entry(
        incident_key=key,
        incident_id=f"E-{blake2b(f'{key}@{now}'.encode(), digest_size=3).hexdigest().upper()}",
        meta=META,
        class_id=blake2b(class_json, digest_size=4).hexdigest(),
        class_json=class_json,
        slos=tuple(cover.slo for cover in alert_class.covers),
        fingerprint=alert.fingerprint,
        status=alert.status,
        starts_at=alert.starts_at,
        ends_at=alert.ends_at,
        expires_at=alert.expires_at,
        rank=rank,
        rule=alert.rule,
        where=alert.labels.get("service", ""),
        body=body,
        body_hash=blake2b(body, digest_size=8).hexdigest(),
        lead=pack_lead(Lead(rule=alert.rule, severity=alert.severity)),
        copy=copy,
    )


def make_act(incident: str, number: int = 1, **fields: Any) -> Act:
    """A click of Sato's; `fields` replace what is usual."""
    usual: dict[str, Any] = {"deed": Deed.ACKNOWLEDGE, "person": Person("U1", "Sato"), "at": START}
    return Act(id=f"click-{number}", incident=incident, **{**usual, **fields})


def look(due_at: float = START + 30, **fields: Any) -> Commit:
    """What a look commits: nothing told, nothing settled, another look later; `fields` replace what is usual."""
    usual: dict[str, Any] = {"stage": Stage.WATCHING, "due_at": due_at, "mind": Mind(), "told": Told()}
    return Commit(**{**usual, **fields})


class ManualClock:
    """Time stands still until a test moves it."""

    def __init__(self, now: float = START) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds

    def advance(self, seconds: float) -> float:
        self._now += seconds
        return self._now


@dataclass
class State:
    """Everything of router.state on one client."""

    scripts: Scripts
    writer: Writer
    board: Board
    incidents: Incidents
    slos: Slos
    clock: ManualClock
    url: str

    def another(self, owner: str, lease_s: float = 60.0) -> Incidents:
        """The calls of a second replica."""
        return Incidents(self.scripts, owner, lease_s)

    async def store(self, *entries: Entry, now: float | None = None) -> str:
        """Store entries; the letters of what became of them."""
        stored = await self.writer.store(entries, self.clock.now() if now is None else now)
        return "".join(each.code for each in stored)

    async def claim(self, key: str = KEY, now: float | None = None) -> Claim:
        """The claim of one incident, which must be due."""
        at = self.clock.now() if now is None else now
        [claim] = await self.incidents.claim(keys.partition_of(key), at, 10)
        return claim

    async def due(self, key: str = KEY) -> float | None:
        """When an incident is looked at next."""
        return await self.client.zscore(keys.prefix(keys.partition_of(key)) + "due", key)

    @property
    def client(self) -> Any:
        """The client, for looking behind the typed calls."""
        return self.scripts.client


def state_on(client: Client, url: str, durability: str = "L1", lease_s: float = 60.0) -> State:
    """Typed calls on a client, as one process has them."""
    scripts = Scripts(client)
    return State(
        scripts,
        Writer(scripts, durability),
        Board(scripts),
        Incidents(scripts, "test", lease_s),
        Slos(scripts, "test"),
        ManualClock(),
        url,
    )


@asynccontextmanager
async def open_state(url: str, durability: str = "L1", lease_s: float = 60.0) -> AsyncIterator[State]:
    """Typed calls on an emptied server."""
    client = connect(url)
    try:
        await client.flushall()
        yield state_on(client, url, durability, lease_s)
    finally:
        await client.aclose()


async def start_valkey(folder: Path) -> Embedded:
    """Start a server of its own for tests that kill or restart it."""
    server = Embedded(folder)
    await server.start()
    return server


def free_port() -> int:
    """A TCP port that nothing listens on (the cluster bus of a server takes the one 10,000 above)."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


@asynccontextmanager
async def run_server(
    program: Path | str, folder: Path, *settings: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A Redis or Valkey server on a TCP port of its own; yields its process and port once it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    usual = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--daemonize", "no"]
    process = await asyncio.create_subprocess_exec(
        str(program), *usual, *settings, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await answers(port, process)
        yield process, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def answers(port: int, process: asyncio.subprocess.Process) -> None:
    """Wait until a server answers anything at all."""
    for _ in range(500):
        assert process.returncode is None, "the server ended while it started"
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"PING\r\n")
            answer = await reader.readline()
            writer.close()
            if answer:
                return
        await asyncio.sleep(0.01)
    raise AssertionError("the server does not answer")
