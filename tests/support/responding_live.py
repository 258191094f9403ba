"""The router as users run it and people in its Slack, over HTTP or Socket Mode, on SLOs that burn as a test says."""

import asyncio
import copy
import io
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any, Self, TypeVar

from router.app import Configuration, Router
from router.config.environment import read
from router.config.load import load
from router.state.connect import connect
from router.state.keys import bucket
from router.state.scripts import Client
from router.testing import (
    APP_TOKEN,
    TOKEN,
    UNLIMITED,
    Channel,
    Delivery,
    Ephemeral,
    Message,
    Person,
    SlackStandIn,
    View,
)
from tests.support.burning import CONFIG, SLO, Burning
from tests.support.impostor import listening
from tests.support.serving import Serve, firing, resolved
from tests.support.waiting import until

T = TypeVar("T")
WAYS = ("http", "socket")
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
ADA, SATO = Person("U0ADA", "Ada"), Person("U0SATO", "Sato")
GUEST = Person("U0GUEST", "Guest", team="T0ELSEWHERE")
PAGES, TICKETS, OTHER = "C0SRE", "C0TICKETS", "C0OTHER"
GROUP = "<!subteam^S0SRE>"
SOON_S = 8.0
STEP_S = 0.02


class Outside(Serve):
    """The router as a process of its own, as users run it."""

    async def finish(self) -> None:
        """Stop it; it must say nothing unclean."""
        assert await asyncio.to_thread(self.end) == 0


class Inside(Serve):
    """The router in the test's own process, so that a test can let its slow loops turn at once."""

    async def start(self) -> Self:
        """Start it; it is ready then."""
        configuration = Configuration(lambda: load(str(self.config), self.environment), time)
        self.inside = Router(read(self.environment), configuration, io.StringIO())
        await self.inside.start()
        return self

    async def finish(self) -> None:
        """Stop it."""
        await self.inside.stop()


@dataclass
class Live:
    """A router that runs, and its Slack. Every test opens incidents of its own: each rule is one."""

    way: str
    router: Outside | Inside
    slack: SlackStandIn
    burning: Burning
    state: Client
    fired: int = 0
    away: bool = False
    """Redis is away."""

    async def fire(self, service: str = "checkout", name: str = "", **labels: str) -> str:
        """Let an alert fire, of a rule that nobody has heard of yet; returns the rule."""
        self.fired += 1
        rule = name or f"Rule{self.fired}"
        await self._send(firing(rule, **{"service": service, "severity": "critical", **labels}))
        return rule

    async def resolve(self, rule: str, service: str = "checkout", **labels: str) -> None:
        """Let it be over."""
        await self._send(resolved(rule, **{"service": service, "severity": "critical", **labels}))

    async def _send(self, alert: dict[str, Any]) -> None:
        await self._hurry()
        status, answer = await self.router.send(alert)
        assert (status, answer["accepted"]) == (202, 1), answer

    async def page(self, service: str = "checkout", name: str = "", **labels: str) -> Message:
        """Let an alert fire, and return its message once it stands in the channel."""
        rule = await self.fire(service, name, **labels)
        return await self.told(rule)

    async def told(self, rule: str, channel: str = PAGES) -> Message:
        """Return the root message that speaks of a rule."""
        found = await until(lambda: self._roots(rule, channel), f"the message about {rule}", SOON_S, STEP_S)
        assert len(found) == 1
        return found[0]

    def _roots(self, rule: str, channel: str) -> list[Message]:
        named = re.compile(rf"\b{rule}\b")
        return [each for each in self.slack.posts(channel) if not each.thread_ts and named.search(whole(each))]

    async def click(self, place: Message | Ephemeral | View, action: str, by: Person = ADA, **more: Any) -> Delivery:
        """Click, and return what Slack heard; the router's own pace for edits is put aside."""
        await self._hurry()
        return await self.slack.click(place, action, by=by, **more)

    async def choose(self, place: Message, entry: str, by: Person = ADA) -> Delivery:
        """Choose an entry of a message's menu, by what people read."""
        return await self.click(place, "more", by, option=entry)

    async def _hurry(self) -> None:
        """Slack's pace has tests of its own: here it would only make each of these slower."""
        if not self.away:
            await self.state.delete(bucket("chat.update", ""), bucket("chat.postMessage", PAGES))

    async def shows(self, place: Message | View, *parts: str, within_s: float = SOON_S) -> None:
        """Wait until a message or the home holds all these texts."""
        await _seen(lambda: holds(place, *parts), lambda: f"{parts}; it says {whole(place)}", within_s)

    async def offers(self, message: Message, *actions: str) -> None:
        """Wait until a message has exactly these things to click, in this order."""
        await _seen(
            lambda: self.actions(message) == [*actions], lambda: f"{actions}; there are {self.actions(message)}"
        )

    async def hears(self, person: Person, *parts: str, times: int = 1) -> Ephemeral:
        """Wait until a person sees an answer with all these texts; there must be just so many. Returns the last."""
        await _seen(
            lambda: len(self.heard(person, *parts)) >= times,
            lambda: f"{parts}; {person.name} sees {[whole(each) for each in self.slack.ephemerals(person)]}",
        )
        there = self.heard(person, *parts)
        assert len(there) == times
        return there[-1]

    def heard(self, person: Person, *parts: str) -> list[Ephemeral]:
        """Return the answers with all these texts that a person sees."""
        return [each for each in self.slack.ephemerals(person) if holds(each, *parts)]

    async def thread(self, root: Message, *parts: str) -> Message:
        """Wait for a reply in a message's thread that holds all these texts."""
        replies = self.slack.workspace.replies
        found = await _seen(
            lambda: [each for each in replies(root) if holds(each, *parts)],
            lambda: f"{parts}; the thread says {[whole(each) for each in replies(root)]}",
        )
        return found[-1]

    async def modal(self, person: Person, *parts: str) -> View:
        """Wait until the modal that a person has on top holds all these texts."""

        def there() -> View | None:
            view = self.slack.modal(person)
            return view if view is not None and holds(view, *parts) else None

        view = await _seen(there, lambda: f"{parts}; {person.name} sees {self.slack.modal(person)}")
        assert view is not None
        return view

    def actions(self, place: Message | Ephemeral | View) -> list[str]:
        """Return the action ids of what can be clicked."""
        return [control.action_id for control in self.slack.controls(place)]


