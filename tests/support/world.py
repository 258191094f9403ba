"""The whole router on a real Valkey, with a clock moved by hand, an SLO source set by hand and a ledger of messages."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from router.alert import Alert, Status, fingerprint_of
from router.app.engine import Engine, Outside, assemble
from router.app.reload import Configuration
from router.config.load import load
from router.dispatch import Dispatcher, Parts
from router.errors import AmbiguousError, DeliveryError, RefusedError
from router.incident import Act, Deed, Order, Person, Receipt, Reply, ReplyCode, Say, View
from router.slo.objective import DAY_S, PERIOD, WINDOWS, Count, Objective, Snapshot
from router.state.acts import Acts, Put
from router.state.connect import connect
from router.state.incidents import Incidents
from router.state.scripts import Scripts
from router.state.slos import Slos
from router.state.storms import StormStore
from router.web.metrics import Metrics
from tests.support.state import START, ManualClock

SLO = """
apiVersion: openslo/v1
kind: SLO
metadata:
  name: {name}
  displayName: {title}
  annotations: {{alert-router/impact: "Customers see payment errors", alert-router/guide: "https://guides.example.com/chk"}}
spec:
  service: checkout
  budgetingMethod: Occurrences
  timeWindow: [{{duration: 30d, isRolling: true}}]
  objectives: [{{target: 0.999}}]
  indicator:
    metadata: {{name: {name}-ratio}}
    spec:
      ratioMetric:
        counter: true
        bad: {{metricSource: {{type: Prometheus, spec: {{query: 'http_requests_total{{code=~"5.."}}'}}}}}}
        total: {{metricSource: {{type: Prometheus, spec: {{query: 'http_requests_total'}}}}}}
"""
CONFIG = """
mode: {mode}
timezone: Asia/Tokyo
locale: en
sources:
  alertmanager: {{type: alertmanager}}
  prometheus: {{type: alertmanager-api}}
slo_sources:
  prometheus: {{type: prometheus, url: "http://127.0.0.1:1"}}
