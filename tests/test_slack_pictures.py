"""The pictures of the main messages are of the messages as they are, drawn from the same blocks by a real browser.

UPDATE_GOLDEN=1 draws docs/pictures/slack/*.png anew; it needs chromium and a Japanese font.
"""

import os
import subprocess
from pathlib import Path

import pytest

from router.slack.render import render
from tests.support.png import pixels_of, size_of, smaller, text_in
from tests.support.programs import need
from tests.support.slack_html import WIDTH, page_of
from tests.support.slack_kinds import KINDS
from tests.support.slack_pictures import PICTURES, SCALE, WEEKLY, Picture, digest_of, html_of, shoot
from tests.support.slack_views import hostile

FOLDER = Path(__file__).parents[1] / "docs" / "pictures" / "slack"
SOURCE = "Source"
LARGEST = 60 * 1024
LARGEST_OF_ALL = 128 * 1024
"""The weekly report is two screens high."""
IDS = [picture.name for picture in PICTURES]


def _is_present(picture: Picture, png: bytes) -> bool:
    return text_in(png, SOURCE) == digest_of(picture)


def _draw_anew(picture: Picture, folder: Path) -> None:
    fonts = subprocess.run(["fc-list", ":lang=ja"], capture_output=True, check=True).stdout
    assert fonts, "no Japanese font: apt-get install fonts-noto-cjk"
    png = shoot(need("chromium", "chromium"), html_of(picture), folder)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / picture.name).write_bytes(smaller(png, {SOURCE: digest_of(picture)}))


@pytest.mark.parametrize("picture", PICTURES, ids=IDS)
def test_picture_shows_the_message_as_it_is(picture: Picture, tmp_path: Path) -> None:
    """The page it was drawn from is the present one, and it is small enough for a page of documentation."""
    path = FOLDER / picture.name
    if os.environ.get("UPDATE_GOLDEN") and not (path.exists() and _is_present(picture, path.read_bytes())):
        _draw_anew(picture, tmp_path)
    png = path.read_bytes()
    assert _is_present(picture, png), "draw it anew: UPDATE_GOLDEN=1 make test ARGS=tests/test_slack_pictures.py"
    assert len(png) <= (LARGEST_OF_ALL if picture.kind == WEEKLY else LARGEST)
    assert size_of(png)[0] == WIDTH * SCALE


def test_every_picture_is_drawn_and_shown() -> None:
    """None outlives its message, and the text that goes with the pictures names each."""
    assert {path.name for path in FOLDER.glob("*.png")} == set(IDS)
    told = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert all(f"![{picture.alt}](slack/{picture.name})" in told for picture in PICTURES)
    assert {picture.locale for picture in PICTURES} == {"en", "ja"}


@pytest.mark.parametrize("picture", [PICTURES[0], PICTURES[7]], ids=lambda picture: picture.name)
def test_browser_draws_the_message(picture: Picture, tmp_path: Path) -> None:
    """A real browser shows the page as wide as it should be and as high as the message is, and not blank."""
    png = shoot(need("chromium", "chromium"), html_of(picture), tmp_path)
    width, height = size_of(png)
    assert width == WIDTH * SCALE
    assert 200 < height < 2_000
    colours = set(pixels_of(png))
    assert bytes((0, 122, 90)) in colours, "the primary button"
    assert len(colours) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_page_of_a_hostile_message_has_no_markup_of_its_own(kind: str) -> None:
    page = page_of(render(hostile(KINDS[kind]), "en").blocks)
    assert page.count("<script") == 1
    assert 'href="http' not in page


def test_smaller_picture_has_the_same_size_and_tells_its_source() -> None:
    path = FOLDER / PICTURES[0].name
    whole = path.read_bytes()
    assert text_in(whole, "Nothing") == ""
    assert len(text_in(whole, SOURCE)) == 32
