"""Alarms in numbers and hours: chattering, flapping, fleeting, standing, floods, off-hours and nights."""

from zoneinfo import ZoneInfo

import pytest

from router.gate import Outcome
from router.noise.facts import judge
from router.noise.floods import SLOT_S, Flood, floods
from router.noise.hours import disturbs
from router.noise.values import Firing, Settings
from tests.support.told_week import TOKYO, WEEK, at, fired, given, judged

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
DROP = Outcome.DROP
MON = at("Mon 10:00")


def starts(*seconds: float, length_s: float = 5.0, name: str = "a") -> list[Firing]:
    """Return dropped firings of one alert, started so many seconds after Monday 10:00."""
    return [fired(MON + each, MON + each + length_s, DROP, fingerprint=name) for each in seconds]


# --- chattering, flapping

CHATTER = {
    "three within 60 s": ((0, 30, 60), "ccc"),
    "the third a second late": ((0, 30, 61), "fff"),
    "two only": ((0, 30), "--"),
    "three within an hour": ((0, 1800, 3600), "fff"),
    "three within more than an hour": ((0, 1800, 3601), "---"),
    "every three in a row that fit": ((0, 30, 60, 90, 3_000), "ccccf"),
    "three at once": ((0, 0, 0), "ccc"),
    "one far from three": ((0, 10, 20, 9_000), "ccc-"),
}


@pytest.mark.parametrize(("seconds", "expected"), CHATTER.values(), ids=CHATTER)
def test_three_starts_of_one_alert_chatter_or_flap_and_all_three_count(
    seconds: tuple[float, ...], expected: str
) -> None:
    found = judged(given(starts(*seconds)))
    assert "".join("c" if each.chattering else "f" if each.flapping else "-" for each in found) == expected
    assert all(each.flapping for each in found if each.chattering)


def test_other_alerts_do_not_chatter_together_and_order_does_not_matter() -> None:
    assert not any(each.flapping for each in judged(given(starts(0, 10, name="a") + starts(20, name="b"))))
    sources = [fired(MON + n, MON + n + 5, DROP, fingerprint="a", source=f"s{n}") for n in range(3)]
    assert not any(each.flapping for each in judged(given(sources)))
    assert all(each.chattering for each in judged(given(starts(60, 0, 30))))


# --- fleeting, standing

LENGTHS = {
    "60 s": (60.0, True, False),
    "61 s": (61.0, False, False),
    "no time at all": (0.0, True, False),
    "a second less than a day": (86_399.0, False, False),
    "a day": (86_400.0, False, True),
}


@pytest.mark.parametrize(("length_s", "fleeting", "standing"), LENGTHS.values(), ids=LENGTHS)
def test_how_long_a_firing_lasted(length_s: float, fleeting: bool, standing: bool) -> None:
    (found,) = judged(given(starts(0, length_s=length_s)))
    assert (found.fleeting, found.standing) == (fleeting, standing)


def test_what_chatters_is_not_fleeting() -> None:
    assert not any(each.fleeting for each in judged(given(starts(0, 20, 40, length_s=1))))
    assert all(each.fleeting for each in judged(given(starts(0, 1000, 2000, length_s=1))))


@pytest.mark.parametrize(("now_s", "standing"), [(86_399.0, False), (86_400.0, True)], ids=["a second less", "a day"])
def test_what_fires_still_counts_up_to_now_and_is_never_fleeting(now_s: float, standing: bool) -> None:
    (found,) = judged(given([fired("Mon 10:00", None, Outcome.HOLD)], now=MON + now_s))
    (young,) = judged(given([fired("Mon 10:00", None, Outcome.HOLD)], now=MON + 10))
    assert (found.standing, young.fleeting) == (standing, False)


def test_the_spans_are_settings() -> None:
    settings = Settings(chattering_s=10.0, flapping_s=20.0, fleeting_s=4.0, standing_s=5.0)
    found = judge(starts(0, 10, 20), {}, settings, {"": TOKYO}, WEEK.end)
    assert [(each.chattering, each.flapping, each.fleeting, each.standing) for each in found] == [
        (False, True, False, True)
    ] * 3


# --- floods


def slots(*counts: int, team: str = "sre", outcome: Outcome = DROP) -> list[Firing]:
    """Return so many firings in each ten minutes from Monday 10:00 on."""
    return [
        fired(MON + slot * SLOT_S + number, MON + slot * SLOT_S + number + 90, outcome, receiver=team)
        for slot, count in enumerate(counts)
        for number in range(count)
    ]


