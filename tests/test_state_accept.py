"""What accept.lua stores: firings, duplicates, stale copies, resolves, tombstones, and the counts beside them."""

import pytest

from router.alert import Alert, Status
from router.gate import AlertClass, Cover, Kind, Outcome, Reason
from router.incident import Settle
from router.state import keys
from router.state.entries import unpack_record
from tests.support.state import GATED, KEY, START, State, entry, look, make_alert, open_state


async def codes(state: State, *alerts: Alert, now: float | None = None) -> str:
    return await state.store(*(entry(alert) for alert in alerts), now=now)


async def test_a_new_firing_is_stored_once_and_its_repeats_are_duplicates(state: State) -> None:
    """N, then D for every re-send; the tally knows one firing."""
    assert await codes(state, make_alert()) == "N"
    assert await codes(state, make_alert(), make_alert()) == "DD"
    assert (await state.board.tally())["opened"] == 1
    assert len(await state.board.alerts()) == 1


async def test_a_resolve_closes_the_firing_and_a_repeat_of_it_is_a_duplicate(state: State) -> None:
    await codes(state, make_alert())
    gone = make_alert(status=Status.RESOLVED, ends_at=START + 60)
    assert await codes(state, gone) == "R"
    assert await codes(state, gone) == "D"
    assert await state.board.alerts() == []


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [(START - 5, "S"), (START + 60, "S"), (START + 61, "N"), (None, "N")],
    ids=["same episode", "began as it ended", "later episode", "no start given"],
)
async def test_a_firing_after_the_resolve_is_news_only_when_it_began_later(
    state: State, starts_at: float | None, expected: str
) -> None:
    """The late copy of a second Alertmanager must not reopen what has ended."""
    await codes(state, make_alert(), make_alert(status=Status.RESOLVED, ends_at=START + 60))
    assert await codes(state, make_alert(starts_at=starts_at)) == expected


async def test_a_stale_firing_that_is_still_sent_five_minutes_later_is_believed(state: State) -> None:
    """A wrong clock must not mute an alert."""
    await codes(state, make_alert(), make_alert(status=Status.RESOLVED, ends_at=START + 60))
    assert await codes(state, make_alert()) == "S"
    state.clock.advance(299)
    assert await codes(state, make_alert()) == "S"
    state.clock.advance(2)
    assert await codes(state, make_alert()) == "N"


async def test_a_resolve_without_a_firing_leaves_a_tombstone_for_the_late_firing(state: State) -> None:
    assert await codes(state, make_alert(status=Status.RESOLVED, ends_at=START)) == "T"
    assert await codes(state, make_alert()) == "S"
    assert (await state.board.tally())["opened"] == 0


async def test_a_resolve_of_an_earlier_episode_does_not_close_the_present_one(state: State) -> None:
    await codes(state, make_alert(starts_at=START))
    assert await codes(state, make_alert(status=Status.RESOLVED, ends_at=START - 100)) == "S"
    assert len(await state.board.alerts()) == 1


async def test_two_senders_of_a_pair_keep_the_earliest_start(state: State) -> None:
    await codes(state, make_alert(starts_at=START))
    assert await codes(state, make_alert(starts_at=START - 30)) == "D"
    assert (await state.board.alerts())[0].alert.starts_at == START - 30


async def test_changed_annotations_update_the_stored_body(state: State) -> None:
    await codes(state, make_alert(annotations={"summary": "2 %"}))
    assert await codes(state, make_alert(annotations={"summary": "3 %"})) == "U"
    assert (await state.board.alerts())[0].alert.annotations == {"summary": "3 %"}


async def test_an_expiring_alert_resolves_by_itself_and_may_come_back_at_once(state: State) -> None:
    """API v2: without another send it is over at endsAt; when the source returns, its old start is no lie."""
    await codes(state, make_alert(expires_at=START + 240))
    await codes(state, make_alert(expires_at=START + 300), now=START + 60)
    assert await state.incidents.expire(START + 299) == 0
    assert await state.incidents.expire(START + 301) == 1
    assert await state.board.alerts() == []
    assert await codes(state, make_alert(expires_at=START + 900), now=START + 600) == "N"


async def test_a_copy_for_a_second_route_is_stored_and_counted_nowhere(state: State) -> None:
    first, second = entry(make_alert()), entry(make_alert(), "incident-b", copy=True)
    assert [each.code for each in await state.writer.store([first, second], START)] == ["N", "N"]
    assert (await state.board.tally())["opened"] == 1
    assert len(await state.board.alerts()) == 1


