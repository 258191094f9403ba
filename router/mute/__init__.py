"""What keeps firing alerts quiet, with Alertmanager's semantics: silences, inhibition and mute times. Pure.

Instants are Unix seconds. Semantics: prometheus/alertmanager, packages silence, inhibit and timeinterval.
"""

from router.mute.inhibition import Inhibitor, InhibitRule, inhibited_by, sides_of
from router.mute.muting import Muted, Muting, next_boundary, reason_of
from router.mute.silence import Fault, Revision, Silence, SilenceState, expired, fault_of, problem_of, revised
from router.mute.times import Intervals, Span, muting_intervals, next_change

__all__ = [
    "Fault",
    "InhibitRule",
    "Inhibitor",
    "Intervals",
    "Muted",
    "Muting",
    "Revision",
    "Silence",
    "SilenceState",
    "Span",
    "expired",
    "fault_of",
    "inhibited_by",
    "muting_intervals",
    "next_boundary",
    "next_change",
    "problem_of",
    "reason_of",
    "revised",
    "sides_of",
]
