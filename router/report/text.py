"""The whole report as text for a terminal or a log: everything that is said, each with its next step."""

from collections.abc import Collection, Iterator, Sequence

from rich.cells import cell_len

from router.noise.review import Review
from router.report import words
from router.report.charts import described
from router.report.words import Line, Part, Words
from router.report.wrapping import clip, wrapped

NARROWEST = 40
TABLE_ROWS = 10
_NAME_LEAST = 14
_PROPOSAL_LEAST = 24
_STYLES = {"bold": "1", "dim": "2", "step": "36", "head": "1;4"}


def as_text(
    review: Review, locale: str, width: int = 100, colour: bool = False, only: Collection[str] | None = None
) -> str:
    """Return the report in lines of at most `width` cells (never less than 40), with ANSI colours if asked for.

    `only` names the parts to show (router.report.words.parts); without it all are shown.
    """
    room, known = max(NARROWEST, width), words.texts(locale)
    lines = [("bold", line) for line in wrapped(words.headline(review, locale), room)]
    lines += [("dim", line) for line in wrapped(words.as_of(review, locale), room)]
    parts = (*words.parts(review, locale), *_teams(review, locale))
    for part in (part for part in parts if only is None or part.name in only):
        titled = [("head", line) for line in wrapped(part.title, room)]
        lines += [("", ""), *titled, *_part(part, review, known, room)]
    return "".join(f"{_painted(style, line) if colour else line}\n" for style, line in lines)


def _teams(review: Review, locale: str) -> tuple[Part, ...]:
    """Return a part for each team, unless the review is one team's own."""
    if words.is_empty(review) or len(review.teams) < 2:
        return ()
    return tuple(words.team_part(team, review, locale) for team in review.teams)


def _part(part: Part, review: Review, known: Words, room: int) -> Iterator[tuple[str, str]]:
    if part.name == "wolves":
        yield from _table(review, known.locale, room)
    for line in part.lines:
        yield from _line(line, known, room)
    if part.name == "summary":
        for alt in described(review, known.locale):
            yield from (("dim", line) for line in _hanging("  ", alt, room))


def _line(line: Line, known: Words, room: int) -> Iterator[tuple[str, str]]:
    yield from (("", shown) for shown in _hanging("- ", line.text, room))
    if line.do:
        yield from (("step", shown) for shown in _hanging("  → ", line.step(known), room))


def _hanging(mark: str, text: str, room: int) -> list[str]:
    """Return a text behind a mark, its further lines indented as far as the first."""
    wide = cell_len(mark)
    first, *rest = wrapped(text, room - wide)
    return [mark + first, *(" " * wide + line for line in rest)]


def _table(review: Review, locale: str, room: int) -> Iterator[tuple[str, str]]:
    """Draw the ten worst rules as a table; where it is too narrow without the proposals, which stand below as well."""
    rows = [words.columns(locale), *(words.row(rule, locale) for rule in review.wolves[:TABLE_ROWS])]
    if _excess(_natural(rows), room - 2) > max(0, _natural(rows)[-1] - _PROPOSAL_LEAST):
        rows = [row[:-1] for row in rows]
    widths = _widths(rows, room - 2)
    for number, row in enumerate(rows):
        line = "  ".join(clip(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
        yield ("" if number else "bold", f"  {line}")
    yield ("", "")


def _natural(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))]


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the columns' widths: the proposal gives way first, then the rule's name, then the widest."""
    widths = _natural(rows)
    while _excess(widths, room) > 0 and max(widths) > 1:
        yielding = [at for at, least in ((5, _PROPOSAL_LEAST), (0, _NAME_LEAST)) if widths[at:] and widths[at] > least]
        widths[yielding[0] if yielding else widths.index(max(widths))] -= 1
    return widths


def _excess(widths: Sequence[int], room: int) -> int:
    """Return by how many cells a row of such columns, two cells apart, is too wide."""
    return sum(widths) + 2 * (len(widths) - 1) - room


def _painted(style: str, line: str) -> str:
    code = _STYLES.get(style)
    return f"\x1b[{code}m{line}\x1b[0m" if code and line else line
