"""Connections to Redis or Valkey by URL, and what is checked of the server before anything is promised."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis import exceptions as redis_errors
from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from router.errors import ConfigError, Finding
from router.state import keys
from router.state.answers import unavailable
from router.state.entries import SCHEMA_VERSION
from router.state.scripts import Client

TIMEOUT_S = 5.0
OLDEST = (7, 0)


def connect(url: str) -> Client:
    """Return a client for redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://host[,host]/service.

    The client never retries by itself: redis-py's own retries repeat writes (redis-py #3554); ours are idempotent.
    """
    scheme = url.split("://", 1)[0]
    once: dict[str, Any] = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    if scheme == "redis+cluster":
        return _cluster(url, once)
    if scheme == "redis+sentinel":
        return _sentinel(url, once)
    if scheme not in ("redis", "rediss", "unix"):
        raise _bad_url("REDIS_URL must begin with redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://")
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), retry_on_error=[], max_connections=256, **once)


def _bad_url(problem: str) -> ConfigError:
    return ConfigError((Finding("REDIS_URL", 1, 1, problem, "see docs/configuration.md for examples"),))


def _hosts(url: str, default_port: int) -> list[tuple[str, int]]:
    netloc = urlsplit(url).netloc.rpartition("@")[2]
    hosts = []
    for part in netloc.split(","):
        host, _, port = part.partition(":")
        hosts.append((host, int(port) if port.isdigit() else default_port))
    return hosts


def _credentials(url: str) -> dict[str, Any]:
    user, _, secret = urlsplit(url).netloc.rpartition("@")[0].partition(":")
    found = {"username": unquote(user), "password": unquote(secret)}
    return {name: value for name, value in found.items() if value}


def _cluster(url: str, settings: dict[str, Any]) -> RedisCluster:
    nodes = [ClusterNode(host, port) for host, port in _hosts(url, 6379)]
    return RedisCluster(startup_nodes=nodes, retry=Retry(NoBackoff(), 0), **_credentials(url), **settings)


def _sentinel(url: str, settings: dict[str, Any]) -> Redis:
    path = [part for part in urlsplit(url).path.split("/") if part]
    if not path:
        raise _bad_url("redis+sentinel:// needs the service's name after the hosts: redis+sentinel://host/mymaster")
    database = int(path[1]) if len(path) > 1 and path[1].isdigit() else 0
    sentinel = cast(Any, Sentinel)(_hosts(url, 26379), sentinel_kwargs=settings)
    once = {"retry": Retry(NoBackoff(), 0), **_credentials(url), **settings}
    return cast(Redis, sentinel.master_for(path[0], db=database, **once))


@dataclass(frozen=True, slots=True)
class Server:
    """What was found out about the server."""

    name: str
    version: str
    persistence: str
    """What its promise rests on, in words."""
    warnings: tuple[str, ...] = ()


async def inspect(client: Client, durability: str) -> Server:
    """Check version, eviction policy, persistence and schema.

    Raises ConfigError for what must be mended first, UnavailableError when the server cannot be reached.
    """
    try:
        if isinstance(client, RedisCluster):
            await cast(Any, client.initialize())
        info = _first(await cast(Any, client.info("server")))
        settings = await _settings(client)
        schema = await cast(Any, client).set(keys.SCHEMA, SCHEMA_VERSION, nx=True, get=True)
    except (redis_errors.RedisError, OSError) as error:
        raise unavailable(error) from error
    name = "Valkey" if info.get("server_name") == "valkey" else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version", "0.0"))
    problems = [*_too_old(name, version), *_policy(settings), *_level(settings, name, version, durability)]
    if schema is not None and int(schema) > SCHEMA_VERSION:
        problems.append(("the data was written by a newer router", "run that version, or another data folder"))
    if problems:
        raise ConfigError(tuple(Finding(name, 1, 1, problem, mend) for problem, mend in problems))
    return Server(name, version, *_persistence(settings, durability))


def _first(answer: Any) -> dict[str, Any]:
    """A cluster answers for each node: one of them speaks for all."""
    values = list(answer.values())
    return cast("dict[str, Any]", values[0] if values and isinstance(values[0], dict) else answer)


async def _settings(client: Client) -> dict[str, str]:
    try:
        answer = _first(await cast(Any, client).config_get("maxmemory-policy", "appendonly", "appendfsync"))
    except redis_errors.ResponseError:
        return {}
    return {_text(name): _text(value) for name, value in answer.items()}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def _too_old(name: str, version: str) -> list[tuple[str, str]]:
    if name == "Redis" and _version(version) < OLDEST:
        return [(f"Redis {version} is too old: scripts with flags need 7.0", "use Redis 7.0 or newer, or Valkey")]
    return []


def _policy(settings: dict[str, str]) -> list[tuple[str, str]]:
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy == "noeviction":
        return []
    return [(f"maxmemory-policy is {policy}: it would throw alerts away", "CONFIG SET maxmemory-policy noeviction")]


def _level(settings: dict[str, str], name: str, version: str, durability: str) -> list[tuple[str, str]]:
    if durability != "L2" or settings.get("appendfsync") == "always":
        return []
    if settings.get("appendonly", "yes") == "no":
        return [("durability L2 needs an append-only file", "CONFIG SET appendonly yes, or durability: L1")]
    if name == "Redis" and _version(version) < (7, 2):
        return [
            (f"durability L2 needs WAITAOF, which Redis {version} lacks", "Redis 7.2, Valkey, or appendfsync always")
        ]
    return []


def _persistence(settings: dict[str, str], durability: str) -> tuple[str, tuple[str, ...]]:
    if not settings:
        return "not known (CONFIG GET is not allowed)", ("persistence could not be checked: CONFIG GET is refused",)
    if settings.get("appendonly") != "yes":
        return "none", ("no append-only file: a restart of the server loses alerts; CONFIG SET appendonly yes",)
    if durability == "L2":
        return "L2: on disk before the answer (survives a host crash)", ()
    return f"L1: append-only file, fsync {settings.get('appendfsync')} (survives a crash of the process)", ()
