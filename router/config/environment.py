"""The environment (contract: Environment): the one place that reads it.

Every variable can be given as NAME or as NAME_FILE, the path of a file that holds it; both is a mistake.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from router.config.findings import ENVIRONMENT_FILE, Findings
from router.config.values import Environment
from router.slo.objective import Place

_PLACE = Place(ENVIRONMENT_FILE, 1)
_REDIS_SCHEMES = (
    "redis",
    "rediss",
    "unix",
    "redis+cluster",
    "rediss+cluster",
    "redis+sentinel",
    "rediss+sentinel",
)
_SECRET_LIMIT = 64 * 1024
VARIABLES: Mapping[str, tuple[str, str]] = {
    "ROUTER_CONFIG": ("the configuration file", "config/router.yaml"),
    "ROUTER_LISTEN": ("where the router listens, `host:port`", "127.0.0.1:8080"),
    "ROUTER_DATA_DIR": ("where the embedded Valkey keeps its data", ".data"),
    "ROUTER_WORKERS": ("processes of `serve`", "1"),
    "REDIS_URL": (
        "`redis://`, `rediss://`, `unix://`, `redis+cluster://` or `redis+sentinel://`; empty: embedded Valkey",
        "",
    ),
    "SLACK_BOT_TOKEN": ("bot token; empty: messages are shown in the terminal instead", ""),
    "SLACK_SIGNING_SECRET": ("signs what Slack sends to the router", ""),
    "SLACK_APP_TOKEN": ("app token; its presence turns Socket Mode on", ""),
    "SLACK_API_URL": ("base URL of Slack's Web API; empty: Slack's own", ""),
}
"""Every variable that the router itself reads: what it means, and its default."""


def current() -> dict[str, str]:
    """Return the variables of this process."""
    return dict(os.environ)


def value_of(environment: Mapping[str, str], name: str) -> str | None:
    """Return the value of NAME, or what the file named by NAME_FILE holds (less its last line end), or None.

    An empty variable counts as unset. Raises ValueError, which names the variable and never its value.
    """
    value, file = environment.get(name), environment.get(f"{name}_FILE")
    if value and file:
        raise ValueError(f"{name} and {name}_FILE are both set")
    if not file:
        return value
    try:
        return secret_in(Path(file))
    except (OSError, ValueError) as error:
        raise ValueError(f"the file named by {name}_FILE cannot be read ({why(error)})") from error


def secret_in(path: Path) -> str:
    """Return the text of a secret's file without its last line end; raises OSError, ValueError."""
    with path.open("rb") as opened:
        raw = opened.read(_SECRET_LIMIT + 1)
    if len(raw) > _SECRET_LIMIT:
        raise ValueError("longer than 64 KiB")
    return raw.decode("utf-8").rstrip("\r\n")


def why(error: Exception) -> str:
    """Return why a file could not be read, in words that hold nothing of its content."""
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    return (error.strerror or "unreadable").lower() if isinstance(error, OSError) else str(error)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a listener on `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read(environ: Mapping[str, str]) -> Environment:
    """Return the environment as a value; raises ConfigError with every mistake at once, and no secret."""
    findings = Findings()
    values = {name: _read_one(environ, name, findings) or default for name, (_, default) in VARIABLES.items()}
    host, port = _listen(values["ROUTER_LISTEN"], findings)
    workers = _workers(values["ROUTER_WORKERS"], findings)
    _check_urls(values, findings)
    findings.raise_if_severe()
    return Environment(
        listen_host=host,
        listen_port=port,
        data_dir=values["ROUTER_DATA_DIR"],
        workers=workers,
        redis_url=values["REDIS_URL"],
        slack_bot_token=values["SLACK_BOT_TOKEN"],
        slack_signing_secret=values["SLACK_SIGNING_SECRET"],
        slack_app_token=values["SLACK_APP_TOKEN"],
        slack_api_url=values["SLACK_API_URL"],
        config=values["ROUTER_CONFIG"],
    )


def _read_one(environ: Mapping[str, str], name: str, findings: Findings) -> str:
    try:
        return (value_of(environ, name) or "").strip()
    except ValueError as error:
        findings.error(_PLACE, str(error), f"set {name}, or let {name}_FILE name a readable file, not both")
        return ""


def _listen(text: str, findings: Findings) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65_535 or " " in host:
        findings.error(_PLACE, "ROUTER_LISTEN is not host:port", 'write it as "127.0.0.1:8080" or "[::1]:8080"')
        return "127.0.0.1", 8080
    return host or "0.0.0.0", int(port)


def _workers(text: str, findings: Findings) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 256:
        return int(text)
    findings.error(_PLACE, "ROUTER_WORKERS is not a number of processes", "set it to a whole number from 1 to 256")
    return 1


def _check_urls(values: Mapping[str, str], findings: Findings) -> None:
    redis, slack = values["REDIS_URL"], values["SLACK_API_URL"]
    if redis and _scheme(redis) not in _REDIS_SCHEMES:
        mend = "begin it with redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://, or unset it"
        findings.error(_PLACE, "REDIS_URL has no scheme that the router knows", mend)
    if slack and _scheme(slack) not in ("http", "https"):
        findings.error(_PLACE, "SLACK_API_URL is not an http(s) URL", "unset it, or set it to https://...")


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
