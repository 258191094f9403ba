"""Secrets: read from variables and files, told when they are written down, and never repeated."""

from pathlib import Path

import pytest

from tests.test_config import MINIMAL, examined, said

CANARY = "c4n4ry-5ecret-value"


def with_auth(auth: str) -> str:
    """Return a configuration whose source has this `auth`, in line 2."""
    return MINIMAL.replace("type: alertmanager", f"type: alertmanager, auth: {auth}")


def with_slo_source(rest: str) -> str:
    """Return a configuration with an SLO source, in line 8."""
    return MINIMAL + f"slo_sources:\n  p: {{type: prometheus, url: 'http://p', {rest}}}\n"


SLACK_TOKEN = "xoxb" + "-000000000000-notarealtoken"
WRITTEN = {
    "a bearer token": (with_auth(f"{{bearer: {CANARY}}}"), 2),
    "one of several bearer tokens": (with_auth(f'{{bearer: ["${{T}}", {CANARY}]}}'), 2),
    "a password": (with_auth(f"{{basic: {{username: u, password: {CANARY}}}}}"), 2),
    "a password as a default": (with_auth(f'{{basic: {{username: u, password: "${{P:-{CANARY}}}"}}}}'), 2),
    "half of a password": (with_auth(f'{{basic: {{username: u, password: "${{T}}{CANARY}"}}}}'), 2),
    "the value of a header": (with_auth(f"{{header: {{name: X-Token, value: {CANARY}}}}}"), 2),
    "an Authorization header": (with_slo_source(f"headers: {{Authorization: Bearer {CANARY}}}"), 8),
    "a header named like a key": (with_slo_source(f"headers: {{X-Api-Key: {CANARY}}}"), 8),
    "a password in an URL": (with_slo_source("timeout: 5s").replace("http://p", f"http://u:{CANARY}@p"), 8),
    "a webhook": (MINIMAL.replace("channel: C0SRE", f"webhook: 'https://chat.example.com/{CANARY}'"), 6),
    "a webhook as a default": (MINIMAL.replace("channel: C0SRE", f"webhook: '${{NONE:-https://h/{CANARY}}}'"), 6),
    "Slack's own webhook": (
        MINIMAL.replace("channel: C0SRE", "webhook: 'https://hooks.slack.com/services/T0/B0/x'"),
        6,
    ),
    "a webhook of Slack for governments": (
        MINIMAL.replace("channel: C0SRE", "webhook: 'https://hooks.slack-gov.com/services/T0/B0/x'"),
        6,
    ),
    "a mirror's token": (MINIMAL + f"silences: {{mirror: [{{url: 'http://am', bearer: {CANARY}}}]}}\n", 7),
    "a Slack token in a comment": (MINIMAL + f"# {SLACK_TOKEN}\n", 7),
    "a Slack webhook": (MINIMAL + "guides: [{matchers: [], url: 'https://hooks.slack.com/services/T0/B0/x'}]\n", 7),
}


@pytest.mark.parametrize("case", WRITTEN.values(), ids=WRITTEN)
def test_a_secret_that_is_written_down_is_told_and_not_repeated(tmp_path: Path, case: tuple[str, int]) -> None:
    text, line = case
    found = examined(tmp_path, text, {"T": "token-of-the-environment"})
    told = said(found, tmp_path)
    assert [finding.line for finding in found.findings] == [line], told
    assert "written in the" in told[0]
    assert "${NAME}" in told[0]
    assert not [secret for secret in (CANARY, SLACK_TOKEN, "/T0/B0/x") if secret in told[0]]
    assert found.config is not None


