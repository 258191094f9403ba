"""Playing the day: time moves by the minute, alerts arrive as bodies of real senders, the real router does the rest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.alert import Alert
from router.app.engine import Engine
from router.cli.demo.day import Day, Pause, Raised
from router.cli.demo.delivery import Posted, is_night
from router.cli.demo.screen import NEWS_S, STYLES, Screen, clock
from router.cli.demo.senders import bodies, repeats
from router.cli.demo.shop import MINUTE_S, Shop
from router.cli.demo.texts import Words
from router.cli.explain import SloState, explain
from router.gate import Outcome
from router.reason import times
from router.slo.verdict import Assessment, Memory, assess
from router.sources import SOURCES, Body
from router.state.entries import Standing

WAITED_S = 15.0
"""After a change time goes on by this much at first, so that group_wait is over when the minute is."""
EXPIRED_EVERY_S = 300.0
SHOWN_EVERY_S = 180.0
DAY_CELLS = 16


class HandClock:
    """Time that stands still until the play moves it."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Return Unix seconds of the played day."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Let played time pass at once."""
        self._now += seconds

    def move(self, now: float) -> None:
        """Set the time."""
        self._now = now


@dataclass(slots=True)
class Sent:
    """What the monitoring systems sent: firings, those that began at night, and what changed nothing."""

    firings: int = 0
    at_night: int = 0
    duplicates: int = 0


@dataclass(slots=True)
class Play:
    """One day on one engine."""

    day: Day
    engine: Engine
    clock: HandClock
    shop: Shop
    screen: Screen
    words: Words
    posted: Posted
    sent: Sent = field(default_factory=Sent)

    async def run(self) -> bool:
        """Play the day, minute by minute; returns whether it was played to its end."""
        changes = _by_minute(self.day.raised)
        pauses = {pause.at: pause for pause in self.day.pauses}
        now = self.day.begin
        while now <= self.day.end and not self.screen.stop.is_set():
            self.clock.move(now)
            await self._receive(changes.get(now, ()), now)
            await self._judge(waits=now in changes)
            if now in pauses:
                await self._explain(pauses[now])
            self._show_time(now)
            now += MINUTE_S
        return now > self.day.end

    async def _receive(self, changed: Iterable[Raised], now: float) -> None:
        began = [each for each in changed if each.begin == now]
        self.sent.firings += len(began)
        self.sent.at_night += sum(is_night(each.begin) for each in began)
        firing = [each for each in self.firing(now) if each not in began]
        for body in (*bodies(tuple(changed), now, self.words), *repeats(firing, now, self.words)):
            await self._accept(body)

    async def _accept(self, body: Body) -> None:
        """Take a body in as the webhook does."""
        source = self.engine.configuration.current.sources[body.source]
        batch = SOURCES[source.type].parse(body)
        accepted = await self.engine.intake.accept(batch.alerts)
        self.sent.duplicates += accepted.duplicates

    async def _judge(self, *, waits: bool) -> None:
        """Measure, judge and tell; what waits for its group is told within the minute."""
        if not self.clock.now() % EXPIRED_EVERY_S:
            await self.engine.expire()
        await self.engine.evaluate({self.shop.name: self.shop})
        await self.engine.settle()
        if waits:
            await self.clock.sleep(WAITED_S)
            await self.engine.settle()

    def firing(self, now: float) -> list[Raised]:
        """Return what fires now."""
        return [each for each in self.day.raised if each.begin <= now and (each.end is None or now < each.end)]

    async def _explain(self, pause: Pause) -> None:
        tally = await self.engine.board.tally()
        facts = {
            "dropped": tally[f"o:{Outcome.DROP}:never_threatened"],
            "night": self.sent.at_night,
            "night_posted": self.posted.at_night,
        }
        standing = await self._standing(pause.rule)
        outcome = Outcome(standing.outcome) if standing is not None and standing.outcome else pause.outcome
        label, style = (self.words.badges[outcome], STYLES[outcome]) if outcome is not None else ("", "")
        self.screen.news(pause.at, self.words.news[pause.text].format(**facts), label, style)
        if pause.why and standing is not None:
            self.screen.aside(self.words.why.format(reason=await self._reason(standing.alert)))
        await self.screen.wait(NEWS_S)

    async def _standing(self, rule: str) -> Standing | None:
        """Return what the router has stored of a rule's alert; None without a rule."""
        if not rule:
            return None
        return next((each for each in await self.engine.board.alerts() if each.alert.rule == rule), None)

    async def _reason(self, alert: Alert) -> str:
        """Return the router's own words for what it decided, as `alert-router explain` gives them."""
        state = SloState(self.clock.now(), await self.assessments())
        return explain(alert, self.engine.configuration.current, state).text

    async def assessments(self) -> Mapping[str, Assessment]:
        """Return how every SLO stands now."""
        now, objectives = self.clock.now(), self.engine.configuration.current.objectives
        snapshots = await self.shop.measure(list(objectives.values()), now)
        return {name: assess(each, snapshots.get(name), now, Memory()) for name, each in objectives.items()}

    def _show_time(self, now: float) -> None:
        if now % SHOWN_EVERY_S:
            return
        slos = "  ".join(
            self.words.now_slo.format(
                service=each.service,
                rate=f"{self.shop.per_second(name, now):.0f}",
                burn=times(self.shop.burn(each, now), self.words.locale),
            )
            for name, each in self.engine.configuration.current.objectives.items()
        )
        firing = self.words.now_firing.format(n=len(self.firing(now)))
        passed = int(DAY_CELLS * (now - self.day.begin) / (self.day.end - self.day.begin))
        day = "━" * passed + "─" * (DAY_CELLS - passed)
        self.screen.move(f"{clock(now)} {day}  {slos}  {firing}")


def _by_minute(raised: Iterable[Raised]) -> Mapping[float, list[Raised]]:
    changes: dict[float, list[Raised]] = defaultdict(list)
    for each in raised:
        changes[each.begin].append(each)
        if each.end is not None:
            changes[each.end].append(each)
    return changes
