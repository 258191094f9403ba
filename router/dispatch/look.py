"""One look at one incident: load, judge, say the one thing that is owed, commit."""

from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

import structlog

from router.classify import guide_of
from router.config.values import Receiver
from router.dispatch.channels import Channels
from router.dispatch.journal import decisions_of
from router.dispatch.parts import Parts
from router.errors import AmbiguousError, DeliveryError
from router.gate import Kind, Outcome
from router.incident import (
    Intent,
    Judgement,
    Life,
    Order,
    Say,
    Step,
    View,
    attempted,
    begun,
    judge,
    plan,
    refused,
    resumed,
    told,
)
from router.incident.lead import spoken_by
from router.incident.notice import BASELINE, FORWARDED_UNJUDGED
from router.incident.plan import Drawn
from router.incident.view import COUNTED, drawn_of, said_by, view_of
from router.slo.verdict import Assessment, Memory, assess
from router.state.incidents import Claim, Commit

LOG = structlog.get_logger(__name__)
BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
HEARD_MOST = 2_000
"""Incidents of more alerts keep the speaker they were stored with: a look must stay cheap in a storm."""


class Look:
    """One look at one incident."""

    def __init__(self, parts: Parts, channels: Channels, claim: Claim) -> None:
        self._parts = parts
        self._channels = channels
        self._claim = claim
        self._incident = claim.incident
        self._config = parts.config()

    async def run(self) -> None:
        """Judge, say the one thing that is owed, commit."""
        now = self._parts.clock.now()
        judgement = judge(self._incident, await self._assessments(now), self._config.policy, now)
        forwarded = await self._forwarded()
        judgement = self._with_baseline(judgement, forwarded)
        channel, life = self._channel(judgement), Life(rejudge_s=self._config.evaluation.interval_s)
        self._incident = begun(self._incident, judgement, channel, life, now)
        if judgement.lead is None:
            step = plan(self._incident, judgement, Drawn("", "", ""), channel, life, now)
            await self._commit(step, judgement, now)
            return
        await self._hear(judgement)
        view = self._view(judgement, forwarded, now)
        step = plan(self._incident, judgement, drawn_of(view), channel, life, now)
        step, intent = resumed(step, self._incident)
        if step.say is None:
            await self._commit(step, judgement, now)
        else:
            await self._tell(step, intent, judgement, self._order(step, intent, view, now))

    # --- what is so

    async def _hear(self, judgement: Judgement) -> None:
        """Let those speak that fire now and are worth telling, where others of the incident are over or held."""
        incident = self._incident
        mixed = incident.firing < incident.total or len(incident.classes) > 1
        if self._is_notice() or not incident.firing or not mixed or incident.total > HEARD_MOST:
            return
        rules, loud = self._config.rules, judgement.mind.loud
        firing = await self._parts.board.firing_in(incident.key)
        speaking = [(alert, guide_of(alert, rules)) for cid, alert in firing if cid in loud]
        self._incident = spoken_by(incident, speaking)

    async def _assessments(self, now: float) -> dict[str, Assessment]:
        """Judge every covering SLO by its newest snapshot; one that is not configured any more is left out."""
        names = dict.fromkeys(
            cover.slo for state in self._incident.classes.values() for cover in state.alert_class.covers
        )
        objectives = [self._config.objectives[name] for name in names if name in self._config.objectives]
        watched = await self._parts.slos.load(objective.id for objective in objectives)
        return {
            each.id: assess(each, watched[each.id].snapshot, now, watched[each.id].memory)
            if each.id in watched
            else assess(each, None, now, Memory())
            for each in objectives
        }

    async def _forwarded(self) -> int | None:
        """Return how many firings were ever forwarded unjudged, for a notice that tells how many since it began."""
        if self._incident.lead.facts.get("what") != "slo_source" or not self._is_notice():
            return None
        return (await self._parts.board.tally())[FORWARDED_UNJUDGED]

    def _with_baseline(self, judgement: Judgement, forwarded: int | None) -> Judgement:
        """Remember, when a notice begins, from where to count; the evaluator knows it for the first episode."""
        if forwarded is None or (self._incident.mind.loud and not judgement.begins):
            return judgement
        known = self._incident.lead.facts.get(BASELINE, "")
        first = self._incident.told.phase is None and known.isdecimal()
        return replace(judgement, mind=replace(judgement.mind, baseline=int(known) if first else forwarded))

    def _is_notice(self) -> bool:
        return any(state.alert_class.kind is Kind.NOTICE for state in self._incident.classes.values())

    def _receiver(self) -> Receiver:
        receivers = self._config.receivers
        return receivers.get(self._incident.receiver) or receivers[self._config.rules.route.receiver]

    def _channel(self, judgement: Judgement) -> str:
        target = self._receiver().slack
        ticket = judgement.lead is not None and judgement.lead.outcome is Outcome.TICKET
        return (target.ticket_channel or target.channel) if ticket else target.channel

    # --- what to say

    def _view(self, judgement: Judgement, forwarded: int | None, now: float) -> View:
        mention = self._receiver().slack.mention
        view = view_of(self._incident, judgement, self._config.objectives, mention, now)
        if view.notice is None:
            return view
        facts = {name: value for name, value in view.notice.items() if name != BASELINE}
        if forwarded is not None:
            facts[COUNTED] = str(max(0, forwarded - judgement.mind.baseline))
        return replace(view, notice=facts)

    def _order(self, step: Step, begun_before: Intent | None, view: View, now: float) -> Order:
        receiver = self._receiver()
        edited = self._incident.told.causes if step.say is Say.CAUSES else step.root
        return Order(
            view=said_by(step, view),
            channel=edited.channel if edited is not None else step.channel,
            delivery_id=begun_before.delivery_id if begun_before is not None else self._delivery_id(step, now),
            locale=receiver.locale,
            ts=edited.ts if edited is not None else "",
            thread_ts=step.thread,
            fallback_channel=receiver.slack.fallback_channel,
            intent_at=begun_before.at if begun_before is not None else None,
            lookups=begun_before.lookups if begun_before is not None else 0,
        )

    def _delivery_id(self, step: Step, now: float) -> str:
        """The same for every attempt at the same post, another for the next message and for every edit (UUIDv5)."""
        known = self._incident.told
        moment = now if step.root is not None else None
        parts = (self._incident.id, step.say, len(known.roots), known.refires, known.broadcast_at, step.call, moment)
        return str(uuid5(NAMESPACE_URL, "alert-router:" + repr(parts)))

    async def _tell(self, step: Step, begun_before: Intent | None, judgement: Judgement, order: Order) -> None:
        now = order.view.now
        intent = begun_before or Intent(step.say or Say.ROOT, order.delivery_id, order.channel, now, ts=order.ts)
        # Announced before the call: what a dead worker began must be looked up (a post) or said again (an edit).
        if not await self._announce(step, intent, now):
            return
        itself = self._is_notice()
        try:
            receipt = await self._parts.delivery.deliver(order)
        except DeliveryError as error:
            await self._put_off(step, judgement, intent, error)
            await self._channels.refused(order.channel, error, self._parts.clock.now(), itself=itself)
            return
        done = self._parts.clock.now()
        await self._commit(told(step, judgement, receipt, drawn_of(order.view), done), judgement, done)
        if step.telling:
            self._parts.meter.page_delay(max(0.0, done - self._due_since(judgement)))
        await self._channels.taken(order, receipt, done, itself=itself)

    def _due_since(self, judgement: Judgement) -> float:
        """Since when people ought to know: held alerts count from the moment they became a threat."""
        lead = judgement.lead
        return max(lead.at, self._incident.opened_at) if lead is not None else self._incident.opened_at

    # --- what is stored

    async def _announce(self, step: Step, intent: Intent, now: float) -> bool:
        """Store what is about to be said, and settle what is not told by it; returns whether the lease still holds."""
        commit = Commit(
            stage=self._incident.stage,
            due_at=now,
            mind=step.mind,
            told=attempted(step, self._incident),
            settle=step.settle,
            intent=intent,
            ended_at=self._incident.ended_at,
            keep=True,
        )
        return await self._stored(commit, now)

    async def _put_off(self, step: Step, judgement: Judgement, intent: Intent, error: DeliveryError) -> None:
        """Slack did not take it: nothing is lost, it stays owed. An ambiguous post keeps its intent."""
        now = self._parts.clock.now()
        tries = intent.tries + 1
        wait = max(error.retry_after_s or 0.0, BACKOFF_S[min(tries, len(BACKOFF_S)) - 1])
        if error.code in ("ratelimited", "not_found_yet") and error.retry_after_s is not None:
            wait = error.retry_after_s
        LOG.warning("slack_put_off", incident=self._incident.id, code=error.code, retry_in_s=round(wait, 1))
        kept = None
        if isinstance(error, AmbiguousError):
            looked = error.code == "not_found_yet"
            kept = replace(intent, tries=tries, lookups=intent.lookups + (1 if looked else 0))
        await self._commit(refused(step, self._incident, now + wait), judgement, now, kept)

    async def _commit(self, step: Step, judgement: Judgement, now: float, intent: Intent | None = None) -> None:
        entries, said = decisions_of(self._incident, judgement, self._config.objectives, now)
        commit = Commit(
            stage=step.stage,
            due_at=step.due_at,
            mind=replace(step.mind, said=said),
            told=step.told,
            settle=step.settle,
            intent=intent,
            ended_at=step.ended_at,
            forget=step.forget,
            log=entries,
        )
        await self._stored(commit, now)

    async def _stored(self, commit: Commit, now: float) -> bool:
        settled = await self._parts.incidents.commit(self._claim, commit, now)
        if settled.fenced:
            LOG.warning("look_fenced", incident=self._incident.id)
            return False
        for (outcome, reason), amount in settled.counts.items():
            self._parts.meter.outcome(outcome, reason, amount)
        return True
