"""The weekly report of the played day: which rules cried wolf, and what to do about them."""

from router.cli.demo.play import Play
from router.cli.demo.screen import Screen
from router.cli.demo.texts import Words
from router.noise.review import Review
from router.noise.weeks import week_of
from router.report.text import as_text
from router.reporting.computing import compute
from router.reporting.stores import stores_of
from router.state.scripts import Scripts

SHOWN = ("summary", "wolves")
"""Parts of the report that a newcomer sees; one day has little to say in the others."""


async def reviewed(play: Play, scripts: Scripts) -> Review:
    """Return the review of the day's week, from what the router has recorded of it."""
    config, now = play.engine.configuration.current, play.clock.now()
    found = await compute(week_of(play.day.begin, config.timezone), now, stores_of(scripts, config))
    return found[""]


def show_report(screen: Screen, words: Words, review: Review) -> None:
    """Print the parts of it that a day can fill, as `alert-router report` does."""
    screen.show()
    screen.line(words.report)
    screen.show()
    screen.out.write(as_text(review, words.locale, screen.width, screen.colour, SHOWN))
