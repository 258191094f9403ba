"""Accepting alerts: each is classified once from the configuration, then all are stored in one durable write."""

from router.intake.accept import Accepted, Intake

__all__ = ["Accepted", "Intake"]
