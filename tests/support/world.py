"""The whole router on a real Valkey, with a clock moved by hand, an SLO source set by hand and a ledger of messages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from router.alert import Alert, Status, fingerprint_of
from router.app.engine import Engine, assemble
from router.app.reload import Configuration
from router.config.load import load
from router.errors import DeliveryError
from router.incident import Order, Receipt, Say
from router.slo.objective import DAY_S, PERIOD, WINDOWS, Count, Objective, Snapshot
from router.state.connect import connect
from router.state.scripts import Scripts
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

    async def measure(self, objectives: Sequence[Objective], now: float) -> Mapping[str, Snapshot]:
        return {each.id: self._snapshot(each, now) for each in objectives}

    def _snapshot(self, objective: Objective, now: float) -> Snapshot:
        if self.broken:
            return Snapshot(objective.id, None, {}, error=self.broken)
        lengths = {**WINDOWS, PERIOD: objective.window.length_s}
        windows = {name: Count(self._bad(now, length), RATE_PER_S * length) for name, length in lengths.items()}
        return Snapshot(objective.id, now - 5, windows, age_s=60 * DAY_S, interval_s=15.0)

    def _bad(self, now: float, length: float) -> float:
        spans = ((max(0.0, min(now, end) - max(now - length, begin)), ratio) for begin, end, ratio in self.errors)
        return sum(seconds * ratio * RATE_PER_S for seconds, ratio in spans)


@dataclass
class Ledger:
    """Takes orders as Slack would, and can be told to refuse."""

    clock: ManualClock
    orders: list[Order] = field(default_factory=list)
    refuse: list[DeliveryError] = field(default_factory=list)
    count: int = 0

    async def deliver(self, order: Order) -> Receipt:
        if self.refuse:
            raise self.refuse.pop(0)
        self.orders.append(order)
        self.count += 1
        return Receipt(order.channel, order.ts or f"{int(self.clock.now())}.{self.count:06d}")

    def posts(self, say: Say = Say.ROOT) -> list[Order]:
        return [order for order in self.orders if order.view.say is say and not order.ts]

    def edits(self) -> list[Order]:
        return [order for order in self.orders if order.ts]


@dataclass
class World:
    """What a test drives."""

    engine: Engine
    clock: ManualClock
    source: HandSource
    slack: Ledger
    metrics: Metrics
    scripts: Scripts
    folder: Path

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
    from dataclasses import replace

    return replace(alert, status=Status.RESOLVED, ends_at=now)


@asynccontextmanager
async def open_world(url: str, folder: Path, mode: str = "enforce") -> AsyncIterator[World]:
    """A world on an emptied server, its SLO healthy and measured once."""
    (folder / "slos").mkdir(exist_ok=True)
    (folder / "slos/checkout.yaml").write_text(SLO.format(name="checkout-availability", title="Checkout availability"))
    (folder / "router.yaml").write_text(CONFIG.format(mode=mode))
    clock = ManualClock()
    client = connect(url)
    await client.flushall()
    scripts = Scripts(client)
    configuration = Configuration(lambda: load(str(folder / "router.yaml"), {}), clock.now)
    slack, metrics = Ledger(clock), Metrics()
    engine = assemble(scripts, clock, configuration, slack, metrics, "world")
    world = World(engine, clock, HandSource(), slack, metrics, scripts, folder)
    await engine.evaluate({"prometheus": world.source})
    yield world
    await client.aclose()
