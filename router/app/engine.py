"""The router without doors and loops: state, intake, evaluation and dispatch on one client and one clock.

The service keeps it going in real time; the demo and tests move its clock by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.alert import Alert
from router.app.reload import Configuration
from router.dispatch import Delivery, Dispatcher, Parts
from router.evaluate import Evaluator, Source
from router.intake import Intake
from router.state.board import Board
from router.state.clock import Clock
from router.state.incidents import Incidents
from router.state.scripts import Scripts
from router.state.slos import Slos
from router.state.writer import Writer
from router.web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that decides, wired."""

    configuration: Configuration
    clock: Clock
    board: Board
    writer: Writer
    incidents: Incidents
    intake: Intake
    evaluator: Evaluator
    dispatcher: Dispatcher

    async def evaluate(self, sources: Mapping[str, Source]) -> None:
        """Measure and judge every SLO once."""
        config = self.configuration.current
        evaluation = config.evaluation
        await self.evaluator.tick(sources, config.objectives, evaluation.interval_s, evaluation.gap_after_s)

    async def expire(self) -> None:
        """Resolve what its source no longer repeats."""
        if await self.incidents.expire(self.clock.now()):
            self.dispatcher.wake()

    async def settle(self) -> None:
        """Look at incidents until nothing is due any more (for clocks that stand still)."""
        while await self.dispatcher.settle_due():
            pass


def assemble(
    scripts: Scripts, clock: Clock, configuration: Configuration, delivery: Delivery, metrics: Metrics, owner: str
) -> Engine:
    """Wire an engine. `owner` names this process in leases."""
    board, slos, incidents = Board(scripts), Slos(scripts, owner), Incidents(scripts, owner)
    writer = Writer(scripts, configuration.current.durability)

    async def accept(alerts: Sequence[Alert]) -> object:
        """Take in what dispatch says about itself; the two know each other only here."""
        return await intake.accept(alerts)

    parts = Parts(
        incidents=incidents,
        slos=slos,
        board=board,
        delivery=delivery,
        clock=clock,
        meter=metrics,
        config=lambda: configuration.current,
    )
    dispatcher = Dispatcher(parts, accept)
    intake = Intake(writer, board, clock, lambda: configuration.current.rules, dispatcher.wake)
    evaluator = Evaluator(slos, incidents, intake, clock, metrics, dispatcher.wake)
    evaluator.tally = board.tally
    return Engine(configuration, clock, board, writer, incidents, intake, evaluator, dispatcher)
