"""Connections to Redis or Valkey by URL, and what is checked of the server before anything is promised."""

from dataclasses import dataclass
from math import inf
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis import exceptions as redis_errors
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from router.errors import ConfigError, Finding
from router.state import keys
from router.state.answers import classify, translated
from router.state.entries import SCHEMA_VERSION
from router.state.scripts import Client

TIMEOUT_S = 3.0
"""How long Redis may be silent inside one answer; senders wait 10 s and more for theirs."""
CONNECTIONS = 64
"""At most, to one server; further calls wait for a free one."""
OLDEST = (7, 0)
LUA_MENDED: dict[tuple[int, ...], float] = {(7, 0): inf, (7, 2): 11, (7, 4): 6, (8, 0): 4, (8, 2): 2}
"""The first patch release of each line without CVE-2025-49844 (escape from the Lua sandbox)."""
SCHEMES = "redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://"


def connect(url: str) -> Client:
    """Return a client for redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://host[,host]/service[/db].

    `rediss+cluster` and `rediss+sentinel` use TLS. The client never retries by itself: redis-py's own retries repeat
    writes (redis-py #3554); ours are idempotent. Raises ConfigError; nothing is asked of the server yet.
    """
    scheme = url.split("://", 1)[0]
    once: dict[str, Any] = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    once["retry"] = Retry(NoBackoff(), 0)
    try:
        if scheme in ("redis+cluster", "rediss+cluster"):
            return _cluster(url, once)
        if scheme in ("redis+sentinel", "rediss+sentinel"):
            return _sentinel(url, once)
        if scheme in ("redis", "rediss", "unix"):
            _hosts(url, 6379)
            pool = BlockingConnectionPool.from_url(
                url, retry_on_error=[], max_connections=CONNECTIONS, timeout=TIMEOUT_S, **once
            )
            return Redis.from_pool(pool)
    except ValueError:
        # Its text may hold what stands in the URL, which is a secret.
        raise _bad_url("REDIS_URL cannot be read: host, port, user, password (%-escaped), database number") from None
    raise _bad_url(f"REDIS_URL must begin with {SCHEMES}")


def _bad_url(problem: str) -> ConfigError:
    return ConfigError((Finding("REDIS_URL", 1, 1, problem, "see docs/operations.md for examples"),))


def _hosts(url: str, default_port: int) -> list[tuple[str, int]]:
    """Return hosts and ports; raises ValueError for a port that is none."""
    netloc = urlsplit(url).netloc.rpartition("@")[2]
    hosts = []
    for part in netloc.split(","):
        found = urlsplit(f"//{part}")
        hosts.append((found.hostname or "localhost", found.port or default_port))
    return hosts


def _credentials(url: str) -> dict[str, Any]:
    user, _, secret = urlsplit(url).netloc.rpartition("@")[0].partition(":")
    found = {"username": unquote(user), "password": unquote(secret)}
    return {name: value for name, value in found.items() if value}


def _cluster(url: str, settings: dict[str, Any]) -> RedisCluster:
    nodes = [ClusterNode(host, port) for host, port in _hosts(url, 6379)]
    return RedisCluster(startup_nodes=nodes, ssl=url.startswith("rediss"), **_credentials(url), **settings)


def _sentinel(url: str, settings: dict[str, Any]) -> Redis:
    path = [part for part in urlsplit(url).path.split("/") if part]
    if not path:
        raise _bad_url("redis+sentinel:// needs the service's name after the hosts: redis+sentinel://host/mymaster")
    database = int(path[1]) if len(path) > 1 else 0
    sentinel = cast(Any, Sentinel)(_hosts(url, 26379), sentinel_kwargs=settings)
    if url.startswith("rediss"):
        settings = {**settings, "ssl": True}
    return cast(Redis, sentinel.master_for(path[0], _OfSentinel, db=database, **_credentials(url), **settings))


