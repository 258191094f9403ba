"""What happened: every firing with its story, what the SLOs said each minute, sums by day, the reviews made of it."""

from router.state.history.firings import History, record_of
from router.state.history.pending import fields_of
from router.state.history.stories import lives

__all__ = ["History", "fields_of", "lives", "record_of"]
