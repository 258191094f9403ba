"""How much the archive of a realistic month takes, and how fast it is read."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.alert import fingerprint_of
from router.gate import Outcome
from router.incident import Deed
from router.noise.values import Heard
from router.slo.verdict import Verdict
from router.state import keys
from router.state.deeds import Did
from router.state.history.blobs import Blob, pack, unpack
from router.state.history.days import Days, day_of, start_of
from router.state.history.stories import Fate, Story
from tests.support.history import KEEP_S, history, silence
from tests.support.state import State

FIRST = date(2026, 8, 1)
RULES, PODS, S = 200, 8, 1_000_000
FATES = (
    Fate(Outcome.DROP, "never_threatened", None, "sre", 10.0, True),
    Fate(Outcome.PAGE, "threat_page", None, "sre", 10.0, True),
    Fate(Outcome.FORWARD, "unmapped", None, "payments", 30.0, False),
    Fate(Outcome.MERGE, "joined", None, "sre", 10.0, True),
)


def labels_of(rule: int, rnd: random.Random) -> dict[str, str]:
    """Ten labels, of which pod and instance are an alert's own."""
    service = f"service-{rule % 50}"
    pod = "".join(rnd.choices("bcdfghjklmnpqrstvwxz2456789", k=15))
    return {
        "alertname": f"Service{rule % 50}Rule{rule}TooHigh", "service": service, "severity": "warning", "team": "sre",
        "namespace": f"prod-{service}", "cluster": "prod-1", "region": "ap-northeast-1", "job": f"{service}-api",
        "pod": f"{service}-{pod}", "instance": f"10.{rnd.randint(0, 255)}.{rnd.randint(0, 255)}.7:9090",
    }  # fmt: skip


def lived(days: int, each_day: int, seed: int = 1) -> Iterator[Story]:
    """Firings of 200 rules with eight alerts each; the summary says a number, as summaries do."""
    rnd = random.Random(seed)
    alerts = [[labels_of(rule, rnd) for _ in range(PODS)] for rule in range(RULES)]
    for day in range(days):
        for _ in range(each_day):
            labels = rnd.choice(rnd.choice(alerts))
            rule, service = labels["alertname"], labels["service"]
            annotations = {
                "summary": f"{rule} of {service} is {rnd.random() * 9:.2f}%",
                "description": f"{rule} has been above its threshold for five minutes in {labels['namespace']}.",
                "runbook_url": f"https://guides.example.com/{service}/{rule}",
            }
            began = start_of(FIRST + timedelta(day)) + rnd.randrange(86_400_000) * 1_000
            came, lasts = began + rnd.randrange(30 * S), rnd.randrange(60_000, 3_600_000) * 1_000
            fate = rnd.choices(FATES, (80, 3, 7, 10))[0]
            told = came + 10 * S + rnd.randrange(S) if fate.outcome in (Outcome.PAGE, Outcome.FORWARD) else None
            yield Story(
                ("alertmanager", rule), fingerprint_of("alertmanager", None, labels), f"E-{rnd.getrandbits(30):06X}",
                began, came, began + lasts, told, fate, orjson.dumps(labels), orjson.dumps(annotations),
                (Heard(f"{service}-availability", Verdict.NO_THREAT),),
            )  # fmt: skip


async def filled(state: State, days: int, each_day: int) -> list[Story]:
    """All of it archived."""
    stories = list(lived(days, each_day))
    by_day = defaultdict(list)
    for story in stories:
        by_day[day_of(story.started), story.rule].append(story)
    for (day, rule), some in by_day.items():
        await Days(state.scripts).keep(day, rule, some, KEEP_S)
    return stories


async def bytes_each(state: State, stories: list[Story]) -> float:
    names = {keys.firings_of(day_of(story.started).isoformat()) for story in stories}
    return sum([await state.client.memory_usage(name, samples=0) for name in names]) / len(stories)


