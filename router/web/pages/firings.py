"""A rule's firings, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from router.noise.values import Firing, RuleKey
from router.web.parts import Desk

PAGE = 50
MOST = 500
"""Asked for at once."""
_ONE_INSTANT = 20_000
"""So many firings of one rule that began in the same instant are kept together on a page."""


@dataclass(frozen=True, slots=True)
class Turned:
    """One page of firings, newest first; the next one begins `before` an instant, None after the last."""

    firings: tuple[Firing, ...]
    before: float | None


async def turn(desk: Desk, rule: RuleKey, before: float, limit: int) -> Turned:
    """Return about `limit` firings that started before an instant.

    A rule fires for many instances in the same instant. They stay on one page, however many they are: the next page
    goes on before an instant, so what is torn apart would be lost.
    """
    ask = limit + 1
    while True:
        found = await desk.firings(rule, before, ask)
        if len(found) < ask:
            return Turned(tuple(found), None)
        whole = _whole(found)
        if whole or ask > _ONE_INSTANT:
            whole = whole or tuple(found)
            return Turned(whole, whole[-1].started_at)
        ask *= 4


def _whole(found: Sequence[Firing]) -> tuple[Firing, ...]:
    """Leave out those of the last instant: more of them may follow."""
    last = found[-1].started_at
    return tuple(firing for firing in found if firing.started_at > last)
