"""Health, readiness and metrics."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from router.web.metrics import Metrics
from router.web.parts import Limits
from tests.support.door import open_door

CONTRACT = {
    "alerts_received": {"source"},
    "alerts_rejected": {"source", "reason"},
    "alerts_duplicate": {"source"},
    "outcomes": {"outcome", "reason"},
    "unaccounted_alerts": set(),
    "held_alerts": set(),
    "incidents": {"state"},
    "slack_requests": {"method", "result"},
    "slack_rate_limited": {"method"},
    "queue_oldest_seconds": set(),
    "accept_seconds": set(),
    "page_delay_seconds": set(),
    "slo_burn_rate": {"slo", "window"},
    "slo_budget_remaining_ratio": {"slo"},
    "slo_data_age_seconds": {"slo"},
    "gate_open": {"source"},
}
"""Names and labels that charts and alerts of others depend on (without the prefix; counters without _total)."""


def filled() -> Metrics:
    """Metrics that have seen one of everything."""
    metrics = Metrics()
    metrics.received("am", 3)
    metrics.rejected("am", "malformed")
    metrics.duplicate("am", 2)
    metrics.outcome("page", "threat_page", 2)
    metrics.set_unaccounted(0)
    metrics.set_held(5)
    metrics.set_incidents({"firing": 2, "burning": 1})
    metrics.slack_request("chat.postMessage", "ok")
    metrics.slack_rate_limited("chat.postMessage")
    metrics.queue_oldest(1.5)
    metrics.accept_seconds(0.004)
    metrics.page_delay(0.2)
    metrics.slo_burn("checkout", "1h", 14.4)
    metrics.slo_budget("checkout", 0.41)
    metrics.slo_age("checkout", 12)
    metrics.gate_open("prometheus", True)
    metrics.reload(ok=True)
    metrics.build_info("1.2.3", "3.11.7")
    return metrics


def families(metrics: Metrics) -> dict[str, list[dict[str, str]]]:
    """Return the label sets of each family, without the prefix."""
    found = text_string_to_metric_families(metrics.render().decode())
    return {
        family.name.removeprefix("alert_router_"): [
            {name: value for name, value in sample.labels.items() if name != "le"} for sample in family.samples
        ]
        for family in found
    }


def test_names_and_labels_are_those_of_the_contract():
    """Each metric is there with exactly its labels, and nothing is exposed twice."""
    found = families(filled())
    for name, labels in CONTRACT.items():
        assert found[name], name
        assert all(set(sample) == labels for sample in found[name]), name
    assert not [name for name in found if name.endswith("_created")]
    assert found["build_info"] == [{"version": "1.2.3", "python": "3.11.7"}]


def test_what_is_gone_is_not_shown():
    """An SLO or an SLO source that a reload removed leaves no gauge behind."""
    metrics = filled()
    metrics.slo_burn("search", "1h", 1.0)
    metrics.slo_burn("search", "5m", 1.0)
    metrics.forget_burn("search", "5m")
    metrics.forget_burn("search", "3d")
    metrics.keep_slos({"search"})
    metrics.keep_slo_sources(set())
    found = families(metrics)
    assert found["slo_burn_rate"] == [{"slo": "search", "window": "1h"}]
    assert found["slo_budget_remaining_ratio"] == []
    assert found["slo_data_age_seconds"] == []
    assert found["gate_open"] == []


def test_a_state_without_incidents_shows_none():
    """A state that nobody is in any more is 0, not its last number."""
    metrics = filled()
    metrics.set_incidents({"firing": 1})
    rendered = metrics.render().decode()
    assert 'alert_router_incidents{state="firing"} 1.0' in rendered
    assert 'alert_router_incidents{state="burning"} 0.0' in rendered


def test_two_routers_in_one_process_do_not_mix():
    """Every registry is its own."""
    filled()
    assert families(Metrics())["alerts_received"] == []


async def test_metrics_are_served_to_prometheus():
    """Text format, with its version in the type."""
    async with open_door() as house, house.client.get(house.url + "/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        assert re.search(r"^alert_router_unaccounted_alerts 0\.0$", await response.text(), re.MULTILINE)


async def test_unknown_names_make_no_series():
    """However many names strangers ask for, the number of series stays (S20)."""
    async with open_door() as house:
        before = len(house.metrics.render().splitlines())
        for number in range(50):
            await house.post(f"/webhook/x{number}", b"{}")
        assert len(house.metrics.render().splitlines()) == before


@pytest.mark.parametrize("path", ["/healthz", "/-/healthy"])
async def test_alive_whatever_else_is_broken(path):
    """Liveness asks nothing of others: restarting mends nobody else's fault."""
    async with open_door() as house:
        house.pulse.state = {"ready": False}
        async with house.client.get(house.url + path) as response:
            assert response.status == 200


async def test_ready_as_long_as_alerts_can_be_stored():
    """Every part is told apart; a blind SLO source or Slack does not make it unready."""
    async with open_door() as house:
        status, report = await house.get("/readyz")
        assert (status, report["slo_sources"]["prometheus"]["ok"]) == (200, False)
        async with house.client.get(house.url + "/-/ready") as response:
            assert (response.status, await response.text()) == (200, "OK")


async def test_not_ready_when_they_cannot():
    """503 and the reason, for Kubernetes and for Alertmanager's clients."""
    async with open_door() as house:
        house.pulse.state = {"ready": False, "redis": {"ok": False, "problem": "refused"}}
        status, report = await house.get("/readyz")
        assert (status, report["redis"]["problem"]) == (503, "refused")
        async with house.client.get(house.url + "/-/ready") as response:
            assert response.status == 503


async def test_a_check_that_hangs_is_not_ready():
    """The check has a deadline of its own."""
    async with open_door(limits=Limits(store_s=0.05)) as house:
        house.pulse.open.clear()
        status, report = await house.get("/readyz")
        assert (status, report["ready"]) == (503, False)
