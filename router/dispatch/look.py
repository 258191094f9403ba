"""One look at one incident: load, judge, say the one thing that is owed, commit."""

from dataclasses import dataclass, replace

import structlog

from router.classify import guide_of
from router.dispatch.channels import Channels, for_good
from router.dispatch.counting import counted, forwarded_so_far, with_baseline
from router.dispatch.hush import Hush
from router.dispatch.journal import decisions_of, deeds_of
from router.dispatch.ordering import order_of
from router.dispatch.parts import Parts
from router.dispatch.setting import Setting
from router.errors import AmbiguousError, DeliveryError
from router.gate import Outcome
from router.incident import (
    Intent,
    Judgement,
    MutedBy,
    Order,
    Phase,
    Reply,
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
from router.incident.deeds import awake, handled
from router.incident.judge import afterwards, calmed
from router.incident.lead import spoken_by
from router.incident.life import Stage
from router.incident.step import Drawn
from router.incident.telling import folded
from router.incident.view import bare_view, drawn_of, view_of
from router.slo.verdict import Assessment, Memory, assess
from router.state.incidents import Claim, Commit

LOG = structlog.get_logger(__name__)
BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
AT_ITS_WORD = frozenset({"ratelimited", "not_found_yet", "look_up_failed"})
"""Errors that say themselves when to try again, however often that was tried."""
APART_S = 0.001
HEARD_MOST = 2_000
"""Incidents of more alerts keep the speaker they were stored with: a look must stay cheap in a storm."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all looks of a process know together."""

    channels: Channels
    hush: Hush


class Look:
    """One look at one incident."""

    def __init__(self, parts: Parts, shared: Shared, claim: Claim) -> None:
        self._parts = parts
        self._shared = shared
        self._claim = claim
        self._incident = claim.incident
        self._config = parts.config()
        self._setting = Setting(self._config, claim.incident, parts.interactive)
        self._muted_by: tuple[MutedBy, ...] = ()
        self._boundaries: list[float] = []
        self._acts = claim.incident.acts
        self._replies: tuple[Reply, ...] = ()

    async def run(self) -> None:
        """Judge, say the one thing that is owed, commit."""
        now = self._parts.clock.now()
        if not await self._hush(now):
            return
        judgement = await self._judged(now)
        forwarded = await forwarded_so_far(self._parts.board, self._incident) if self._setting.is_notice else None
        judgement = with_baseline(self._incident, judgement, forwarded)
        channel, life = self._setting.channel(judgement), self._setting.life()
        self._incident = begun(self._incident, judgement, channel, life, now)
        if judgement.lead is None and judgement.mind.over is None:
            step = plan(self._incident, judgement, Drawn("", "", ""), channel, life, now)
            await self._commit(step, judgement, now)
            if self._claim.incident.stage is Stage.WAITING:
                # Nobody need be told any more: whoever waits behind it in a storm must not wait for it.
                await self._parts.storms.leave(self._setting.channel(judgement), self._incident.key, now)
            return
        await self._hear(judgement)
        view = self._view(judgement, forwarded, now)
        step = plan(self._incident, judgement, drawn_of(view), channel, life, now)
        step, intent = resumed(step, self._incident)
        if step.say is None:
            await self._commit(step, judgement, now, view=view)
        else:
            await self._tell(step, intent, judgement, order_of(self._setting, self._incident, step, intent, view))

    # --- what keeps it quiet, and what people did

    async def _hush(self, now: float) -> bool:
        """Put muted alerts into the classes where they belong; returns whether the lease still holds."""
        hushed = await self._shared.hush.apply(self._claim, self._config.rules.inhibit_rules, now)
        if hushed is None:
            LOG.warning("look_fenced", incident=self._incident.id)
            return False
        self._claim, self._muted_by = hushed.claim, hushed.by
        self._incident, self._acts = hushed.claim.incident, hushed.claim.incident.acts
        self._setting = replace(self._setting, incident=self._incident)
        self._boundaries = [at for at in (hushed.until, self._setting.next_mute_change(now)) if at is not None]
        return True

    async def _judged(self, now: float) -> Judgement:
        """Judge the incident, take notice of what people did, and judge again where that changed anything."""
        assessments = await self._assessments(now)
        policy, quiet = self._config.policy, bool(self._setting.mute_times(now))
        judgement = judge(self._incident, assessments, policy, now, quiet)
        self._incident, self._replies = handled(self._incident, judgement.height, now)
        if self._acts:
            judgement = judge(self._incident, assessments, policy, now, quiet)
        self._incident = awake(calmed(self._incident, judgement), judgement.phase, judgement.height, now)
        return judgement

    # --- what is so

    async def _hear(self, judgement: Judgement) -> None:
        """Let those speak that fire now and are worth telling, where others of the incident are over or held."""
        incident = self._incident
        mixed = incident.firing < incident.total or len(incident.classes) > 1
        if self._setting.is_notice or not incident.firing or not mixed or incident.total > HEARD_MOST:
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

    # --- what to say

    def _view(self, judgement: Judgement, forwarded: int | None, now: float) -> View:
        shown = judgement if judgement.lead is not None else afterwards(judgement)
        mention = self._setting.receiver.slack.mention
        view = view_of(self._incident, shown, self._config.objectives, mention, now)
        view = self._setting.seen(view, self._muted_by, now)
        return counted(view, judgement, forwarded)

    async def _tell(self, step: Step, begun_before: Intent | None, judgement: Judgement, order: Order) -> None:
        now = order.view.now
        if await self._folds(step, judgement, order, begun_before):
            return
        intent = begun_before or Intent(
            step.say or Say.ROOT, order.delivery_id, order.channel, now,
            ts=order.ts, receiver=step.receiver, call=step.call,
        )  # fmt: skip
        # Announced before the call: what a dead worker began must be looked up (a post) or said again (an edit).
        if not await self._announce(step, intent, now):
            return
        itself = self._setting.is_notice
        try:
            receipt = await self._parts.delivery.deliver(order)
        except DeliveryError as error:
            await self._put_off(step, judgement, intent, error)
            self._answer(order.view, delayed=True)
            await self._shared.channels.refused(order.channel, error, self._parts.clock.now(), itself=itself)
            return
        done = self._parts.clock.now()
        await self._commit(told(step, judgement, receipt, drawn_of(order.view), done), judgement, done, view=order.view)
        if step.telling:
            self._parts.meter.page_delay(max(0.0, done - self._due_since(judgement)))
        await self._shared.channels.taken(order, receipt, done, itself=itself)

    # --- storms

    async def _folds(self, step: Step, judgement: Judgement, order: Order, begun_before: Intent | None) -> bool:
        """Return whether a storm's summary speaks for a first message: while it waits its turn, or for good."""
        first = step.telling and step.say is Say.ROOT and step.root is None and begun_before is None
        if not first or self._setting.is_notice:
            return False
        storms, key, now = self._parts.storms, self._incident.key, order.view.now
        loud = judgement.lead is not None and judgement.lead.outcome is Outcome.PAGE
        if judgement.phase is Phase.RESOLVED and not loud:
            folds = await storms.over(order.channel, key, self._incident.total, now)
            if folds:
                await self._commit(folded(step, judgement, now), judgement, now, view=order.view)
            return folds
        wait_s = await storms.admit(order.channel, key, loud, now)
        if wait_s:
            await self._commit(refused(step, self._incident, now + wait_s), judgement, now, view=order.view)
        return wait_s > 0

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
            handling=self._incident.handling,
        )
        return await self._stored(commit, now)

    async def _put_off(self, step: Step, judgement: Judgement, intent: Intent, error: DeliveryError) -> None:
        """Slack did not take it: nothing is lost, it stays owed. An ambiguous post keeps its intent."""
        now = self._parts.clock.now()
        tries = intent.tries + 1
        wait = max(error.retry_after_s or 0.0, BACKOFF_S[min(tries, len(BACKOFF_S)) - 1])
        if error.code in AT_ITS_WORD and error.retry_after_s is not None:
            wait = error.retry_after_s
        LOG.warning("slack_put_off", incident=self._incident.id, code=error.code, retry_in_s=round(wait, 1))
        kept = None
        if isinstance(error, AmbiguousError):
            looked = error.code == "not_found_yet"
            kept = replace(intent, tries=tries, lookups=intent.lookups + (1 if looked else 0))
        entries, self._replies = self._replies, ()
        waiting = refused(step, self._incident, now + wait)
        if kept is None and for_good(error.code) and step.handling.steps > self._incident.handling.steps:
            # Whom it is escalated to cannot be reached: a notice says so, and the next step must not wait for them.
            waiting = replace(waiting, handling=step.handling, due_at=now)
        await self._commit(waiting, judgement, now, kept)
        self._replies = entries

    async def _commit(
        self, step: Step, judgement: Judgement, now: float, intent: Intent | None = None, view: View | None = None
    ) -> None:
        entries, said = decisions_of(self._incident, judgement, self._config.objectives, now)
        due_at = min([step.due_at, *self._boundaries]) if self._incident.firing else step.due_at
        commit = Commit(
            stage=step.stage,
            # What is not due yet is due later than this look also where times are rounded, or it would come at once.
            due_at=due_at if due_at <= now else max(due_at, now + APART_S),
            mind=replace(step.mind, said=said),
            told=step.told,
            settle=step.settle,
            intent=intent,
            ended_at=step.ended_at,
            forget=step.forget,
            log=entries,
            handling=step.handling,
        )
        if await self._stored(commit, now):
            self._answer(view or bare_view(self._incident, now), delayed=False)

    async def _stored(self, commit: Commit, now: float) -> bool:
        """Commit, and with it what people did: from then on it is taken notice of."""
        quiet, deeds = bool(self._setting.mute_times(now)), deeds_of(self._acts, self._replies)
        commit = replace(commit, acts_taken=len(self._acts), deeds=deeds, quiet=quiet)
        settled = await self._parts.incidents.commit(self._claim, commit, now)
        if settled.fenced:
            LOG.warning("look_fenced", incident=self._incident.id)
            return False
        self._acts = ()
        for (outcome, reason), amount in settled.counts.items():
            self._parts.meter.outcome(outcome, reason, amount)
        return True

    def _answer(self, view: View, *, delayed: bool) -> None:
        """Tell people what became of what they did, once it is stored."""
        for reply in self._replies:
            self._parts.replies.send(reply, view, self._setting.receiver.locale, delayed=delayed)
        self._replies = ()