NAMED = {
    "a variable": with_auth('{bearer: "${T}"}'),
    "a variable that may be empty": with_auth('{bearer: "${NONE:-}"}'),
    "an Authorization header of a variable": with_slo_source("headers: {Authorization: 'Bearer ${T}'}"),
    "a webhook of a variable": MINIMAL.replace("channel: C0SRE", "webhook: 'https://hooks.example.com/${T}'"),
    "a tenant, which is no secret": with_slo_source("headers: {X-Scope-OrgID: shop}"),
    "an URL's password of a variable": with_slo_source("timeout: 5s").replace("http://p", "http://u:${T}@p"),
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_a_secret_that_is_named_is_as_it_should_be(tmp_path: Path, text: str) -> None:
    assert examined(tmp_path, text, {"T": CANARY}).findings == ()


MISPLACED = {
    "a time zone": "timezone: ${CANARY}\n",
    "a mode": "mode: ${CANARY}\n",
    "a duration": "gate: {watch: '${CANARY}'}\n",
    "a matcher": "bypass: [{matchers: ['${CANARY}']}]\n",
    "an expression": "bypass: [{matchers: ['a=~\"(${CANARY}\"']}]\n",
    "a file": "slos: ['${CANARY}']\n",
    "a receiver": "heartbeats: [{name: h, interval: 5m, receiver: '${CANARY}'}]\n",
    "an SLO": "mapping: [{matchers: [], slos: ['${CANARY}']}]\n",
    "an URL": "external_url: ${CANARY}\n",
    "a number": "gate: ${CANARY}\n",
    "a weekday": "time_intervals: [{name: n, time_intervals: [{weekdays: ['${CANARY}']}]}]\n",
    "an address of a mirror": "silences: {mirror: [{url: '${CANARY}'}]}\n",
}


@pytest.mark.parametrize("text", MISPLACED.values(), ids=MISPLACED)
def test_no_finding_shows_a_value_of_the_environment(tmp_path: Path, text: str) -> None:
    found = examined(tmp_path, MINIMAL + text, {"CANARY": CANARY})
    assert found.findings
    assert CANARY not in "\n".join(said(found, tmp_path))


def test_a_value_of_the_environment_is_told_by_its_name(tmp_path: Path) -> None:
    found = examined(tmp_path, MINIMAL + "timezone: ${ZONE}\n", {"ZONE": "Asia/Tokio"})
    assert "unknown time zone '${ZONE}'" in said(found, tmp_path)[0]


def test_a_variable_may_be_given_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{CANARY}\n")
    environment = {"TOKEN_FILE": str(tmp_path / "secret")}
    config = examined(tmp_path, with_auth('{bearer: "${TOKEN}"}'), environment).config
    assert config is not None
    assert config.sources["alertmanager"].auth.bearer == (CANARY,)
    assert str(tmp_path / "secret") in config.files


REFERENCES = {
    "a variable that is not set": ("${NONE}", "variable NONE is not set"),
    "a variable and its file": ("${BOTH}", "BOTH and BOTH_FILE are both set"),
    "a file that is not there": ("${LOST}", "the file named by LOST_FILE cannot be read (no such file or directory)"),
    "a broken reference": ("${1x}", "a `${` that is no reference"),
}


@pytest.mark.parametrize("case", REFERENCES.values(), ids=REFERENCES)
def test_a_reference_that_cannot_be_read_is_told(tmp_path: Path, case: tuple[str, str]) -> None:
    environment = {"BOTH": "x", "BOTH_FILE": "y", "LOST_FILE": "/nonexistent/secret"}
    found = examined(tmp_path, with_auth(f'{{bearer: "{case[0]}"}}'), environment)
    told = said(found, tmp_path)
    assert [line for line in told if line.startswith(f"router.yaml:2:53: {case[1]}; ")], told
    assert found.config is None


def test_references_follow_the_shell(tmp_path: Path) -> None:
    text = MINIMAL + "guides: [{matchers: ['a=\"${SET:-x}${EMPTY:-y}${NONE:-z}$${NONE}$\"'], url: 'http://g'}]\n"
    config = examined(tmp_path, text, {"SET": "set", "EMPTY": ""}).config
    assert config is not None
    assert config.rules.guides[0].matchers[0].value == "setyz${NONE}$"


def test_a_number_from_the_environment_stays_a_text(tmp_path: Path) -> None:
    config = examined(tmp_path, MINIMAL.replace("C0SRE", "'${CHANNEL}'"), {"CHANNEL": "0123"}).config
    assert config is not None
    assert config.receivers["sre"].slack.channel == "0123"
