"""Which firings are one incident. Its id is that of its group, and comes again whenever the group fires again. Pure.

As the router itself does, what fires again within 30 minutes is the same incident, later than that it is a new one
(docs/concepts.md, The life of an incident). Without this a rule that pages every night would have paged once.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import inf

from router.gate import Outcome
from router.noise.values import Firing

AGAIN_S = 1_800.0
"""An incident that fires again sooner than this after all its firings had ended is the same one."""


def incidents_of(firings: Sequence[Firing]) -> tuple[str, ...]:
    """Return the name of each firing's incident, in the order given: the same name, the same incident.

    A name is the incident's id and when its first firing started. What people were told of, or what joined it, is
    told apart from what was held, dropped or kept quiet under the same id: that neither opens an incident nor holds
    one open. A firing without an incident is one of its own.
    """
    names = [""] * len(firings)
    groups: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for place, firing in enumerate(firings):
        if firing.incident:
            heard_of = firing.notified_at is not None or firing.outcome is Outcome.MERGE
            groups[firing.receiver, firing.incident, heard_of].append(place)
        else:
            names[place] = f"{firing.source}/{firing.fingerprint}@{firing.started_at}"
    for (receiver, incident, known), places in groups.items():
        kind = "" if known else "quiet "
        for part in _apart(firings, places):
            name = f"{kind}{receiver}/{incident}@{firings[part[0]].started_at}"
            for place in part:
                names[place] = name
    return tuple(names)


def _apart(firings: Sequence[Firing], places: list[int]) -> list[list[int]]:
    """Return the places of one id's firings, incident by incident, each in order of time."""
    if len(places) == 1:
        return [places]
    parts: list[list[int]] = []
    over = -inf
    for place in sorted(places, key=lambda number: firings[number].started_at):
        firing = firings[place]
        if not parts or firing.started_at - over >= AGAIN_S:
            parts.append([])
            over = -inf
        parts[-1].append(place)
        over = max(over, inf if firing.ended_at is None else firing.ended_at)
    return parts
