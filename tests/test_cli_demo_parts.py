"""The parts of the demo: its words, senders and shop, a morning in Japanese, and sums that do not agree."""

import io
import string
from dataclasses import fields, replace

import pytest

from router.alert import Status
from router.cli.demo import CONFIG, prepare
from router.cli.demo.closing import Account, account_for, show_closing
from router.cli.demo.day import DAY, Raised, at
from router.cli.demo.delivery import Posted
from router.cli.demo.play import Sent
from router.cli.demo.screen import Screen
from router.cli.demo.senders import bodies
from router.cli.demo.shop import Load, Shop, Traffic, Trouble
from router.cli.demo.texts import LANGUAGES, Words
from router.config.load import examine, load
from router.gate import Outcome, Reason
from router.slo.objective import Count
from router.sources import SOURCES
from router.state.connect import connect
from router.state.scripts import Scripts

ONE_OF_EACH = list({each.rule: each for each in DAY.raised if each.end is not None}.values())


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
def test_the_demo_has_a_configuration_without_findings(locale: str) -> None:
    assert examine(str(CONFIG), {"DEMO_LOCALE": locale}, strict=True).findings == ()


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
def test_a_language_can_say_everything_that_happens(locale: str) -> None:
    words = LANGUAGES[locale]
    assert {pause.text for pause in DAY.pauses} == set(words.news)
    assert {each.text for each in DAY.raised} == set(words.summaries)
    assert set(words.badges) == set(Outcome)


def test_the_languages_fill_in_the_same_numbers() -> None:
    english, japanese = LANGUAGES["en"], LANGUAGES["ja"]
    for field in fields(Words):
        assert _names(getattr(english, field.name)) == _names(getattr(japanese, field.name)), field.name


def _names(value: object) -> object:
    if isinstance(value, dict):
        return {key: _names(text) for key, text in value.items()}
    if isinstance(value, tuple):
        return [_names(text) for text in value]
    return {name for _, name, _, _ in string.Formatter().parse(str(value)) if name}


async def test_the_morning_plays_in_japanese(valkey_url: str) -> None:
    client = connect(valkey_url)
    await client.flushall()
    words, out = LANGUAGES["ja"], io.StringIO()
    screen = Screen(out, fast=True)
    morning = replace(
        DAY,
        begin=at("10:35"),
        end=at("11:05"),
        raised=tuple(each for each in DAY.raised if at("10:35") <= each.begin <= at("11:00")),
    )
    play = prepare(Scripts(client), screen, words, morning)
    assert await play.run()
    account = await account_for(play.engine, play.sent)
    show_closing(screen, words, account, play.sent, play.posted)
    await client.aclose()
    assert account.counts == {(Outcome.PAGE, Reason.THREAT_PAGE): 1, (Outcome.MERGE, Reason.JOINED): 3}
    assert account.agrees
    assert play.posted.messages == 1
    assert "ページ：決済の可用性" in out.getvalue()
    assert "理由：保留中" in out.getvalue()
    assert "送信した4件すべての行方を確認" in out.getvalue()


@pytest.mark.parametrize(("sent", "unaccounted"), [(9, 0), (8, 1)], ids=["sum differs", "unaccounted"])
def test_a_day_that_does_not_add_up_is_called_a_defect(sent: int, unaccounted: int) -> None:
    out = io.StringIO()
    account = Account({(Outcome.DROP, Reason.NEVER_THREATENED): 8}, sent, unaccounted, [])
    show_closing(Screen(out, fast=True), LANGUAGES["en"], account, Sent(firings=sent), Posted())
    assert not account.agrees
    assert "this is a defect" in " ".join(out.getvalue().split())


@pytest.mark.parametrize("raised", ONE_OF_EACH, ids=lambda each: each.rule)
def test_every_sender_writes_what_its_source_reads(raised: Raised) -> None:
    config = load(str(CONFIG), {})
    for now, status in ((raised.begin, Status.FIRING), (raised.end or 0.0, Status.RESOLVED)):
        for body in bodies([raised], now, LANGUAGES["en"]):
            batch = SOURCES[config.sources[body.source].type].parse(body)
            (alert,) = batch.alerts
            assert not batch.rejected
            assert alert.rule == raised.rule
            assert alert.labels["service"] == raised.labels["service"]
            assert alert.status is status


def test_windows_count_exactly_the_requests_and_failures_in_them() -> None:
    start = at("08:00")
    traffic = Traffic(Load(50.0, 0.001, (Trouble(start + 600, start + 630, 0.5),)), start, 7_200)
    minutes = [start + minute * 60 for minute in range(60)]
    total = sum(traffic.per_second(minute) * 60 for minute in minutes)
    bad = sum(traffic.per_second(minute) * 60 * 0.001 for minute in minutes)
    bad += traffic.per_second(start + 600) * 60 * 0.25
    counted = traffic.count(start + 3_600, 3_600)
    assert counted.total == pytest.approx(total)
    assert counted.bad == pytest.approx(bad)
    half = traffic.count(start + 30, 30)
    assert half == Count(pytest.approx(half.total * 0.001), pytest.approx(traffic.per_second(start) * 30))


async def test_the_shop_tells_nothing_while_it_is_out() -> None:
    config = load(str(CONFIG), {})
    objectives = list(config.objectives.values())
    traffics = {slo: Traffic(each, DAY.begin, 3_600) for slo, each in DAY.loads.items()}
    shop = Shop(traffics, [(DAY.begin + 60, DAY.begin + 120)])
    for offset, out in ((59, False), (60, True), (119, True), (120, False)):
        told = await shop.measure(objectives, DAY.begin + offset)
        assert [bool(each.error) for each in told.values()] == [out] * 2


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_moving_line_makes_room_for_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = _Terminal()
    screen = Screen(out, fast=True)
    screen.move("08:00 " + "x" * 100)
    screen.news(at("08:01"), "said", "HOLD", "bold black on cyan")
    moving, _, said = out.getvalue().rpartition("\r\x1b[2K")
    assert moving.count("x") == 53
    assert "said" in said
    assert "\x1b[" in said
