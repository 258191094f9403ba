"""Conservation: every firing that was accepted is in the history exactly once, before and after it is archived."""

import asyncio
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from router.alert import Status
from router.gate import Outcome, Reason
from router.incident import Settle
from router.state import keys
from tests.support.history import CLASS, HOLD, KEEP_S, Interrupted, Killed, archive, die, history, number
from tests.support.state import START, State, look, open_state

ALERTS, INCIDENTS = 4, 2
DECISIONS = (
    HOLD,
    Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, START),
    Settle(CLASS, Outcome.FORWARD, Reason.SHADOW, START, Outcome.HOLD),
    Settle(CLASS, Outcome.SUPPRESS, Reason.MUTE_TIME),
)
alerts = st.integers(0, ALERTS - 1)
incidents = st.integers(0, INCIDENTS - 1).map(lambda n: f"incident-{n}")


def machine(url: str) -> type[RuleBasedStateMachine]:
    """Return the machine on a server."""

    class Conservation(RuleBasedStateMachine):
        """Time goes on by a minute with each step."""

        def __init__(self) -> None:
            super().__init__()
            self._loop = asyncio.new_event_loop()
            self._open = open_state(url)
            self.now = START
            self.starts: dict[int, float] = {}

        @initialize()
        def begin(self) -> None:
            self.state: State = self._do(self._open.__aenter__())

        def teardown(self) -> None:
            self._do(self._open.__aexit__(None, None, None))
            self._loop.close()

        def _do(self, what):
            self.now += 60.0
            return self._loop.run_until_complete(what)

        @rule(alert=alerts, again=st.booleans())
        def fires(self, alert: int, again: bool) -> None:
            """It begins (or the source says the same start once more)."""
            start = self.starts.get(alert, self.now) if again else self.now
            self.starts[alert] = start
            self._do(self.state.store(number(alert, key=self._key(alert), starts_at=start), now=self.now))

        @rule(alert=alerts)
        def resolves(self, alert: int) -> None:
            gone = number(alert, status=Status.RESOLVED, key=self._key(alert), starts_at=START, ends_at=self.now)
            self._do(self.state.store(gone, now=self.now))

        def _key(self, alert: int) -> str:
            return f"incident-{alert % INCIDENTS}"

        @rule(key=incidents, decision=st.sampled_from(DECISIONS), forget=st.booleans())
        def is_looked_at(self, key: str, decision: Settle, forget: bool) -> None:
            self._do(self._look(key, decision, forget))

        async def _look(self, key: str, decision: Settle, forget: bool) -> None:
            for claim in await self.state.incidents.claim(keys.partition_of(key), self.now, 9):
                commit = look(self.now, settle=[decision] if claim.incident.classes else (), forget=forget)
                await self.state.incidents.commit(claim, commit, self.now)

        @rule()
        def is_archived(self) -> None:
            self._do(archive(self.state.scripts).turn(self.now, KEEP_S))

        @rule(call=st.integers(1, 20))
        def dies_while_archiving(self, call: int) -> None:
            async def dying() -> None:
                try:
                    await archive(Interrupted(self.state, call, die)).turn(self.now, KEEP_S)
                except Killed:
                    await self.state.client.delete(keys.lease("archive"))

            self._do(dying())

        @invariant()
        def every_firing_is_told_once(self) -> None:
            if hasattr(self, "state"):
                self._loop.run_until_complete(self._check())

        async def _check(self) -> None:
            firings = await history(self.state.scripts).between(0.0, 1e12)
            tally = await self.state.board.tally()
            assert len(firings) == tally["opened"]
            told = Counter(f"o:{each.outcome}:{each.reason}" for each in firings)
            settled = {name: n for name, n in tally.items() if name.startswith("o:") and n}
            assert {name: told[name] for name in settled if "suppress" not in name} == {
                name: n for name, n in settled.items() if "suppress" not in name
            }

    return Conservation


def test_every_firing_that_was_accepted_is_told_once(valkey_url: str) -> None:
    run_state_machine_as_test(
        machine(valkey_url),
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
