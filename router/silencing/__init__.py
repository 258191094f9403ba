"""Silences as a service: added, changed and ended by any way in, told before they end, copied to Alertmanagers."""

from router.silencing.changes import Silencing
from router.silencing.parts import Parts
from router.silencing.values import Draft, Preview, SilenceError

__all__ = ["Draft", "Parts", "Preview", "SilenceError", "Silencing"]
