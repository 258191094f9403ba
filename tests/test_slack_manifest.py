"""The app's manifest: what it asks Slack for, and that Slack takes it."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from router.slack.manifest import COUNTS, LENGTHS, SCOPES, address_problem, as_yaml, breaches, manifest

SCHEMA = json.loads((Path(__file__).parent / "testdata/slack_manifest.schema.json").read_text(encoding="utf-8"))
URL = "https://router.example.com"


def at(tree: Any, path: str) -> Any:
    """What stands at a path, the first entry of each list."""
    for key in path.split("."):
        tree = tree[key.removesuffix("[]")]
        tree = tree[0] if key.endswith("[]") else tree
    return tree


def put(tree: Any, path: str, value: Any) -> None:
    """Put a value at a path, into the first entry of each list."""
    *before, last = path.split(".")
    for key in before:
        tree = tree[key.removesuffix("[]")]
        tree = tree[0] if key.endswith("[]") else tree
    if last.endswith("[]"):
        tree[last.removesuffix("[]")][0] = value
    else:
        tree[last] = value


@pytest.mark.parametrize("url", ["", URL, f"{URL}/alerts/"], ids=["socket", "http", "http below a path"])
def test_both_manifests_are_valid_by_our_own_check_and_by_a_schema(url: str):
    made = manifest(url)
    assert breaches(made) == []
    jsonschema.Draft202012Validator(SCHEMA).validate(made)


def test_socket_mode_names_no_address_at_all():
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps(made)


def test_http_mode_names_the_three_doors():
    made = manifest(f"{URL}/alerts/")
    assert made["settings"]["socket_mode_enabled"] is False
    assert at(made, "features.slash_commands[].url") == f"{URL}/alerts/slack/commands"
    assert at(made, "settings.interactivity.request_url") == f"{URL}/alerts/slack/interactions"
    assert at(made, "settings.event_subscriptions.request_url") == f"{URL}/alerts/slack/events"


def test_it_asks_for_what_people_use():
    made = manifest()
    assert set(SCOPES) == {
        "chat:write", "commands", "channels:read", "groups:read", "channels:history", "groups:history",
        "channels:join", "users:read", "usergroups:read", "files:write", "files:read",
    }  # fmt: skip
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert at(made, "features.slash_commands[].command") == "/slo"
    assert {each["callback_id"]: each["type"] for each in made["features"]["shortcuts"]} == {
        "why_msg": "message",
        "missed": "global",
    }
    assert set(made["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_home_opened", "app_uninstalled", "tokens_revoked", "channel_archive",
    }  # fmt: skip
    assert made["features"]["app_home"]["home_tab_enabled"] is True
    assert made["settings"]["interactivity"]["is_enabled"] is True
    assert made["settings"]["token_rotation_enabled"] is False


def test_the_yaml_is_the_manifest_and_says_what_each_scope_is_for():
    made = manifest(URL, name="当番ルーター")
    text = as_yaml(made)
    assert yaml.safe_load(text) == made
    assert "当番ルーター" in text
    for scope, use in SCOPES.items():
        assert any(scope in line and line.endswith(f"# {use}") for line in text.splitlines()), scope


@pytest.mark.parametrize(("path", "most"), LENGTHS.items(), ids=LENGTHS)
def test_every_length_is_kept(path: str, most: int):
    """The longest that Slack takes passes, one more or nothing does not."""
    beginning = "/" if path.endswith("command") else "https://" if path.endswith("url") else ""
    for text, wrong in ((beginning.ljust(most, "a"), False), (beginning.ljust(most + 1, "a"), True), ("", True)):
        made = copy.deepcopy(manifest(URL))
        put(made, path, text)
        assert any(each.startswith(path) for each in breaches(made)) is wrong, len(text)


@pytest.mark.parametrize(("path", "most"), COUNTS.items(), ids=COUNTS)
def test_every_count_is_kept(path: str, most: int):
    for number, wrong in ((most, False), (most + 1, True), (0, True)):
        made = copy.deepcopy(manifest(URL))
        put(made, path, [at(made, f"{path}[]")] * number)
        assert any(each.startswith(f"{path}:") for each in breaches(made)) is wrong, number


@pytest.mark.parametrize("command", ["slo", "/", "/s lo", "/a/b"])
def test_a_command_is_one_word_after_a_slash(command: str):
    made = manifest()
    put(made, "features.slash_commands[].command", command)
    assert breaches(made)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        (URL, False),
        (f"{URL}:8443/alerts", False),
        ("http://router.example.com", True),
        ("router.example.com", True),
        ("https://", True),
        ("https://user:pass@router.example.com", True),
        (f"{URL}/?a=b", True),
        (f"{URL}/#x", True),
        ("https://router.example.com:port", True),
        ("https://[", True),
    ],
)
def test_an_address_that_slack_cannot_send_to_is_refused(url: str, wrong: bool):
    assert bool(address_problem(url)) is wrong
