"""The first lines: what is played, and how the SLOs stand."""

from router.cli.demo.play import Play
from router.cli.demo.screen import PAGE_S
from router.gate import Outcome
from router.reason import duration, goal, percent


async def show_opening(play: Play) -> None:
    """Print what is played, how to read it, and how much of each error budget is left."""
    screen, words = play.screen, play.words
    screen.line(words.title, "bold")
    screen.line("─" * screen.width, "dim")
    for line in words.intro:
        screen.line(line.format(hold=words.badges[Outcome.HOLD]))
    assessments = await play.assessments()
    for name, objective in play.engine.configuration.current.objectives.items():
        left = assessments[name].budget_remaining
        facts = {
            "title": objective.title,
            "target": goal(objective.target),
            "period": duration(objective.window.length_s, words.locale),
            "left": percent(left) if left is not None else "–",
        }
        screen.line(words.slo_line.format(**facts), indent=2)
    screen.show()
    await screen.wait(PAGE_S)
