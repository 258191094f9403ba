"""Reviews are computed from what is stored, days are summed up, charts drawn, all of it kept."""

import zlib
from dataclasses import replace
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from router.gate import Outcome
from router.incident import Person
from router.noise.review import Dimension, Review, Roll
from router.noise.values import Firing, Mark
from router.noise.weeks import day_of, week_of
from router.report.packing import unpack
from router.reporting.computing import compute
from router.reporting.parts import Stores
from router.reporting.refreshing import refresh, roll_up_days
from router.state import keys as state_keys
from router.state.history.reviews import Reviews
from router.state.history.rollups import RollUps
from router.state.missed import Missed
from tests.support.recorded import Firings, Slos
from tests.support.reporting import CONFIG, config_of
from tests.support.state import State
from tests.support.told_week import TOKYO, WEEK, at, fired

NOON = at("next Mon 12:00")
DAY_S = 86_400.0
TEAMS = CONFIG.replace(
    "    slack: {channel: C0SRE}\n",
    "    slack: {channel: C0SRE}\n"
    "  - {name: quiet, locale: ja, slack: {channel: C0QUIET}, report: {}}\n"
    "  - {name: idle, slack: {channel: C0IDLE}}\n",
)

CHARTS = find_spec("vl_convert") is not None


def stores(state: State, folder: Path, firings: list[Firing], text: str = CONFIG) -> Stores:
    """Given firings, with sums and reviews in a real server."""
    config, scripts = config_of(folder, text), state.scripts
    return Stores(Firings(firings), Slos(), RollUps(scripts), Reviews(scripts), Missed(scripts), lambda: config)


def firings() -> list[Firing]:
    """Four wolves of sre in the week, one the week before, two dropped of another team."""
    told = [fired(f"{day} 10:00", f"{day} 10:05", slos="") for day in ("Mon", "Tue", "Wed", "Thu", "last Fri")]
    return [*told, *(fired(f"Sat {hour}:00", f"Sat {hour}:20", Outcome.DROP, receiver="pay") for hour in (10, 11))]


def of_all(rolls: tuple[Roll, ...]) -> Roll:
    [found] = [roll for roll in rolls if roll.dimension is Dimension.ALL]
    return found


async def summed(now: float, parts: Stores, *, thorough: bool = False) -> dict[str, Review]:
    """Sum up and compute, without the charts, which take a while."""
    await roll_up_days(now, parts, parts.config(), thorough=thorough)
    return await compute(WEEK, now, parts)


async def test_every_team_that_fired_or_wants_a_report_has_a_review(state: State, tmp_path: Path) -> None:
    found = await compute(WEEK, NOON, stores(state, tmp_path, firings(), TEAMS))
    assert list(found) == ["", "pay", "sre", "quiet"]
    assert [found[team].counts.firings for team in found] == [6, 2, 4, 0]
    assert (found[""].before.firings, found["sre"].pages, found[""].as_of) == (1, 4, NOON)
    assert {found[team].team for team in found} == set(found)
    parts = stores(state, tmp_path, firings(), TEAMS)
    assert await compute(WEEK, NOON, parts, only="sre") == {"sre": found["sre"]}
    assert await compute(WEEK, NOON, parts, only="nobody") == {}


async def test_what_is_stored_is_read_as_it_was_computed(state: State, tmp_path: Path) -> None:
    parts = stores(state, tmp_path, firings())
    found = await refresh(WEEK, NOON, parts)
    for team, each in found.items():
        kept = await parts.reviews.load(WEEK.name, team)
        assert kept is not None
        assert (unpack(kept.review), kept.as_of) == (each, NOON)


