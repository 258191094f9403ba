"""Lives of an incident as tables: acts in a row, and what people see in the end (tests.test_incident_plan)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from router.gate import AlertClass, Cover, Kind, Mode, Outcome, Policy
from router.incident import Call, Phase
from router.incident.life import Stage
from router.slo.verdict import Cause, Verdict
from tests.support.episodes import Bench

GATED = AlertClass(Kind.GATED, (Cover("a"),))
WIDE = AlertClass(Kind.GATED, (Cover("a"), Cover("b")))
SCOPED = AlertClass(Kind.GATED, (Cover("a", may_clear=False),))
BURN_PAGE = AlertClass(Kind.BURN_PAGE, (Cover("a"),))
BURN_TICKET = AlertClass(Kind.BURN_TICKET, (Cover("a"),))
GAP = AlertClass(Kind.GAP, (Cover("a"),))
BYPASS = AlertClass(Kind.BYPASS)
NOTICE = AlertClass(Kind.NOTICE)

PAGE, TICKET, FORWARD, MERGE, DROP = Outcome.PAGE, Outcome.TICKET, Outcome.FORWARD, Outcome.MERGE, Outcome.DROP
FIRING, BURNING, RESOLVED = Phase.FIRING, Phase.BURNING, Phase.RESOLVED

Act = Callable[[Bench], None]


def fires(cid: str = "x") -> Act:
    return lambda bench: (bench.fire(cid), bench.work())[1]


def resolves(cid: str = "x") -> Act:
    return lambda bench: (bench.resolve(cid), bench.work())[1]


def flickers(cid: str = "x") -> Act:
    """Fires and resolves before anybody looks."""
    return lambda bench: (bench.fire(cid), bench.resolve(cid), bench.work())[2]


def says(verdict: Verdict, cause: Cause = Cause.NONE, slo: str = "a") -> Act:
    return lambda bench: (bench.say(slo, verdict, cause), bench.work())[1]


def waits(seconds: float) -> Act:
    return lambda bench: bench.pass_time(seconds)


def fails(*faults: str) -> Act:
    """The next calls to Slack go wrong in these ways."""
    return lambda bench: bench.work(list(faults))


def meanwhile(first: Act, then: Act) -> Act:
    """One thing happens, and another while Slack is told of the first."""

    def act(bench: Bench) -> None:
        first(bench)
        bench.work(meanwhile=lambda: then(bench))

    return act


def configured(page: str = "C1", ticket: str = "CT", mode: Mode = Mode.ENFORCE) -> Act:
    def act(bench: Bench) -> None:
        bench.page_channel, bench.ticket_channel, bench.policy = page, ticket, Policy(mode)

    return act


PAGES, TICKETS, CALM = says(Verdict.THREAT_PAGE), says(Verdict.THREAT_TICKET), says(Verdict.NO_THREAT)
WATCHES = says(Verdict.WATCH, Cause.LOW_EVIDENCE)
BLIND = says(Verdict.UNKNOWN, Cause.SOURCE_UNREACHABLE)
OUTAGE = says(Verdict.UNKNOWN, Cause.TOTAL_OUTAGE)
TOLD = waits(15)


@dataclass(frozen=True)
class Case:
    """A life in a few acts, and what people see in the end."""

    sentence: str
    acts: tuple[Act, ...]
    roots: tuple[tuple[str, Outcome, Phase], ...] = ()
    calls: tuple[Call, ...] = ()
    outcomes: tuple[Outcome | None, ...] = ()
    stage: Stage | None = None
    classes: dict[str, AlertClass] = field(default_factory=lambda: {"x": GATED})


SILENT = (
    Case("what threatens nothing is held", (fires(), waits(600)), outcomes=(Outcome.HOLD,), stage=Stage.WATCHING),
    Case("what resolves while held is dropped",
         (fires(), waits(60), resolves()), outcomes=(DROP,), stage=Stage.ENDED),
    Case("what flickers unseen is dropped", (flickers(),), outcomes=(DROP,), stage=Stage.ENDED),
    Case("what is over is forgotten after half an hour", (fires(), resolves(), waits(1_801)), stage=None),
    Case("a page waits for group_wait", (PAGES, fires(), waits(9)), outcomes=(None,), stage=Stage.WAITING),
    Case("what was dropped and fires again is held anew", (fires(), resolves(), waits(60), fires()),
         outcomes=(DROP, Outcome.HOLD), stage=Stage.WATCHING),
    Case("a gap that no longer burns is held like any alert", (CALM, fires()), outcomes=(Outcome.HOLD,),
         stage=Stage.WATCHING, classes={"x": GAP}),
)  # fmt: skip
FIRST = (
    Case("a page is posted in the page channel",
         (PAGES, fires(), TOLD), (("C1", PAGE, FIRING),), (), (PAGE,), Stage.OPEN),
    Case("a ticket is posted in the ticket channel",
         (TICKETS, fires(), TOLD), (("CT", TICKET, FIRING),), (), (TICKET,)),
    Case("what cannot be judged is forwarded", (BLIND, fires(), TOLD), (("C1", FORWARD, FIRING),), (), (FORWARD,)),
    Case("a total outage is forwarded", (OUTAGE, fires(), TOLD), (("C1", FORWARD, FIRING),), (), (FORWARD,)),
    Case("bypass is forwarded", (fires(), TOLD), (("C1", FORWARD, FIRING),), (), (FORWARD,), classes={"x": BYPASS}),
    Case("a burn alert pages by itself",
         (fires(), TOLD), (("C1", PAGE, FIRING),), (), (PAGE,), classes={"x": BURN_PAGE}),
    Case("a narrower SLO cannot clear",
         (fires(), TOLD), (("C1", FORWARD, FIRING),), (), (FORWARD,), classes={"x": SCOPED}),
    Case("a narrower SLO can raise",
         (PAGES, fires(), TOLD), (("C1", PAGE, FIRING),), (), (PAGE,), classes={"x": SCOPED}),
    Case("a held alert pages at once when its SLO burns", (fires(), waits(60), PAGES),
         (("C1", PAGE, FIRING),), (), (PAGE,)),
    Case("what is watched for 15 minutes is forwarded", (WATCHES, fires(), waits(901)),
         (("C1", FORWARD, FIRING),), (), (FORWARD,)),
    Case("watching starts anew after a calm moment",
         (WATCHES, fires(), waits(600), CALM, waits(31), WATCHES, waits(600)),
         outcomes=(Outcome.HOLD,), stage=Stage.WATCHING),
    Case("what is held for a day becomes a ticket",
         (fires(), waits(86_431)), (("CT", TICKET, FIRING),), (), (TICKET,)),
    Case("what flickers unseen while the SLO burns is told, burning", (PAGES, flickers(), TOLD),
         (("C1", PAGE, BURNING),), (), (PAGE,), Stage.BURNING),
    Case("bypass that flickers unseen is told, resolved", (flickers(), TOLD),
         (("C1", FORWARD, RESOLVED),), (), (FORWARD,), Stage.RESOLVED, {"x": BYPASS}),
    Case("what was judged a page while group_wait ran is told though the SLO calms down",
         (PAGES, fires(), waits(5), CALM, TOLD), (("C1", PAGE, FIRING),), (), (PAGE,)),
    Case("shadow forwards what would be held", (configured(mode=Mode.SHADOW), fires(), TOLD),
         (("C1", FORWARD, FIRING),), (), (FORWARD,)),
    Case("two classes are one message", (PAGES, fires("x"), fires("y"), TOLD),
         (("C1", PAGE, FIRING),), (), (PAGE, PAGE), classes={"x": GATED, "y": BURN_PAGE}),
)  # fmt: skip
LATER = (
    Case("what joins is merged", (PAGES, fires(), TOLD, fires()), (("C1", PAGE, FIRING),), (), (PAGE, MERGE)),
    Case("what joins and goes unseen is merged", (PAGES, fires(), TOLD, flickers()),
         (("C1", PAGE, BURNING),), (), (PAGE, MERGE)),
    Case("a page never becomes quieter", (PAGES, fires(), TOLD, CALM, waits(300)),
         (("C1", PAGE, FIRING),), (), (PAGE,), Stage.OPEN),
    Case("alerts gone and still burning is said", (PAGES, fires(), TOLD, resolves()),
         (("C1", PAGE, BURNING),), (), (PAGE,), Stage.BURNING),
    Case("after burning it is resolved", (PAGES, fires(), TOLD, resolves(), waits(60), CALM),
         (("C1", PAGE, RESOLVED),), (), (PAGE,), Stage.RESOLVED),
    Case("firing again while it burns is an edit", (PAGES, fires(), TOLD, resolves(), fires()),
         (("C1", PAGE, FIRING),), (), (PAGE, MERGE), Stage.OPEN),
    Case("another SLO that burns keeps it open",
         (PAGES, fires(), TOLD, says(Verdict.THREAT_PAGE, slo="b"), CALM, resolves()),
         (("C1", PAGE, BURNING),), (), (PAGE,), classes={"x": WIDE}),
    Case("a held alert keeps nobody from resolving", (fires("y"), TOLD, fires("x"), resolves("y"), TOLD),
         (("C1", PAGE, RESOLVED),), (), (PAGE, Outcome.HOLD), Stage.WATCHING, {"x": GATED, "y": BURN_PAGE}),
    Case("a held alert beside a resolved page is judged again and again",
         (fires("y"), TOLD, fires("x"), resolves("y"), waits(300), PAGES, TOLD),
         (("C1", PAGE, FIRING),), (Call.REFIRED,), (PAGE, PAGE), classes={"x": GATED, "y": BURN_PAGE}),
    Case("what has ended does not speak again when another alert is held",
         (fires("y"), TOLD, resolves("y"), waits(60), fires("x"), waits(60), resolves("x"), waits(60)),
         (("C1", PAGE, RESOLVED),), (), (PAGE, DROP), classes={"x": GATED, "y": BURN_PAGE}),
    Case("still firing is called after repeat_interval", (fires(), waits(4 * 3600 + 60)),
         (("C1", FORWARD, FIRING),), (Call.REPEATED,), (FORWARD,), classes={"x": BYPASS}),
)  # fmt: skip
LOUDER = (
    Case("a ticket that becomes a page rings where pages ring", (TICKETS, fires(), TOLD, PAGES),
         (("CT", PAGE, FIRING), ("C1", PAGE, FIRING)), (), (PAGE,)),
    Case("both messages are true in the end", (TICKETS, fires(), TOLD, PAGES, waits(60), CALM, resolves(), TOLD),
         (("CT", PAGE, RESOLVED), ("C1", PAGE, RESOLVED)), (), (PAGE,), Stage.RESOLVED),
    Case("a ticket in the same channel is called once",
         (configured(ticket="C1"), TICKETS, fires(), TOLD, PAGES, TOLD),
         (("C1", PAGE, FIRING),), (Call.ESCALATED,), (PAGE,)),
    Case("what was forwarded unjudged and now burns is called once", (BLIND, fires(), TOLD, PAGES, waits(300)),
         (("C1", PAGE, FIRING),), (Call.ESCALATED,), (PAGE,)),
    Case("a page calls once, however the SLO swings",
         (BLIND, fires(), TOLD, PAGES, CALM, PAGES, BLIND, PAGES, waits(60)),
         (("C1", PAGE, FIRING),), (Call.ESCALATED,), (PAGE,)),
    Case("a class that becomes a page beside a forward keeps its own outcome",
         (fires("y"), TOLD, fires("x"), waits(60), PAGES, TOLD),
         (("C1", PAGE, FIRING),), (Call.ESCALATED,), (PAGE, PAGE), classes={"x": GATED, "y": SCOPED}),
)  # fmt: skip
AGAIN = (
    Case("firing again takes up the message and calls", (fires(), TOLD, resolves(), waits(60), fires(), TOLD),
         (("C1", FORWARD, FIRING),), (Call.REFIRED,), (FORWARD, FORWARD), Stage.OPEN, {"x": BYPASS}),
    Case("flapping calls once in half an hour",
         (fires(), TOLD, resolves(), *(waits(60), fires(), waits(60), resolves()) * 5, TOLD),
         (("C1", FORWARD, RESOLVED),), (Call.REFIRED,), (FORWARD,) * 6, classes={"x": BYPASS}),
    Case("flapping calls again after half an hour",
         (fires(), TOLD, resolves(), *(waits(950), fires(), waits(60), resolves()) * 3, TOLD),
         (("C1", FORWARD, RESOLVED),), (Call.REFIRED, Call.REFIRED), (FORWARD,) * 4, classes={"x": BYPASS}),
    Case("firing again and gone before anybody looks is told all the same",
         (fires(), TOLD, resolves(), waits(60), flickers(), TOLD),
         (("C1", FORWARD, RESOLVED),), (Call.REFIRED,), (FORWARD, FORWARD), classes={"x": BYPASS}),
    Case("what fires again and threatens nothing is held",
         (PAGES, fires(), TOLD, CALM, resolves(), waits(60), fires(), TOLD),
         (("C1", PAGE, RESOLVED),), (), (PAGE, Outcome.HOLD), Stage.WATCHING),
    Case("what fires again at once after a page and threatens nothing is held",
         (PAGES, fires(), TOLD, CALM, resolves(), fires()),
         (("C1", PAGE, RESOLVED),), (), (PAGE, Outcome.HOLD), Stage.WATCHING),
    Case("a second life that is louder calls, however soon",
         (configured(ticket="C1"), TICKETS, fires(), TOLD, resolves(), TICKETS, fires(),
          resolves(), PAGES, fires(), TOLD),
         (("C1", PAGE, FIRING),), (Call.REFIRED, Call.ESCALATED), (TICKET, TICKET, PAGE)),
    Case("a page in a second life rings in the page channel",
         (TICKETS, fires(), TOLD, resolves(), PAGES, fires(), TOLD),
         (("CT", TICKET, RESOLVED), ("C1", PAGE, FIRING)), (), (TICKET, PAGE)),
    Case("a third life takes up the message of its own channel",
         (TICKETS, fires(), TOLD, resolves(), PAGES, fires(), TOLD, TICKETS, resolves(), fires(), TOLD),
         (("CT", TICKET, FIRING), ("C1", PAGE, RESOLVED)), (Call.REFIRED,), (TICKET, PAGE, TICKET)),
    Case("a second life goes where the configuration says now",
         (fires(), TOLD, resolves(), configured("C9"), waits(60), fires(), TOLD),
         (("C1", FORWARD, RESOLVED), ("C9", FORWARD, FIRING)), (), (FORWARD, FORWARD), classes={"x": BYPASS}),
    Case("the notice of the router comes back in its own message",
         (fires(), TOLD, resolves(), waits(60), fires(), TOLD),
         (("C1", FORWARD, FIRING),), (Call.REFIRED,), (FORWARD, FORWARD), classes={"x": NOTICE}),
)  # fmt: skip
WRONG = (
    Case("a refused message is owed",
         (fires(), waits(9), lambda b: setattr(b, "now", b.now + 2), fails("refuse"), waits(30)),
         (("C1", FORWARD, FIRING),), (), (FORWARD,), classes={"x": BYPASS}),
    *(Case(f"one message although the first call was {fault}",
           (fires(), lambda b: setattr(b, "now", b.now + 11), fails(fault), waits(120)),
           (("C1", FORWARD, FIRING),), (), (FORWARD,), classes={"x": BYPASS})
      for fault in ("lost", "landed", "crash_before", "crash_after")),
    *(Case(f"resolved is shown although the edit was {fault} and it fired again",
           (fires(), TOLD, lambda b: b.resolve("x"), fails(fault), fires(), waits(120), resolves(), waits(30)),
           (("C1", FORWARD, RESOLVED),), (), (FORWARD, MERGE), classes={"x": BYPASS})
      for fault in ("lost", "landed", "crash_before", "crash_after", "refuse")),
    *(Case(f"one call although the first was {fault}",
           (BLIND, fires(), TOLD, lambda b: b.say("a", Verdict.THREAT_PAGE), fails(fault), waits(180)),
           (("C1", PAGE, FIRING),), (Call.ESCALATED,), (PAGE,))
      for fault in ("lost", "landed", "crash_before", "crash_after", "refuse")),
    Case("a post that was begun is finished where it was begun, though the channel is another now",
         (fires(), lambda b: setattr(b, "now", b.now + 11), fails("crash_after"), configured("C9"), waits(120)),
         (("C1", FORWARD, FIRING),), (), (FORWARD,), classes={"x": BYPASS}),
    Case("what went to the fallback channel is taken up there",
         (fires(), lambda b: setattr(b, "now", b.now + 11), fails("reroute"), resolves(), waits(60), fires(), TOLD),
         (("CFALLBACK", FORWARD, FIRING),), (Call.REFIRED,), (FORWARD, FORWARD), classes={"x": BYPASS}),
)  # fmt: skip
GONE, BACK = (lambda b: b.resolve("x")), (lambda b: b.fire("x"))
NARROW = (
    Case("a second life that begins while the end of the first is told has its own reason",
         (PAGES, fires(), TOLD, lambda b: b.say("a", Verdict.THREAT_TICKET), meanwhile(GONE, BACK), TOLD),
         (("C1", PAGE, RESOLVED), ("CT", TICKET, FIRING)), (), (PAGE, TICKET)),
    Case("what fires while the end is told and threatens nothing is held",
         (PAGES, fires(), TOLD, CALM, meanwhile(GONE, BACK), TOLD),
         (("C1", PAGE, RESOLVED),), (), (PAGE, Outcome.HOLD)),
    Case("an SLO that burns again while the end is told is no new episode",
         (PAGES, fires(), TOLD, CALM, meanwhile(GONE, lambda b: b.say("a", Verdict.THREAT_PAGE)), TOLD),
         (("C1", PAGE, RESOLVED),), (), (PAGE,)),
    Case("a reminder that is no longer true is not finished",
         (fires(), waits(4 * 3600), lambda b: setattr(b, "now", b.now + 30), fails("crash_before"), resolves(),
          waits(90)),
         (("C1", FORWARD, RESOLVED),), (), (FORWARD,), classes={"x": BYPASS}),
    Case("what an edit may have left behind is corrected",
         (PAGES, fires(), TOLD, resolves(), BACK, fails("landed"), lambda b: setattr(b, "now", b.now + 61), GONE,
          fails("refuse"), waits(60)),
         (("C1", PAGE, BURNING),), (), (PAGE, MERGE)),
    Case("what joins a quieter class while another becomes a page is merged",
         (fires("y"), TOLD, fires("x"), waits(60), lambda b: b.fire("y"), PAGES, TOLD),
         (("C1", PAGE, FIRING),), (Call.ESCALATED,), (FORWARD, PAGE, MERGE), classes={"x": GATED, "y": BYPASS}),
    Case("what joins a quieter class while a page is called is merged",
         (fires("y"), TOLD, fires("x"), waits(60),
          meanwhile(lambda b: b.say("a", Verdict.THREAT_PAGE), lambda b: b.fire("y")), TOLD),
         (("C1", PAGE, FIRING),), (Call.ESCALATED,), (FORWARD, PAGE, MERGE), classes={"x": GATED, "y": BYPASS}),
    Case("a day of holding begins anew with the next firing",
         (fires(), waits(50_000), resolves(), waits(60), fires(), waits(50_000)),
         outcomes=(DROP, Outcome.HOLD), stage=Stage.WATCHING),
)  # fmt: skip
ALL = (*NARROW, *SILENT, *FIRST, *LATER, *LOUDER, *AGAIN, *WRONG)
