"""Every metric of the router, under the names that charts and alerts of others depend on.

Labels hold configured names and closed lists only, never anything that a sender wrote, so that no sender can make
their number grow.
"""

from collections.abc import Collection, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

PREFIX = "alert_router"
ACCEPT_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
"""Up to the 3 s after which the sender is told to come back."""
PAGE_BUCKETS_S = (0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Around the promise of 10 s (p99) and the usual group_wait."""
INBOUND_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Around the promise of 100 ms (p99), up to what Slack waits for."""


class Metrics:
    """Counts and gauges of one process, in a registry of their own."""

    def __init__(self) -> None:
        # Else every counter is exposed twice, the second time under a name that nobody asked for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._count_alerts()
        self._count_work()
        self._watch_slos()

    def _count_alerts(self) -> None:
        self._received = self._counter("alerts_received", "Alerts read from senders' bodies.", "source")
        self._rejected = self._counter(
            "alerts_rejected", "Bodies, or single alerts, that were not accepted.", "source", "reason"
        )
        self._duplicates = self._counter("alerts_duplicate", "Alerts that said nothing new.", "source")
        self._outcomes = self._counter("outcomes", "Outcomes of firings, by reason.", "outcome", "reason")
        self._unaccounted = self._gauge("unaccounted_alerts", "Accepted alerts without an outcome; must be 0.")
        self._held = self._gauge("held_alerts", "Firing alerts that are held and watched.")
        self._incidents = self._gauge("incidents", "Open incidents by state.", "state")

    def _count_work(self) -> None:
        self._slack_requests = self._counter("slack_requests", "Requests to Slack.", "method", "result")
        self._slack_limited = self._counter("slack_rate_limited", "Requests that Slack put off (429).", "method")
        self._slack_inbound = self._counter(
            "slack_inbound", "What Slack sent us, by what became of it.", "kind", "result"
        )
        self._slack_inbound_seconds = self._histogram(
            "slack_inbound_seconds", "From the head of what Slack sends to the answer.", INBOUND_BUCKETS_S
        )
        self._slack_acts = self._counter(
            "slack_interactions", "What people did in Slack, by what became of it.", "what", "result"
        )
        self._queue_oldest = self._gauge("queue_oldest_seconds", "How long the most overdue incident has waited.")
        self._accept = self._histogram(
            "accept_seconds", "From a webhook's head to its answer, alerts stored.", ACCEPT_BUCKETS_S
        )
        self._page_delay = self._histogram(
            "page_delay_seconds", "From an incident's first alert to its message in Slack.", PAGE_BUCKETS_S
        )
        self._history_waiting = self._gauge("history_waiting_rows", "Rows of the log that are not archived yet.")
        self._history_lost = self._gauge(
            "history_lost_rows", "Firings and acts that were lost before they were archived; must be 0."
        )
        self._reports = self._counter("reports", "Weekly reports, by what became of them.", "result")
        self._reload = self._gauge(
            "config_last_reload_successful", "0 while the files hold a configuration that cannot be used."
        )
        self._reload.set(1)
        self._build = self._gauge("build_info", "The running version; always 1.", "version", "python")

    def _watch_slos(self) -> None:
        self._burn = self._gauge("slo_burn_rate", "Burn rate of an SLO over a window.", "slo", "window")
        self._budget = self._gauge("slo_budget_remaining_ratio", "Error budget left, 1 is all of it.", "slo")
        self._age = self._gauge("slo_data_age_seconds", "Age of the newest sample of an SLO.", "slo")
        self._open = self._gauge("gate_open", "1 while alerts pass unjudged, the SLO source being blind.", "source")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", text, registry=self._registry, buckets=buckets)

    def render(self) -> bytes:
        """Return all of it in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)

    def received(self, source: str, n: int) -> None:
        """Count alerts that a source read from a body."""
        self._received.labels(source).inc(n)

    def duplicate(self, source: str, n: int) -> None:
        """Count alerts that said nothing new."""
        self._duplicates.labels(source).inc(n)

    def rejected(self, source: str, reason: str, n: int = 1) -> None:
        """Count what was not accepted; `reason` is a value of router.web.answers.Rejection."""
        self._rejected.labels(source, reason).inc(n)

    def outcome(self, outcome: str, reason: str, n: int = 1) -> None:
        """Count outcomes; values of router.gate.Outcome and Reason."""
        self._outcomes.labels(outcome, reason).inc(n)

    def reload(self, *, ok: bool) -> None:
        """Say whether the configuration on disk is the one in force."""
        self._reload.set(1 if ok else 0)

    def set_unaccounted(self, n: int) -> None:
        """Say how many accepted alerts have no outcome (law 2: none)."""
        self._unaccounted.set(n)

    def set_held(self, n: int) -> None:
        """Say how many firing alerts are held."""
        self._held.set(n)

    def set_incidents(self, counts: Mapping[str, int]) -> None:
        """Say how many incidents there are by state; a state that is left out has none any more."""
        for state in _values(self._incidents, 0) - counts.keys():
            self._incidents.labels(state).set(0)
        for state, n in counts.items():
            self._incidents.labels(state).set(n)

    def slack_request(self, method: str, result: str) -> None:
        """Count a request to Slack; `result` is "ok" or an error code."""
        self._slack_requests.labels(method, result).inc()

    def slack_rate_limited(self, method: str) -> None:
        """Count a request that Slack put off."""
        self._slack_limited.labels(method).inc()

    def slack_inbound(self, kind: str, result: str) -> None:
        """Count what Slack sent; values of router.slack.inbound.Kind and router.slack.reception.Result."""
        self._slack_inbound.labels(kind, result).inc()

    def slack_inbound_seconds(self, seconds: float) -> None:
        """Observe how long Slack waited for the answer to what it sent."""
        self._slack_inbound_seconds.observe(seconds)

    def interaction(self, what: str, result: str) -> None:
        """Count what somebody did in Slack: a deed, an answer or a modal; values of router.respond.talk.Result."""
        self._slack_acts.labels(what, result).inc()

    def queue_oldest(self, seconds: float) -> None:
        """Say how long the most overdue incident has waited for its look; 0 when none is overdue."""
        self._queue_oldest.set(seconds)

    def accept_seconds(self, seconds: float) -> None:
        """Observe how long a webhook took, from its head to its answer."""
        self._accept.observe(seconds)

    def page_delay(self, seconds: float) -> None:
        """Observe how long people had to wait for a message, from the incident's first alert."""
        self._page_delay.observe(seconds)

    def history(self, waiting: int, lost: int) -> None:
        """Say how many rows of the log wait for the archive, and how many never got there."""
        self._history_waiting.set(waiting)
        self._history_lost.set(lost)

    def report(self, result: str) -> None:
        """Count a weekly report: "posted", or "failed" where something keeps it back."""
        self._reports.labels(result).inc()

    def slo_burn(self, slo: str, window: str, value: float) -> None:
        """Say how fast an SLO burns over a window."""
        self._burn.labels(slo, window).set(value)

    def slo_budget(self, slo: str, ratio: float) -> None:
        """Say how much of an SLO's budget is left."""
        self._budget.labels(slo).set(ratio)

    def slo_age(self, slo: str, seconds: float) -> None:
        """Say how old the newest sample of an SLO is."""
        self._age.labels(slo).set(seconds)

    def gate_open(self, source: str, is_open: bool) -> None:
        """Say whether alerts pass unjudged because this SLO source is blind."""
        self._open.labels(source).set(int(is_open))

    def forget_burn(self, slo: str, window: str) -> None:
        """Show no burn rate where there is no data: an old number would look like a healthy one."""
        if (slo, window) in _pairs(self._burn):
            self._burn.remove(slo, window)

    def keep_slos(self, slos: Collection[str]) -> None:
        """Remove the gauges of every SLO that is not among these; called after a reload."""
        for slo, window in _pairs(self._burn):
            if slo not in slos:
                self._burn.remove(slo, window)
        for gauge in (self._budget, self._age):
            _keep(gauge, slos)

    def keep_slo_sources(self, sources: Collection[str]) -> None:
        """Remove the gauges of every SLO source that is not among these; called after a reload."""
        _keep(self._open, sources)

    def build_info(self, version: str, python: str) -> None:
        """Say what is running."""
        self._build.labels(version, python).set(1)


def _label_sets(gauge: Gauge) -> list[Mapping[str, str]]:
    samples: list[Any] = [sample for metric in gauge.collect() for sample in metric.samples]
    return [sample.labels for sample in samples]


def _values(gauge: Gauge, index: int) -> set[str]:
    return {tuple(labels.values())[index] for labels in _label_sets(gauge)}


def _pairs(gauge: Gauge) -> set[tuple[str, str]]:
    return {(labels["slo"], labels["window"]) for labels in _label_sets(gauge)}


def _keep(gauge: Gauge, names: Collection[str]) -> None:
    for name in _values(gauge, 0):
        if name not in names:
            gauge.remove(name)
