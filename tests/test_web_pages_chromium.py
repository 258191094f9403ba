"""The pages in a real browser: what is seen, on which screens, whom they ask; and their pictures for the documentation.

UPDATE_GOLDEN=1 draws docs/pictures/pages/*.png anew; it needs chromium and a Japanese font.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from router.report import words
from router.report.charts import specs
from router.web.pages.assets import ASSETS, STYLE
from router.web.pages.html import as_html
from tests.support.pages import REVIEW, WEEK, Table, firing, hostile_review
from tests.support.pages_browser import open_browser, open_page
from tests.support.pages_door import Reader, open_pages
from tests.support.png import size_of, smaller, text_in

FOLDER = Path(__file__).parents[1] / "docs" / "pictures" / "pages"
SOURCE = "Source"
LARGEST = 160 * 1024
RULE = "/wolves/alertmanager/DiskAlmostFull"
PAGES = ["/review", "/wolves", RULE]


def drawn() -> dict[str, bytes]:
    """The charts of the review, by the names that the desk gives them."""
    from router.report.drawing import svg

    return {
        f"{name}.{locale}.svg": svg(spec) for locale in ("en", "ja") for name, spec in specs(REVIEW, locale).items()
    }


def table(review=REVIEW, charts=None) -> Table:
    reviews = {(WEEK.name, ""): review, ("2026-W46", ""): review}
    return Table(reviews=reviews, recorded=[firing(number) for number in range(6)], charts=charts or {})


@pytest.fixture(scope="module")
def charts() -> dict[str, bytes]:
    return drawn()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_the_browser_shows_the_review_and_asks_nobody_else(browser, charts, locale):
    """Headline, parts in the order of the meeting, charts that are really drawn; no complaint, no other host."""
    async with open_pages(table(charts=charts)) as reader, open_page(browser) as seen:
        for path in PAGES:
            await seen.page.goto(f"{reader.url}{path}?lang={locale}", wait_until="networkidle")
        await seen.page.goto(f"{reader.url}/review?lang={locale}", wait_until="networkidle")
        assert await seen.page.locator("h1").inner_text() == words.headline(REVIEW, locale)
        titles = await seen.page.locator("h2").all_inner_texts()
        said = words.texts(locale)
        assert titles[:3] == [said.say(f"title_{name}") for name in ("missed", "summary", "wolves")]
        widths = await seen.page.eval_on_selector_all("img", "found => found.map(each => each.naturalWidth)")
        assert len(widths) == len(specs(REVIEW, locale))
        assert min(widths) > 100
    assert seen.asked
    assert all(address.startswith(reader.url + "/") for address in seen.asked)
    assert seen.complaints == []


@pytest.mark.parametrize("width", [360, 768, 1_100, 1_400])
@pytest.mark.parametrize("hostile", [False, True], ids=["usual", "hostile"])
async def test_no_screen_is_too_narrow(browser, charts, width, hostile):
    """Nothing has to be scrolled sideways, with names of 3,000 letters neither."""
    review = hostile_review() if hostile else REVIEW
    async with open_pages(table(review, charts)) as reader, open_page(browser, width) as seen:
        for path in ("/review", "/wolves", RULE):
            await seen.page.goto(f"{reader.url}{path}", wait_until="networkidle")
            assert await seen.width_over() == 0, path
    assert seen.complaints == []


async def test_it_can_be_used_without_scripts_and_with_the_keyboard(browser):
    """The first key leads past the navigation; the week is chosen and a column ordered without a script."""
    async with open_pages(table()) as reader, open_page(browser, java_script_enabled=False) as seen:
        page = seen.page
        await page.goto(f"{reader.url}/wolves")
        await page.keyboard.press("Tab")
        assert await page.locator(":focus").inner_text() == "Skip to the content"
        await page.keyboard.press("Enter")
        assert page.url.endswith("#content")
        await page.select_option("select[name=week]", "2026-W46")
        await page.click("button")
        assert "week=2026-W46" in page.url
        await page.click("thead >> text=Precision")
        assert "sort=precision" in page.url
        assert await page.locator("th[aria-sort=ascending]").inner_text() == "Precision"
        await page.click("text=DiskAlmostFull")
        assert RULE in page.url


async def test_a_screen_reader_finds_its_way(browser, charts):
    """Landmarks, one first heading, a caption for each table, a text for each picture; on a narrow screen too."""
    async with open_pages(table(charts=charts)) as reader, open_page(browser, 360) as seen:
        page = seen.page
        await page.goto(f"{reader.url}/review")
        for role in ("main", "navigation"):
            assert await page.get_by_role(role).count() == 1
        assert await page.get_by_role("heading", level=1).count() == 1
        tables = page.get_by_role("table")
        assert await tables.count() == await page.locator("caption").count() > 5
        assert await page.get_by_role("rowheader").count() > 20
        alts = await page.eval_on_selector_all("img", "found => found.map(each => each.alt)")
        assert sorted(alts) == sorted(spec["description"] for spec in specs(REVIEW, "en").values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(browser, scheme):
    """Contrast of text to its ground is at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    async with open_pages(table()) as reader, open_page(browser, color_scheme=scheme) as seen:
        for path in PAGES:
            await seen.page.goto(f"{reader.url}{path}")
            assert await seen.page.evaluate(CONTRAST) >= 4.5, path


