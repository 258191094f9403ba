"""The first lines: what is played, and how the SLOs stand."""

from rich.text import Text

from router.cli.demo.play import Play
from router.cli.demo.screen import MESSAGE_S
from router.gate import Outcome
from router.reason import goal, percent


async def show_opening(play: Play) -> None:
    """Print what is played, how to read it, and how much of each error budget is left."""
    screen, words = play.screen, play.words
    screen.show(Text(words.title, style="bold"))
    for line in words.intro:
        screen.show(Text(line.format(hold=words.badges[Outcome.HOLD])))
    assessments = await play.assessments()
    for name, objective in play.engine.configuration.current.objectives.items():
        left = assessments[name].budget_remaining
        facts = {
            "title": objective.title,
            "target": goal(objective.target),
            "period": objective.window.text,
            "left": percent(left) if left is not None else "–",
        }
        screen.show(Text("  " + words.slo_line.format(**facts)))
    screen.show()
    await screen.wait(MESSAGE_S)
