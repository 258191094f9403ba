"""What must never happen in the life of an incident, checked at every look of a bench (tests.support.episodes)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from router.gate import TELLING, Outcome
from router.incident import Call, Incident, Judgement, Order, Phase, Say, Step
from router.incident.life import quietest_first
from router.slo.verdict import Verdict

if TYPE_CHECKING:
    from tests.support.episodes import Bench


@dataclass
class Firing:
    """One firing as the state has it."""

    cid: str
    fires: bool = True
    outcome: Outcome | None = None
    told_at: float | None = None
    judged_telling: bool = False


@dataclass
class Promises:
    """Remembers what an incident was, to tell whether it kept its promises."""

    over_told: list[int] = field(default_factory=list)
    """The episodes that were told to be over."""
    louds: dict[tuple[int, str], Outcome] = field(default_factory=dict)

    def judged(self, bench: Bench, incident: Incident, judgement: Judgement) -> None:
        """A look that was stored has judged; one that died before that has judged nothing."""
        for each in bench.firings[: incident.total]:
            if each.outcome in (None, Outcome.HOLD) and each.cid in judgement.mind.loud:
                each.judged_telling |= judgement.decisions[each.cid].outcome in TELLING
        if incident.told.phase is Phase.RESOLVED:
            return
        episode = incident.told.refires
        if incident.told.phase is None and (bench.mute_time or any(cid.startswith("ms.") for cid in bench.classes)):
            # Nobody was told, and it may be kept quiet before anybody is.
            self.louds = {place: outcome for place, outcome in self.louds.items() if place[0] != episode}
            for each in bench.firings:
                each.judged_telling = False
        for cid, loud in judgement.mind.loud.items():
            before = self.louds.get((episode, cid))
            assert quietest_first(loud.outcome) >= quietest_first(before), "became quieter within an episode"
            self.louds[episode, cid] = loud.outcome
        once = {cid for number, cid in self.louds if number == episode}
        assert once <= set(judgement.mind.loud), "a class that was loud is held in the same episode"

    def ordered(self, bench: Bench, order: Order) -> None:
        """Only pages mention anybody, and a reply has a thread."""
        assert not order.view.mention or order.view.outcome is Outcome.PAGE
        if order.view.say is not Say.ROOT:
            assert order.ts or order.thread_ts in bench.slack.messages, "a reply needs a thread"

    def over(self, bench: Bench, incident: Incident, step: Step, judgement: Judgement) -> None:
        """An episode is told to be over once, and only when it is."""
        if step.told.phase is not Phase.RESOLVED or incident.told.phase is Phase.RESOLVED:
            return
        assert step.told.refires not in self.over_told, "resolved was told twice in one episode"
        self.over_told.append(step.told.refires)
        for cid in judgement.mind.loud if incident.handling.resolved is None else ():
            assert not incident.classes[cid].firing, "resolved although a loud alert fires"
            for cover in incident.classes[cid].alert_class.covers:
                assert bench.seen[cover.slo].verdict is not Verdict.THREAT_PAGE, "resolved although an SLO pages"
        for root in step.told.live:
            shown = bench.slack.messages[root.ts].views[-1].phase
            assert shown is Phase.RESOLVED, f"resolved, but a message shows {shown}"

    def shown(self, bench: Bench) -> None:
        """At most one root message a channel and episode, not too soon; re-fires call at most every half hour."""
        posted: dict[tuple[str, int], int] = {}
        for message in bench.slack.posts(Say.ROOT):
            place = (message.asked, message.views[0].refires)
            posted[place] = posted.get(place, 0) + 1
        replaced = len(bench.slack.gone)
        assert all(number <= 1 + replaced for number in posted.values()), f"two root messages: {posted}"
        if bench.stored is not None:
            first = min((message.at for message in bench.slack.posts(Say.ROOT)), default=inf)
            assert first >= bench.opened_at + bench.group_wait_s, "told before group_wait was over"
        calls = [message.at for message in bench.slack.posts(Say.BROADCAST) if message.views[0].call is Call.REFIRED]
        gaps = [later - sooner for sooner, later in pairwise(calls)]
        assert all(gap >= bench.life.broadcast_s for gap in gaps), f"re-fires called every {gaps}"