def flood(start: int, end: int, firings: int) -> Flood:
    return Flood("sre", MON + start * SLOT_S, MON + end * SLOT_S, firings)


FLOODS = {
    "ten are none": (slots(10), ()),
    "eleven are one, and the empty ten minutes end it": (slots(11), (flood(0, 2, 11),)),
    "it goes on with five, and ends with four": (slots(11, 5, 4, 3), (flood(0, 3, 20),)),
    "what came before it does not belong to it": (slots(9, 11, 4), (flood(1, 3, 15),)),
    "ended by four, begun again by eleven": (slots(11, 4, 11, 0), (flood(0, 2, 15), flood(2, 4, 11))),
    "five after its end are none": (slots(11, 4, 5), (flood(0, 2, 15),)),
    "what was suppressed does not count": (slots(10) + slots(5, outcome=Outcome.SUPPRESS), ()),
    "another team's do not count": (slots(10) + slots(5, team="web"), ()),
}


@pytest.mark.parametrize(("firings", "expected"), FLOODS.values(), ids=FLOODS)
def test_a_flood_begins_with_more_than_ten_and_ends_with_fewer_than_five(
    firings: list[Firing], expected: tuple[Flood, ...]
) -> None:
    assert floods(firings, Settings())["sre"] == expected


def test_eleven_within_ten_minutes_that_the_clock_divides_are_no_flood() -> None:
    firings = [fired(MON + 300 + n * 50, MON + 400 + n * 50, DROP) for n in range(11)]
    assert floods(firings, Settings())["sre"] == ()


def test_which_firings_are_in_a_flood() -> None:
    firings = [*slots(11, 5, 4, 1), *slots(1, outcome=Outcome.SUPPRESS), *slots(1, team="web")]
    found = judged(given(firings))
    assert [each.in_flood for each in found] == [True] * 20 + [False] * 3


def test_how_many_make_a_flood_is_a_setting() -> None:
    settings = Settings(flood_begins=2, flood_ends=2)
    assert floods(slots(3, 2, 1), settings)["sre"] == (flood(0, 3, 6),)


# --- hours: the local weekday and hour decide

HOURS = {
    "Monday 07:59 is night": ("Mon 07:59", True, True),
    "Monday 08:00 is office": ("Mon 08:00", False, False),
    "Friday 17:59 is office": ("Fri 17:59", False, False),
    "Friday 18:00 is not": ("Fri 18:00", True, False),
    "Friday 21:59 is no night yet": ("Fri 21:59", True, False),
    "Friday 22:00 is night": ("Fri 22:00", True, True),
    "Saturday noon": ("Sat 12:00", True, False),
    "Sunday 03:00": ("Sun 03:00", True, True),
    "Monday 00:00": ("Mon 00:00", True, True),
}


@pytest.mark.parametrize(("moment", "off", "dark"), HOURS.values(), ids=HOURS)
def test_office_hours_and_night(moment: str, off: bool, dark: bool) -> None:
    assert disturbs(at(moment), TOKYO) == (off, dark)


def night(at: float, zone: ZoneInfo) -> bool:
    return disturbs(at, zone)[1]


def test_nights_are_the_teams_own_also_where_the_clocks_change() -> None:
    """Sunday 25 October 2026, 21:30 UTC: 22:30 in Berlin an hour after the change, 21:30 in UTC."""
    moment = 1_792_963_800.0
    assert night(moment, BERLIN)
    assert not night(moment, ZoneInfo("UTC"))
    assert not night(moment - 86_400 * 2, NEW_YORK)
    # The day before, in summer time, the same instant of the day is 23:30.
    assert night(moment - 86_400, BERLIN)
    assert not night(moment - 3_600, BERLIN)


def test_only_pages_disturb_and_the_moment_of_telling_counts() -> None:
    firings = [
        fired("Mon 21:00", None, told="Mon 22:00"),
        fired("Mon 23:00", None, Outcome.TICKET),
        fired("Mon 23:00", None, DROP),
        fired("Mon 23:00", None, receiver="ny"),
        fired("Mon 23:00", None, receiver="other"),
    ]
    found = judge(firings, {}, Settings(), {"": TOKYO, "ny": NEW_YORK}, WEEK.end)
    # 23:00 in Tokyo is 09:00 in New York.
    assert [(each.off_hours, each.night) for each in found] == [
        (True, True),
        (False, False),
        (False, False),
        (False, False),
        (True, True),
    ]
