"""What a report is made of: lines that each say something and what to do about it, in parts with a title."""

from dataclasses import dataclass

from router.report.words.language import Words, named


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the report says, and its reader's next step ("" where there is none)."""

    text: str
    do: str = ""
    owner: str = ""
    """Who does it: a team, or the service of an SLO; "" for whoever reads it."""

    def step(self, words: Words) -> str:
        """Return the next step with whom it concerns, "" where there is none."""
        if not self.do:
            return ""
        return words.say("next_for" if self.owner else "next", do=self.do, owner=self.owner)


@dataclass(frozen=True, slots=True)
class Part:
    """A titled list of lines; `name` is the same in every language ("wolves", "slos", ...)."""

    name: str
    title: str
    lines: tuple[Line, ...]
    team: str = ""
    """Set where the part speaks of one team only."""


def owner_of(teams: tuple[str, ...], words: Words) -> str:
    """Return who owns a rule: the teams that its firings go to."""
    return words.list([named(team, 30) for team in teams if team], 2)
