"""The environment becomes a value; mistakes are told all at once, and no secret is repeated."""

from pathlib import Path

import pytest

from router.config.environment import current, is_loopback, read
from router.config.values import Environment
from router.errors import ConfigError


def test_an_empty_environment_has_the_documented_defaults() -> None:
    assert read({}) == Environment()
    assert read({"ROUTER_LISTEN": "", "REDIS_URL": "", "ROUTER_WORKERS": ""}) == Environment()
    assert Environment().config == "config/router.yaml"


def test_every_variable_reaches_the_value() -> None:
    found = read(
        {
            "ROUTER_CONFIG": "a.yaml",
            "ROUTER_LISTEN": "0.0.0.0:80",
            "ROUTER_DATA_DIR": "/data",
            "ROUTER_WORKERS": "4",
            "REDIS_URL": "redis+sentinel://a,b/main",
            "SLACK_BOT_TOKEN": "bot",
            "SLACK_SIGNING_SECRET": "secret",
            "SLACK_APP_TOKEN": "app",
            "SLACK_API_URL": "http://127.0.0.1:1/api/",
        }
    )
    assert (found.listen_host, found.listen_port, found.workers) == ("0.0.0.0", 80, 4)
    assert (found.data_dir, found.config, found.redis_url) == ("/data", "a.yaml", "redis+sentinel://a,b/main")
    assert (found.slack_bot_token, found.slack_signing_secret, found.slack_app_token) == ("bot", "secret", "app")
    assert found.slack_api_url == "http://127.0.0.1:1/api/"


def test_a_secret_comes_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("bot-token\r\n")
    assert read({"SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}).slack_bot_token == "bot-token"
    assert read({"SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}).slack_bot_token == "bot-token"


LISTEN = {
    "127.0.0.1:8080": ("127.0.0.1", 8080),
    "localhost:0": ("localhost", 0),
    "[::1]:9000": ("::1", 9000),
    ":8080": ("0.0.0.0", 8080),
    "router.example.com:65535": ("router.example.com", 65_535),
}


@pytest.mark.parametrize("text", LISTEN)
def test_host_and_port_are_read(text: str) -> None:
    found = read({"ROUTER_LISTEN": text})
    assert (found.listen_host, found.listen_port) == LISTEN[text]


WRONG = {
    "a port without a host": ({"ROUTER_LISTEN": "8080"}, "ROUTER_LISTEN is not host:port"),
    "a port that is none": ({"ROUTER_LISTEN": "a:b"}, "ROUTER_LISTEN is not host:port"),
    "a port that is too high": ({"ROUTER_LISTEN": "a:65536"}, "ROUTER_LISTEN is not host:port"),
    "no process at all": ({"ROUTER_WORKERS": "0"}, "ROUTER_WORKERS is not a number of processes"),
    "half a process": ({"ROUTER_WORKERS": "1.5"}, "ROUTER_WORKERS is not a number of processes"),
    "another database": ({"REDIS_URL": "mysql://u:hidden@h"}, "REDIS_URL has no scheme that the router knows"),
    "an address of Slack that is none": ({"SLACK_API_URL": "hidden"}, "SLACK_API_URL is not an http(s) URL"),
    "a secret twice": ({"REDIS_URL": "hidden", "REDIS_URL_FILE": "b"}, "REDIS_URL and REDIS_URL_FILE are both set"),
    "a secret's file that is none": ({"SLACK_APP_TOKEN_FILE": "/"}, "SLACK_APP_TOKEN_FILE cannot be read (is a dir"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_without_its_value(case: tuple[dict[str, str], str]) -> None:
    with pytest.raises(ConfigError) as caught:
        read(case[0])
    assert case[1] in str(caught.value)
    assert str(caught.value).startswith("environment:1:1: ")
    assert "hidden" not in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read({"ROUTER_LISTEN": "x", "ROUTER_WORKERS": "x", "REDIS_URL": "x"})
    assert len(caught.value.findings) == 3


def test_no_secret_stands_in_the_repr() -> None:
    names = ("REDIS_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")
    text = repr(read(dict.fromkeys(names, "redis://hidden")))
    assert "hidden" not in text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_told_from(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "router.example.com", ""])
def test_hosts_that_others_can_reach(host: str) -> None:
    assert not is_loopback(host)


def test_the_variables_of_the_process_are_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTER_DATA_DIR", "/somewhere")
    assert read(current()).data_dir == "/somewhere"
