"""One incident with a state and a Slack of a few dicts: the pure functions of router.incident, driven as dispatch does.

The bench mirrors what router.dispatch.look and the scripts of router.state do, so that thousands of lives can be tried.
It checks, at every look, what must never happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from router.errors import AmbiguousError, DeliveryError
from router.gate import AlertClass, Outcome, Policy, Reason
from router.incident import (
    Act,
    Call,
    CauseKind,
    ClassState,
    Deed,
    Incident,
    Intent,
    Judgement,
    Life,
    Mind,
    Order,
    Person,
    Phase,
    ReplyCode,
    Say,
    Settle,
    Step,
    Told,
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
from router.incident.life import Stage
from router.incident.step import Drawn
from router.incident.view import drawn_of, said_by, view_of
from router.slo.verdict import Assessment, Cause, Verdict
from tests.support.promises import Firing, Promises
from tests.support.slo import NOW, objective
from tests.support.tiny_slack import CrashedError, TinySlack

OBJECTIVES = {name: objective(name=name) for name in ("a", "b")}


@dataclass
class Bench:
    """One incident of a few classes, driven by hand."""

    classes: dict[str, AlertClass]
    now: float = NOW
    group_wait_s: float = 10.0
    repeat_interval_s: float = 4 * 3600.0
    policy: Policy = field(default_factory=Policy)
    life: Life = field(default_factory=Life)
    page_channel: str = "C1"
    ticket_channel: str = "CT"
    slack: TinySlack = field(default_factory=TinySlack)
    verdicts: dict[str, Assessment] = field(default_factory=dict)
    seen: dict[str, Assessment] = field(default_factory=dict)
    """The verdicts as the last look found them."""
    firings: list[Firing] = field(default_factory=list)
    stored: Incident | None = None
    generation: int = 0
    due_at: float | None = None
    opened_at: float = NOW
    forgotten: int = 0
    promises: Promises = field(default_factory=Promises)
    acts: list[Act] = field(default_factory=list)
    """What people did and no look has taken notice of."""
    replies: list[tuple[Deed, ReplyCode]] = field(default_factory=list)
    mute_time: bool = False

    def __post_init__(self) -> None:
        for slo in OBJECTIVES:
            self.verdicts.setdefault(slo, Assessment(slo, Verdict.NO_THREAT))

    # --- what happens outside

    def fire(self, cid: str) -> None:
        if self.stored is None:
            self.stored = self._fresh()
        self.firings.append(Firing(cid))
        self._changed()

    def resolve(self, cid: str, *, every: bool = True) -> None:
        firing = [each for each in self.firings if each.cid == cid and each.fires]
        for each in firing if every else firing[:1]:
            each.fires = False
            self._changed()

    def say(self, slo: str, verdict: Verdict, cause: Cause = Cause.NONE) -> None:
        """An SLO's verdict changes, and the evaluator wakes the incident."""
        before = self.verdicts[slo]
        self.verdicts[slo] = Assessment(slo, verdict, cause, budget_remaining=0.5)
        if before.verdict is not verdict and self.due_at is not None:
            self.due_at = min(self.due_at, self.now)

    def does(self, deed: Deed, who: str = "U0ADA", **more: Any) -> None:
        """A person does something; the click is stored, and the incident is due."""
        number = len(self.replies) + len(self.acts)
        self.acts.append(Act(f"act{number}", deed, Person(who, who.title()), self.now, "E-0", **more))
        self.due_at = self.now if self.due_at is None else min(self.due_at, self.now)

    def silence(self, cid: str, *, over: bool = False) -> None:
        """A silence begins (or is over): alerts of the class are judged in its muted twin (or in the class again)."""
        twin = f"ms.{cid}"
        self.classes[twin] = replace(self.classes[cid], muted=Reason.SILENCE)
        old, new = (twin, cid) if over else (cid, twin)
        for each in self.firings:
            if each.fires and each.cid == old:
                each.cid = new
                each.outcome = None if each.outcome is Outcome.HOLD else each.outcome
        self._changed()

    def _changed(self) -> None:
        self.generation += 1
        self.due_at = self.now if self.due_at is None else min(self.due_at, self.now)

    def _fresh(self) -> Incident:
        self.opened_at = self.now
        return Incident(
            key="k", id=f"E-{self.forgotten}", opened_at=self.now, generation=0, receiver="sre", group={},
            group_wait_s=self.group_wait_s, repeat_interval_s=self.repeat_interval_s, classes={}, kinds=(),
            firing=0, total=0, unsettled=0,
        )  # fmt: skip

    # --- what the state hands over, and stores

    def claimed(self) -> Incident:
        assert self.stored is not None
        present = {cid: each for cid, each in self.classes.items() if self._of(cid) or f"ms.{cid}" in self.classes}
        open_ = [each for each in self.firings if each.outcome in (None, Outcome.HOLD)]
        return replace(
            self.stored,
            generation=self.generation,
            classes={
                cid: ClassState(
                    alert_class,
                    sum(each.fires for each in self._of(cid)),
                    sum(each.cid == cid for each in open_),
                    sum(each.cid == cid and each.outcome is Outcome.HOLD for each in open_),
                )
                for cid, alert_class in present.items()
            },
            kinds=tuple(
                CauseKind(
                    cid, "", self.opened_at, self.now, sum(each.fires for each in self._of(cid)), len(self._of(cid))
                )
                for cid in present
            ),
            firing=sum(each.fires for each in self.firings),
            total=len(self.firings),
            unsettled=len(open_),
            acts=tuple(self.acts),
        )

    def _of(self, cid: str) -> list[Firing]:
        return [each for each in self.firings if each.cid == cid]

    def commit(
        self, incident: Incident, judgement: Judgement, step: Step, intent: Intent | None, *, keep: bool = False
    ) -> None:
        self.promises.judged(self, incident, judgement)
        self.stored = replace(
            incident, told=step.told, mind=step.mind, stage=step.stage, intent=intent, ended_at=step.ended_at,
            handling=step.handling,
        )  # fmt: skip
        self.acts = []
        for settle in {each.class_id: each for each in step.settle}.values():
            self._settle(settle, step.mind)
        if keep:
            self.due_at = self.now + 60.0
            return
        changed = self.generation != incident.generation
        over = not any(each.fires for each in self.firings) and not changed
        if step.forget and over and all(each.outcome not in (None, Outcome.HOLD) for each in self.firings):
            self.stored, self.due_at, self.firings = None, None, []
            self.slack.messages.clear()
            self.promises = Promises()
            self.forgotten += 1
            return
        self.due_at = self.now if changed else step.due_at

    def _settle(self, settle: Settle, mind: Mind) -> None:
        for each in self._of(settle.class_id):
            if each.outcome not in (None, Outcome.HOLD):
                if settle.replace and each.fires and each.outcome in (Outcome.TICKET, Outcome.FORWARD):
                    each.outcome = settle.outcome
            elif settle.outcome is Outcome.SUPPRESS:
                each.outcome = Outcome.HOLD if each.fires else Outcome.SUPPRESS
            elif settle.outcome is not Outcome.HOLD:
                each.outcome, each.told_at = settle.outcome, settle.told_at
            elif each.fires:
                each.outcome = Outcome.HOLD
            else:
                assert not each.judged_telling, "dropped although people had to be told"
                assert settle.class_id not in mind.loud
                each.outcome = Outcome.DROP

    # --- one look, as router.dispatch.look takes it

    def look(self, fault: str = "", meanwhile: Callable[[], None] | None = None) -> bool:
        """Look once; returns whether something was put to Slack. What must never happen is checked on the way."""
        claim = self.claimed()
        self.seen = dict(self.verdicts)
        judgement = judge(claim, self.verdicts, self.policy, self.now, self.mute_time)
        incident, replies = handled(claim, judgement.height, self.now)
        if claim.acts:
            judgement = judge(incident, self.verdicts, self.policy, self.now, self.mute_time)
        self.replies += [(reply.act.deed, reply.code) for reply in replies]
        incident = awake(calmed(incident, judgement), judgement.phase, judgement.height, self.now)
        channel = self._channel(judgement)
        incident = begun(incident, judgement, channel, self.life, self.now)
        view, drawn = None, Drawn("", "", "")
        if judgement.lead is not None or judgement.mind.over is not None:
            shown = judgement if judgement.lead is not None else afterwards(judgement)
            view = view_of(incident, shown, OBJECTIVES, "<!here>", self.now)
            drawn = drawn_of(view)
        step = plan(incident, judgement, drawn, channel, self.life, self.now)
        intent = None
        if view is not None:
            step, intent = resumed(step, incident)
        if view is None or step.say is None:
            assert step.due_at > self.now, "asks for work again although nothing happened"
            assert step.due_at < inf
            self.commit(incident, judgement, step, None)
            self.promises.over(self, incident, step, judgement)
            return False
        self._tell(incident, step, intent, judgement, view, fault, meanwhile)
        return True

    def _channel(self, judgement: Judgement) -> str:
        ticket = judgement.lead is not None and judgement.lead.outcome is Outcome.TICKET
        return self.ticket_channel if ticket else self.page_channel

    def _tell(
        self,
        incident: Incident,
        step: Step,
        before: Intent | None,
        judgement: Judgement,
        view: View,
        fault: str,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        edited = incident.told.causes if step.say is Say.CAUSES else step.root
        known = incident.told
        moment = self.now if step.root is not None else None
        identity = repr((incident.id, step.say, len(known.roots), known.refires, known.broadcast_at, step.call, moment))
        identity += repr((incident.handling.acts, step.handling.steps)) if step.call is not None else ""
        order = Order(
            view=said_by(step, view),
            channel=edited.channel if edited is not None else step.channel,
            delivery_id=before.delivery_id if before is not None else identity,
            ts=edited.ts if edited is not None else "",
            thread_ts=step.thread,
            intent_at=before.at if before is not None else None,
            lookups=before.lookups if before is not None else 0,
        )
        self.promises.ordered(self, order)
        intent = before or Intent(
            order.view.say, order.delivery_id, order.channel, self.now,
            ts=order.ts, receiver=step.receiver, call=step.call,
        )  # fmt: skip
        announced = replace(
            step, told=attempted(step, incident), stage=incident.stage, ended_at=incident.ended_at,
            handling=incident.handling,
        )  # fmt: skip
        self.commit(incident, judgement, announced, intent, keep=True)
        self.due_at = self.now + 60.0
        self.slack.fault = fault
        try:
            receipt = self.slack.deliver(order, self.now)
        except CrashedError:
            return
        except DeliveryError as error:
            kept = None
            if isinstance(error, AmbiguousError):
                kept = replace(intent, lookups=intent.lookups + (error.code == "not_found_yet"))
            put_off = refused(step, incident, self.now + (error.retry_after_s or 1.0))
            assert put_off.told.phase is incident.told.phase, "counts as told although Slack did not take it"
            self.commit(incident, judgement, put_off, kept)
            return
        finally:
            if meanwhile is not None:
                meanwhile()
        after = told(step, judgement, receipt, drawn_of(order.view), self.now)
        assert after.due_at == self.now
        if step.telling and before is None:
            assert any(root.place == self._channel(judgement) for root in after.told.live), "told elsewhere"
        self.commit(incident, judgement, after, None)
        self.promises.over(self, incident, after, judgement)

    # --- running

    def work(self, faults: list[str] | None = None, meanwhile: Callable[[], None] | None = None) -> None:
        """Look as long as something is due now, the first looks with these faults."""
        left = list(faults or [])
        for _ in range(40):
            if self.stored is None or self.due_at is None or self.due_at > self.now:
                return
            self.look(left.pop(0) if left else "", meanwhile)
            meanwhile = None
            self.promises.shown(self)
        raise AssertionError("does not come to rest")

    def pass_time(self, seconds: float) -> None:
        """Let time pass, looking whenever something is due."""
        end = self.now + seconds
        for _ in range(6_000):
            self.work()
            if self.due_at is None or self.due_at > end:
                self.now = max(self.now, end)
                return
            self.now = max(self.now, self.due_at)
        raise AssertionError("too many looks")

    @property
    def told(self) -> Told:
        return self.stored.told if self.stored is not None else Told()

    @property
    def stage(self) -> Stage | None:
        return self.stored.stage if self.stored is not None else None

    def roots(self) -> list[tuple[str, Outcome, Phase]]:
        """Channel, outcome and phase of every root message as it stands."""
        return [(m.channel, m.views[-1].outcome, m.views[-1].phase) for m in self.slack.posts(Say.ROOT)]

    def calls(self) -> list[Call | None]:
        return [message.views[0].call for message in self.slack.posts(Say.BROADCAST)]

    def asked(self) -> list[tuple[Call | None, str]]:
        """Call and mention of every reply that stays in the thread."""
        return [(m.views[0].call, m.views[0].call_mention) for m in self.slack.posts(Say.REPLY)]

    def outcomes(self) -> list[Outcome | None]:
        return [each.outcome for each in self.firings]
