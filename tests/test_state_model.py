"""The scripts against a small model: any interleaving of alerts, looks, leases, expiry and configuration changes."""

import asyncio

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from router.alert import Status
from router.gate import AlertClass, Cover, Kind, Outcome, Reason
from router.incident import Settle
from router.state import keys
from router.state.connect import connect
from router.state.entries import Entry
from router.state.incidents import Claim
from tests.support.state import START, State, entry, look, make_alert, state_on
from tests.support.state_model import Model

CLASSES = (
    AlertClass(Kind.GATED, (Cover("checkout"),)),
    AlertClass(Kind.GATED, (Cover("search"),)),
    AlertClass(Kind.BYPASS),
)
FINGERPRINTS = tuple(f"{n}" * 32 for n in range(1, 6))


def incident_keys() -> tuple[str, str, str]:
    """Three incidents: two in one partition, one in another."""
    first = "k0"
    same = next(f"k{n}" for n in range(1, 999) if keys.partition_of(f"k{n}") == keys.partition_of(first))
    other = next(f"k{n}" for n in range(1, 999) if keys.partition_of(f"k{n}") != keys.partition_of(first))
    return first, same, other


KEYS = incident_keys()
CLASS_IDS = tuple(entry(make_alert(), alert_class=each).class_id for each in CLASSES)
DECISIONS = (
    (Outcome.HOLD, Reason.NO_THREAT),
    (Outcome.HOLD, Reason.WATCH),
    (Outcome.PAGE, Reason.THREAT_PAGE),
    (Outcome.TICKET, Reason.THREAT_TICKET),
    (Outcome.FORWARD, Reason.SLO_UNKNOWN),
    (Outcome.MERGE, Reason.JOINED),
)
alerts = st.tuples(
    st.sampled_from(FINGERPRINTS),
    st.sampled_from([Status.FIRING, Status.FIRING, Status.RESOLVED]),
    st.sampled_from([None, -60, -20, 0, 20]),
    st.sampled_from([None, -40, -10, 10]),
    st.sampled_from(["2 %", "3 %"]),
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from([None, None, 100, 400]),
)


class Machine(RuleBasedStateMachine):
    """Two processes write, two workers look; every answer and every count is compared with the model."""

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
            entry(made, key, self.now, copy=key in copies, alert_class=CLASSES[class_no]) for key in [*places, *copies]
        ]

    def store(self, entries: list[Entry], second: bool) -> str:
        writer = self.other if second else self.state
        codes = self.do(writer.store(*entries, now=self.now))
        places = [each.incident_key for each in entries]
        # Alerts of one incident keep their order; those of another may pass them.
        expected = {
            n: self.expected(entries[n]) for n in sorted(range(len(entries)), key=lambda n: places.index(places[n]))
        }
        assert codes == "".join(expected[n] for n in range(len(entries)))
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
        covered = [each for each in self.model.incidents.values() if CLASS_IDS[0] in each.classes]
        assert firing == sum(each.firing > 0 for each in covered)

    # --- looks

    @rule(second=st.booleans())
    def claim(self, second: bool) -> None:
        """A worker takes what is due; nobody else's lease is touched."""
        worker = (self.other if second else self.state).another("b" if second else "a")
        for partition in sorted(set(self.model.partition_of.values())):
            for claim in self.do(worker.claim(partition, self.now, 10)):
                self.compare(claim)
                self.claims.append((claim, self.model.claim(claim.incident.key)))

    def compare(self, claim: Claim) -> None:
        known = self.model.incidents[claim.incident.key]
        assert not known.leased
        assert claim.token == known.token + 1
        assert claim.incident.generation == known.generation
        assert claim.incident.firing == known.firing
        assert claim.incident.total == known.total
        assert {cid: each.unsettled for cid, each in claim.incident.classes.items()} == {
            cid: len(known.unsettled(cid)) for cid in known.classes
        }
        assert {cid: each.firing for cid, each in claim.incident.classes.items()} == {
            cid: sum(each.status == "f" and each.class_id == cid for each in known.now.values())
            for cid in known.classes
        }
        assert sum(kind.firing for kind in claim.incident.kinds) == known.firing
        assert sum(kind.total for kind in claim.incident.kinds) == known.total

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), forget=st.booleans())
    def commit(self, data: st.DataObject, forget: bool) -> None:
        """A look ends: some classes are decided, others not yet; a zombie's commit is refused."""
        claim, token = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1)))
        decided = data.draw(st.dictionaries(st.sampled_from(CLASS_IDS), st.sampled_from(DECISIONS)))
        settle = [Settle(cid, outcome, reason) for cid, (outcome, reason) in decided.items()]
        commit = look(self.now + 30, settle=settle, forget=forget)
        got = self.do(self.state.incidents.commit(claim, commit, self.now))
        decisions = {cid: (outcome.value, reason.value) for cid, (outcome, reason) in decided.items()}
        want = self.model.commit(claim.incident.key, token, claim.incident.generation, decisions, forget)
        assert got.fenced == (want is None)
        if want is not None:
            assert {f"{outcome} {reason}": n for (outcome, reason), n in got.counts.items()} == want[0]

    @precondition(lambda self: self.claims)
    @rule()
    def leases_end(self) -> None:
        """Workers hang: their leases run out, and others may take over."""
        for key, known in self.model.incidents.items():
            if known.leased:
                self.do(self.state.client.hset(f"{keys.prefix(keys.partition_of(key))}i:{key}", "luntil", "0"))
                known.leased = False

    # --- what holds always

    @invariant()
    def everything_is_accounted_for(self) -> None:
        tally, audit, standing, due = self.do(self.sums())
        assert tally["opened"] == self.model.opened
        assert tally["settled"] == sum(self.model.outcomes.values())
        assert tally["opened"] == tally["settled"] + self.model.unsettled
        assert {name: n for name, n in tally.items() if name.startswith("o:") and n} == {
            f"o:{name.replace(' ', ':')}": n for name, n in self.model.outcomes.items()
        }
        assert (audit.unaccounted, audit.held) == (0, self.model.held)
        assert standing == sorted(
            (key, fingerprint) for key, known in self.model.incidents.items()
            for fingerprint, each in known.now.items() if each.status == "f" and each.counted
        )  # fmt: skip
        assert due == set(self.model.incidents), "every unfinished incident is looked at some day"

    async def sums(self) -> tuple:
        audit = await self.state.board.audit(self.now)
        places = [(keys.prefix(keys.partition_of(key)), key) for key in KEYS]
        commands = [("HGET", f"{prefix}i:{key}", "id") for prefix, key in places]
        commands += [("ZSCORE", f"{prefix}due", key) for prefix, key in places]
        found = await self.state.scripts.read(commands)
        names = {(name or b"").decode(): key for name, key in zip(found, KEYS, strict=False)}
        due = {key for key, score in zip(KEYS, found[3:], strict=True) if score is not None}
        standing = sorted((names[each.incident], each.alert.fingerprint) for each in await self.state.board.alerts())
        return await self.state.board.tally(), audit, standing, due


def play(url: str, examples: int, steps: int) -> None:
    loop = asyncio.new_event_loop()
    try:
        client = connect(url)
        Machine.loop, Machine.state = loop, state_on(client, url)
        quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=quiet
            ),
        )
        loop.run_until_complete(client.aclose())
    finally:
        loop.close()


def test_any_interleaving_agrees_with_the_model(valkey_url: str) -> None:
    play(valkey_url, examples=50, steps=25)


def test_redis_seven_zero_agrees_with_the_model_too(redis_url: str) -> None:
    play(redis_url, examples=10, steps=20)
