"""One view of every message kind, in every state: what the goldens, the checks and the pictures are drawn from."""

import json
from dataclasses import replace

from router.gate import Kind, Outcome, Reason
from router.incident import Call, Handling, MutedBy, Phase, Say, View, WolfReason
from router.incident.handling import HandResolved, Mark, Snooze
from router.slo.verdict import Cause
from tests.support.slack_views import (
    CAUSES,
    LEADS,
    LIVE,
    NOW,
    OTHERS,
    SATO,
    SOURCE_DOWN,
    SPENT,
    SUZUKI,
    assessment,
    cause,
    forward,
    notice,
    page,
    quiet,
    resolved,
    slo,
    ticket,
    unknown,
)

PLAIN: dict[str, View] = {
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
"""Where Slack cannot send us clicks: only buttons that open an address."""

TOLD = NOW - 1_080
TAKEN = Handling(acts=1, owner=SATO, owned_at=TOLD + 180, acknowledged_by=SATO, acknowledged_at=TOLD + 180)
HANDED = Handling(acts=2, owner=SUZUKI, owned_at=NOW - 60, acknowledged_by=SATO, acknowledged_at=TOLD + 180)
SNOOZED = Handling(acts=2, snooze=Snooze(SATO, NOW - 60, NOW + 7_140, 1.0))
WOLF = Mark(wolf=True, by=SATO, at=NOW - 30, reason=WolfReason.NOT_ACTIONABLE)
REAL = Mark(wolf=False, by=SUZUKI, at=NOW - 30)
SILENCED = MutedBy(Reason.SILENCE, "9f1c", "Sato", "U0SATO", "Deploy of checkout-api 4.2", NOW + 3_600)
API_SILENCE = MutedBy(Reason.SILENCE, "77aa", "ci@example.com", "", "Load test")
INHIBITED = MutedBy(Reason.INHIBITION, "NodeDown")
OFF_HOURS = MutedBy(Reason.MUTE_TIME, "off-hours", until=NOW + 54_000)
SILENCE = {
    "id": "9f1c", "by": "Sato", "person": "U0SATO", "comment": "Deploy of checkout-api 4.2",
    "until": f"{NOW + 600:.0f}", "matchers": 'service="checkout", alertname=~"High.*"', "alerts": "3",
    "slos": "Checkout availability", "since": f"{NOW - 7_200:.0f}",
}  # fmt: skip
STORM = {
    "alerts": "412", "pages": "3", "waiting": "27", "oldest_s": "14", "limited": "6", "began": f"{NOW - 1_080:.0f}",
    "wolves": "1", "sources": json.dumps([["node-17", 120], ["payment-gw", 88], ["db-main", 61]]),
    "slos": json.dumps([
        {"title": "Checkout availability", "left_s": 32_400, "url": "https://acme.slack.com/archives/C0SRE/p1795338000"},
        {"title": "Search latency", "left_s": 108_000, "url": "https://acme.slack.com/archives/C0SRE/p1795338001"},
        {"title": "Login availability", "left_s": None, "url": ""},
    ]),
}  # fmt: skip


def live(view: View) -> View:
    """The same view where Slack can send us clicks, of a team in Tokyo."""
    return replace(view, told_at=TOLD, **LIVE)


def owned(view: View) -> View:
    return replace(live(view), handling=TAKEN)


def muted(*by: MutedBy) -> View:
    return replace(live(page(phase=Phase.MUTED, alerts_muted=6)), muted_by=by)


def call(what: Call, **changes: object) -> View:
    return live(page(say=Say.BROADCAST, call=what, **changes))


def over(**changes: object) -> View:
    return replace(owned(resolved()), **changes)


KINDS: dict[str, View] = PLAIN | {
    "open": live(page(other_slos=OTHERS)),
    "open-flapping": live(page(refires=4, flapping=4)),
    "open-released": replace(live(page()), handling=replace(TAKEN, owner=None, owned_at=None)),
    "open-partly-muted": replace(live(page(alerts_muted=2, alerts_firing=5)), muted_by=(SILENCED, INHIBITED)),
    "open-spent": live(page(slo=SPENT)),
    "open-ticket": live(ticket()),
    "open-forward": live(forward(Reason.UNMAPPED)),
    "open-missed": replace(live(ticket()), handling=Handling(missed_by=SUZUKI, missed_at=NOW)),
    "open-shadow": live(page(would=Outcome.HOLD, would_reason=Reason.NO_THREAT)),
    "open-escalated": live(page(escalated=True)),
    "open-for-another-team": live(page(first_team="sre")),
    "open-without-guide": live(page(guide=None)),
    "open-burning": live(page(phase=Phase.BURNING, alerts_firing=0)),
    "acked": owned(page()),
    "acked-handed-over": replace(owned(page()), handling=HANDED),
    "acked-wolf": replace(owned(page()), handling=replace(TAKEN, mark=WOLF)),
    "acked-flapping": owned(page(refires=4, flapping=4)),
    "acked-ticket": owned(ticket()),
    "acked-burning": owned(page(phase=Phase.BURNING, alerts_firing=0)),
    "snoozed": replace(live(page()), handling=SNOOZED),
    "snoozed-acked": replace(live(page()), handling=replace(TAKEN, snooze=SNOOZED.snooze)),
    "muted-silence": muted(SILENCED),
    "muted-inhibition": muted(INHIBITED),
    "muted-mute-time": muted(OFF_HOURS),
    "muted-many": muted(SILENCED, API_SILENCE, INHIBITED, OFF_HOURS),
    "resolved": over(),
    "resolved-by-hand": over(handling=replace(TAKEN, resolved=HandResolved(SATO, NOW - 360, 1.0)), alerts_firing=2),
    "resolved-wolf": over(handling=replace(TAKEN, mark=WOLF)),
    "resolved-real": over(handling=replace(TAKEN, mark=REAL), refires=2),
    "call-refired": call(Call.REFIRED, refires=3),
    "call-escalated-page": call(Call.ESCALATED, escalated=True),
    "call-escalated-forward": replace(
        live(forward(Reason.SLO_UNKNOWN, slo=unknown(Cause.NO_DATA))), say=Say.BROADCAST, call=Call.ESCALATED
    ),
    "call-repeated": call(Call.REPEATED, started_at=NOW - 14_400),
    "call-unacknowledged": call(Call.UNACKNOWLEDGED, call_mention=LEADS),
    "call-woken": replace(call(Call.WOKEN, call_mention="<@U0SATO>"), handling=TAKEN),
    "call-unmuted": call(Call.UNMUTED),
    "call-burns-on": call(Call.BURNS_ON),
    "call-handed-over": replace(call(Call.HANDED_OVER, call_mention="<@U0SUZUKI>"), say=Say.REPLY, handling=HANDED),
    "call-forgotten": replace(call(Call.FORGOTTEN, call_mention="<@U0SATO>"), say=Say.REPLY, handling=TAKEN),
    "notice-stuck": notice("stuck", "E-2041", facts={"detail": "ValueError"}),
    "notice-silence-ending": live(notice("silence_ending", "9f1c", facts=SILENCE)),
    "notice-silence-ending-over": live(notice("silence_ending", "9f1c", facts=SILENCE, phase=Phase.RESOLVED)),
    "notice-silence-idle": live(notice("silence_idle", "9f1c", facts=SILENCE)),
    "storm": live(notice("storm", "C0SRE", facts=STORM)),
    "storm-calm": live(notice("storm", "C0SRE", facts={**STORM, "slos": "[]", "limited": "0", "waiting": "0"})),
    "storm-over": live(notice("storm", "C0SRE", facts=STORM, phase=Phase.RESOLVED, ended_at=NOW)),
}
