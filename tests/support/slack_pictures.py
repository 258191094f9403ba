"""The pictures of docs/pictures/slack: which messages they show, and how a browser draws them."""

import hashlib
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from router.incident import Guide, View
from router.slack.render import render
from router.slack.weekly import weekly
from tests.support.reviews import ADDRESS, japanese, usual
from tests.support.slack_html import WIDTH, page_of
from tests.support.slack_kinds import KINDS
from tests.support.slack_views import SATO, SUZUKI, slo

SCALE = 1.5
WEEKLY = "weekly"
_JAPANESE = slo(
    title="決済の可用性",
    cuj="カートの決済",
    impact="お客様に決済エラーが出ています。",
    first_action="予備の決済会社に切り替える",
)
_NAMES = {SATO: "佐藤", SUZUKI: "鈴木"}
_PLACES = {"payment-gw and 2 more": "payment-gw ほか2件"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: a message kind in a language, with a line for the documentation."""

    kind: str
    locale: str
    alt: str

    @property
    def name(self) -> str:
        if self.kind == WEEKLY:
            return "weekly.png" if self.locale == "en" else f"weekly-{self.locale}.png"
        return f"{self.kind}.{self.locale}.png"


PICTURES = (
    Picture("open", "en", "A page: what users suffer, how long the budget lasts, what to do first"),
    Picture("open", "ja", "同じページの日本語版"),
    Picture("acked", "en", "Acknowledged: who has it, and since when"),
    Picture("snoozed", "ja", "スヌーズ中：いつまで、誰が"),
    Picture("muted-silence", "en", "Muted: by whose silence, until when, and why"),
    Picture("resolved-real", "ja", "復旧：経過、消費したバジェット、判定"),
    Picture("causes", "ja", "スレッドの原因候補"),
    Picture("call-unacknowledged", "ja", "誰も対応していないページのエスカレーション"),
    Picture("storm", "en", "An alert storm: what is at risk, and that nothing is dropped"),
    Picture("notice-slo-source", "en", "The SLO source is down: every alert comes through"),
    Picture(WEEKLY, "en", "The weekly report: which rules cried wolf, what to do about each, and what was missed"),
    Picture(WEEKLY, "ja", "狼アラート週報：狼だったルールとその対処、見逃したもの"),
)


def _in_japanese(view: View) -> View:
    """The same view of a Japanese team's SLO."""
    told = replace(view.slo, title=_JAPANESE.title, cuj=_JAPANESE.cuj, impact=_JAPANESE.impact) if view.slo else None
    told = replace(told, first_action=_JAPANESE.first_action) if told else None
    causes = tuple(replace(each, where=_PLACES.get(each.where, each.where)) for each in view.causes)
    guide = Guide(view.guide.url, "CHK-01 決済エラー") if view.guide else None
    return replace(view, slo=told, causes=causes, guide=guide, summary="checkout-api の5xxが3%超（5分間）")


def html_of(picture: Picture) -> str:
    """Return the page that the picture shows."""
    if picture.kind == WEEKLY:
        review = usual() if picture.locale == "en" else japanese()
        return page_of(weekly(review, picture.locale, url=ADDRESS, chart="block").blocks)
    view = replace(KINDS[picture.kind], timezone="Asia/Tokyo")
    if picture.locale == "ja":
        view = _in_japanese(view)
    replies = {"en": "replied to a thread", "ja": "スレッドに返信しました"}
    also = replies[picture.locale] if picture.kind.startswith("call") else ""
    drawn = page_of(render(view, picture.locale, "picture").blocks, also)
    return re.sub(r"@(Sato|Suzuki)\b", _japanese_name, drawn) if picture.locale == "ja" else drawn


def _japanese_name(found: re.Match[str]) -> str:
    return f"@{next(name for person, name in _NAMES.items() if person.name == found[1])}"


def digest_of(picture: Picture) -> str:
    """Return what changes whenever the picture would."""
    return hashlib.blake2b(html_of(picture).encode(), digest_size=16).hexdigest()


def shoot(browser: str, page: str, folder: Path) -> bytes:
    """Return a PNG of a page, just as high as it is; `folder` is for the browser's own files."""
    source = folder / "page.html"
    source.write_text(page, encoding="utf-8")
    dom = _run(browser, folder, "--dump-dom", f"--window-size={WIDTH},2000", source.as_uri())
    height = re.search(r'data-height="(\d+)"', dom)
    assert height, "the page did not say how high it is"
    shot = folder / "shot.png"
    size = f"--window-size={WIDTH},{height[1]}"
    _run(browser, folder, f"--screenshot={shot}", size, f"--force-device-scale-factor={SCALE}", source.as_uri())
    return shot.read_bytes()


def _run(browser: str, folder: Path, *arguments: str) -> str:
    # Without a sandbox, because tests run as root in containers; the page is our own and asks nobody for anything.
    usual = (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-lcd-text",
        f"--user-data-dir={folder}/profile",
    )
    done = subprocess.run([browser, *usual, *arguments], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8", "replace")
