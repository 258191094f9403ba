"""Pages as HTML: the templates, filled; and a whole review as one file that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from router.noise.review import Review
from router.noise.values import RuleKey
from router.report import words
from router.report.words.language import named
from router.web.pages import review_page, rule_page
from router.web.pages.asked import Asked, language
from router.web.pages.assets import ASSETS, STYLE
from router.web.pages.firings import Turned
from router.web.pages.hand import LONGEST_NAME, Hand
from router.web.pages.pictures import inlined, pictures, specifications
from router.web.pages.texts import texts
from router.web.pages.wolves_page import ranking


@dataclass(frozen=True, slots=True)
class Choice:
    """The weeks (newest first) and teams that a reader can choose from."""

    weeks: Sequence[str] = ()
    teams: Sequence[str] = ()


@cache
def environment() -> Environment:
    """Return the templates, compiled once: everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("router.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["named"] = lambda text: named(text, LONGEST_NAME)
    for name in made.list_templates():
        made.get_template(name)
    return made


def review(found: Review, asked: Asked, choice: Choice, charts: Sequence[str]) -> bytes:
    """Return /review; `charts` are the names of those that are drawn."""
    hand = _hand(found, asked)
    sections = review_page.sections(found, hand, pictures(found, asked, charts))
    return _filled(
        "review.html.j2", asked, review=found, headline=words.headline(found, asked.locale), choice=choice,
        as_of=words.as_of(found, asked.locale), over=words.is_over(found), sections=sections,
        specs=specifications(found, asked),
    )  # fmt: skip


def as_html(review: Review, charts: Mapping[str, bytes], locale: str) -> str:
    """Return a review as one HTML file with its style and its charts (SVG, by name) inside.

    Nothing in it asks anybody for anything, and no script would run: it can be sent and kept.
    """
    asked = Asked(language(locale), single=True)
    hand = _hand(review, asked)
    sections = review_page.sections(review, hand, inlined(review, asked, charts))
    page = _filled(
        "review.html.j2", asked, review=review, headline=words.headline(review, asked.locale), choice=Choice(),
        as_of=words.as_of(review, asked.locale), over=words.is_over(review), sections=sections, specs=(),
    )  # fmt: skip
    return page.decode()


def wolves(found: Review, asked: Asked, choice: Choice) -> bytes:
    """Return /wolves."""
    hand = _hand(found, asked)
    return _filled(
        "wolves.html.j2", asked, review=found, table=ranking(found, hand), choice=choice,
        as_of=words.as_of(found, asked.locale), over=words.is_over(found),
    )  # fmt: skip


def rule(found: Review | None, key: RuleKey, turned: Turned, asked: Asked, zone: str, before: bool) -> bytes:
    """Return /wolves/{source}/{rule}; `zone` is that of times where there is no review.

    `before` says that these are not the newest firings.
    """
    hand = _hand(found, asked, zone)
    older = asked.rule_url(*key, before=repr(turned.before)) if turned.before is not None else ""
    return _filled(
        "rule.html.j2", asked, review=found, name=named(key[1], LONGEST_NAME), source=named(key[0], LONGEST_NAME),
        sections=rule_page.sections(found, key, turned, hand), older=older, newest=asked.rule_url(*key), before=before,
    )  # fmt: skip


def message(asked: Asked, title: str, said: str, steps: Sequence[str] = (), again: bool = False) -> bytes:
    """Return a page that says something instead of numbers; `again` lets a browser ask again by itself."""
    return _filled("message.html.j2", asked, title=title, said=said, steps=steps, again=again)


def _hand(found: Review | None, asked: Asked, zone: str = "UTC") -> Hand:
    titles = {slo.id: slo.title for slo in found.slos} if found is not None else {}
    zone = found.zone if found is not None else zone
    return Hand(words.texts(asked.locale), texts(asked.locale), asked, zone, titles)


def _filled(template: str, asked: Asked, **values: object) -> bytes:
    given = {"again": False, **values}
    style = ASSETS[STYLE].body.decode() if asked.single else ""
    page = environment().get_template(template).render(asked=asked, texts=texts(asked.locale), style=style, **given)
    return page.encode("utf-8", "replace")
