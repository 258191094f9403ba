"""How many alerts came through unjudged since a notice about an SLO source began."""

from dataclasses import replace

from router.incident import Incident, Judgement, View
from router.incident.notice import BASELINE, FORWARDED_UNJUDGED, shown
from router.incident.view import COUNTED
from router.state.board import Board


async def forwarded_so_far(board: Board, notice: Incident) -> int | None:
    """Return how many firings were ever forwarded unjudged; None for a notice that does not tell that."""
    if notice.lead.facts.get("what") != "slo_source":
        return None
    return (await board.tally())[FORWARDED_UNJUDGED]


def with_baseline(incident: Incident, judgement: Judgement, forwarded: int | None) -> Judgement:
    """Remember, when a notice begins, from where to count; the evaluator knows it for the first episode."""
    if forwarded is None or (incident.mind.loud and not judgement.begins):
        return judgement
    known = incident.lead.facts.get(BASELINE, "")
    first = incident.told.phase is None and known.isdecimal()
    return replace(judgement, mind=replace(judgement.mind, baseline=int(known) if first else forwarded))


def counted(view: View, judgement: Judgement, forwarded: int | None) -> View:
    """Return a notice's view with how many came through since it began."""
    if view.notice is None:
        return view
    facts = shown(view.notice, view.now)
    if forwarded is not None:
        facts[COUNTED] = str(max(0, forwarded - judgement.mind.baseline))
    return replace(view, notice=facts)
