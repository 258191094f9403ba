"""What happened: every firing with its story, what the SLOs said each minute, sums by day, the reviews made of it."""

from router.state.history.firings import FIELDS, UNSETTLED, History, record_of

__all__ = ["FIELDS", "UNSETTLED", "History", "record_of"]
