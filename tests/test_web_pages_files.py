"""What leaves the pages: names that others chose, the CSV file, the review as one HTML file."""

import re
from dataclasses import replace
from html import unescape

import pytest

from router.report import words
from router.web.pages.csv import COLUMNS, as_csv
from router.web.pages.html import as_html
from tests.support.pages import DISK_RULE, HOSTILE, REVIEW, SVG, WEEK, Table, firing, hostile_review
from tests.support.pages_door import open_pages


async def test_hostile_names_stay_text():
    """Whatever senders call their alerts: no markup, no turned letters, and links lead where they should."""
    hostile = hostile_review()
    recorded = [
        firing(
            number, source=f"s{text}", rule=text, incident=text, labels={"x": text}, annotations={"runbook_url": url}
        )
        for number, (text, url) in enumerate(zip(HOSTILE, ["javascript:alert(1)"] * len(HOSTILE), strict=True))
    ]
    async with open_pages(Table(reviews={(WEEK.name, ""): hostile}, recorded=recorded)) as reader:
        pages = [(await reader.get(path))[1] for path in ("/review", "/wolves")]
        links = [unescape(link) for link in re.findall(r'href="(/wolves/[^"?]+)', pages[1])]
        assert len(links) == len(HOSTILE)
        for link in links[:-1]:
            status, page = await reader.get(link.replace("\0", "%00"))
            assert (status, page.count("<time")) == (200, 3), link
            pages.append(page)
    for whole in [*pages, as_html(hostile, {}, "en")]:
        page = re.sub(r'<option value="[^"]*"', "<option", whole)
        lowered = page.lower()
        assert "<script" not in lowered
        assert "<img src=x" not in lowered
        assert 'href="javascript' not in lowered
        assert "\u202e" not in page
        assert " onerror=alert(1)>" not in lowered
        assert "\0" not in page


def test_csv_holds_every_rule_and_no_formula():
    """A text that begins like a formula gets an apostrophe; numbers of ours, negative ones too, stay numbers."""
    text = as_csv(hostile_review()).decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    lines = as_csv(REVIEW).decode("utf-8-sig").split("\r\n")
    assert lines[0] == ",".join(COLUMNS)
    disk = dict(zip(COLUMNS, lines[1].split(","), strict=True))
    assert (disk["rule"], disk["told"], disk["wolves"], disk["wolf"]) == ("DiskAlmostFull", "43", "41", "yes")
    assert (disk["precision"], disk["proposal"], disk["proposal_value"]) == ("0.0392157", "longer_for", "12m")


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_csv_cell_is_never_a_formula(start):
    rule = replace(DISK_RULE, rule=start)
    assert "'" + start.strip("\r\n\t ")[:2] in as_csv(replace(REVIEW, rules=(rule,))).decode().replace(
        "'" + start, "'" + start.strip("\r\n\t ")
    )


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_a_review_as_one_file_needs_nothing_else(locale):
    """Style and charts are inside; no address of another file or host is left but those of the SVG's own names."""
    page = as_html(REVIEW, {"weeks": SVG, "budgets": SVG}, locale)
    assert words.headline(REVIEW, locale) in unescape(page)
    assert page.count('src="data:image/svg+xml;base64,') == 2
    assert "<link" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "url(" not in page
    assert "--ground" in page