@pytest.mark.skipif(not CHARTS, reason="the extra `charts` is not installed: pip install vl-convert-python")
async def test_charts_are_drawn_in_both_languages_and_as_a_picture_where_they_are_posted(
    state: State, tmp_path: Path
) -> None:
    parts = stores(state, tmp_path, [*firings(), fired("Fri 10:00", "Fri 10:01", receiver="quiet")], TEAMS)
    await refresh(WEEK, NOON, parts)
    for team, pictures in {"": {"en"}, "quiet": {"ja"}, "sre": set()}.items():
        for locale in ("en", "ja"):
            drawn = await parts.reviews.chart(WEEK.name, team, f"weeks.{locale}.svg")
            assert drawn is not None
            assert drawn.startswith(b"<svg")
            png = await parts.reviews.chart(WEEK.name, team, f"weeks.{locale}.png")
            assert (png is not None) is (locale in pictures), (team, locale)
            assert png is None or png.startswith(b"\x89PNG")


@pytest.mark.skipif(not CHARTS, reason="the extra `charts` is not installed: pip install vl-convert-python")
async def test_a_chart_that_would_be_drawn_the_same_is_not_drawn_again(state: State, tmp_path: Path) -> None:
    """One of the stored charts is another picture: it is handed on as long as what it was drawn from stays the same."""
    parts = stores(state, tmp_path, firings())
    await refresh(WEEK, NOON, parts)
    key = state_keys.review(WEEK.name, "")
    await state.client.hset(key, "chart:weeks.en.svg", zlib.compress(b"<svg>drawn before</svg>"))
    await refresh(WEEK, NOON + 60, parts)
    assert await parts.reviews.chart(WEEK.name, "", "weeks.en.svg") == b"<svg>drawn before</svg>"
    more = stores(state, tmp_path, [*firings(), fired("Sun 10:00", "Sun 10:05", slos="")])
    await refresh(WEEK, NOON + 120, more)
    drawn = await parts.reviews.chart(WEEK.name, "", "weeks.en.svg")
    assert drawn is not None
    assert b"drawn before" not in drawn


async def test_the_days_of_a_week_add_up_to_it(state: State, tmp_path: Path) -> None:
    parts = stores(state, tmp_path, firings())
    found = await summed(NOON, parts)
    days = await parts.rollups.load(WEEK.monday, WEEK.sunday)
    assert list(days) == list(WEEK.days())
    assert sum(of_all(rolls).counts.firings for rolls in days.values()) == found[""].counts.firings == 6
    assert sum(of_all(rolls).pager.pages for rolls in days.values()) == found[""].pages == 4


async def test_days_before_everything_that_is_known_are_not_made_up(state: State, tmp_path: Path) -> None:
    parts = stores(state, tmp_path, firings())
    await summed(NOON, parts)
    days = await parts.rollups.load(date(2026, 1, 1), date(2026, 12, 31))
    assert (min(days), max(days)) == (day_of(at("last Fri 10:00"), TOKYO), day_of(NOON, TOKYO))


async def test_what_people_say_later_changes_the_sums_of_recent_days(state: State, tmp_path: Path) -> None:
    before = firings()
    await summed(NOON, stores(state, tmp_path, before))
    marked = [replace(each, mark=Mark.WOLF) if each.started_at == at("Tue 10:00") else each for each in before]
    parts = stores(state, tmp_path, marked)
    tuesday = day_of(at("Tue 10:00"), TOKYO)
    old = of_all((await parts.rollups.load(tuesday, tuesday))[tuesday])
    found = await summed(NOON + 60, parts)
    new = of_all((await parts.rollups.load(tuesday, tuesday))[tuesday])
    assert (old.counts.wolves, new.counts.wolves, found[""].counts.wolves) == (0, 1, 1)


async def test_all_days_are_summed_up_anew_once_a_week(state: State, tmp_path: Path) -> None:
    """What somebody marks a month later is counted from the next week on."""
    old = fired(NOON - 30 * DAY_S, NOON - 30 * DAY_S + 60, slos="")
    day = day_of(old.started_at, TOKYO)
    await refresh(WEEK, NOON, stores(state, tmp_path, [old]))
    parts = stores(state, tmp_path, [replace(old, mark=Mark.WOLF)])
    await refresh(WEEK, NOON + DAY_S, parts)
    assert of_all((await parts.rollups.load(day, day))[day]).counts.wolves == 0
    await refresh(WEEK.before(-1), NOON + 7 * DAY_S, parts)
    assert of_all((await parts.rollups.load(day, day))[day]).counts.wolves == 1