async def _seen(condition: Callable[[], T], wanted: Callable[[], str], within_s: float = SOON_S) -> T:
    """Wait for something to be seen; says what was there instead."""
    try:
        return await until(condition, "", within_s, STEP_S)
    except AssertionError as error:
        raise AssertionError(f"waited {within_s:g} s in vain for {wanted()}") from error


def whole(place: Message | Ephemeral | View) -> str:
    """Return every text of a message or view, with the labels of what can be clicked."""
    content = place.content if isinstance(place, View) else {"text": place.text, "blocks": place.blocks}
    return "\n".join(_strings(content))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _strings(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _strings(each))


def holds(place: Message | Ephemeral | View, *parts: str) -> bool:
    """Whether all these texts can be read there."""
    text = whole(place)
    return all(part in text for part in parts)


def id_of(message: Message) -> str:
    """Return what people call the incident of a message."""
    found = re.search(r"E-[A-Z2-7]{6}", whole(message))
    assert found
    return found[0]


def as_it_was(message: Message) -> Message:
    """Return a message as it stands now: what a phone goes on showing that has not heard of a later edit."""
    return copy.deepcopy(message)


@asynccontextmanager
async def open_live(
    folder: Path, way: str, redis_url: str = "", *, kind: type["Outside"] | type["Inside"] | None = None
) -> AsyncIterator[Live]:
    """Run everything; at the end the router must stop cleanly, with nothing unawaited, and Slack must not complain."""
    burning = Burning()
    (folder / "slos").mkdir(parents=True)
    for name in burning.rates:
        (folder / f"slos/{name}.yaml").write_text(SLO.format(name=name, title=name.title()), encoding="utf-8")
    (folder / "router.yaml").write_text(CONFIG, encoding="utf-8")
    rooms = [Channel(PAGES, "sre"), Channel(TICKETS, "tickets"), Channel(OTHER, "ops")]
    people = [GROUP, *(f"<@{each.id}>" for each in (ADA, SATO))]
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(time, channels=rooms, rates=UNLIMITED, allow=people))
        source = await stack.enter_async_context(listening())
        source.answer = burning.answer
        secret = {"SLACK_APP_TOKEN": APP_TOKEN} if way == "socket" else {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
        outside = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": slack.url, "PROMETHEUS_URL": source.url}
        router = (kind or Outside)(folder / "router.yaml", folder / "data", REDIS_URL=redis_url, **outside, **secret)
        await stack.enter_async_context(router)
        state = connect(redis_url or f"unix://{(router.data / 'valkey.sock').resolve()}")
        stack.push_async_callback(state.aclose)
        live = Live(way, router, slack, burning, state)
        await _let_in(live)
        yield live
        await router.finish()
        slack.assert_clean()


async def _let_in(live: Live) -> None:
    """Let Slack find the router, and the router know its workspace and its SLOs."""
    slack = live.slack
    slack.invite(ADA, SATO)
    slack.connect(live.router.url, SIGNING_SECRET)
    slack.socket_mode = live.way == "socket"
    if slack.socket_mode:
        await slack.sockets.connected()
    await until(lambda: [call for call in slack.calls if call.method == "auth.test"], "it knows its workspace", SOON_S)
    await until(lambda: live.router.metric("alert_router_slo_budget_remaining_ratio"), "it has measured", SOON_S)
