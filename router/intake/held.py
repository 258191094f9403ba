"""Where the firings of alerts are held that this process has not seen: asked once for each alert.

A firing stays in its incident when the configuration moves the rule elsewhere; its resolve must find it. Webhooks
that come while one question is under way share the next one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from router.alert import Alert
from router.errors import UnavailableError
from router.state.board import Board

LIMIT = 500_000
"""Alerts remembered; beyond it all are forgotten and asked for again."""


@dataclass(frozen=True, slots=True)
class _Question:
    strangers: list[str]
    done: asyncio.Future[dict[str, list[str]]]


class Held:
    """Asks the board for many webhooks at once."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._waiting: list[_Question] = []
        self._asking: asyncio.Task[None] | None = None

    async def look_up(self, alerts: Sequence[Alert], held: dict[str, tuple[str, ...]]) -> None:
        """Enter into `held` the incident keys of every alert it lacks; raises UnavailableError."""
        if len(held) > LIMIT:
            held.clear()
        # Again, because what was known may be forgotten while the rest is asked for.
        while strangers := list({alert.fingerprint for alert in alerts if alert.fingerprint not in held}):
            found = await self._ask(strangers)
            held.update((fingerprint, tuple(found.get(fingerprint, ()))) for fingerprint in strangers)

    async def _ask(self, strangers: list[str]) -> dict[str, list[str]]:
        question = _Question(strangers, asyncio.get_running_loop().create_future())
        self._waiting.append(question)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._go_on())
        # A sender that hangs up must not cancel the question of the others.
        return await asyncio.shield(question.done)

    async def _go_on(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                found = await self._board.locate(list({each for question in group for each in question.strangers}))
            except UnavailableError as error:
                _refuse(group, str(error), error.code)
            except BaseException:
                _refuse(group, "the question was interrupted", "interrupted")
                raise
            else:
                for question in group:
                    if not question.done.done():
                        question.done.set_result(found)


def _refuse(group: Sequence[_Question], problem: str, code: str) -> None:
    for question in group:
        if not question.done.done():
            question.done.set_exception(UnavailableError(problem, code=code))
