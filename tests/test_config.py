"""Configuration files become one frozen value, or tell everything that is wrong with them."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from router.alert import parse_matcher
from router.classify import MappingRule
from router.config.load import Examined, examine, load
from router.config.values import WeeklyReport
from router.errors import ConfigError
from router.gate import Mode
from router.incident import Guide

ROOT = Path(__file__).parent.parent
TESTDATA = Path(__file__).parent / "testdata" / "config"
FULL = {
    "TEAM_TOKEN": "first-token",
    "PROM_PASSWORD": "prom-password",
    "LOCALE": "ja",
    "WEBHOOK": "https://hooks.example.com/services/webhook-secret",
}
"""The environment of full.yaml."""
MINIMAL = """\
sources:
  alertmanager: {type: alertmanager}
route: {receiver: sre}
receivers:
  - name: sre
    slack: {channel: C0SRE}
"""
SLO = """\
version: prometheus/v1
service: checkout
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{service="checkout",code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total{service="checkout"}[{{.window}}]))
    alerting: {annotations: {runbook_url: "https://guides.example.com/checkout"}}
"""
MAPPED = """\
slo_sources:
  prometheus: {type: prometheus, url: "http://127.0.0.1:9090"}
slos: [slo.yaml]
mapping:
  - matchers: ['service="checkout"']
    slos: [checkout-availability]
