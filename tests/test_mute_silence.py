"""A silence: what may be one, what posting it again does to it, when the next one begins or ends."""

from dataclasses import replace

import pytest

from router.alert import parse_matcher
from router.mute import Fault, Muted, Muting, Silence, expired, fault_of, next_boundary, problem_of, reason_of, revised

NOW = 1_780_000_000.0
DAY_S = 86_400.0
MATCHERS = (parse_matcher('service="checkout"'), parse_matcher("severity!=page"))
RUNNING = Silence(
    id="s1",
    matchers=MATCHERS,
    starts_at=NOW - 600.25,
    ends_at=NOW + 3600,
    created_by="Sato",
    comment="rollout of 2.4",
    updated_at=NOW - 600.25,
    person="U0SATO",
    channel="C0SRE",
    thread_ts="1.1",
    mirrored={"http://am": "copy"},
)
FAULTS = {
    "no matcher": ({"matchers": ()}, Fault.NO_MATCHER, "give at least one"),
    "a matcher without label": (
        {"matchers": (replace(MATCHERS[0], label=""),)}, Fault.NAMELESS_LABEL, "names no label"
    ),
    "everything": ({"matchers": (parse_matcher('a=~"b|"'),)}, Fault.MATCHES_EVERYTHING, "names a value"),
    "no owner": ({"created_by": " "}, Fault.NO_OWNER, "say who makes it"),
    "no reason": ({"comment": "\n"}, Fault.NO_COMMENT, "say why"),
    "an end before its start": ({"ends_at": NOW - 700}, Fault.ENDS_BEFORE_START, "after its start"),
    "an end in the past": ({"ends_at": NOW - 1}, Fault.ENDS_IN_PAST, "still to come"),
    "an end now": ({"ends_at": NOW}, Fault.ENDS_IN_PAST, "still to come"),
    "too long": ({"ends_at": NOW + 30 * DAY_S + 2}, Fault.TOO_LONG, "may last 30d at most"),
    "too long, later": (
        {"starts_at": NOW + DAY_S, "ends_at": NOW + 31 * DAY_S + 2}, Fault.TOO_LONG, "silences.max_duration"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_a_silence_is_told_with_its_mend(case: tuple[dict[str, object], Fault, str]) -> None:
    change, fault, words = case
    wanted = replace(RUNNING, **change)  # type: ignore[arg-type]
    assert fault_of(wanted, NOW, 30 * DAY_S) is fault
    assert words in problem_of(wanted, NOW, 30 * DAY_S)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_can_happen(fault: Fault) -> None:
    assert fault in {found for _, found, _ in FAULTS.values()}


ALLOWED = {
    "as it is": {},
    "of exactly the longest duration": {"ends_at": NOW + 30 * DAY_S},
    "one running for long, made longer from now": {"starts_at": NOW - 29 * DAY_S, "ends_at": NOW + 29 * DAY_S},
    "one to come": {"starts_at": NOW + DAY_S, "ends_at": NOW + 31 * DAY_S},
}


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_can_be_a_silence_has_no_fault(change: dict[str, float]) -> None:
    assert problem_of(replace(RUNNING, **change), NOW, 30 * DAY_S) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("longest_s", "written"), [(5400.0, "1h30m"), (90.0, "1m30s"), (0.0, "0s"), (7 * DAY_S, "7d")], ids=str
)
def test_the_longest_duration_is_written_as_people_write_it(longest_s: float, written: str) -> None:
    assert f"may last {written} at most" in problem_of(replace(RUNNING, ends_at=NOW + 365 * DAY_S), NOW, longest_s)


def test_a_change_in_place_keeps_what_only_the_old_one_knows() -> None:
    """An API client knows neither the message it was made from nor its copies, and rounds its start."""
    wanted = Silence("s1", MATCHERS, float(int(RUNNING.starts_at)), NOW + 7200, "Tanaka", "longer", 0.0)
    found = revised(RUNNING, wanted, NOW)
    assert found.ended is None
    assert found.silence == replace(RUNNING, ends_at=NOW + 7200, created_by="Tanaka", comment="longer", updated_at=NOW)


def test_a_new_one_is_named_by_whoever_stores_it_and_cannot_begin_in_the_past() -> None:
    found = revised(None, replace(RUNNING, id="", mirrored={}), NOW)
    assert (found.silence.id, found.silence.starts_at, found.silence.updated_at) == ("", NOW, NOW)
    assert found.ended is None


def test_another_one_ends_the_old_one_and_has_no_copies_yet() -> None:
    found = revised(RUNNING, replace(RUNNING, matchers=MATCHERS[:1]), NOW)
    assert found.ended == replace(RUNNING, ends_at=NOW, updated_at=NOW)
    assert (found.silence.id, found.silence.starts_at, found.silence.mirrored) == ("", NOW, {})
    assert found.silence.thread_ts == "1.1"


def test_one_that_is_over_is_never_revived() -> None:
    """Posting it makes another one, and the old one stays as it ended (Alertmanager #3457)."""
    over = replace(RUNNING, ends_at=NOW - 60)
    found = revised(over, replace(over, ends_at=NOW + 60), NOW)
    assert (found.silence.id, found.ended) == ("", None)


def test_ending_one_that_is_to_come_leaves_it_without_any_time() -> None:
    ended = expired(replace(RUNNING, starts_at=NOW + 60), NOW)
    assert (ended.starts_at, ended.ends_at, ended.updated_at) == (NOW, NOW, NOW)
    assert not ended.mutes({"service": "checkout"}, NOW)
    assert expired(ended, NOW + 1) is ended


def test_the_next_boundary_is_the_first_begin_or_end_to_come() -> None:
    coming = replace(RUNNING, starts_at=NOW + 60, ends_at=NOW + 120)
    assert next_boundary((), NOW) is None
    assert next_boundary((RUNNING,), NOW) == RUNNING.ends_at
    assert next_boundary((RUNNING, coming), NOW) == NOW + 60
    assert next_boundary((RUNNING, coming), NOW + 60) == NOW + 120
    assert next_boundary((RUNNING, coming), NOW + 120) == RUNNING.ends_at
    assert next_boundary((RUNNING, coming), RUNNING.ends_at) is None
    assert next_boundary((expired(coming, NOW + 10),), NOW) is None


def test_a_silence_of_a_person_stands_above_inhibition() -> None:
    assert reason_of(Muted(("s1",), ("f1",))) == "silence"
    assert reason_of(Muted((), ("f1",))) == "inhibition"
    assert reason_of(Muted()) == ""
    assert not Muted()


def test_muting_is_idle_without_silences_and_without_inhibitors() -> None:
    assert Muting("1").idle
    assert not Muting("1", silences=(RUNNING,)).idle
    muting = Muting("1", silences=(RUNNING,), until=RUNNING.ends_at)
    assert muting.of({"service": "checkout"}, NOW) == Muted(("s1",))
    assert muting.of({"service": "checkout", "severity": "page"}, NOW) == Muted()
    assert muting.of({"service": "checkout"}, RUNNING.ends_at) == Muted()
    assert muting == Muting("1", silences=(RUNNING,), until=RUNNING.ends_at)
