"""One look at one incident: load, judge, say the one thing that is owed, commit."""

from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

import structlog

from router.config.values import Receiver
from router.dispatch.journal import decisions_of
from router.dispatch.parts import Parts
from router.errors import AmbiguousError, DeliveryError
from router.gate import Kind, Outcome, Reason
from router.incident import Incident, Intent, Judgement, Life, Order, Say, Step, View, judge, plan, refused, told
from router.incident.plan import Drawn
from router.incident.view import drawn_of, said_by, view_of
from router.slo.verdict import Assessment, Memory, assess
from router.state.incidents import Claim, Commit

LOG = structlog.get_logger(__name__)
BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
FORWARDED_UNJUDGED = f"o:{Outcome.FORWARD}:{Reason.SLO_UNKNOWN}"


class Look:
    """One look at one incident."""

    def __init__(self, parts: Parts, claim: Claim) -> None:
        self._parts = parts
        self._claim = claim
        self._config = parts.config()

    @property
    def _incident(self) -> Incident:
        return self._claim.incident

    async def run(self) -> None:
        """Judge, say the one thing that is owed, commit."""
        now = self._parts.clock.now()
        assessments = await self._assessments(now)
        judgement = judge(self._incident, assessments, self._config.policy, now)
        drawn = await self._draw(judgement, now)
        step = plan(self._incident, judgement, drawn, self._channel(judgement), self._life(), now)
        if step.say is None:
            await self._commit(step, judgement, now)
            return
        await self._tell(self._resumed(step), judgement, drawn, now)

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

    async def _draw(self, judgement: Judgement, now: float) -> Drawn:
        if judgement.lead is None:
            return Drawn("", "", "")
        return drawn_of(view_of(self._incident, judgement, self._config.objectives, "", now))

    def _receiver(self) -> Receiver:
        receivers = self._config.receivers
        return receivers.get(self._incident.receiver) or receivers[self._config.rules.route.receiver]

    def _channel(self, judgement: Judgement) -> str:
        target = self._receiver().slack
        ticket = judgement.lead is not None and judgement.lead.outcome is Outcome.TICKET
        return (target.ticket_channel or target.channel) if ticket else target.channel

    def _life(self) -> Life:
        return Life(rejudge_s=self._config.evaluation.interval_s)

    def _resumed(self, step: Step) -> Step:
        """A message that was begun before must be finished (or found) first, whatever is owed now."""
        intent = self._incident.intent
        if intent is None:
            return step
        if not intent.ts:
            return (
                step
                if step.say is intent.say and step.root is None
                else replace(step, say=intent.say, root=None, channel=intent.channel)
            )
        told = self._incident.told
        standing = (*told.roots, *((told.causes,) if told.causes is not None else ()))
        begun = next((root for root in standing if root.ts == intent.ts), None)
        return step if begun is None else replace(step, say=intent.say, root=begun, channel=begun.channel)

    async def _tell(self, step: Step, judgement: Judgement, drawn: Drawn, now: float) -> None:
        order = await self._order(step, judgement, now)
        begun = self._incident.intent
        intent = begun or Intent(step.say or Say.ROOT, order.delivery_id, order.channel, now, ts=order.ts)
        # Only posts are announced: an edit can be repeated without harm.
        if begun is None and not order.ts and not await self._announce(step, intent, now):
            return
        try:
            receipt = await self._parts.delivery.deliver(order)
        except DeliveryError as error:
            await self._put_off(step, judgement, intent, error)
            return
        done = self._parts.clock.now()
        self._parts.trouble.pop(order.channel, None)
        if step.say is Say.ROOT and step.root is None:
            self._parts.meter.page_delay(max(0.0, done - self._due_since(judgement)))
        await self._commit(told(step, judgement, receipt, drawn, done), judgement, done)

    def _due_since(self, judgement: Judgement) -> float:
        """Since when people ought to know: held alerts count from the moment they became a threat."""
        lead = judgement.lead
        return max(lead.at, self._incident.opened_at) if lead is not None else self._incident.opened_at

    async def _order(self, step: Step, judgement: Judgement, now: float) -> Order:
        receiver = self._receiver()
        view = said_by(step, view_of(self._incident, judgement, self._config.objectives, receiver.slack.mention, now))
        if view.kind is Kind.NOTICE:
            view = await self._with_count(view)
        edited = self._incident.told.causes if step.say is Say.CAUSES else step.root
        roots = self._incident.told.roots
        begun = self._incident.intent
        return Order(
            view=view,
            channel=edited.channel if edited is not None else step.channel,
            delivery_id=begun.delivery_id if begun is not None else self._delivery_id(step, now),
            locale=receiver.locale,
            ts=edited.ts if edited is not None and step.say is not Say.BROADCAST else "",
            thread_ts=roots[-1].ts if roots and step.say in (Say.CAUSES, Say.BROADCAST) else "",
            fallback_channel=receiver.slack.fallback_channel,
            intent_at=begun.at if begun is not None else None,
            lookups=begun.lookups if begun is not None else 0,
        )

    async def _with_count(self, view: View) -> View:
        counts = await self._parts.board.tally()
        forwarded = max(0, counts[FORWARDED_UNJUDGED] - self._incident.mind.baseline)
        return replace(view, notice={**(view.notice or {}), "forwarded": str(forwarded)})

    def _delivery_id(self, step: Step, now: float) -> str:
        """The same for every attempt at the same post, another for the next message and for every edit (UUIDv5)."""
        told = self._incident.told
        moment = now if step.root is not None or (step.say is Say.CAUSES and told.causes is not None) else None
        parts = (self._incident.id, step.say, len(told.roots), told.refires, told.broadcast_at, step.call, moment)
        return str(uuid5(NAMESPACE_URL, "alert-router:" + repr(parts)))

    async def _announce(self, step: Step, intent: Intent, now: float) -> bool:
        commit = Commit(
            stage=self._incident.stage, due_at=now, mind=step.mind, told=self._incident.told, intent=intent,
            ended_at=self._incident.ended_at, keep=True,
        )  # fmt: skip
        return not (await self._parts.incidents.commit(self._claim, commit, now)).fenced

    async def _put_off(self, step: Step, judgement: Judgement, intent: Intent, error: DeliveryError) -> None:
        """Slack did not take it: nothing is lost, it stays owed. An ambiguous post keeps its intent."""
        now = self._parts.clock.now()
        tries = intent.tries + 1
        wait = max(error.retry_after_s or 0.0, BACKOFF_S[min(tries, len(BACKOFF_S)) - 1])
        if error.code in ("ratelimited", "not_found_yet") and error.retry_after_s is not None:
            wait = error.retry_after_s
        self._parts.trouble[step.channel] = error.code
        LOG.warning("slack_put_off", incident=self._incident.id, code=error.code, retry_in_s=round(wait, 1))
        kept = None
        if isinstance(error, AmbiguousError):
            looked = error.code == "not_found_yet"
            kept = replace(intent, tries=tries, lookups=intent.lookups + (1 if looked else 0))
        await self._commit(refused(step, now + wait), judgement, now, intent=kept, told_before=True)

    async def _commit(
        self, step: Step, judgement: Judgement, now: float, intent: Intent | None = None, told_before: bool = False
    ) -> None:
        entries, said = decisions_of(self._incident, judgement, self._config.objectives, now)
        commit = Commit(
            stage=self._incident.stage if told_before else step.stage,
            due_at=step.due_at,
            mind=replace(step.mind, said=said),
            told=self._incident.told if told_before else step.told,
            settle=step.settle,
            intent=intent,
            ended_at=step.ended_at,
            forget=step.forget,
            log=entries,
        )
        settled = await self._parts.incidents.commit(self._claim, commit, now)
        if settled.fenced:
            LOG.warning("look_fenced", incident=self._incident.id)
            return
        for (outcome, reason), amount in settled.counts.items():
            self._parts.meter.outcome(outcome, reason, amount)
