"""Reading the records of an incident's alerts, page by page: an incident may hold a hundred thousand."""

from collections.abc import AsyncIterator, Sequence

from router.alert import Alert
from router.state import keys
from router.state.entries import Record, unpack_alert, unpack_record
from router.state.scripts import Scripts

AT_ONCE = 1_000


async def pages(scripts: Scripts, key: str) -> AsyncIterator[dict[bytes, bytes]]:
    """Yield the records of an incident by name; one that changes meanwhile may come twice."""
    name, cursor = f"{_prefix(key)}a:{key}", 0
    while True:
        [(cursor, page)] = await scripts.read([("HSCAN", name, cursor, "COUNT", AT_ONCE)])
        yield page
        if cursor == 0:
            return


async def firing(scripts: Scripts, key: str) -> list[tuple[str, str, str]]:
    """Return fingerprint, class id and body hash of every alert that fires in an incident."""
    found: dict[str, tuple[str, str, str]] = {}
    async for page in pages(scripts, key):
        for name, raw in page.items():
            status, _, _, _, body_hash, class_id, _ = raw.decode().split("|", 6)
            if status == "f":
                fingerprint = name.decode()
                found[fingerprint] = fingerprint, class_id, body_hash
    return list(found.values())


async def bodies(scripts: Scripts, key: str, fingerprints: Sequence[str]) -> dict[str, Alert]:
    """Return these alerts of an incident by fingerprint; those it does not know are left out."""
    found: dict[str, Alert] = {}
    for start in range(0, len(fingerprints), AT_ONCE):
        names = fingerprints[start : start + AT_ONCE]
        stored, packed = await scripts.read(
            [("HMGET", f"{_prefix(key)}a:{key}", *names), ("HMGET", f"{_prefix(key)}b:{key}", *names)]
        )
        for name, record, body in zip(names, stored, packed, strict=True):
            if record and body:
                found[name] = unpack_alert(name, unpack_record(record), body)
    return found


async def with_bodies(scripts: Scripts, key: str) -> AsyncIterator[list[tuple[Record, bytes]]]:
    """Yield record and body of an incident's firings that have one."""
    async for page in pages(scripts, key):
        names = [name.partition(b"~")[0] for name in page]
        [packed] = await scripts.read([("HMGET", f"{_prefix(key)}b:{key}", *names)]) if names else [[]]
        yield [(unpack_record(raw), body) for raw, body in zip(page.values(), packed, strict=True) if body]


def _prefix(key: str) -> str:
    return keys.prefix(keys.partition_of(key))
