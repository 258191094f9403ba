"""What happens in ten bad minutes: Slack's faults, alerts that come and go, and people who act; all by seeded dice."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from router.alert import Alert, Status
from router.incident import Deed, Person
from router.state.acts import Put
from router.testing import Message, SlackStandIn
from router.testing.faults import Fault, cut, cut_after_storing, error, hang, http_error, invalid_json, rate_limited
from router.testing.firing import Transition
from tests.support.world import World, firing, resolved

HISTORY = "conversations.history"
"""It fails once at a time: when nobody can look for a minute whether a post is there, a repeat beats silence."""
METHODS = ("chat.postMessage", "chat.update", HISTORY)
PEOPLE = tuple(Person(f"U0{name.upper()}", name) for name in ("Ada", "Grace", "Sato"))
DEEDS = tuple(each for each in Deed if each not in (Deed.RESOLVE, Deed.MISSED))
CHECKOUT = "checkout"


class Weather:
    """Faults that come and go: about every third call of a method meets one, also two or three in a row."""

    def __init__(self, slack: SlackStandIn, dice: random.Random) -> None:
        self._slack, self._dice = slack, dice
        self._scripted: Counter[str] = Counter()

    def turn(self) -> None:
        met = self.met()
        for method in METHODS:
            if self._scripted[method] == met[method] and self._dice.random() < 0.5:
                good = self._dice.randrange(3) + (method == HISTORY)
                self._slack.script(method, *[None] * good, self._fault())
                self._scripted[method] += 1

    def met(self) -> Counter[str]:
        """How many faults calls have met, by method."""
        return Counter(call.method for call in self._slack.calls if call.error.startswith("fault"))

    def _fault(self) -> Fault:
        stored = self._dice.random() < 0.5
        faults = (
            rate_limited(str(self._dice.randint(1, 20))),
            http_error(self._dice.choice((500, 502, 503)), stored=stored),
            cut(),
            cut_after_storing(),
            hang(stored=stored),
            invalid_json(stored=stored),
            error("internal_error", stored=stored),
        )
        return self._dice.choice(faults)


def cast_of() -> list[Alert]:
    """Eight rules that no SLO judges, one checkout that its SLO judges, and one that is never gated."""
    places = [(number, place) for number in range(8) for place in range(3)]
    crons = [firing(f"Cron{number}", service="batch", instance=f"node-{place}") for number, place in places]
    checkout = [firing("HighErrors"), *(firing("PodRestart", instance=f"pod-{each}") for each in range(3))]
    return [*crons, *checkout, firing("BackupFailed", category="data-loss")]


def group_of(alert: Alert) -> str:
    """What makes an incident of it, in the world's configuration: the SLO, or the rule."""
    gated = alert.labels["service"] == CHECKOUT and "category" not in alert.labels
    return CHECKOUT if gated else alert.rule


@dataclass
class Life:
    """What truly happens, and what was promised: alerts that were accepted, acts that were stored."""

    world: World
    dice: random.Random
    alerts: list[Alert] = field(default_factory=cast_of)
    fires: dict[str, Alert] = field(default_factory=dict)
    promised: list[Transition] = field(default_factory=list)
    truth: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    """By group: from when it fired, and from when not any more."""
    acts: Counter[str] = field(default_factory=Counter)
    """Stored acts by the incident's spoken id."""

    async def turn(self) -> None:
        if self.dice.random() < 0.4:
            await self.dice.choice((self._fire, self._fire, self._resolve, self._change, self._act, self._act))()

    async def calm_down(self) -> None:
        """More than half of what fires is over."""
        for alert in list(self.fires.values()):
            if self.dice.random() < 0.6:
                await self._send(resolved(alert, self.world.clock.now()))

    def firing_in(self, group: str) -> int:
        return sum(group_of(alert) == group for alert in self.fires.values())

    def was(self, group: str, since: float, until: float) -> set[bool]:
        """Whether the group fired, at some time from `since` to `until`."""
        before = [fires for at, fires in self.truth[group] if at <= since][-1:]
        return {*before, *(fires for at, fires in self.truth[group] if since < at <= until)}

    async def _fire(self) -> None:
        quiet = [alert for alert in self.alerts if alert.fingerprint not in self.fires]
        some = self.dice.sample(quiet, min(len(quiet), self.dice.randint(1, 3)))
        await self._send(*(replace(alert, starts_at=self.world.clock.now()) for alert in some))

    async def _resolve(self) -> None:
        if self.fires:
            await self._send(resolved(self.dice.choice(list(self.fires.values())), self.world.clock.now()))

    async def _change(self) -> None:
        if self.fires:
            alert = self.dice.choice(list(self.fires.values()))
            await self._send(replace(alert, annotations={"summary": f"it is {self.dice.randint(2, 99)} now"}))

    async def _act(self) -> None:
        known = [each for each in await self.world.engine.board.incidents() if each.told.roots]
        if not known:
            return
        incident, deed = self.dice.choice(known), self.dice.choice(DEEDS)
        until = self.world.clock.now() + self.dice.randint(20, 200) if deed is Deed.SNOOZE else None
        to = self.dice.choice(PEOPLE) if deed is Deed.HAND_OVER else None
        put = await self.world.does(deed, self.dice.choice(PEOPLE).id, key=incident.key, until=until, to=to)
        self.acts[incident.id] += put is Put.STORED

    async def _send(self, *alerts: Alert) -> None:
        for alert in alerts:
            self.promised.append(Transition(alert.fingerprint, alert.status, alert.starts_at or 0.0, alert.ends_at))
            if alert.status is Status.FIRING:
                self.fires[alert.fingerprint] = alert
            else:
                self.fires.pop(alert.fingerprint, None)
        for group in {group_of(alert) for alert in alerts}:
            self.truth.setdefault(group, []).append((self.world.clock.now(), bool(self.firing_in(group))))
        await self.world.send(*alerts)


def said_by(message: Message) -> Iterator[tuple[float, float, str]]:
    """Everything that a message has said: when it was said, when it had last been edited before, and the text."""
    before, since = message.posted_at, message.posted_at
    for edit in message.edits:
        yield since, before, edit.text
        before, since = since, edit.at
    yield since, before, message.text
