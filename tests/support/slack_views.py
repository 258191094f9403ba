"""Views to draw: one of every message kind, and how to make it the shortest, the longest or a hostile one."""

import json
from dataclasses import replace
from typing import Any

from router.gate import Kind, Outcome, Reason
from router.incident import CauseKind, Guide, Handling, MutedBy, Person, Phase, Say, SloFacts, View
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
LEADS = "<!subteam^S0LEADS>"
"""Whom an escalation step mentions."""
SATO = Person("U0SATO", "Sato")
SUZUKI = Person("U0SUZUKI", "Suzuki")
MENTIONS = frozenset({MENTION, LEADS, "<@U0SATO>", "<@U0SUZUKI>"})
"""Every mention that a message may hold."""
KEY = "k4f9c2d17e"
LIVE: dict[str, Any] = {"interactive": True, "key": KEY, "timezone": "Asia/Tokyo"}
"""What a view carries where Slack can send us clicks."""


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


OUR_FACTS = frozenset(
    {"what", "since", "until", "alerts", "pages", "waiting", "oldest_s", "limited", "began", "wolves"}
)
"""Facts of a notice that nobody else has a hand in."""


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


def _map_slo(facts: SloFacts | None, text: str) -> SloFacts | None:
    if facts is None:
        return None
    judged = replace(facts.assessment, detail=text)
    return replace(
        facts, id=text, title=text, service=text, period=text, cuj=text, impact=text, first_action=text,
        assessment=judged,
    )  # fmt: skip


def _renamed(person: Person | None, text: str) -> Person | None:
    """Somebody who is called `text`; half of them also have an id that is no id."""
    return person and Person(text if person == SUZUKI else person.id, text)


def _map_handling(handling: Handling, text: str) -> Handling:
    def by(deed: Any, **changes: object) -> Any:
        return deed and replace(deed, by=_renamed(deed.by, text), **changes)

    return replace(
        handling,
        owner=_renamed(handling.owner, text),
        acknowledged_by=_renamed(handling.acknowledged_by, text),
        missed_by=_renamed(handling.missed_by, text),
        snooze=by(handling.snooze),
        resolved=by(handling.resolved),
        mark=by(handling.mark, reason=text if handling.mark and handling.mark.reason else ""),
    )


def _map_fact(name: str, value: str, text: str, url: str) -> str:
    """A notice's fact: the router's own kind and numbers stay, names and addresses do not."""
    if name == "slos" and value.startswith("["):
        return json.dumps([{"title": text, "left_s": each["left_s"], "url": url} for each in json.loads(value)])
    if name == "sources":
        return json.dumps([[text, count] for _, count in json.loads(value)])
    return value if name in OUR_FACTS else text


def said_by_everybody(view: View, text: str, url: str) -> View:
    """The same view with `text` in every place that a sender, a person or a file fills, and `url` in every link."""
    row = CauseKind(text, text, view.started_at, view.now, 3, 12)
    causes = (row,) * 20 if view.causes else ()
    return replace(
        view, title=text, summary=text, severity=text, source=text, source_url=url, mention=view.mention,
        slo=_map_slo(view.slo, text), other_slos=tuple(slo for s in view.other_slos if (slo := _map_slo(s, text))),
        guide=Guide(url, text) if view.guide else None, causes=causes, kinds_total=62 if causes else 0,
        notice=view.notice and {name: _map_fact(name, value, text, url) for name, value in view.notice.items()},
        handling=_map_handling(view.handling, text),
        muted_by=tuple(replace(each, name=text, by=text, comment=text, person=text) for each in view.muted_by),
    )  # fmt: skip


def longest(view: View) -> View:
    address = "https://example.com/" + "a" * 1_400
    return said_by_everybody(view, "絵文字😀 & <長い> text \n" * 400, address)


def hostile(view: View) -> View:
    return said_by_everybody(view, HOSTILE, "https://evil.example/a|b>c d?x=<!channel>&y=\"'`")


def _bare(handling: Handling) -> Handling:
    """The same deeds by people of whom nothing but an id or a name is known."""
    return replace(handling, owner=handling.owner and Person(handling.owner.id), acknowledged_at=None, owned_at=None)


def shortest(view: View) -> View:
    """The same view with nothing in it that could be left out."""
    kept = {"title": "X", "incident": view.incident, "say": view.say, "phase": view.phase, "outcome": view.outcome}
    return View(
        **kept, reason=view.reason, kind=view.kind, started_at=NOW, now=NOW, call=view.call,
        notice={"what": view.notice["what"]} if view.notice else None, interactive=view.interactive, key=view.key,
        handling=_bare(view.handling), muted_by=tuple(MutedBy(each.reason, each.name) for each in view.muted_by),
        alerts_muted=view.alerts_muted, alerts_firing=view.alerts_muted and view.alerts_firing, flapping=view.flapping,
    )  # fmt: skip


SIZES = {"usual": lambda view: view, "shortest": shortest, "longest": longest, "hostile": hostile}