slos: [slos/*.yaml]
slo_evaluation: {{interval: 30s}}
mapping:
  - matchers: ['service="checkout"']
    slos: [checkout-availability]
bypass:
  - matchers: ['category=~"security|data-loss"']
route: {{receiver: sre, group_by: [slo], group_wait: 10s, repeat_interval: 4h}}
receivers:
  - name: sre
    slack: {{channel: C0SRE, ticket_channel: C0TICKETS, mention: "<!subteam^S0SRE>"}}
"""
RATE_PER_S = 3_000 / 3_600


@dataclass
class HandSource:
    """An SLO source whose traffic is steady and whose errors are set by hand: (from, to, error ratio) spans."""

    errors: list[tuple[float, float, float]] = field(default_factory=list)
    broken: str = ""
    special: dict[str, Callable[[Objective, float], Snapshot]] = field(default_factory=dict)
    """What is measured of single SLOs instead."""
    asked: int = 0

    async def measure(self, objectives: Sequence[Objective], now: float) -> Mapping[str, Snapshot]:
        self.asked += 1
        return {each.id: self.special.get(each.id, self.healthy)(each, now) for each in objectives}

    def healthy(self, objective: Objective, now: float) -> Snapshot:
        if self.broken:
            return Snapshot(objective.id, None, {}, error=self.broken)
        lengths = {**WINDOWS, PERIOD: objective.window.length_s}
        windows = {name: Count(self._bad(now, length), RATE_PER_S * length) for name, length in lengths.items()}
        return Snapshot(objective.id, now - 5, windows, age_s=60 * DAY_S, interval_s=15.0)

    def _bad(self, now: float, length: float) -> float:
        spans = ((max(0.0, min(now, end) - max(now - length, begin)), ratio) for begin, end, ratio in self.errors)
        return sum(seconds * ratio * RATE_PER_S for seconds, ratio in spans)


Hook = Callable[[Order], Awaitable[None]]


@dataclass
class Ledger:
    """Takes orders as Slack would, looks up what may be there already, and can be told to refuse or to die."""

    clock: ManualClock
    orders: list[Order] = field(default_factory=list)
    refuse: list[DeliveryError] = field(default_factory=list)
    closed: dict[str, str] = field(default_factory=dict)
    """Channels that take no message, and Slack's error code; they go to the fallback channel if there is one."""
    before: Hook | None = None
    after: Hook | None = None
    receipts: dict[str, Receipt] = field(default_factory=dict)

    async def deliver(self, order: Order) -> Receipt:
        if self.refuse:
            raise self.refuse.pop(0)
        if self.before is not None:
            await self.before(order)
        receipt = self._taken(order)
        if self.after is not None:
            await self.after(order)
        return receipt

    def _taken(self, order: Order) -> Receipt:
        if order.ts:
            self.orders.append(order)
            return Receipt(order.channel, order.ts)
        if order.intent_at is not None and order.delivery_id in self.receipts:
            return self.receipts[order.delivery_id]
        if order.intent_at is not None and order.lookups < 1:
            raise AmbiguousError("not_found_yet", retry_after_s=3.0)
        code = self.closed.get(order.channel, "")
        if code and order.fallback_channel in ("", order.channel):
            raise RefusedError(code, retry_after_s=60.0)
        channel = order.fallback_channel if code else order.channel
        self.orders.append(order)
        ts = f"{int(self.clock.now())}.{len(self.receipts) + 1:06d}"
        receipt = self.receipts[order.delivery_id] = Receipt(channel, ts, f"rerouted:{code}" if code else "")
        return receipt

    def posts(self, say: Say = Say.ROOT) -> list[Order]:
        return [order for order in self.orders if order.view.say is say and not order.ts]

    def edits(self) -> list[Order]:
        return [order for order in self.orders if order.ts]

    def notices(self, what: str) -> list[Order]:
        """Root messages, new and edited, of one kind of notice."""
        return [order for order in self.orders if (order.view.notice or {}).get("what") == what]

    def alerts(self) -> list[Order]:
        """New root messages that are no notices."""
        return [order for order in self.posts() if order.view.notice is None]


@dataclass
class Told:
    """What people were answered about what they did."""

    sent: list[tuple[Deed, ReplyCode, bool]] = field(default_factory=list)

    def send(self, reply: Reply, view: View, locale: str, *, delayed: bool = False) -> None:
        self.sent.append((reply.act.deed, reply.code, delayed))


@dataclass
class World:
    """What a test drives."""

    configuration: Configuration
    clock: ManualClock
    source: HandSource
    slack: Ledger
    metrics: Metrics
    scripts: Scripts
    folder: Path
    clicks: int = 0
    storm_after: int = 1_000_000
    engine: Engine = field(init=False)
    replies: Told = field(default_factory=Told)

    async def does(self, deed: Deed, who: str = "U0ADA", *, key: str = "", act_id: str = "", **more: Any) -> Put:
        """Somebody does something about an incident (the only one, unless `key` names it), and it is looked at."""
        incidents = await self.engine.board.incidents()
        incident = next(each for each in incidents if key in ("", each.key))
        self.clicks += 1
        act = Act(act_id or f"act{self.clicks}", deed, Person(who, who), self.clock.now(), incident.id, **more)
        put = await Acts(self.scripts).put(incident.key, act, self.clock.now())
        await self.engine.settle()
        return put

    async def send(self, *alerts: Alert) -> None:
        """Alerts come in and whatever is due at once is done."""
        await self.engine.intake.accept(alerts)
        await self.engine.settle()

    async def pass_time(self, seconds: float, step: float = 30.0) -> None:
        """Let time pass in evaluation ticks."""
        end = self.clock.now() + seconds
        while self.clock.now() < end - 1e-6:
            self.clock.advance(min(step, end - self.clock.now()))
            await self.engine.expire()
            await self.engine.evaluate({"prometheus": self.source})
            await self.engine.settle()

    def another(self, owner: str, incidents: Incidents | None = None) -> Engine:
        """The engine of another replica on the same state and the same Slack."""
        return _engine(self, owner, incidents)

    def leases(self, owner: str, lease_s: float) -> Incidents:
        """The incidents under leases of another length (they run on Redis' own clock)."""
        return Incidents(self.scripts, owner, lease_s)

    def counted(self) -> dict[str, int]:
        """Outcomes as the metrics show them, by "outcome:reason"."""
        found = {}
        for text in self.metrics.render().decode().splitlines():
            matched = re.fullmatch(r'alert_router_outcomes_total\{outcome="(\w+)",reason="(\w+)"\} ([\d.]+)', text)
            if matched:
                found[f"{matched[1]}:{matched[2]}"] = int(float(matched[3]))
        return found

    def metric(self, name: str) -> float | None:
        """One sample of the metrics, by its name with labels."""
        for text in self.metrics.render().decode().splitlines():
            if text.startswith(f"alert_router_{name} "):
                return float(text.rsplit(" ", 1)[1])
        return None

    async def change(self, old: str, new: str) -> None:
        """Change a part of router.yaml and reload."""
        path = self.folder / "router.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        assert await self.configuration.reload()

    async def tally(self) -> dict[str, int]:
        """Settled outcomes by "outcome:reason"."""
        counts = await self.engine.board.tally()
        return {name[2:]: amount for name, amount in counts.items() if name.startswith("o:") and amount}

    async def unaccounted(self) -> int:
        return (await self.engine.board.audit(self.clock.now())).unaccounted


def firing(name: str, now: float = START, **labels: str) -> Alert:
    """A firing alert of the checkout service, unless told otherwise."""
    all_labels = {"alertname": name, "service": "checkout", **labels}
    return Alert(
        source="alertmanager",
        fingerprint=fingerprint_of("alertmanager", None, all_labels),
        status=Status.FIRING,
        rule=name,
        severity=labels.get("severity", "warning"),
        labels=all_labels,
        annotations={"summary": f"{name} is high"},
        starts_at=now,
    )


def resolved(alert: Alert, now: float) -> Alert:
    """The same alert, over."""
    return replace(alert, status=Status.RESOLVED, ends_at=now)


def _engine(world: "World", owner: str, incidents: Incidents | None) -> Engine:
    """The service's engine; its dispatcher with another way to the incidents where the test wants that."""
    configuration = world.configuration
    engine = assemble(
        world.scripts,
        world.clock,
        configuration,
        Outside(world.slack, world.metrics, owner, world.replies, True, world.storm_after),
    )
    if incidents is None:
        return engine
    parts = Parts(
        incidents=incidents,
        slos=Slos(world.scripts, owner),
        board=engine.board,
        delivery=world.slack,
        clock=world.clock,
        meter=world.metrics,
        config=lambda: configuration.current,
        mutes=engine.mutes,
        silences=engine.silences,
        storms=StormStore(world.scripts, world.storm_after),
        replies=world.replies,
        interactive=True,
    )
    return replace(engine, incidents=incidents, dispatcher=Dispatcher(parts, engine.intake.accept))


@asynccontextmanager
async def open_world(
    url: str,
    folder: Path,
    mode: str = "enforce",
    *,
    lease_s: float | None = None,
    config: str = CONFIG,
    storm_after: int = 1_000_000,
) -> AsyncIterator[World]:
    """A world on an emptied server, its SLO healthy and measured once."""
    (folder / "slos").mkdir(exist_ok=True)
    (folder / "slos/checkout.yaml").write_text(SLO.format(name="checkout-availability", title="Checkout availability"))
    (folder / "router.yaml").write_text(config.format(mode=mode))
    clock = ManualClock()
    client = connect(url)
    await client.flushall()
    scripts = Scripts(client)
    configuration = Configuration(lambda: load(str(folder / "router.yaml"), {}), clock.now)
    slack, metrics = Ledger(clock), Metrics()
    world = World(configuration, clock, HandSource(), slack, metrics, scripts, folder, storm_after=storm_after)
    world.engine = _engine(world, "world", None if lease_s is None else world.leases("world", lease_s))
    try:
        await world.engine.evaluate({"prometheus": world.source})
        yield world
    finally:
        await client.aclose()
