"""What writes the cells of a page: numbers, names, times, each in the reader's language and zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.reason import goal
from router.report.words import Words, named
from router.report.words.language import NOTHING
from router.web.instants import rfc3339
from router.web.pages.asked import Asked
from router.web.pages.tables import Cell, Head
from router.web.pages.texts import Texts

LONGEST_NAME = 240
"""Characters of a foreign name on a page."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What writes cells: the language, the time zone, and the addresses of other pages."""

    words: Words
    texts: Texts
    asked: Asked
    zone: str
    titles: Mapping[str, str]
    """Of SLOs, by their ids."""

    def name(self, text: str, href: str = "", note: str = "", badge: str = "") -> Cell:
        """Return a foreign name, without what could hide or turn it round."""
        return Cell(named(text, LONGEST_NAME) or NOTHING, href, named(note, LONGEST_NAME), badge)

    def names(self, texts: Sequence[str]) -> Cell:
        """Return several names."""
        return Cell(self.words.list([named(text) for text in texts], 5) or NOTHING)

    def slo(self, slo: str) -> Cell:
        """Return an SLO as the report calls it."""
        return self.name(self.titles.get(slo) or slo)

    def rule(self, source: str, rule: str, note: str = "", badge: str = "") -> Cell:
        """Return a rule with a link to its page."""
        shown = rule or self.words.say("nameless")
        return self.name(shown, self.asked.rule_url(source, rule), note, badge)

    def count(self, number: int) -> Cell:
        """Return a number."""
        return Cell(f"{number:,}", number=True)

    def share(self, ratio: float | None) -> Cell:
        """Return a share as percent."""
        return Cell(self.words.share(ratio), number=True)

    def target(self, target: float) -> Cell:
        """Return a target with every digit that its author wrote."""
        return Cell(goal(target), number=True)

    def change(self, now: int, then: int) -> Cell:
        """Return how a number changed, with its sign."""
        return Cell(f"{now - then:+,}" if now != then else "0", number=True)

    def points(self, now: float | None, then: float | None) -> Cell:
        """Return how a share changed, in points."""
        if now is None or then is None:
            return Cell(NOTHING, number=True)
        return Cell(self.words.points(now - then), number=True)

    def ahead(self, seconds: float | None) -> Cell:
        """Return a lead time; a minus says that it came late."""
        if seconds is None:
            return Cell(NOTHING, number=True)
        return Cell(("-" if seconds < 0 else "") + self.words.lasts(abs(seconds)), number=True)

    def lasts(self, seconds: float | None) -> Cell:
        """Return a duration."""
        return Cell(self.words.lasts(seconds), number=True)

    def time(self, at: float | None, missing: str = NOTHING) -> Cell:
        """Return an instant in the reader's zone."""
        return Cell(missing) if at is None else Cell(self.words.at(at, self.zone), at=rfc3339(at))

    def code(self, code: str, note: str = "") -> Cell:
        """Return an outcome, a verdict or another code in words."""
        return self.name(self.texts.code(code), note=note)

    def reason(self, code: str) -> Cell:
        """Return why a firing has its outcome."""
        return self.name(self.texts.reason(code))

    def heads(self, *names: str, numbers: Sequence[str] = ()) -> tuple[Head, ...]:
        """Return heads by the names of their labels."""
        return tuple(Head(self.texts[name], name in numbers) for name in names)
