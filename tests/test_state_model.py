"""The scripts against a small model: any interleaving of alerts, looks, leases, acts, mutes, expiry and new rules."""

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from router.gate import Outcome, Reason
from router.incident import Settle
from router.state import keys
from router.state.connect import connect
from router.state.entries import base_id, muted_id, pack_class
from router.state.incidents import Claim, Move
from tests.support.state import look, state_on
from tests.support.state_machine import CLASS_IDS, CLASSES, FINGERPRINTS, INHIBITORS, KEYS, TARGETS, AlertMachine

SIDES = (("HGETALL", "inh"), ("SMEMBERS", "tgt"))
TWINS = (Reason.SILENCE, Reason.INHIBITION)
DECISIONS = (
    (Outcome.HOLD, Reason.NO_THREAT),
    (Outcome.HOLD, Reason.WATCH),
    (Outcome.PAGE, Reason.THREAT_PAGE),
    (Outcome.TICKET, Reason.THREAT_TICKET),
    (Outcome.FORWARD, Reason.SLO_UNKNOWN),
    (Outcome.MERGE, Reason.JOINED),
    (Outcome.SUPPRESS, Reason.SILENCE),
    (Outcome.SUPPRESS, Reason.MUTE_TIME),
)


class Machine(AlertMachine):
    """Two processes write, two workers look; every answer and every count is compared with the model."""

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
        self.compare_incident(claim)

    def compare_incident(self, claim: Claim) -> None:
        known = self.model.incidents[claim.incident.key]
        assert [act.id for act in claim.incident.acts] == known.acts
        assert (claim.mark, claim.acted) == (known.mark, known.taken)
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
    @rule(
        data=st.data(),
        wanted=st.dictionaries(st.sampled_from(FINGERPRINTS), st.sampled_from([None, *TWINS])),
        mark=st.sampled_from(["", "m1", "m2"]),
    )
    def mute(self, data: st.DataObject, wanted: dict, mark: str) -> None:
        """A look puts alerts where silences and inhibition have them now; a zombie moves nothing."""
        number = data.draw(st.integers(0, len(self.claims) - 1))
        claim, token = self.claims[number]
        key = claim.incident.key
        known = self.model.incidents[key].now if key in self.model.incidents else {}
        assert {(name, cid) for name, cid, _ in self.do(self.state.incidents.firing(key))} == {
            (name, each.class_id) for name, each in known.items() if each.status == "f"
        }
        # Also alerts that have ended since the look read them.
        moves = [self.move_of(name, base_id(known[name].class_id), wanted[name]) for name in wanted if name in known]
        fresh = self.do(self.state.incidents.mute(claim, moves, mark))
        moved = self.model.mute(key, token, {each.fingerprint: each.class_id for each in moves}, mark)
        assert (fresh is not None) == moved
        if fresh is not None:
            assert fresh.token == claim.token
            self.compare_incident(fresh)
            self.claims[number] = fresh, token

    @staticmethod
    def move_of(fingerprint: str, class_id: str, reason: Reason | None) -> Move:
        alert_class = replace(CLASSES[CLASS_IDS.index(class_id)], muted=reason)
        wanted = muted_id(class_id, reason) if reason else class_id
        return Move(fingerprint, wanted, pack_class(alert_class), [cover.slo for cover in alert_class.covers])

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), forget=st.booleans())
    def commit(self, data: st.DataObject, forget: bool) -> None:
        """A look ends: some classes are decided, others not yet; a zombie's commit is refused."""
        claim, token = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1)))
        classes = [*claim.incident.classes, *CLASS_IDS]
        decided = data.draw(st.dictionaries(st.sampled_from(classes), st.sampled_from(DECISIONS)))
        taken = data.draw(st.integers(0, len(claim.incident.acts)))
        settle = [Settle(cid, outcome, reason) for cid, (outcome, reason) in decided.items()]
        commit = look(self.now + 30, settle=settle, forget=forget, acts_taken=taken)
        got = self.do(self.state.incidents.commit(claim, commit, self.now))
        decisions = {cid: (outcome.value, reason.value) for cid, (outcome, reason) in decided.items()}
        ever = claim.acted + taken
        want = self.model.commit(claim.incident.key, token, claim.incident.generation, decisions, forget, ever)
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

    @invariant()
    def inhibition_knows_who_fires(self) -> None:
        inhibitors, targets = self.do(self.sides())
        firing = {
            (fingerprint, key) for key, known in self.model.incidents.items()
            for fingerprint, each in known.now.items() if each.status == "f"
        }  # fmt: skip
        assert inhibitors == {(name, key) for name, key in firing if name in INHIBITORS}
        assert {key for name, key in firing if name in TARGETS} <= targets <= set(self.model.incidents)

    async def sides(self) -> tuple[set[tuple[str, str]], set[str]]:
        prefixes = {keys.prefix(keys.partition_of(key)) for key in KEYS}
        commands = [(command, f"{prefix}{name}") for prefix in prefixes for command, name in SIDES]
        replies = await self.state.scripts.read(commands)
        inhibitors = {(name.decode(), key.decode()) for some in replies[::2] for name, key in some.items()}
        return inhibitors, {key.decode() for some in replies[1::2] for key in some}

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
