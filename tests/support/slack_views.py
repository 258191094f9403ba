"""Views to draw: one of every message kind, and how to make it the shortest, the longest or a hostile one."""

from dataclasses import replace

from router.gate import Kind, Outcome, Reason
from router.incident import Call, CauseKind, Guide, Phase, Say, SloFacts, View
from router.slo.objective import Level, Tier
from router.slo.verdict import Assessment, Cause, Verdict

NOW = 1_795_338_000.0
"""2026-11-22 09:00 UTC."""
FAST = Tier(Level.PAGE, "1h", "5m", 14.4, 0.02)
SLOW = Tier(Level.TICKET, "3d", "6h", 1.0, 0.1)
HOSTILE = (
    "<!channel> <@U0EVIL> <#C0EVIL> <https://evil.example|Runbook> &lt;!here&gt; *bold* `code` :skull:"
    " \u202egnp.exe\u202c\u200b\x1b[31mred\x1b[0m\x00 {0} {what} %s ’; DROP"
)
MENTION = "<!subteam^S0SRE>"


def assessment(**changes: object) -> Assessment:
    page = Assessment(
        slo="checkout-availability",
        verdict=Verdict.THREAT_PAGE,
        tier=FAST,
        burn={"1h": 22.1, "5m": 31.0},
        burn_long=22.1,
        burn_short=31.0,
        share_spent=0.031,
        error_ratio=0.031,
        budget_remaining=0.41,
        exhausted_in_s=48_240.0,
        judged_at=NOW,
    )
    return replace(page, **changes)


def slo(**changes: object) -> SloFacts:
    facts = SloFacts(
        id="checkout-availability",
        title="Checkout availability",
        service="checkout",
        target=0.999,
        period="30d",
        assessment=assessment(),
        cuj="Pay for the cart",
        impact="Customers see payment errors.",
        first_action="Switch payments to the backup provider",
    )
    return replace(facts, **changes)


def cause(rule: str, where: str, firing: int, total: int) -> CauseKind:
    return CauseKind(rule, where, NOW - 1_080, NOW - 60, firing, total)


CAUSES = (
    cause("HighErrorRate", "checkout-api", 5, 12),
    cause("PodRestart", "payment-gw and 2 more", 0, 4),
    cause("DBConnectionsHigh", "orders-db", 1, 1),
)


def page(**changes: object) -> View:
    view = View(
        incident="E-7KQ2M",
        say=Say.ROOT,
        phase=Phase.FIRING,
        outcome=Outcome.PAGE,
        reason=Reason.THREAT_PAGE,
        kind=Kind.GATED,
        title="Checkout availability",
        started_at=NOW - 1_080,
        now=NOW,
        summary="5xx ratio of checkout-api is above 3% for 5 minutes",
        severity="critical",
        source="alertmanager",
        slo=slo(),
        guide=Guide("https://guides.example.com/checkout", "CHK-01 Payment errors"),
        source_url="https://prometheus.example.com/graph?g0.expr=rate%28http_errors%5B5m%5D%29&g0.tab=1",
        mention=MENTION,
        causes=CAUSES,
        kinds_total=3,
        alerts_firing=6,
        alerts_total=17,
        told_at=NOW - 1_000,
    )
    return replace(view, **changes)


def ticket(**changes: object) -> View:
    slow = assessment(
        verdict=Verdict.THREAT_TICKET, tier=SLOW, burn_long=1.2, burn_short=1.4, error_ratio=0.0014,
        exhausted_in_s=518_400.0,
    )  # fmt: skip
    told = {"outcome": Outcome.TICKET, "reason": Reason.THREAT_TICKET, "slo": slo(assessment=slow), "mention": ""}
    return page(**(told | changes))


def forward(reason: Reason, **changes: object) -> View:
    told = {
        "outcome": Outcome.FORWARD, "reason": reason, "slo": None, "mention": "", "title": "DiskWillFill",
        "summary": "/var on node-17 is full in 4 hours", "severity": "warning", "guide": None,
        "causes": (cause("DiskWillFill", "node-17", 1, 1),), "kinds_total": 1, "alerts_firing": 1, "alerts_total": 1,
    }  # fmt: skip
    return page(**(told | changes))


def unknown(cause: Cause, **changes: object) -> SloFacts:
    blind = Assessment("checkout-availability", Verdict.UNKNOWN, cause, judged_at=NOW, **changes)
    return slo(assessment=blind)


def quiet() -> SloFacts:
    calm = assessment(verdict=Verdict.NO_THREAT, burn_long=0.4, burn_short=0.2, error_ratio=0.0004, exhausted_in_s=None)
    return slo(assessment=calm)


def resolved(**changes: object) -> View:
    told = {"phase": Phase.RESOLVED, "ended_at": NOW - 360, "budget_cost": 0.004, "alerts_firing": 0}
    calm = assessment(verdict=Verdict.NO_THREAT, budget_remaining=0.406, exhausted_in_s=None)
    return page(**(told | {"slo": slo(assessment=calm)} | changes))


def notice(what: str, about: str, **changes: object) -> View:
    facts = changes.pop("facts", {})
    told = {
        "kind": Kind.NOTICE, "outcome": Outcome.FORWARD, "reason": Reason.NOTICE, "slo": None, "guide": None,
        "source_url": "", "mention": "", "title": what, "summary": "", "severity": "warning", "source": "router",
        "causes": (), "kinds_total": 1, "alerts_firing": 1, "alerts_total": 1,
        "notice": {"what": what, "about": about, "since": f"{NOW - 240:.0f}", "forwarded": "7"} | facts,
    }  # fmt: skip
    return page(**(told | changes))