CONTRAST = """() => {
  const light = c => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 };
  const numbers = c => c.match(/[\\d.]+/g).map(Number);
  const lum = c => { const [r, g, b] = numbers(c); return 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b) };
  const ground = e => { while (e) { const c = getComputedStyle(e).backgroundColor, n = numbers(c);
    if (n.length < 4 || n[3] > 0) return c; e = e.parentElement } return 'rgb(255,255,255)' };
  let least = 21;
  for (const e of document.querySelectorAll('main *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = lum(getComputedStyle(e).color), b = lum(ground(e));
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)) }
  return least }"""


async def test_on_paper_only_the_content_is_left(browser):
    async with open_pages(table()) as reader, open_page(browser, color_scheme="dark") as seen:
        await seen.page.goto(f"{reader.url}/review")
        await seen.page.emulate_media(media="print")
        for gone in ("nav", "form.chooser", ".downloads"):
            assert not await seen.page.locator(gone).first.is_visible(), gone
        assert await seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert (await seen.page.pdf()).startswith(b"%PDF")


async def test_a_review_in_one_file_asks_nobody(browser, charts, tmp_path):
    """Opened from a disk: it is drawn whole, with its charts, and asks for nothing but itself."""
    path = tmp_path / "review.html"
    named = {name.removesuffix(".en.svg"): chart for name, chart in charts.items() if name.endswith(".en.svg")}
    path.write_text(as_html(REVIEW, named, "en"), encoding="utf-8")
    async with open_page(browser) as seen:
        await seen.page.goto(path.as_uri(), wait_until="networkidle")
        widths = await seen.page.eval_on_selector_all("img", "found => found.map(each => each.naturalWidth)")
        assert min(widths) > 100
        assert (
            await seen.page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
        )
    assert [address for address in seen.asked if not address.startswith("data:")] == [path.as_uri()]
    assert seen.complaints == []


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the documentation."""

    name: str
    path: str
    alt: str
    width: int = 1_200
    height: int = 1_500
    scheme: str = "light"


PICTURES = (
    Picture("review.en.png", "/review?lang=en", "The weekly review: what was missed, the week in short, its wolves"),
    Picture("review.ja.png", "/review?lang=ja", "週次レビュー：見逃し、今週のまとめ、狼"),
    Picture("wolves.en.png", "/wolves?lang=en", "The ranking of all rules, to be ordered by any column", height=620),
    Picture("rule.ja.png", f"{RULE}?lang=ja", "ルールのページ：数字、提案、アラートの全履歴"),
    Picture("wolves-phone.ja.png", "/wolves?lang=ja", "スマートフォンで見た狼ランキング（ダーク）", 360, 900, "dark"),
)


async def _digest(reader: Reader, picture: Picture) -> str:
    """What changes whenever the picture would: the page, its style, its charts' specifications."""
    _, page = await reader.get(picture.path)
    whole = page.encode() + ASSETS[STYLE].body + repr(specs(REVIEW, "en")).encode() + repr(picture).encode()
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


async def _shoot(browser: Browser, reader: Reader, picture: Picture) -> bytes:
    more = {"color_scheme": picture.scheme, "device_scale_factor": 1}
    async with open_page(browser, picture.width, **more) as seen:
        await seen.page.set_viewport_size({"width": picture.width, "height": picture.height})
        await seen.page.goto(reader.url + picture.path, wait_until="networkidle")
        return await seen.page.screenshot()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_picture_shows_the_page_as_it_is(picture, charts):
    """The page it was drawn from is the present one."""
    path = FOLDER / picture.name
    async with open_pages(table(charts=charts)) as reader:
        digest = await _digest(reader, picture)
        if os.environ.get("UPDATE_GOLDEN") and not (path.exists() and text_in(path.read_bytes(), SOURCE) == digest):
            FOLDER.mkdir(parents=True, exist_ok=True)
            async with open_browser() as browser:
                path.write_bytes(smaller(await _shoot(browser, reader, picture), {SOURCE: digest}))
    png = path.read_bytes()
    assert text_in(png, SOURCE) == digest, (
        "draw it anew: UPDATE_GOLDEN=1 make test ARGS=tests/test_web_pages_chromium.py"
    )
    assert len(png) <= LARGEST
    assert size_of(png) == (picture.width, picture.height)


def test_no_picture_outlives_its_page():
    assert {path.name for path in FOLDER.glob("*.png")} == {picture.name for picture in PICTURES}