async def test_the_incident_that_holds_a_firing_is_found_again(state: State) -> None:
    alert = make_alert()
    await codes(state, alert)
    assert await state.board.locate([alert.fingerprint, "unknown"]) == {alert.fingerprint: ["incident-a"]}


async def test_storing_the_same_again_after_an_unknown_fate_changes_nothing(state: State) -> None:
    """Every write is idempotent: generation and counts stay, and nothing is due that was not."""
    await codes(state, make_alert())
    claim = await state.claim()
    assert await codes(state, make_alert()) == "D"
    assert claim.incident.generation == 1
    again = await state.another("other").claim(keys.partition_of(KEY), START + 50, 10)
    assert again == []


async def test_scripts_are_sent_again_when_redis_has_forgotten_them(state: State) -> None:
    await codes(state, make_alert())
    await state.client.script_flush()
    assert await codes(state, make_alert()) == "D"


async def test_writes_at_level_l2_wait_for_the_disk(valkey_url: str) -> None:
    async with open_state(valkey_url, "L2") as state:
        assert await codes(state, make_alert()) == "N"


async def test_a_firing_that_nobody_judged_before_the_alert_fired_again_is_still_accounted_for(state: State) -> None:
    """Flapping faster than looks: every span is a firing of its own, with an outcome of its own."""
    for n in range(3):
        at = START + 60 * n
        await codes(state, make_alert(starts_at=at), make_alert(status=Status.RESOLVED, ends_at=at + 30))
    await codes(state, make_alert(starts_at=START + 200))
    assert (await state.board.tally())["opened"] == 4
    assert (await state.board.audit(START)).unaccounted == 0
    claim = await state.claim()
    assert claim.incident.unsettled == 4
    settled = await state.incidents.commit(claim, look(settle=[told_page()]), START)
    assert settled.counts == {(Outcome.PAGE, Reason.THREAT_PAGE): 4}
    assert (await state.board.audit(START)).unaccounted == 0
    ended = [line for line in await state.board.log() if line["kind"] == "firing"]
    assert [unpack_record(line["record"].encode()).outcome for line in ended] == ["page"] * 3


async def test_both_incidents_of_one_partition_that_hold_a_firing_are_found(state: State) -> None:
    """A copy for a second route must not hide the first from a resolve that comes after a configuration change."""
    other = next(f"k{n}" for n in range(1000) if keys.partition_of(f"k{n}") == keys.partition_of(KEY))
    alert = make_alert()
    await state.store(entry(alert), entry(alert, other, copy=True))
    assert await state.board.locate([alert.fingerprint]) == {alert.fingerprint: [KEY, other]}
    await state.store(entry(make_alert(status=Status.RESOLVED, ends_at=START)))
    assert await state.board.locate([alert.fingerprint]) == {alert.fingerprint: [other]}


async def test_a_late_copy_of_the_last_firing_does_not_let_its_resolve_close_the_present_one(state: State) -> None:
    """Order of arrival: second firing, first firing, first resolve. The alert fires."""
    await codes(state, make_alert(starts_at=START + 60))
    assert await codes(state, make_alert(starts_at=START)) == "D"
    assert await codes(state, make_alert(starts_at=START, status=Status.RESOLVED, ends_at=START + 30)) == "S"
    assert len(await state.board.alerts()) == 1


async def test_a_resolve_that_is_repeated_keeps_the_tombstone_as_it_is(state: State) -> None:
    """Prometheus repeats a resolve for 15 minutes: a wrong clock's firing in between must still be believed."""
    gone = make_alert(status=Status.RESOLVED, ends_at=START + 60)
    assert await codes(state, gone) == "T"
    assert await codes(state, make_alert()) == "S"
    assert await codes(state, gone) == "D"
    assert await codes(state, make_alert(status=Status.RESOLVED, ends_at=START + 30)) == "D"
    assert await codes(state, make_alert(), now=START + 301) == "N"


async def test_a_firing_that_expired_is_over_for_good_once_its_resolve_comes(state: State) -> None:
    await codes(state, make_alert(expires_at=START + 10))
    await state.incidents.expire(START + 11)
    gone = make_alert(status=Status.RESOLVED, ends_at=START + 9)
    assert await codes(state, gone, now=START + 20) == "D"
    assert await codes(state, make_alert(expires_at=START + 90), now=START + 21) == "S"


BYPASS = AlertClass(Kind.BYPASS)
OTHER = AlertClass(Kind.GATED, (Cover("search"),))


