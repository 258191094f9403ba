"""The summary of a storm: one message that speaks for all that wait, and says how long the oldest of them has."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from heapq import nlargest

from router.alert import Status
from router.config.values import Config
from router.dispatch.channels import Accept
from router.gate import Outcome
from router.incident import Incident, Phase, notice
from router.incident.lead import where_of
from router.incident.notice import OLDEST
from router.slo.verdict import assess
from router.state.board import Board
from router.state.clock import Clock
from router.state.slos import Slos
from router.state.storms import Counts, Storm, StormStore

EXPIRES_S = 300.0
"""A summary that was not renewed for this long is over: nobody is left who would end it."""
NAMED_SLOS = 8
NAMED_SOURCES = 5
LISTED = 2_000
ASKED = 100
"""Incidents whose alerts are read for the sources."""
LARGEST = 2_000
"""Alerts of an incident that is too large to be read: its rules stand for its places."""


class StormWatch:
    """Raises, renews and ends the summaries; every replica may, the notice is one incident."""

    def __init__(
        self, store: StormStore, board: Board, slos: Slos, clock: Clock, config: Callable[[], Config], accept: Accept
    ) -> None:
        self._store = store
        self._board = board
        self._slos = slos
        self._clock = clock
        self._config = config
        self._accept = accept
        self.limited: Callable[[], int] = lambda: 0
        """How often Slack has asked this process to wait, since it began."""
        self.permalink: Callable[[str, str], str] = lambda channel, ts: ""
        """The address of a message, "" where it is not known."""

    async def tick(self) -> None:
        """Look at every channel with a storm; call it every few seconds: a summary is edited every 30 s at most."""
        now = self._clock.now()
        for channel in await self._store.channels():
            storm = await self._store.look(channel, now)
            if storm.over:
                await self._end(channel, now)
            elif storm.due:
                await self._renew(channel, storm, now)

    async def _renew(self, channel: str, storm: Storm, now: float) -> None:
        incidents = [each for each in await self._board.incidents(LISTED) if self._concerns(each, channel)]
        paged = [each for each in incidents if each.told.outcome is Outcome.PAGE and each.told.phase is Phase.FIRING]
        counts = Counts(
            storm.folded + sum(each.firing for each in incidents), len(paged), sum(_is_wolf(each) for each in incidents)
        )
        storm = await self._store.tell(channel, counts, now)
        if storm.since is None:
            return
        facts = {
            "channel": channel,
            "began": f"{storm.since:.0f}",
            "alerts": str(storm.most.alerts),
            "pages": str(counts.pages),
            "pages_most": str(storm.most.pages),
            "wolves": str(storm.most.wolves),
            "waiting": str(storm.waiting),
            OLDEST: "" if storm.oldest is None else f"{storm.oldest:.0f}",
            "limited": str(self.limited()),
            "slos": json.dumps(await self._at_risk(paged, now), ensure_ascii=False),
            "sources": json.dumps(await self._sources(incidents), ensure_ascii=False),
        }
        await self._accept([notice("storm", channel, Status.FIRING, now, facts, now + EXPIRES_S)])

    async def _end(self, channel: str, now: float) -> None:
        """Say that it is over; the numbers are those that were told last, a minute of calm ago or less."""
        await self._accept([notice("storm", channel, Status.RESOLVED, now, {"channel": channel})])

    def _concerns(self, incident: Incident, channel: str) -> bool:
        """Return whether an incident is told, or waits to be told, in a channel; the router's own notices do not."""
        if not incident.firing or incident.lead.facts:
            return False
        receiver = self._config().receivers.get(incident.receiver)
        places = {root.place for root in incident.told.live}
        slack = receiver.slack if receiver is not None else None
        return channel in places or (slack is not None and channel in (slack.channel, slack.ticket_channel))

    async def _at_risk(self, paged: Sequence[Incident], now: float) -> list[Mapping[str, object]]:
        """Return the SLOs that are at risk, with the time that is left and where their message is."""
        objectives = self._config().objectives
        rows: list[Mapping[str, object]] = []
        for incident in paged[:NAMED_SLOS]:
            covers = (cover.slo for state in incident.classes.values() for cover in state.alert_class.covers)
            objective = next((objectives[slo] for slo in covers if slo in objectives), None)
            if objective is None:
                continue
            watched = (await self._slos.load([objective.id])).get(objective.id)
            found = assess(objective, watched.snapshot, now, watched.memory) if watched is not None else None
            root = incident.told.live[-1] if incident.told.live else None
            url = self.permalink(root.channel, root.ts) if root is not None else ""
            left_s = found.exhausted_in_s if found is not None else None
            rows.append({"title": objective.title, "left_s": left_s, "url": url})
        return rows

    async def _sources(self, incidents: Sequence[Incident]) -> list[tuple[str, int]]:
        """Return where most alerts come from; of the largest incidents a share of the alerts tells for all of them."""
        counts: Counter[str] = Counter()
        for incident in nlargest(ASKED, incidents, key=lambda each: each.firing):
            if incident.total > LARGEST:
                counts.update({kind.rule: kind.firing for kind in incident.kinds})
                continue
            alerts = [alert for _, alert in await self._board.firing_in(incident.key)]
            for place, count in Counter(where_of(alert) or alert.rule for alert in alerts).items():
                counts[place] += round(count * incident.firing / len(alerts))
        return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:NAMED_SOURCES]


def _is_wolf(incident: Incident) -> bool:
    return incident.handling.mark is not None and incident.handling.mark.wolf