async def test_days_whose_firings_are_forgotten_in_part_keep_their_sums(state: State, tmp_path: Path) -> None:
    config = config_of(tmp_path)
    now = NOON + config.history.firings_s
    every = [fired(NOON + hour * 3_600.0, NOON + hour * 3_600.0 + 60) for hour in range(96)]
    parts = stores(state, tmp_path, every)
    await roll_up_days(NOON + 5 * DAY_S, parts, config, thorough=False)
    first, last = day_of(NOON, TOKYO), day_of(NOON + 96 * 3_600.0, TOKYO)
    whole = await parts.rollups.load(first, last)
    rest = stores(
        state, tmp_path, [each for each in every if each.started_at >= now - config.history.firings_s + 7_200]
    )
    await roll_up_days(now, rest, config, thorough=True)
    assert await parts.rollups.load(first, last) == whole


async def test_sums_are_forgotten_after_their_time(state: State, tmp_path: Path) -> None:
    config = config_of(tmp_path)
    parts = stores(state, tmp_path, firings())
    await summed(NOON, parts)
    await roll_up_days(at("Wed 10:00") + config.history.rollups_s, parts, config, thorough=False)
    days = await parts.rollups.load(date(2026, 1, 1), date(2026, 12, 31))
    assert min(days) == day_of(at("Wed 10:00"), TOKYO)


async def test_the_trend_and_the_month_come_from_the_sums(state: State, tmp_path: Path) -> None:
    every = [
        fired(at("Wed 10:00") - week * 7 * DAY_S, at("Wed 10:10") - week * 7 * DAY_S, slos="") for week in range(9)
    ]
    parts = stores(state, tmp_path, every)
    found = (await summed(NOON, parts, thorough=True))[""]
    assert [(point.day, point.pages) for point in found.weeks] == [
        (WEEK.before(back).monday, 1) for back in range(7, -1, -1)
    ]
    assert found.month is not None
    assert (found.month.name, found.month.so_far, found.month.pages) == ("2026-11", True, 3)
    later = (await compute(WEEK, NOON + 30 * DAY_S, parts))[""]
    assert later.month is not None
    assert (later.month.so_far, later.month.pages) == (False, 3)


async def test_reports_of_pages_that_should_have_come_are_told(state: State, tmp_path: Path) -> None:
    parts = stores(state, tmp_path, firings())
    missed = Missed(state.scripts)
    await missed.report(Person("U0ADA", "Ada"), NOON, "shop", at("Wed 03:00"), "nobody could pay", "one")
    await missed.report(Person("U0BOB", ""), NOON, "shop", None, "now", "two")
    [told] = (await compute(WEEK, NOON, parts))[""].reported
    assert (told.at, told.by, told.slo, told.text) == (at("Wed 03:00"), "Ada", "shop", "nobody could pay")
    [told] = (await compute(week_of(NOON, TOKYO), NOON, parts))[""].reported
    assert (told.at, told.by) == (NOON, "U0BOB")


async def test_worst_rules_come_with_proposals_made_from_their_whole_history(state: State, tmp_path: Path) -> None:
    every = [fired(at("Mon 10:00") - n * DAY_S, at("Mon 10:01") - n * DAY_S) for n in range(-4, 40)]
    [rule] = (await compute(WEEK, NOON, stores(state, tmp_path, every)))[""].rules
    assert rule.accused
    assert {each.history.firings for each in rule.proposals} == {len(every)}
    assert timedelta(seconds=NOON - rule.proposals[0].since).days >= 40
