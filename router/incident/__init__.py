"""The life of an incident as a pure state machine, and what people should be told now.

An incident is what one Slack message stands for: the alerts of one route that share `group_by`. What is true now
(`Incident`) and what people were last told (`Told`) are stored apart; `Order`s close the gap, one message at a time.
Instants are Unix seconds, durations seconds (`_s`).
"""

from router.incident.episode import begun
from router.incident.handling import Act, Deed, Handling, Person, Reply, ReplyCode, WolfReason
from router.incident.judge import Judgement, judge
from router.incident.life import ClassState, Incident, Intent, Lead, Life, Loud, Mind, Root, Told
from router.incident.messages import (
    Call,
    CauseKind,
    Guide,
    MutedBy,
    Order,
    Phase,
    Receipt,
    Say,
    SloFacts,
    View,
)
from router.incident.notice import notice
from router.incident.plan import plan
from router.incident.step import Settle, Step
from router.incident.telling import attempted, refused, resumed, told

__all__ = [
    "Act",
    "Call",
    "CauseKind",
    "ClassState",
    "Deed",
    "Guide",
    "Handling",
    "Incident",
    "Intent",
    "Judgement",
    "Lead",
    "Life",
    "Loud",
    "Mind",
    "MutedBy",
    "Order",
    "Person",
    "Phase",
    "Receipt",
    "Reply",
    "ReplyCode",
    "Root",
    "Say",
    "Settle",
    "SloFacts",
    "Step",
    "Told",
    "View",
    "WolfReason",
    "attempted",
    "begun",
    "judge",
    "notice",
    "plan",
    "refused",
    "resumed",
    "told",
]