@pytest.mark.parametrize(
    ("outcome", "reason", "to", "expected"),
    [
        (Outcome.HOLD, Reason.NO_THREAT, OTHER, "U"),
        (Outcome.HOLD, Reason.NO_THREAT, BYPASS, "U"),
        (Outcome.PAGE, Reason.THREAT_PAGE, BYPASS, "U"),
        (Outcome.PAGE, Reason.THREAT_PAGE, OTHER, "D"),
    ],
    ids=["held, other SLO", "held, bypass", "paged, bypass", "paged, other SLO"],
)
async def test_a_firing_follows_its_new_class_unless_that_could_silence_it(
    state: State, outcome: Outcome, reason: Reason, to: AlertClass, expected: str
) -> None:
    """The configuration is mended while an alert is held: the next re-send counts. What was told stays told."""
    await codes(state, make_alert())
    claim = await state.claim()
    settle = Settle(entry(make_alert()).class_id, outcome, reason)
    await state.incidents.commit(claim, look(settle=[settle]), START)
    assert await state.store(entry(make_alert(), alert_class=to)) == expected
    if expected == "U":
        moved = await state.claim()
        assert {each.alert_class: each.firing for each in moved.incident.classes.values()} == {GATED: 0, to: 1}
    assert (await state.board.audit(START)).unaccounted == 0


async def test_a_firing_follows_its_class_even_if_it_was_sent_before_it_was_judged(state: State) -> None:
    """A re-send that changed nothing while the alert was new may change its class once it is held."""
    await codes(state, make_alert())
    assert await state.store(entry(make_alert(), alert_class=OTHER)) == "D"
    claim = await state.claim()
    hold = Settle(entry(make_alert()).class_id, Outcome.HOLD, Reason.NO_THREAT)
    await state.incidents.commit(claim, look(settle=[hold]), START)
    assert await state.store(entry(make_alert(), alert_class=OTHER)) == "U"


async def test_the_most_severe_alert_speaks_for_the_incident_also_when_it_became_so_later(state: State) -> None:
    await state.store(entry(make_alert("Minor", severity="info"), rank=2))
    await state.store(entry(make_alert("Major"), rank=6))
    assert (await state.claim()).incident.lead.rule == "Major"
    await state.store(entry(make_alert("Minor", severity="critical"), rank=8))
    later = await state.another("other", 60.0).claim(keys.partition_of(KEY), START, 1)
    assert later == []  # still under the first lease, but due
    assert await state.due() == pytest.approx(START + 1, abs=0.1)


async def test_an_incidents_only_alert_speaks_anew_whenever_it_says_something_else(state: State) -> None:
    """A notice that is raised again, or fires again, tells its new facts; in a crowd of equals the first goes on."""
    incidents = state.another("test", 0.0)

    async def spoken() -> tuple[str, int]:
        state.clock.advance(1)
        [claim] = await incidents.claim(keys.partition_of(KEY), state.clock.now(), 1)
        told = Settle(entry(make_alert()).class_id, Outcome.PAGE, Reason.THREAT_PAGE)
        await incidents.commit(claim, look(settle=[told]), state.clock.now())
        return claim.incident.lead.severity, claim.incident.generation

    await state.store(entry(make_alert(severity="one")))
    assert await spoken() == ("one", 1)
    await state.store(entry(make_alert(severity="two")))
    assert await spoken() == ("two", 2)
    await state.store(entry(make_alert(status=Status.RESOLVED, ends_at=START + 5)))
    await state.store(entry(make_alert(severity="three", starts_at=START + 6)))
    assert await spoken() == ("three", 4)
    await state.store(entry(make_alert("Other", fingerprint="b" * 32)))
    await state.store(entry(make_alert(severity="four", starts_at=START + 6)))
    assert await spoken() == ("three", 5)


async def test_a_kind_counts_places_not_firings(state: State) -> None:
    """One alert that flaps is one place; a second alert of the rule is one more."""
    for n in range(3):
        at = START + 60 * n
        await codes(state, make_alert(starts_at=at), make_alert(status=Status.RESOLVED, ends_at=at + 30))
    [kind] = (await state.claim()).incident.kinds
    assert (kind.where, kind.firing, kind.total) == ("checkout", 0, 3)
    second = make_alert(labels={"service": "cart"}, fingerprint="b" * 32)
    await state.store(entry(second), now=START + 61)
    [again] = await state.another("b", 0.0).claim(keys.partition_of(KEY), START + 500, 1) or [None]
    assert again is None  # the first look holds the lease


def told_page() -> Settle:
    return Settle(entry(make_alert()).class_id, Outcome.PAGE, Reason.THREAT_PAGE, START)