async def test_a_firing_of_a_month_of_30_000_takes_150_bytes_at_most(state: State) -> None:
    """With its keys, fields and everything that Valkey needs for them (MEMORY USAGE)."""
    assert await bytes_each(state, await filled(state, 6, 1_000)) <= 150


async def test_a_week_of_100_000_is_read_in_a_second_and_a_half(state: State) -> None:
    """Of this process' time; firings share their labels, so that all of them fit into little memory."""
    stories = await filled(state, 7, 14_286)
    assert await bytes_each(state, stories) <= 60
    began = time.process_time()
    firings = await history(state.scripts, silence).between(0, 1e12)
    assert time.process_time() - began < 1.5
    assert len(firings) == len(stories)
    assert len({id(each.labels) for each in firings}) <= RULES * PODS


async def test_the_newest_of_a_rule_are_read_in_50_milliseconds(state: State) -> None:
    """In a history of 90 days, with what people did about each; a common rule and one that fires once a day."""
    days = Days(state.scripts)
    stories = await filled(state, 90, 20)
    rare, common = stories[0].rule, ("alertmanager", "Common")
    for n in range(90):
        began = start_of(FIRST + timedelta(n)) + n
        some = [Story(common, f"{m:032x}", f"E-{n}-{m}", began + m * S, began + m * S, began + m * S, began + m * S,
                      FATES[1], b"{}", b"{}") for m in range(30)]  # fmt: skip
        await days.keep(FIRST + timedelta(n), common, some, KEEP_S)
        for story in some:
            answered = Did(Deed.ACKNOWLEDGE, story.started / 1e6 + 5, "Sato")
            await days.keep_acts(FIRST + timedelta(n), story.incident, [answered], KEEP_S)
    for rule in (rare, common):
        began_at = time.process_time()
        firings = await history(state.scripts, silence).newest(rule, 1e12, 50)
        assert time.process_time() - began_at < 0.05
        assert firings
    assert [each.acknowledged_by for each in firings] == ["Sato"] * 50


# --- the format

TEXTS = st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3).map(orjson.dumps)
INSTANT = st.integers(0, 253_402_300_799_999_999)
SPOKEN = st.tuples(st.text(max_size=5), st.sampled_from(Verdict), st.none() | st.floats(1e9, 2e9)).map(
    lambda each: Heard(each[0], each[1], each[2] and round(each[2], 6), each[2] and round(each[2], 6))
)
STORY = st.builds(
    Story, st.just(("s", "r")), st.text(max_size=9), st.text(max_size=9), INSTANT, INSTANT, st.none() | INSTANT,
    st.none() | INSTANT,
    st.builds(Fate, st.none() | st.sampled_from(Outcome), st.text(max_size=9), st.none() | st.sampled_from(Outcome),
              st.text(max_size=9), st.floats(0, 1e6), st.booleans()),
    TEXTS, TEXTS, st.lists(SPOKEN, max_size=3).map(tuple), st.just(()),
)  # fmt: skip


@given(st.lists(STORY, max_size=9), st.integers(0, 99))
def test_what_is_packed_comes_back_as_it_was(stories: list[Story], parts: int) -> None:
    blob = unpack(pack(Blob(tuple(stories), parts), start_of(FIRST)), ("s", "r"), start_of(FIRST))
    expected = sorted(stories, key=lambda story: (story.started, story.accepted))
    assert (list(blob.stories), blob.parts) == (expected, parts)


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda raw: b"\x01" + raw))
def test_what_is_no_blob_is_refused_in_one_way(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(raw, ("s", "r"), 0)


def test_a_blob_that_lost_a_byte_is_refused() -> None:
    whole = pack(Blob(tuple(lived(1, 3))), start_of(FIRST))
    for cut in range(len(whole)):
        with pytest.raises(ValueError, match=r".+"):
            unpack(whole[:cut], ("s", "r"), start_of(FIRST))
