"""Judges what the app answered when Slack called: in time, with 200, and with a body that Slack reads."""

from typing import Any

from router.testing.deliveries import Delivery
from router.testing.forgeries import FORGERIES
from router.testing.people import TEAM
from router.testing.rules import Judge

ANSWER_S = 3.0
"""How long Slack waits (docs.slack.dev/interactivity)."""
_SILENT = ("block_actions", "message_action", "shortcut", "view_closed", "event_callback")


def judge_answer(delivery: Delivery, judge: Judge) -> None:
    """Flag what Slack would not like, or what the person would see as an error."""
    if delivery.forged and FORGERIES[delivery.forged].refused is not False:
        _judge_forged(delivery, judge)
        return
    where = f"{delivery.kind} to {TEAM}'s app"
    if delivery.took_s > ANSWER_S:
        judge.flag("late_answer", where, f"after {delivery.took_s:.1f} s")
    if not delivery.ok:
        judge.flag("no_200", where, f"{delivery.status}: {_short(delivery.answer)}")
    elif delivery.kind in _SILENT and delivery.answer not in (None, "", {}):
        judge.flag("answer_ignored", where, _short(delivery.answer))


def _judge_forged(delivery: Delivery, judge: Judge) -> None:
    forgery = FORGERIES[delivery.forged]
    told = f"{forgery.what}: {delivery.status}"
    if delivery.status == 0 or delivery.status >= 500:
        judge.flag("forgery_broke", delivery.kind, told)
    elif delivery.status < 300 and forgery.refused:
        judge.flag("forgery_accepted", delivery.kind, told)


def _short(answer: Any) -> str:
    return str(answer)[:200]