class _OfSentinel(Redis):
    """A client of the primary that closes its connections to the sentinels, too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        for sentinel in cast(Any, self.connection_pool).sentinel_manager.sentinels:
            await sentinel.aclose()


@dataclass(frozen=True, slots=True)
class Server:
    """What was found out about the server."""

    name: str
    version: str
    persistence: str
    """What its promise rests on, in words."""
    warnings: tuple[str, ...] = ()


async def inspect(client: Client, durability: str) -> Server:
    """Check version, eviction policy, persistence and schema, on a cluster of every primary.

    Raises ConfigError for what must be mended first, UnavailableError when the server cannot be reached.
    """
    with translated():
        if isinstance(client, RedisCluster):
            await cast(Any, client).initialize()
        info = (await _of_each(client, "info", "server"))[0]
        settings = await _settings(client)
    name = "Valkey" if info.get("server_name") == "valkey" else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version", "0.0"))
    problems = [*_too_old(name, version)]
    for each in settings:
        problems += [*_policy(each), *_level(each, name, version, durability)]
    if not problems:
        problems += await _schema(client)
    if problems:
        raise ConfigError(tuple(Finding(name, 1, 1, problem, mend) for problem, mend in dict.fromkeys(problems)))
    persistence, warnings = _persistence(settings, durability)
    return Server(name, version, persistence, (*warnings, *_vulnerable(name, version)))


async def _of_each(client: Client, command: str, *arguments: str) -> list[dict[str, Any]]:
    """Return the answer of the one server, or of every primary of a cluster."""
    if not isinstance(client, RedisCluster):
        return [await cast(Any, getattr(client, command)(*arguments))]
    nodes = client.get_primaries()
    return [await cast(Any, getattr(client, command)(*arguments, target_nodes=node)) for node in nodes]


async def _settings(client: Client) -> list[dict[str, str]]:
    """Return what matters of each server's settings; [] where CONFIG is not allowed (managed servers)."""
    try:
        answers = await _of_each(client, "config_get", "maxmemory-policy", "appendonly", "appendfsync")
    except redis_errors.ResponseError as error:
        if classify(error).code == "noperm" or "unknown command" in str(error).lower():
            return []
        raise
    return [{_text(name): _text(value) for name, value in answer.items()} for answer in answers]


async def _schema(client: Client) -> list[tuple[str, str]]:
    """Write our schema's number into an empty database, or compare it with the one that is there."""
    with translated():
        stored = await cast(Any, client).set(keys.SCHEMA, SCHEMA_VERSION, nx=True, get=True)
    if stored is None or _text(stored) == str(SCHEMA_VERSION):
        return []
    if not _text(stored).isdigit():
        return [(f"the key {keys.SCHEMA} holds something else", "give the router a database of its own")]
    return [
        (
            f"the data is of schema {_text(stored)}, this router reads {SCHEMA_VERSION}",
            "run the version that wrote it, or use another database or data folder",
        )
    ]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _too_old(name: str, version: str) -> list[tuple[str, str]]:
    if name == "Redis" and _version(version) < OLDEST:
        return [(f"Redis {version} is too old: scripts with flags need 7.0", "use Redis 7.0 or newer, or Valkey")]
    return []


def _vulnerable(name: str, version: str) -> tuple[str, ...]:
    parts = _version(version)
    if name != "Redis" or (parts[2:] or (0,))[0] >= LUA_MENDED.get(parts[:2], 0):
        return ()
    return (f"Redis {version} has CVE-2025-49844 (Lua), unless your distribution has mended it: update Redis",)


def _policy(settings: dict[str, str]) -> list[tuple[str, str]]:
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy == "noeviction":
        return []
    return [(f"maxmemory-policy is {policy}: it would throw alerts away", "CONFIG SET maxmemory-policy noeviction")]


def _level(settings: dict[str, str], name: str, version: str, durability: str) -> list[tuple[str, str]]:
    if durability != "L2":
        return []
    if settings.get("appendonly", "yes") == "no":
        return [("durability L2 needs an append-only file", "CONFIG SET appendonly yes, or durability: L1")]
    if name == "Redis" and _version(version) < (7, 2) and settings.get("appendfsync") != "always":
        return [
            (f"durability L2 needs WAITAOF, which Redis {version} lacks", "Redis 7.2, Valkey, or appendfsync always")
        ]
    return []


def _persistence(settings: list[dict[str, str]], durability: str) -> tuple[str, tuple[str, ...]]:
    if not settings:
        return "not known (CONFIG GET is not allowed)", ("persistence could not be checked: CONFIG GET is refused",)
    if any(each.get("appendonly") != "yes" for each in settings):
        return "none", ("no append-only file: a restart of the server loses alerts; CONFIG SET appendonly yes",)
    if durability == "L2":
        return "L2: on disk before the answer (survives a host crash)", ()
    fsync = "/".join(sorted({each.get("appendfsync", "?") for each in settings}))
    return f"L1: append-only file, fsync {fsync} (survives a crash of the process)", ()