"""


def examined(
    directory: Path, text: str, environment: Mapping[str, str] | None = None, *, slo: str = "", strict: bool = False
) -> Examined:
    """Examine a configuration written to `directory`, with `slo` as slo.yaml beside it."""
    (directory / "router.yaml").write_text(text, encoding="utf-8")
    if slo:
        (directory / "slo.yaml").write_text(slo, encoding="utf-8")
    return examine(str(directory / "router.yaml"), environment or {}, strict=strict)


def said(found: Examined, directory: Path) -> list[str]:
    """Return the findings as text, with paths relative to `directory`."""
    return [str(finding).replace(f"{directory}/", "") for finding in found.findings]


def test_a_minimal_file_has_the_documented_defaults(tmp_path: Path) -> None:
    found = examined(tmp_path, MINIMAL)
    assert found.findings == ()
    config = found.config
    assert config is not None
    assert (config.policy.mode, config.policy.watch_s, config.policy.hold_s) == (Mode.ENFORCE, 900.0, 86_400.0)
    assert (config.timezone, config.locale, config.durability) == (ZoneInfo("UTC"), "en", "L1")
    assert (config.evaluation.interval_s, config.evaluation.gap_after_s) == (30.0, 60.0)
    assert config.rules.scope_labels == ("operation", "cuj")
    route = config.rules.route
    assert (route.group_by, route.group_wait_s, route.repeat_interval_s) == (("slo",), 10.0, 14_400.0)
    assert config.receivers["sre"].slack.channel == "C0SRE"
    assert config.sources["alertmanager"].auth.required is False
    assert config.report is None
    assert config.files == (str(tmp_path / "router.yaml"),)


def test_the_sample_configuration_runs_out_of_the_box() -> None:
    config = load(str(ROOT / "config/router.yaml"), {})
    assert config.rules.route.group_wait_s <= 2.0
    checkout = MappingRule((parse_matcher('service="checkout"'),), ("checkout-availability",))
    assert config.rules.mapping[-1] == checkout
    assert config.slo_sources["prometheus"].url == "http://127.0.0.1:9090"
    assert config.report == WeeklyReport("C0SRE", weekday=0, minute=540)
    assert config.receivers["sre"].slack.mention == "<!subteam^S0SRE>"
    assert [config.sources[name].type for name in config.sources] == ["alertmanager", "datadog"]
    assert not any(source.auth.required for source in config.sources.values())


def test_the_sample_configuration_is_clean() -> None:
    assert examine(str(ROOT / "config/router.yaml"), {}).findings == ()


def test_every_key_reaches_the_value() -> None:
    config = load(str(TESTDATA / "full.yaml"), FULL)
    assert config.policy.mode is Mode.SHADOW
    assert (config.policy.watch_s, config.policy.hold_s) == (600.0, 129_600.0)
    assert (config.durability, config.external_url) == ("L2", "https://router.example.com")
    auth = config.sources["alertmanager"].auth
    assert auth.bearer == ("first-token", "second-token")
    assert config.sources["datadog"].auth.basic == (("datadog", "file-password"),)
    assert config.sources["prometheus"].auth.header == ("X-Router-Token", "first-token")
    thanos = config.slo_sources["thanos"]
    assert thanos.headers["X-Scope-OrgID"] == "shop"
    assert thanos.headers["Authorization"] == "Basic cm91dGVyOnByb20tcGFzc3dvcmQ="
    assert (thanos.url, thanos.timeout_s) == ("https://thanos.example.com", 3.0)
    assert config.rules.guides[0].guide == Guide("https://guides.example.com/", "All guides")
    payments, copies = config.rules.route.routes
    assert (payments.receiver, payments.path, payments.group_by) == ("payments", "0.0", ("slo", "region"))
    assert (copies.continues, copies.group_wait_s) == (True, 0.0)
    night = payments.routes[0]
    assert (night.path, night.receiver, night.group_by, night.group_wait_s) == ("0.0.0", "payments", ("...",), 5.0)
    team = config.receivers["payments"]
    assert (team.locale, team.timezone, team.slack.fallback_channel) == ("en", ZoneInfo("Europe/Berlin"), "C0OPS")
    assert config.receivers["sre"].locale == "ja"
    assert config.findings == ()


def test_no_secret_stands_in_a_repr() -> None:
    text = repr(load(str(TESTDATA / "full.yaml"), FULL))
    assert not [
        secret for secret in ("first-token", "second-token", "-password", "cm91dGVy", "-secret") if secret in text
    ]


def test_every_file_read_is_named_for_watching() -> None:
    files = load(str(TESTDATA / "full.yaml"), FULL).files
    assert [Path(file).name for file in files] == ["full.yaml", "token", "password"]


def test_the_digest_tells_configurations_apart(tmp_path: Path) -> None:
    text = MINIMAL.replace("{type: alertmanager}", '{type: alertmanager, auth: {bearer: "${TOKEN}"}}')
    configs = [examined(tmp_path, text, {"TOKEN": token}).config for token in ("one-token", "one-token", "two-token")]
    digests = [config.digest for config in configs if config]
    assert digests[0] == digests[1] != digests[2]
    assert len(digests[0]) == 16


def test_load_raises_every_finding_of_a_configuration_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "router.yaml").write_text(MINIMAL + "mood: bad\ntimezone: Nowhere/Land\n")
    with pytest.raises(ConfigError) as caught:
        load(str(tmp_path / "router.yaml"), {})
    assert [finding.line for finding in caught.value.findings] == [7, 8]


def test_warnings_do_not_stop_a_configuration(tmp_path: Path) -> None:
    found = examined(tmp_path, MINIMAL.replace("{receiver: sre}", "{receiver: sre, group_interval: 5m}"))
    assert found.config is not None
    assert [finding.severe for finding in found.config.findings] == [False]


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    found = examine(str(tmp_path / "none.yaml"), {})
    assert said(found, tmp_path)[0].startswith("none.yaml:1:1: ")
    assert "no such file" in str(found.findings[0])


def test_an_slo_file_that_is_removed_leaves_the_router_startable(tmp_path: Path) -> None:
    """Removing an SLO can only increase what is forwarded (invariant I7), so it must not stop `serve`."""
    found = examined(tmp_path, MINIMAL + MAPPED)
    assert found.config is not None
    assert found.config.rules.mapping[0].slos == ("checkout-availability",)


def test_a_name_in_a_mapping_stands_for_every_objective_of_its_slo(tmp_path: Path) -> None:
    slo = (TESTDATA / "two-objectives.yaml").read_text()
    found = examined(tmp_path, MINIMAL + MAPPED, slo=slo)
    assert found.config is not None
    assert found.config.rules.mapping[0].slos == ("checkout-availability#0", "checkout-availability#1")


def test_objectives_are_part_of_the_rules(tmp_path: Path) -> None:
    found = examined(tmp_path, MINIMAL + MAPPED, slo=SLO)
    assert found.findings == ()
    assert found.config is not None
    assert found.config.rules.objectives == found.config.objectives
    assert found.config.objectives["checkout-availability"].source == "prometheus"
    assert dataclasses.astuple(found.counts) == (1, 1, 1, 1)


def test_a_part_left_empty_has_its_default(tmp_path: Path) -> None:
    """`routes:` with nothing behind it is how people begin a list."""
    found = examined(tmp_path, MINIMAL + "mapping:\nguides:\nreport:\ngate: {watch: }\n")
    assert found.findings == ()
    assert found.config is not None
    assert found.config.policy.watch_s == 900.0


def test_a_merge_key_brings_the_keys_of_an_anchor(tmp_path: Path) -> None:
    text = MINIMAL + "  - &other {name: ops, locale: ja, slack: {channel: C0OPS}}\n  - {<<: *other, name: ops2}\n"
    config = examined(tmp_path, text).config
    assert config is not None
    assert (config.receivers["ops2"].locale, config.receivers["ops2"].slack.channel) == ("ja", "C0OPS")
