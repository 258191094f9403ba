"""What becomes of one alert: placed as intake places it, judged as dispatch judges it."""

from dataclasses import dataclass

from router.alert import Alert, Status
from router.classify import Placement, classify, guide_of
from router.cli.explain.state import SloState
from router.config.values import Config
from router.gate import Decision, Held, covering, decide, decide_resolved
from router.reason import line
from router.slo.verdict import Assessment


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of one alert, with all that it follows from."""

    alert: Alert
    placements: tuple[Placement, ...]
    """Where it belongs; the first counts, the others are told as well (`continue` routes)."""
    decision: Decision
    text: str
    """The reason in one line, in the receiver's language."""
    guide: str
    slos: tuple[Assessment, ...]
    """The covering SLOs, loudest first."""


def explain(alert: Alert, config: Config, state: SloState) -> Explanation:
    """Judge an alert as if it came now; a resolved one is a drop when nothing threatens (ruling 14)."""
    placements = classify(alert, config.rules)
    alert_class = placements[0].alert_class
    if alert.status is Status.RESOLVED:
        decision = decide_resolved(alert_class, state.assessments, state.now, config.policy)
    else:
        decision = decide(alert_class, state.assessments, Held(), state.now, config.policy)
    guide = guide_of(alert, config.rules)
    receiver = config.receivers.get(placements[0].receiver)
    return Explanation(
        alert=alert,
        placements=placements,
        decision=decision,
        text=line(decision, config.objectives, receiver.locale if receiver is not None else config.locale),
        guide=guide.url if guide is not None else "",
        slos=covering(alert_class, state.assessments),
    )
