"""Whatever people do, whatever is silenced, in whatever order: what people did is shown, and nothing is lost."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from router.gate import Outcome
from router.incident import Call, Deed, Person, Phase, Say
from tests.test_incident_model import FAULTS, Lives

PEOPLE = ["U0ADA", "U0SATO"]
SETTLED = frozenset({Outcome.PAGE, Outcome.TICKET, Outcome.FORWARD, Outcome.MERGE})


class Handled(Lives):
    """The life of an incident with people in it."""

    @precondition(lambda self: self.bench.stored is not None)
    @rule(
        deed=st.sampled_from(sorted(Deed)),
        who=st.sampled_from(PEOPLE),
        hours=st.sampled_from([0.01, 1.0, 9.0]),
        faults=st.lists(st.sampled_from(FAULTS), max_size=2),
    )
    def somebody_acts(self, deed: Deed, who: str, hours: float, faults: list[str]) -> None:
        until = self.bench.now + hours * 3600
        self.bench.does(deed, who, until=until, to=Person("U0SATO", "Sato"), reason="test")
        self.bench.work(faults)

    @precondition(lambda self: self.bench.stored is not None)
    @rule(number=st.integers(0, 1), over=st.booleans())
    def a_silence_begins_or_ends(self, number: int, over: bool) -> None:
        plain = [name for name in sorted(self.bench.classes) if not name.startswith("ms.")]
        self.bench.silence(plain[number % len(plain)], over=over)
        self.bench.work()

    @rule(muted=st.booleans())
    def a_mute_time_begins_or_ends(self, muted: bool) -> None:
        self.bench.mute_time = muted
        if self.bench.due_at is not None:
            self.bench.due_at = min(self.bench.due_at, self.bench.now)
        self.bench.work()

    @rule()
    def comes_to_rest(self) -> None:
        """Once faults stop, the message shows what people did; what fires and was not told is held or silenced."""
        bench = self.bench
        bench.pass_time(400.0)
        assert all(each.outcome is not None for each in bench.firings)
        if bench.stored is None or bench.told.phase is None:
            return
        assert not bench.acts
        handling = bench.stored.handling
        for root in bench.told.live:
            shown = bench.slack.messages[root.ts].views[-1]
            assert shown.phase is bench.told.phase
            if bench.stored.mind.over is not None or bench.stored.mind.loud:
                assert shown.handling.acts == handling.acts, "a message that does not show what people did"
        loud = [each for each in bench.firings if each.cid in bench.stored.mind.loud and each.fires]
        if bench.told.live and loud and handling.resolved is None:
            assert bench.told.phase is (Phase.MUTED if bench.mute_time and not self._notice() else Phase.FIRING)

    def _notice(self) -> bool:
        return "notice" in self.bench.classes

    @invariant()
    def a_snooze_keeps_quiet(self) -> None:
        """While a snooze lasts, nobody is called because of time or of firing again."""
        bench = getattr(self, "bench", None)
        if bench is None or bench.stored is None or bench.stored.handling.snooze is None:
            return
        since = bench.stored.handling.snooze.at
        calls = [each for each in bench.slack.posts(Say.BROADCAST) if each.at > since]
        assert not [each for each in calls if each.views[0].call in (Call.REPEATED, Call.UNMUTED)]

    def teardown(self) -> None:
        if getattr(self, "bench", None) is not None:
            self.bench.mute_time = False
        super().teardown()


TestHandled = Handled.TestCase
TestHandled.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
