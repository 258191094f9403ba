"""The thread below the weekly report: every list in full, and one reply for each team."""

from collections.abc import Iterator

from router.noise.review import Review
from router.report import words
from router.report.words import Line, Part, Words
from router.slack.blocks import context, header, stamp
from router.slack.escape import Markup, cut, escape
from router.slack.message import Message
from router.slack.weekly.lines import left_out, within
from router.slack.weekly.root import page

LISTS = ("summary", "wolves", "missed", "slos", "postmortems", "quiet", "month")
TEAMS_MOST = 30
"""More replies than this would take Slack a minute and readers an evening; the others are named in the last one."""
ROOM = 7_400
BLOCKS = 36
PUSH_LIMIT = 300


def thread(review: Review, locale: str, *, url: str = "") -> tuple[Message, ...]:
    """Return the replies in order: the full lists, then a reply for each team (none for a team's own report).

    `url` is the router's own address for people, as in `weekly`: there stands what a reply has no room for.
    """
    known = words.texts(locale)
    lists = [part for part in words.parts(review, locale) if part.name in LISTS]
    where = page(review, url, "review") or known.say("see_command", week=words.named(review.week, 20))
    drawn = [_reply(part, review, known, where) for part in [*lists, *_teams(review, locale)]]
    return tuple(
        Message(each.text, stamp(each.blocks, f"weekly:{review.week}:{number}")) for number, each in enumerate(drawn)
    )


def _teams(review: Review, locale: str) -> Iterator[Part]:
    if review.team or words.is_empty(review):
        return
    called = [team for team in review.teams if team.pages or _has_wolves(team.name, review)]
    for team in called[:TEAMS_MOST]:
        yield words.team_part(team, review, locale)
    if left := [team.name for team in called[TEAMS_MOST:]]:
        known = words.texts(locale)
        named = known.list([words.named(name, 30) for name in left], 20)
        yield Part("teams", known.say("and_more", n=len(left)), (Line(named),))


def _has_wolves(team: str, review: Review) -> bool:
    return any(team in rule.teams for rule in review.wolves)


def _reply(part: Part, review: Review, known: Words, where: str) -> Message:
    shown, left = within(part.lines, known, ROOM, BLOCKS)
    week = context(cut(words.span_of(review, known), 60))
    blocks = [header(part.title), *shown, *left_out(left, where, known), week]
    return Message(str(_push(part, known)), blocks)


def _push(part: Part, known: Words) -> Markup:
    """Return the reply's title with its first sentence, for push and screen readers."""
    first = known.say("titled", title=part.title, text=part.lines[0].text)
    return escape(first, PUSH_LIMIT)
