"""In the place of Slack: every message that people would notice is shown, silent edits are counted."""

import asyncio
from dataclasses import dataclass, field

from router.cli.demo.day import NIGHT
from router.cli.demo.screen import EDIT_S, EDIT_STYLE, MESSAGE_S, NOTICE_STYLE, PAGE_S, STYLES, Screen, clock
from router.cli.demo.texts import Words
from router.gate import Kind, Outcome, Reason
from router.incident import Order, Phase, Receipt, Say, View
from router.slack.drawing import unescape
from router.slack.render import render
from router.slack.terminal import Terminal


@dataclass(slots=True)
class Posted:
    """What Slack was told: new messages, those of them at night, replies in threads, and edits."""

    messages: int = 0
    at_night: int = 0
    replies: int = 0
    edits: int = 0


@dataclass(slots=True)
class Stage:
    """Delivers to the terminal. The frame is the router's own drawing of the Slack message."""

    terminal: Terminal
    screen: Screen
    words: Words
    posted: Posted = field(default_factory=Posted)
    _said: set[Reason] = field(default_factory=set)
    _phases: dict[str, Phase] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def deliver(self, order: Order) -> Receipt:
        """Show a new message, an edit that changes how the incident stands, or nothing, and return the receipt."""
        async with self._turn:
            if not order.ts:
                return await self._post(order)
            self.posted.edits += 1
            if order.view.say is Say.ROOT and self._phases.get(order.ts) is not order.view.phase:
                return await self._edit(order)
            return Receipt(order.channel, order.ts)

    async def _post(self, order: Order) -> Receipt:
        view = order.view
        if order.thread_ts:
            self.posted.replies += 1
        else:
            self.posted.messages += 1
            self.posted.at_night += is_night(view.now)
            self._caption(view)
        self.screen.clear()
        receipt = await self.terminal.deliver(order)
        if view.say is Say.ROOT:
            self._phases[receipt.ts] = view.phase
        await self.screen.wait(PAGE_S if view.outcome is Outcome.PAGE and view.say is Say.ROOT else MESSAGE_S)
        return receipt

    def _caption(self, view: View) -> None:
        if view.reason in self._said or view.reason not in self.words.captions:
            return
        self._said.add(view.reason)
        notice = view.kind is Kind.NOTICE
        label = self.words.notice if notice else self.words.badges[view.outcome]
        style = NOTICE_STYLE if notice else STYLES[view.outcome]
        since = min((each.first_at for each in view.causes), default=view.started_at)
        text = self.words.captions[view.reason].format(since=clock(since))
        self.screen.news(view.now, text, label, style)

    async def _edit(self, order: Order) -> Receipt:
        """The end of a page is shown as a whole; of everything else the new headline."""
        view = order.view
        self._phases[order.ts] = view.phase
        headline = unescape(render(view, order.locale).blocks[0]["text"]["text"])
        self.screen.news(view.now, headline, self.words.edited, EDIT_STYLE)
        if view.outcome is not Outcome.PAGE or view.phase is not Phase.RESOLVED:
            await self.screen.wait(EDIT_S)
            return Receipt(order.channel, order.ts)
        receipt = await self.terminal.deliver(order)
        await self.screen.wait(MESSAGE_S)
        return receipt


def is_night(at: float) -> bool:
    """Return whether people sleep."""
    hour = at % 86_400 // 3_600
    return hour >= NIGHT[0] or hour < NIGHT[1]
