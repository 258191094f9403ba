"""Silences as a service: added, changed and ended by any way in, told before they end, copied to Alertmanagers."""
