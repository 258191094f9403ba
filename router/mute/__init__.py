"""What keeps firing alerts quiet, with Alertmanager's semantics: silences, inhibition and mute times. Pure.

Instants are Unix seconds. Semantics: prometheus/alertmanager, packages silence, inhibit and timeinterval.
"""

from router.mute.inhibition import Inhibitor, InhibitRule, inhibited_by
from router.mute.muting import Muted, Muting, reason_of
from router.mute.silence import Silence, SilenceState

__all__ = ["InhibitRule", "Inhibitor", "Muted", "Muting", "Silence", "SilenceState", "inhibited_by", "reason_of"]
