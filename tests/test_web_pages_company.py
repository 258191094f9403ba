"""The pages of the planted month in a real browser: what people see is what was planted, wolf by wolf."""

from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
from playwright.async_api import Browser, Page

from router.noise.values import Firing
from tests.support.company_month import Month
from tests.support.company_month.days import WEEKS
from tests.support.company_month.reading import recorded, reviews, the_month
from tests.support.pages import Table
from tests.support.pages_browser import open_browser, open_page
from tests.support.pages_door import open_pages

WEEK = WEEKS[-1]
ROWS = "table.ranking tbody tr"


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


def table(company: Month) -> Table:
    found = {(week, team): review for week, teams in reviews(company).items() for team, review in teams.items()}
    firings: tuple[Firing, ...] = recorded(company).firings
    return Table(reviews=found, recorded=firings)


async def rows(page: Page) -> list[tuple[tuple[str, str], bool, list[str]]]:
    """Every row of the ranking: its rule (from where the name leads), whether it is named, what its cells say."""
    said = await page.eval_on_selector_all(ROWS, READ)
    return [(rule_in(href), named, cells) for href, named, cells in said]


READ = """rows => rows.map(row => [row.querySelector('a').getAttribute('href'), !!row.querySelector('.badge'),
  [...row.children].map(cell => cell.innerText)])"""


def rule_in(href: str) -> tuple[str, str]:
    _, _, source, rule = href.partition("?")[0].split("/", 3)
    return unquote(source), unquote(rule)


@pytest.mark.parametrize("week", WEEKS)
async def test_the_ranking_names_the_planted_wolves_first_and_nobody_else(browser, company, week):
    """The badge stands at the fifteen planted rules only, which lead the table with their planted numbers."""
    async with open_pages(table(company)) as reader, open_page(browser) as seen:
        await seen.page.goto(f"{reader.url}/wolves?week={week}")
        found = await rows(seen.page)
    truth = company.truth
    assert {rule for rule, named, _ in found if named} == truth.accused[week]
    assert {rule for rule, _, _ in found[:15]} == truth.accused[week]
    for rule, _, cells in found:
        planted = truth.rules[week, rule]
        assert [int(cells[at].replace(",", "")) for at in (1, 3, 6, 7)] == [
            planted.wolves, planted.caught_wolves, planted.pages, planted.firings,
        ], rule  # fmt: skip
    assert len(found) == sum(bool(each.firings) for (when, _), each in truth.rules.items() if when == week)


@pytest.mark.parametrize("week", WEEKS)
async def test_the_review_tells_the_planted_misses_gaps_and_pages(browser, company, week):
    async with open_pages(table(company)) as reader, open_page(browser) as seen:
        await seen.page.goto(f"{reader.url}/review?week={week}")
        said = await seen.page.locator("main").inner_text()
        tables = await seen.page.eval_on_selector_all(
            "table", "found => found.map(t => [t.caption.innerText, t.tBodies[0].rows.length])"
        )
    truth, counted = company.truth, dict(map(tuple, tables))
    gaps = [each for (when, _), slo in truth.slos.items() if when == week for each in slo.threats if each.gap]
    assert counted.get("Held or dropped, and then an SLO was threatened", 0) == len(truth.misses[week])
    assert counted.get("Detection gaps: no alert at all", 0) == len(gaps)
    assert all(miss.rule in said and miss.incident in said for miss in truth.misses[week])
    pages = truth.teams[week, ""]
    assert f"{pages.pages:,} pages, {pages.wolf_pages:,} of them wolves" in said


async def test_a_wolf_s_page_leads_through_every_planted_firing(browser, company):
    """Page by page, the newest first, each firing once."""
    wolf = company.truth.wolves[0]
    planted = sum(each.firings for (_, rule), each in company.truth.rules.items() if rule == (wolf.source, wolf.rule))
    async with open_pages(table(company)) as reader, open_page(browser) as seen:
        page = seen.page
        await page.goto(f"{reader.url}/wolves?week={WEEK}")
        await page.click(f"{ROWS} >> text={wolf.rule}")
        count = await firings_shown(page)
        while await page.locator("a[rel=next]").count():
            await page.click("a[rel=next]")
            count += await firings_shown(page)
    assert count == planted


async def firings_shown(page: Page) -> int:
    return await page.locator("table.firings tbody tr").count()


async def test_the_planted_month_fits_a_phone_and_asks_no_other_host(browser, company):
    async with open_pages(table(company)) as reader, open_page(browser, 360) as seen:
        for path in ("/review", "/wolves"):
            await seen.page.goto(f"{reader.url}{path}?week={WEEK}", wait_until="networkidle")
            assert await seen.width_over() == 0
        assert all(address.startswith(reader.url + "/") for address in seen.asked)
    assert seen.complaints == []
