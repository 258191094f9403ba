"""The demo in English."""

from router.cli.demo.texts.words import Words
from router.gate import Outcome, Reason

_NEWS = {
    "wolves_begin": "HighCPU fires on two web servers, as it does every morning. No SLO burns: held and watched.",
    "wolves_over": "{dropped} alerts have come and gone, and no SLO was ever threatened: wolves. Slack never saw them.",
    "cause_fires": "DBConnectionsHigh fires. No SLO burns: held and watched.",
    "deploy": "A deploy breaks card payments: 9% of checkouts fail. No alert says so; the SLO will.",
    "symptoms_join": "Three more alerts fire, and join the incident that people know of. No new message.",
    "rollback": "The deploy is rolled back, and checkouts work again.",
    "lag_fires": "A Datadog monitor: the search index lags. The SLO has been losing budget slowly for two days,"
    " but not fast enough yet: held and watched.",
    "queue_fires": "QueueDepthHigh fires. No SLO burns: held and watched.",
    "blind": "Prometheus stops answering. What cannot be judged must not be hidden ...",
    "night_begins": "Night. Disks fill and are cleaned, CPUs peak, pods restart. No SLO burns: held and watched.",
    "night_over": "{night} alerts fired since 22:00. Nobody was woken: {night_posted} messages.",
    "still_held": "One disk alert still fires. It is never dropped while it does: held, and judged every minute.",
}
_CAPTIONS = {
    Reason.THREAT_PAGE: "The budget burns at page speed: the alert held since {since} is now one page, with its guide.",
    Reason.THREAT_TICKET: "Search keeps losing budget, slowly: the alert held since {since} becomes a ticket,"
    " and nobody is woken.",
    Reason.BYPASS: "An expiring certificate threatens no SLO until it is too late: on the bypass list, forwarded.",
    Reason.UNMAPPED: "No SLO is mapped to this alert. That is no proof of safety: forwarded.",
    Reason.SLO_UNKNOWN: "... so the held alert is shown, with the reason (fail open).",
    Reason.NOTICE: "The router says about itself that it is blind.",
}
_SUMMARIES = {
    "HighCPU": "CPU is above 90% for 2 min",
    "PodRestart": "A pod restarted",
    "DiskAlmostFull": "The disk is 85% full",
    "DBConnectionsHigh": "92% of the connections of the payments database are in use",
    "CheckoutErrorRateHigh": "More than 5% of checkouts fail",
    "PaymentLatencyHigh": "p99 of /pay is above 3 s",
    "CertificateExpiresSoon": "The certificate of shop.example.com expires in 6 days",
    "SearchIndexLag": "The search index is 40 min behind the catalogue",
    "CouponExportStuck": "The coupon export has not finished for 2 h",
    "QueueDepthHigh": "5,000 orders wait in the queue",
}
_MEANINGS = {
    Reason.THREAT_PAGE: "an SLO was in danger: somebody was paged",
    Reason.THREAT_TICKET: "a slow burn: work for office hours",
    Reason.BYPASS: "never gated: on the bypass list",
    Reason.UNMAPPED: "no SLO is mapped to it: map it, and it is judged",
    Reason.SLO_UNKNOWN: "could not be judged: shown, not hidden",
    Reason.JOINED: "joined a message that people knew of",
    Reason.NEVER_THREATENED: "wolves: came and went, no SLO in danger",
    Reason.NO_THREAT: "still fires, still watched",
}

EN = Words(
    locale="en",
    title="SLO Alert Router: one day in under a minute",
    intro=(
        "A web shop from 08:00 to 08:00 UTC. Alerts arrive as Alertmanager, Prometheus and Datadog send them;"
        " the router is the real one, on a real Valkey.",
        "A frame is a Slack message. A label such as {hold} is what the router decided.",
    ),
    slo_line="{title}: {target} over {period}, {left} of the error budget left",
    badges={
        Outcome.PAGE: "PAGE",
        Outcome.TICKET: "TICKET",
        Outcome.FORWARD: "FORWARD",
        Outcome.HOLD: "HOLD",
        Outcome.DROP: "DROP",
        Outcome.MERGE: "MERGE",
        Outcome.SUPPRESS: "SUPPRESS",
    },
    edited="EDIT",
    notice="NOTICE",
    news=_NEWS,
    captions=_CAPTIONS,
    why="Why? {reason}",
    now_slo="{service} {rate} req/s, burns {burn}",
    now_firing="{n} firing",
    summaries=_SUMMARIES,
    guide_checkout="Payment errors",
    guide_search="Search index",
    closing="What became of the day's alerts",
    columns=("Outcome", "Reason", "Alerts", "In words"),
    meanings=_MEANINGS,
    sum="Sum",
    agrees="{sent} alerts sent, every one accounted for",
    differs="but {sent} alerts were sent: this is a defect",
    unaccounted="{n} alerts are unaccounted for: this is a defect.",
    forwarder="Every alert forwarded",
    router="This router",
    messages="{n} messages, {night} at night (22:00-07:00)",
    comma=", ",
    quiet="Edited in place, in silence: {edits} times. Repeats and copies that changed nothing: {duplicates}.",
    report="What the weekly report says of it (`alert-router report`, /review and /wolves, Slack on Mondays):",
    wolves="Loudest wolves: {list}. Fix these rules first.",
    next="What to do next",
    next_steps=(
        ("make run", "the same router for real, on 127.0.0.1:8080"),
        ("alert-router check", "finds every mistake in config/router.yaml and your SLO files"),
        ("docs/configuration.md", "every key of the configuration, with examples"),
    ),
    stopped="Stopped. Nothing is left running.",
)
