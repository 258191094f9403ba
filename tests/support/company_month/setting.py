"""The company's configuration: a router.yaml with teams and mapping, and its SLOs as OpenSLO files."""

from pathlib import Path

import yaml

from tests.support.company_month.company import BOTH, GROUP_WAIT_S, SLOS, TEAMS, Slo
from tests.support.company_month.days import ZONE


def write_configuration(folder: Path, **settings: object) -> None:
    """Write router.yaml and slos/*.yaml; `alert-router check` finds no fault in them. `settings` are sections more."""
    (folder / "slos").mkdir(parents=True, exist_ok=True)
    for slo in SLOS:
        (folder / f"slos/{slo.id}.yaml").write_text(yaml.safe_dump(_openslo(slo), sort_keys=False), encoding="utf-8")
    (folder / "router.yaml").write_text(yaml.safe_dump(_router() | settings, sort_keys=False), encoding="utf-8")


def _openslo(slo: Slo) -> dict[str, object]:
    job = "|".join(slo.services)
    good = f'http_requests_total{{job=~"{job}",code!~"5.."}}'
    if slo.latency:
        good = f'http_request_duration_seconds_bucket{{job=~"{job}",le="0.5"}}'
    total = good.replace("_bucket", "_count").replace(',le="0.5"', "").replace(',code!~"5.."', "")
    metric = {"type": "Prometheus"}
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": slo.id,
            "displayName": slo.id.replace("-", " ").capitalize(),
            "labels": {"service": slo.services[0]},
            "annotations": {
                "alert-router/cuj": f"A customer uses {slo.services[0]}",
                "alert-router/guide": f"https://guides.example.com/{slo.services[0]}",
            },
        },
        "spec": {
            "service": slo.services[0],
            "budgetingMethod": "Occurrences",
            "timeWindow": [{"duration": "30d", "isRolling": True}],
            "objectives": [{"target": slo.target}],
            "indicator": {
                "metadata": {"name": f"{slo.id}-indicator"},
                "spec": {
                    "ratioMetric": {
                        "counter": True,
                        "good": {"metricSource": metric | {"spec": {"query": good}}},
                        "total": {"metricSource": metric | {"spec": {"query": total}}},
                    }
                },
            },
        },
    }


def _router() -> dict[str, object]:
    first = [{"matchers": [f'service="{BOTH}"'], "slos": [SLOS[2].id, SLOS[3].id]}]
    mapping = [{"matchers": [f'service=~"{"|".join(slo.services)}"'], "slos": [slo.id]} for slo in SLOS]
    return {
        "mode": "enforce",
        "timezone": ZONE,
        "locale": "en",
        "sources": {
            "alertmanager": {"type": "alertmanager"},
            "datadog": {"type": "datadog"},
            "prometheus": {"type": "alertmanager-api"},
        },
        "slo_sources": {"prometheus": {"type": "prometheus", "url": "http://127.0.0.1:9090"}},
        "slos": ["slos/*.yaml"],
        "mapping": first + mapping,
        "route": {
            "receiver": "platform",
            "group_by": ["slo", "alertname", "instance"],
            "group_wait": f"{GROUP_WAIT_S}s",
            "routes": [{"matchers": [f'team="{team}"'], "receiver": team} for team in TEAMS if team != "platform"],
        },
        "receivers": [
            {"name": team, "timezone": zone.key, "slack": {"channel": f"C0{team.upper()}"}}
            for team, zone in TEAMS.items()
        ],
        "report": {"channel": "C0SRE", "weekday": "monday", "time": "09:00"},
    }
