"""What is remembered between looks comes back as it was stored, also from what an earlier version stored."""

import orjson
import pytest

from router.gate import Held, Outcome, Reason
from router.incident import Act, Call, Deed, Handling, Intent, Loud, Mind, Person, Phase, Root, Say, Told
from router.incident.handling import HandResolved, Mark, Snooze
from router.incident.life import Over
from router.state import looks

START = 1_780_000_000.0
SATO = Person("U1", "佐藤")
LOUD = Loud(Outcome.PAGE, Reason.THREAT_PAGE, START)
ROOT = Root("C1", "1.2", "m", "n", START, "C2", 3, acts=2, receiver="second")
TOLD = Told(
    (ROOT,), ROOT, Phase.MUTED, Outcome.PAGE, START, 3, START, Call.UNMUTED, 0.5, refired_at=(START, START + 1),
    refire_told_at=START,
)  # fmt: skip
MIND = Mind({"ms.1": LOUD}, {"2": Held(START, START)}, {"2": "hold watch"}, 7, Over("1", LOUD, START, 0.18))
INTENT = Intent(Say.REPLY, "d1", "C1", START, 1, 2, "1.2", receiver="second", call=Call.HANDED_OVER)
HANDLING = Handling(
    4, SATO, START, Person("U2"), START + 1, Snooze(SATO, START, START + 60, 2.5), Mark(False, SATO, START),
    HandResolved(SATO, START, 1.0), START + 2, SATO, START + 3, 2, START + 4,
)  # fmt: skip
ACT = Act("a1", Deed.HAND_OVER, SATO, START, "E-ABC", START + 1, Person("U2"), "other", "https://example.com/r", "ja")


def test_everything_comes_back_as_it_was_stored() -> None:
    assert looks.unpack_told(looks.pack_told(TOLD)) == TOLD
    assert looks.unpack_mind(looks.pack_mind(MIND)) == MIND
    assert looks.unpack_intent(looks.pack_intent(INTENT)) == INTENT
    assert looks.unpack_handling(looks.pack_handling(HANDLING)) == HANDLING
    assert looks.unpack_act(looks.pack_act(ACT)) == ACT


@pytest.mark.parametrize("value", [Told(), Mind(), Handling()], ids=["told", "mind", "handling"])
def test_what_says_nothing_comes_back_too(value: Told | Mind | Handling) -> None:
    name = type(value).__name__.lower()
    unpack = getattr(looks, f"unpack_{name}")
    assert unpack(getattr(looks, f"pack_{name}")(value)) == unpack(None) == value


OLD_TOLD = b"""{"roots":[{"channel":"C1","ts":"1.2","material":"m","numbers":"n","edited_at":1780000000.0,"asked":"",
"episode":1}],"causes":{"channel":"C1","ts":"1.3","material":"m","numbers":"","edited_at":1780000000.0,"asked":"",
"episode":0},"phase":"firing","outcome":"page","at":1780000000.0,"refires":1,"broadcast_at":null,"pending":"refired",
"budget_at_start":0.5}"""
OLD_MIND = b"""{"loud":{"c1":{"outcome":"page","reason":"threat_page","at":1780000000.0,"would":null,
"would_reason":null}},"held":{"c2":{"since":1780000000.0,"watch_since":null}},"said":{"c1":"page threat_page"},
"baseline":3}"""
OLD_INTENT = b'{"say":"root","delivery_id":"d1","channel":"C1","at":1780000000.0,"lookups":1,"tries":2,"ts":""}'


def test_what_the_previous_version_stored_still_loads() -> None:
    """Of before people could act: what is new has its default."""
    assert looks.unpack_told(OLD_TOLD) == Told(
        roots=(Root("C1", "1.2", "m", "n", START, episode=1),),
        causes=Root("C1", "1.3", "m", "", START),
        phase=Phase.FIRING,
        outcome=Outcome.PAGE,
        at=START,
        refires=1,
        pending=Call.REFIRED,
        budget_at_start=0.5,
    )
    held = {"c2": Held(START)}
    assert looks.unpack_mind(OLD_MIND) == Mind({"c1": LOUD}, held, {"c1": "page threat_page"}, 3)
    assert looks.unpack_intent(OLD_INTENT) == Intent(Say.ROOT, "d1", "C1", START, 1, 2)


def test_an_incident_of_the_previous_version_still_loads() -> None:
    meta = orjson.dumps({"receiver": "sre", "route": "0", "group": {}, "wait": 10.0, "repeat": 60.0})
    fields = {b"id": b"E-ABC", b"opened": b"1780000000.0", b"gen": b"3", b"meta": meta, b"told": OLD_TOLD}
    fields |= {b"mind": OLD_MIND, b"intent": OLD_INTENT, b"phase": b"open", b"n:c1": b"2", b"firing": b"2"}
    fields[b"c:c1"] = b'{"kind":"gated","covers":[["checkout",true]]}'
    incident = looks.unpack_incident("k", fields, [], [b"c1", 1, 0], [])
    assert (incident.handling, incident.acts) == (Handling(), ())
    assert (incident.mute_times, incident.active_times) == ((), ())
    assert incident.classes["c1"].alert_class.muted is None
    assert (incident.firing, incident.unsettled) == (2, 1)


def test_names_of_mute_times_come_from_the_meta_data_of_an_incident() -> None:
    meta = {"receiver": "sre", "route": "0", "group": {}, "wait": 10.0, "repeat": 60.0}
    fields = {b"id": b"E-ABC", b"opened": b"1780000000.0", b"gen": b"3"}
    fields[b"meta"] = orjson.dumps({**meta, "mute": ["nights"], "active": ["work", "saturday"]})
    incident = looks.unpack_incident("k", fields, [], [], [])
    assert (incident.mute_times, incident.active_times) == (("nights",), ("work", "saturday"))


def test_what_a_newer_version_has_added_is_left_out() -> None:
    """While replicas are replaced one by one, an old one reads what a new one has stored."""
    newer = orjson.loads(looks.pack_told(Told(roots=(ROOT,), phase=Phase.FIRING)))
    newer["roots"][0]["added"] = 1
    newer["added"] = {"by": "later"}
    assert looks.unpack_told(orjson.dumps(newer)).roots == (ROOT,)