SPENT = slo(assessment=assessment(budget_remaining=-0.03, exhausted_in_s=0.0))
OTHERS = (slo(id="search", title="Search latency"), slo(id="login", title="Login availability"), quiet())
SOURCE_DOWN = {"affected": "23 / 23", "detail": "time-out after 5 s", "next_try": "30"}

KINDS: dict[str, View] = {
    "page": page(other_slos=OTHERS),
    "page-refired": page(refires=4),
    "page-escalated": page(escalated=True, slo=slo(assessment=assessment(upgraded=True))),
    "page-spent": page(slo=SPENT),
    "page-stale": page(slo=slo(assessment=assessment(frozen=True))),
    "page-burn-alert": page(reason=Reason.BURN_ALERT, kind=Kind.BURN_PAGE),
    "page-gap": page(
        reason=Reason.DETECTION_GAP, kind=Kind.GAP, causes=(cause("checkout-availability", "", 1, 1),), kinds_total=1,
        alerts_firing=1, alerts_total=1, guide=None, source="slo", source_url="",
        summary="Customers see payment errors.",
    ),
    "page-burning": page(phase=Phase.BURNING, alerts_firing=0),
    "page-resolved": resolved(),
    "ticket": ticket(),
    "ticket-held-for-a-day": ticket(reason=Reason.HELD_FOR_A_DAY, slo=quiet(), title="PodRestart", causes=CAUSES[1:2]),
    "ticket-resolved": resolved(outcome=Outcome.TICKET, reason=Reason.THREAT_TICKET, refires=2),
    "forward-bypass": forward(Reason.BYPASS),
    "forward-unmapped": forward(Reason.UNMAPPED),
    "forward-unknown": forward(
        Reason.SLO_UNKNOWN, slo=unknown(Cause.SOURCE_UNREACHABLE, detail="prometheus: time-out after 5 s")
    ),
    "forward-held-too-long": forward(Reason.HELD_TOO_LONG, slo=quiet()),
    "forward-shadow": forward(Reason.SHADOW, slo=quiet(), would=Outcome.HOLD, would_reason=Reason.NO_THREAT),
    "forward-resolved": resolved(
        outcome=Outcome.FORWARD, reason=Reason.UNMAPPED, slo=None, budget_cost=None, causes=CAUSES[2:]
    ),
    "causes": page(say=Say.CAUSES),
    "broadcast-refired": page(say=Say.BROADCAST, call=Call.REFIRED, refires=3),
    "broadcast-escalated": page(say=Say.BROADCAST, call=Call.ESCALATED, escalated=True),
    "broadcast-repeated": ticket(say=Say.BROADCAST, call=Call.REPEATED, started_at=NOW - 14_400),
    "broadcast-gap": page(say=Say.BROADCAST, call=Call.REFIRED, refires=1, reason=Reason.DETECTION_GAP, causes=()),
    "notice-slo-source": notice("slo_source", "prometheus", facts=SOURCE_DOWN),
    "notice-slo-source-over": notice("slo_source", "prometheus", phase=Phase.RESOLVED, ended_at=NOW),
    "notice-slo-blind": notice("slo_blind", "checkout-availability", facts={"detail": "no_data"}),
    "notice-quarantine": notice("quarantine", "datadog", facts={"detail": "alert_type: not one of the known types"}),
    "notice-route-broken": notice("route_broken", "C0SRE", facts={"detail": "is_archived"}),
    "notice-generic": notice("", "", title="Clock is wrong", summary="The clock of this machine is 4 min behind."),
}  # fmt: skip


def _map_slo(facts: SloFacts | None, text: str) -> SloFacts | None:
    if facts is None:
        return None
    judged = replace(facts.assessment, detail=text)
    return replace(
        facts, id=text, title=text, service=text, period=text, cuj=text, impact=text, first_action=text,
        assessment=judged,
    )  # fmt: skip


def said_by_everybody(view: View, text: str, url: str) -> View:
    """The same view with `text` in every place that a sender or a file fills, and `url` in every link."""
    row = CauseKind(text, text, view.started_at, view.now, 3, 12)
    causes = (row,) * 20 if view.causes else ()
    return replace(
        view, title=text, summary=text, severity=text, source=text, source_url=url, mention=view.mention,
        slo=_map_slo(view.slo, text), other_slos=tuple(slo for s in view.other_slos if (slo := _map_slo(s, text))),
        guide=Guide(url, text) if view.guide else None, causes=causes, kinds_total=62 if causes else 0,
        notice=None if view.notice is None else {n: v if n == "what" else text for n, v in view.notice.items()},
    )  # fmt: skip


def longest(view: View) -> View:
    address = "https://example.com/" + "a" * 1_400
    return said_by_everybody(view, "絵文字😀 & <長い> text \n" * 400, address)


def hostile(view: View) -> View:
    return said_by_everybody(view, HOSTILE, "https://evil.example/a|b>c d?x=<!channel>&y=\"'`")


def shortest(view: View) -> View:
    """The same view with nothing in it that could be left out."""
    kept = {"title": "X", "incident": view.incident, "say": view.say, "phase": view.phase, "outcome": view.outcome}
    return View(
        **kept, reason=view.reason, kind=view.kind, started_at=NOW, now=NOW, call=view.call,
        notice={"what": view.notice["what"]} if view.notice else None,
    )  # fmt: skip


SIZES = {"usual": lambda view: view, "shortest": shortest, "longest": longest, "hostile": hostile}
