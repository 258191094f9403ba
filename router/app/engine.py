"""The router without doors and loops: state, intake, evaluation and dispatch on one client and one clock.

The service keeps it going in real time; the demo and tests move its clock by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from router.alert import Alert
from router.app.reload import Configuration
from router.config.values import Config
from router.dispatch import Delivery, Dispatcher, NoReplies, Parts, Replies, StormWatch
from router.evaluate import Evaluator, Source
from router.intake import Intake
from router.state.board import Board
from router.state.clock import Clock
from router.state.history.slos import SloHistory
from router.state.incidents import Incidents
from router.state.muting import Mutes
from router.state.scripts import Scripts
from router.state.silences import Silences
from router.state.slos import Slos
from router.state.storms import MOST_A_MINUTE, StormStore
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
    mutes: Mutes
    silences: Silences
    storms: StormWatch

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


@dataclass(frozen=True, slots=True)
class Outside:
    """What stands around an engine: how messages leave, who answers people, what is counted; `owner` names it."""

    delivery: Delivery
    metrics: Metrics
    owner: str
    replies: Replies = field(default_factory=NoReplies)
    interactive: bool = False
    storm_after: int = MOST_A_MINUTE
    """First messages of a channel in a minute, pages apart, beyond which a summary speaks for them."""


def assemble(scripts: Scripts, clock: Clock, configuration: Configuration, outside: Outside) -> Engine:
    """Wire an engine."""
    owner, metrics = outside.owner, outside.metrics
    board, slos, incidents = Board(scripts), Slos(scripts, owner), Incidents(scripts, owner)
    durability = configuration.current.durability
    writer, mutes, silences = Writer(scripts, durability), Mutes(scripts), Silences(scripts, durability)
    storms = StormStore(scripts, outside.storm_after)

    async def accept(alerts: Sequence[Alert]) -> object:
        """Take in what dispatch says about itself; the two know each other only here."""
        return await intake.accept(alerts)

    def config() -> Config:
        return configuration.current

    parts = Parts(
        incidents=incidents,
        slos=slos,
        board=board,
        delivery=outside.delivery,
        clock=clock,
        meter=metrics,
        config=config,
        mutes=mutes,
        silences=silences,
        storms=storms,
        replies=outside.replies,
        interactive=outside.interactive,
    )
    dispatcher = Dispatcher(parts, accept)
    intake = Intake(writer, board, clock, lambda: configuration.current.rules, dispatcher.wake, mutes)
    evaluator = Evaluator(slos, incidents, intake, clock, metrics, dispatcher.wake)
    evaluator.tally = board.tally
    evaluator.past = SloHistory(scripts)
    watch = StormWatch(storms, board, slos, clock, config, accept)
    return Engine(configuration, clock, board, writer, incidents, intake, evaluator, dispatcher, mutes, silences, watch)
