"""Whatever happens to an incident, in whatever order: nobody is told twice, nobody is told too little."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from router.gate import AlertClass, Cover, Kind, Mode, Outcome, Policy
from router.incident import Phase
from router.slo.verdict import Cause, Verdict
from tests.support.episodes import OBJECTIVES, Bench

LOUD = frozenset({Outcome.PAGE, Outcome.TICKET, Outcome.FORWARD, Outcome.MERGE})
ON_A = (Cover("a"),)
FAMILY = {
    "gated": AlertClass(Kind.GATED, ON_A),
    "wide": AlertClass(Kind.GATED, (Cover("a"), Cover("b"))),
    "scoped": AlertClass(Kind.GATED, (Cover("a", may_clear=False),)),
    "burn_page": AlertClass(Kind.BURN_PAGE, ON_A),
    "burn_ticket": AlertClass(Kind.BURN_TICKET, ON_A),
    "gap": AlertClass(Kind.GAP, ON_A),
}
ALONE = {
    "bypass": AlertClass(Kind.BYPASS),
    "unmapped": AlertClass(Kind.UNMAPPED),
    "notice": AlertClass(Kind.NOTICE),
}
VERDICTS = [(verdict, Cause.NONE) for verdict in Verdict if verdict is not Verdict.UNKNOWN] + [
    (Verdict.UNKNOWN, cause) for cause in (Cause.NO_DATA, Cause.SOURCE_UNREACHABLE, Cause.TOTAL_OUTAGE, Cause.STALE)
]
FAULTS = ["", "refuse", "lost", "landed", "crash_before", "crash_after", "reroute"]
PAUSES_S = [0.5, 4.0, 11.0, 31.0, 61.0, 300.0, 901.0, 1_700.0, 5 * 3600.0, 86_500.0]


class Lives(RuleBasedStateMachine):
    """The life of one incident, tried at random."""

    @initialize(
        names=st.one_of(
            st.lists(st.sampled_from(sorted(FAMILY)), min_size=1, max_size=2, unique=True),
            st.sampled_from(sorted(ALONE)).map(lambda name: [name]),
        ),
        one_channel=st.booleans(),
        shadow=st.booleans(),
        wait_s=st.sampled_from([0.0, 10.0, 60.0]),
    )
    def begin(self, names: list[str], one_channel: bool, shadow: bool, wait_s: float) -> None:
        known = FAMILY | ALONE
        policy = Policy(Mode.SHADOW) if shadow else Policy()
        self.bench = Bench({name: known[name] for name in names}, group_wait_s=wait_s, policy=policy)
        if one_channel:
            self.bench.ticket_channel = self.bench.page_channel

    def _name(self, number: int) -> str:
        names = sorted(self.bench.classes)
        return names[number % len(names)]

    @rule(number=st.integers(0, 1), faults=st.lists(st.sampled_from(FAULTS), max_size=2))
    def fires(self, number: int, faults: list[str]) -> None:
        self.bench.fire(self._name(number))
        self.bench.work(faults)

    @rule(number=st.integers(0, 1), every=st.booleans(), faults=st.lists(st.sampled_from(FAULTS), max_size=2))
    def resolves(self, number: int, every: bool, faults: list[str]) -> None:
        self.bench.resolve(self._name(number), every=every)
        self.bench.work(faults)

    @rule(number=st.integers(0, 1))
    def flickers(self, number: int) -> None:
        """Fires and resolves before anybody looks."""
        self.bench.fire(self._name(number))
        self.bench.resolve(self._name(number))
        self.bench.work()

    @rule(slo=st.sampled_from(sorted(OBJECTIVES)), said=st.sampled_from(VERDICTS))
    def changes_its_verdict(self, slo: str, said: tuple[Verdict, Cause]) -> None:
        self.bench.say(slo, *said)
        self.bench.work()

    @rule(seconds=st.sampled_from(PAUSES_S), faults=st.lists(st.sampled_from(FAULTS), max_size=3))
    def time_passes(self, seconds: float, faults: list[str]) -> None:
        self.bench.now += seconds
        self.bench.work(faults)

    @precondition(lambda self: self.bench.stored is not None)
    @rule(
        number=st.integers(0, 1), ends=st.booleans(), fault=st.sampled_from(FAULTS), wait_s=st.sampled_from([0.0, 61.0])
    )
    def changes_while_slack_is_called(self, number: int, ends: bool, fault: str, wait_s: float) -> None:
        bench, name = self.bench, self._name(number)
        bench.now += wait_s
        if bench.due_at is not None and bench.due_at <= bench.now:
            bench.work([fault], meanwhile=lambda: bench.resolve(name) if ends else bench.fire(name))

    @rule(page=st.sampled_from(["C1", "C2"]), ticket=st.sampled_from(["C1", "C2", "CT"]))
    def is_configured_anew(self, page: str, ticket: str) -> None:
        self.bench.page_channel, self.bench.ticket_channel = page, ticket

    @rule(shadow=st.booleans())
    def changes_its_mode(self, shadow: bool) -> None:
        self.bench.policy = Policy(Mode.SHADOW) if shadow else Policy()

    @rule()
    def comes_to_rest(self) -> None:
        """Once faults stop, all is said within minutes, and stays so."""
        bench = self.bench
        bench.pass_time(400.0)
        for each in bench.firings:
            assert each.outcome is not None
            if each.judged_telling:
                assert each.outcome in LOUD, "judged worth telling, and not told"
        if bench.stored is None or not bench.told.roots:
            return
        paged = bench.verdicts["a"].verdict is Verdict.THREAT_PAGE
        loud = [each for each in bench.firings if each.cid in bench.stored.mind.loud]
        if any(each.fires for each in loud):
            assert bench.told.phase is Phase.FIRING
        elif loud and paged and all(Cover("a") in bench.classes[each.cid].covers for each in loud):
            assert bench.told.phase is Phase.BURNING
        for root in bench.told.live:
            shown = bench.slack.messages[root.ts].views[-1]
            assert (shown.phase, shown.refires) == (bench.told.phase, bench.told.refires)

    @invariant()
    def everything_goes_on(self) -> None:
        bench = getattr(self, "bench", None)
        if bench is not None and bench.stored is not None:
            assert bench.due_at is not None, "an incident without a due time is never looked at again"

    def teardown(self) -> None:
        """In the end everything resolves, is told to be over once, and is forgotten."""
        bench = getattr(self, "bench", None)
        if bench is None:
            return
        for slo in OBJECTIVES:
            bench.say(slo, Verdict.NO_THREAT)
        for name in bench.classes:
            bench.resolve(name)
        firings = list(bench.firings)
        bench.pass_time(2 * 3600.0)
        assert bench.stored is None, "never forgotten"
        assert all(each.outcome not in (None, Outcome.HOLD) for each in firings)


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
