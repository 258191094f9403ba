"""What people did about incidents: stored once, durably, before anybody is answered; the next look takes notice."""

from enum import StrEnum

import orjson

from router.errors import UnavailableError
from router.incident import Act, ReplyCode
from router.incident.handling import MARKS, entry_of
from router.state import keys
from router.state.durable import Durable
from router.state.looks import pack_act
from router.state.scripts import Argument, Scripts

WAITING_MOST = 200
"""Acts of one incident that may wait for a look; more means that nobody looks."""


class Put(StrEnum):
    """What became of an act."""

    STORED = "stored"
    REPEATED = "repeated"
    """Another delivery of the same click was stored before."""
    LATE = "late"
    """A mark of an incident that is forgotten: it counts, but no message shows it."""
    GONE = "gone"
    """There is no such incident any more."""


class Acts:
    """Stores acts."""

    def __init__(self, scripts: Scripts, durability: str = "L1") -> None:
        self._durable = Durable(scripts, durability)

    async def put(self, key: str, act: Act, now: float) -> Put:
        """Store what somebody did about the incident with this key, and make it due.

        Raises UnavailableError when it is not certain that it is stored: the same act may then be put again.
        """
        prefix = keys.prefix(keys.partition_of(key))
        known: list[Argument] = [prefix, f"{now:.6f}", key, act.incident, act.id]
        answer = await self._durable.run("act", prefix + "due", [*known, pack_act(act), WAITING_MOST, _mark(act)])
        if answer == b"full":
            raise UnavailableError(f"{WAITING_MOST} acts wait for incident {act.incident} already", code="acts_full")
        return Put(answer.decode())


def _mark(act: Act) -> bytes:
    """Return the log's entry of a mark (as router.dispatch.journal writes it), nothing for any other act."""
    return orjson.dumps(entry_of(act, ReplyCode.DONE)) if act.deed in MARKS else b""
