"""The half of the state's Hypothesis machine that sends alerts, and compares every answer with the model."""

import asyncio
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from router.alert import Alert, Status
from router.gate import AlertClass, Cover, Kind
from router.state import keys
from router.state.acts import Acts
from router.state.entries import Entry, base_id
from router.state.incidents import Claim
from tests.support.state import START, State, entry, make_act, make_alert, state_on
from tests.support.state_model import Model

CLASSES = (
    AlertClass(Kind.GATED, (Cover("checkout"),)),
    AlertClass(Kind.GATED, (Cover("search"),)),
    AlertClass(Kind.BYPASS),
)
FINGERPRINTS = tuple(f"{n}" * 32 for n in range(1, 6))
INHIBITORS, TARGETS = FINGERPRINTS[:2], FINGERPRINTS[1:4]


def incident_keys() -> tuple[str, str, str]:
    """Three incidents: two in one partition, one in another."""
    first = "k0"
    same = next(f"k{n}" for n in range(1, 999) if keys.partition_of(f"k{n}") == keys.partition_of(first))
    other = next(f"k{n}" for n in range(1, 999) if keys.partition_of(f"k{n}") != keys.partition_of(first))
    return first, same, other


KEYS = incident_keys()
CLASS_IDS = tuple(entry(make_alert(), alert_class=each).class_id for each in CLASSES)
alerts = st.tuples(
    st.sampled_from(FINGERPRINTS),
    st.sampled_from([Status.FIRING, Status.FIRING, Status.RESOLVED]),
    st.sampled_from([None, -60, -20, 0, 20]),
    st.sampled_from([None, -40, -10, 10]),
    st.sampled_from(["2 %", "3 %"]),
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from([None, None, 100, 400]),
)


class AlertMachine(RuleBasedStateMachine):
    """Two processes write; every answer is compared with the model."""

    loop: asyncio.AbstractEventLoop
    state: State
    other: State

    def do(self, coroutine):  # type: ignore[no-untyped-def]
        return self.loop.run_until_complete(coroutine)

    @initialize()
    def begin(self) -> None:
        self.do(self.state.client.flushall())
        self.state = state_on(self.state.scripts.client, self.state.url)
        self.other = state_on(self.state.scripts.client, self.state.url)
        self.now = START
        self.homes = {fingerprint: KEYS[n % 3] for n, fingerprint in enumerate(FINGERPRINTS)}
        self.model = Model({key: keys.partition_of(key) for key in KEYS}, {CLASS_IDS[2]})
        self.claims: list[tuple[Claim, int]] = []
        self.acts: dict[str, set[str]] = {key: set() for key in KEYS}
        self.last: list[Entry] = []

    # --- alerts

    @rule(batch=st.lists(alerts, min_size=1, max_size=6), second=st.booleans())
    def receive(self, batch: list, second: bool) -> None:
        """A webhook: each alert goes where its firing is held, else where the configuration puts it."""
        located = self.do(self.state.board.locate(list(FINGERPRINTS)))
        entries = [each for alert in batch for each in self.entries_of(alert, located)]
        self.store(entries, second)
        self.last = entries

    def entries_of(self, alert: tuple, located: dict[str, list[str]]) -> list[Entry]:
        fingerprint, status, starts, ends, summary, class_no, expires = alert
        made = make_alert(
            status=status,
            fingerprint=fingerprint,
            rule=f"rule|{fingerprint[0]}",
            starts_at=None if starts is None else self.now + starts,
            ends_at=None if ends is None or status is Status.FIRING else self.now + ends,
            expires_at=None if expires is None else self.now + expires,
            annotations={"summary": summary},
        )
        home = self.homes[fingerprint]
        held = located.get(fingerprint, [])
        assert set(held) == self.model.held_by(fingerprint)
        places = held if held and home not in held else [home]
        # The last alert has a second route: a copy that is counted nowhere.
        copies = [KEYS[1]] if fingerprint == FINGERPRINTS[4] and KEYS[1] not in places else []
        return [
            self.entry_of(made, key, copy=key in copies, alert_class=CLASSES[class_no]) for key in [*places, *copies]
        ]

    def entry_of(self, made: Alert, key: str, copy: bool, alert_class: AlertClass) -> Entry:
        sides = {"inhibits": made.fingerprint in INHIBITORS, "inhibitable": made.fingerprint in TARGETS}
        return replace(entry(made, key, self.now, copy, alert_class), **sides)

    def store(self, entries: list[Entry], second: bool) -> str:
        writer = self.other if second else self.state
        codes = self.do(writer.store(*entries, now=self.now))
        places = [each.incident_key for each in entries]
        # Alerts of one incident keep their order; those of another may pass them.
        expected = {
            n: self.expected(entries[n]) for n in sorted(range(len(entries)), key=lambda n: places.index(places[n]))
        }
        # Of a resolve that two incidents of a partition get, either can be the one that leaves the tombstone.
        served = sorted((each.fingerprint, codes[n]) for n, each in enumerate(entries))
        assert served == sorted((each.fingerprint, expected[n]) for n, each in enumerate(entries))
        return codes

    def expected(self, each: Entry) -> str:
        key, fingerprint = each.incident_key, each.fingerprint
        if each.status is Status.RESOLVED:
            return self.model.resolves(key, fingerprint, each.starts_at, each.ends_at)
        return self.model.fires(
            key, fingerprint, each.class_id, each.starts_at, each.body_hash, each.copy, each.expires_at, self.now
        )

    @precondition(lambda self: self.last)
    @rule(second=st.booleans())
    def repeat(self, second: bool) -> None:
        """The last webhook again, some time later."""
        self.store(self.last, second)

    @rule(batch=st.lists(alerts, min_size=1, max_size=6, unique_by=lambda alert: alert[0]), second=st.booleans())
    def retry(self, batch: list, second: bool) -> None:
        """A webhook whose fate was unknown is written once more at once: that changes nothing."""
        located = self.do(self.state.board.locate(list(FINGERPRINTS)))
        dated = [(*alert[:2], alert[2] or 0, *alert[3:]) for alert in batch]
        entries = [each for alert in dated for each in self.entries_of(alert, located)]
        self.store(entries, second)
        before = self.do(self.sums())
        codes = self.store(entries, not second)
        assert set(codes) <= set("DS"), codes
        assert self.do(self.sums()) == before

    @rule(fingerprint=st.sampled_from(FINGERPRINTS), key=st.sampled_from(KEYS))
    def move(self, fingerprint: str, key: str) -> None:
        """The configuration puts a rule into another incident."""
        self.homes[fingerprint] = key

    @rule(seconds=st.sampled_from([1, 30, 299, 301]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def expire(self) -> None:
        assert self.do(self.state.incidents.expire(self.now)) == self.model.expire(self.now)

    @rule()
    def wake(self) -> None:
        firing = self.do(self.state.incidents.wake("checkout", self.now))
        covered = [
            each for each in self.model.incidents.values() if CLASS_IDS[0] in {base_id(cid) for cid in each.classes}
        ]
        assert firing == sum(each.heard > 0 for each in covered)

    @rule(key=st.sampled_from(KEYS), number=st.integers(1, 12), second=st.booleans())
    def act(self, key: str, number: int, second: bool) -> None:
        """Somebody clicks; Slack may deliver it again."""
        known = self.do(self.state.board.incident(key))
        assert (known is not None) == (key in self.model.incidents)
        doing = Acts((self.other if second else self.state).scripts)
        put = self.do(doing.put(key, make_act(known.id if known else "E-GONE", number), self.now))
        assert put == self.model.act(key, f"click-{number}", self.acts[key])
