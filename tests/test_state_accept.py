"""What accept.lua stores: firings, duplicates, stale copies, resolves, tombstones, and the counts beside them."""

import pytest

from router.alert import Alert, Status, fingerprint_of
from router.gate import AlertClass, Cover, Kind
from router.intake import _entry
from router.classify import Placement
from router.incident import Lead
from router.state.entries import Entry
from router.state.looks import pack_lead
from tests.support.state import START, State

GATED = AlertClass(Kind.GATED, (Cover("checkout"),))


def make_alert(name: str = "HighErrors", status: Status = Status.FIRING, **fields: object) -> Alert:
    labels = {"alertname": name, "service": "checkout"}
    base: dict[str, object] = {
        "source": "alertmanager",
        "fingerprint": fingerprint_of("alertmanager", None, labels),
        "status": status,
        "rule": name,
        "severity": "critical",
        "labels": labels,
        "starts_at": START - 5,
    }
    return Alert(**{**base, **fields})  # type: ignore[arg-type]


def entry(alert: Alert, key: str = "incident-a", now: float = START, copy: bool = False) -> Entry:
    placement = Placement(key, "sre", "0", {"slo": "checkout"}, GATED, 10.0, 14_400.0, copy)
    return _entry(alert, placement, key, pack_lead(Lead(rule=alert.rule)), now)


async def codes(state: State, *alerts: Alert, now: float | None = None) -> str:
    at = state.clock.now() if now is None else now
    return "".join(each.code for each in await state.writer.store([entry(alert) for alert in alerts], at))


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
    """Every write is idempotent: generation and counts stay."""
    await codes(state, make_alert())
    claims = await state.incidents.claim(claim_partition(), START, 10)
    await codes(state, make_alert())
    again = await state.another("other").claim(claim_partition(), START + 100, 10)
    assert claims[0].incident.generation == 1
    assert again == []


def claim_partition() -> int:
    from router.state.keys import partition_of

    return partition_of("incident-a")


async def test_scripts_are_sent_again_when_redis_has_forgotten_them(state: State) -> None:
    await codes(state, make_alert())
    await state.scripts.client.script_flush()
    assert await codes(state, make_alert()) == "D"


async def test_writes_at_level_l2_wait_for_the_disk(valkey_url: str) -> None:
    from tests.support.state import open_state

    async with open_state(valkey_url, "L2") as state:
        assert await codes(state, make_alert()) == "N"
