"""Which alerts that fire now some matchers meet, and which SLOs that concerns; no silence meets an SLO's own alert."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from router.alert import Alert, Matcher, all_match
from router.classify import SLO_SOURCE, Rules, class_of
from router.config.values import Config
from router.silencing.parts import Board, Standing
from router.silencing.values import Preview

SLICE = 500
"""Alerts matched between two looks at everything else."""


class Meeting:
    """Reads the board for matchers."""

    def __init__(self, board: Board, config: Callable[[], Config]) -> None:
        self._board = board
        self._config = config

    async def of(self, matchers: Mapping[str, tuple[Matcher, ...]]) -> dict[str, Preview]:
        """Return what each set of matchers, named by its key, meets now; the board is read once for all of them."""
        standings = await self._board.alerts()
        found: dict[str, list[Alert]] = {name: [] for name in matchers}
        for start in range(0, len(standings), SLICE):
            _sort_out(standings[start : start + SLICE], matchers, found)
            await asyncio.sleep(0)
        rules = self._config().rules
        return {name: Preview(len(alerts), _titles(alerts, rules)) for name, alerts in found.items()}


def _sort_out(
    standings: Sequence[Standing], matchers: Mapping[str, tuple[Matcher, ...]], found: Mapping[str, list[Alert]]
) -> None:
    for each in standings:
        if each.alert.source == SLO_SOURCE:
            continue
        for name, conditions in matchers.items():
            if all_match(conditions, each.alert.labels):
                found[name].append(each.alert)


def _titles(alerts: Sequence[Alert], rules: Rules) -> tuple[str, ...]:
    """Return the titles of the SLOs that the alerts can threaten; one that is not loaded goes by its id."""
    ids = {cover.slo for alert in alerts for cover in class_of(alert, rules).covers}
    objectives = rules.objectives
    return tuple(sorted((objectives[each].title or each) if each in objectives else each for each in ids))
