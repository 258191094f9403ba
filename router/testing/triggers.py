"""trigger_id: given out with a click, good for one modal within three seconds (docs.slack.dev/surfaces/modals)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from router.testing.rules import Judge

LIFE_S = 3.0


@dataclass(slots=True)
class Trigger:
    """One trigger: whose it is, when it was given out, and the view it came from, "" for none."""

    id: str
    person: str
    at: float
    view: str = ""
    used: bool = False


@dataclass(slots=True)
class Triggers:
    """Every trigger ever given out, by id."""

    now: Callable[[], float]
    _issued: dict[str, Trigger] = field(default_factory=dict)

    def issue(self, person: str, view: str = "") -> str:
        """Give out a new one."""
        number = len(self._issued) + 1
        at = self.now()
        secret = hashlib.blake2s(f"trigger {number} {at}".encode(), digest_size=16).hexdigest()
        trigger = Trigger(f"{number}.{int(at)}.{secret}", person, at, view)
        self._issued[trigger.id] = trigger
        return trigger.id

    def take(self, id_: str, judge: Judge) -> Trigger:
        """Use one up; refuses one that is unknown, old or used."""
        trigger = self._issued.get(id_)
        if trigger is None:
            raise judge.demand("trigger_unknown", "invalid_trigger_id")
        if trigger.used:
            judge.refuse("trigger_exchanged", "exchanged_trigger_id")
        if self.now() - trigger.at >= LIFE_S:
            judge.refuse("trigger_expired", "expired_trigger_id")
        trigger.used = True
        return trigger
