"""The loop that asks the SLO sources: one batch for each source and tick, one snapshot for each SLO, read by everyone.

It also speaks for itself, through the same intake as every sender: an SLO that burns with no alert behind it
(detection gap), a source that does not answer (the gate is open), an SLO that went blind.
"""

from router.evaluate.loop import Accepts, Evaluator, Meter, Past, Source, Tally
from router.incident.notice import notice

__all__ = ["Accepts", "Evaluator", "Meter", "Past", "Source", "Tally", "notice"]
