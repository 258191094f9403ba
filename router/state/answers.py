"""What each answer of Redis means for a write: did it happen, and what to do now. One place decides.

Classes and codes: Redis protocol error prefixes, and redis-py's exceptions (redis 8.1).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from redis import exceptions as redis_errors

from router.errors import UnavailableError

ERRORS = (redis_errors.RedisError, redis_errors.RedisClusterException, OSError)
"""Everything that a call to Redis raises; the cluster client's own exception is no RedisError."""


class Happened(StrEnum):
    """Whether a refused or broken write may have taken effect."""

    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """How to take an error: `code` for metrics and logs, whether the write happened, what to do before the next call.

    `reconnect`: connections are spoilt or lead to the wrong server. `again`: trying once more at once can help.
    """

    code: str
    happened: Happened
    reconnect: bool = False
    again: bool = False
    hint: str = "it is tried again by itself"


UNREACHABLE = Answer("unreachable", Happened.UNKNOWN, reconnect=True, again=True)
SCRIPT_ERROR = Answer("script_error", Happened.UNKNOWN, hint="report this: the script is wrong")
NOAUTH = Answer("noauth", Happened.NO, hint="set user and password in REDIS_URL")
WAITAOF = Answer(
    "waitaof", Happened.UNKNOWN, hint="Redis cannot confirm writes to disk: appendonly yes, or durability: L1"
)
TOO_MANY = Answer("connections", Happened.NO, hint="too many calls at once, or maxclients of Redis is too low")
_BY_PREFIX = {
    "OOM": Answer("oom", Happened.NO, hint="Redis is at maxmemory: raise it, or free memory"),
    "READONLY": Answer("readonly", Happened.NO, reconnect=True, hint="connected to a replica: check REDIS_URL"),
    "MASTERDOWN": Answer("masterdown", Happened.NO, reconnect=True),
    "NOREPLICAS": Answer("noreplicas", Happened.NO, reconnect=True, hint="too few replicas: see min-replicas-to-write"),
    "BUSY": Answer("busy", Happened.NO, hint="a script blocks Redis: SCRIPT KILL"),
    "MISCONF": Answer("misconf", Happened.NO, hint="Redis cannot write its disk: look at its log"),
    "CLUSTERDOWN": Answer("clusterdown", Happened.NO, reconnect=True, hint="part of the cluster is down"),
    "MOVED": Answer("moved", Happened.NO, reconnect=True, again=True, hint="a cluster needs redis+cluster:// URLs"),
    "ASK": Answer("ask", Happened.NO, hint="the cluster is moving slots"),
    "TRYAGAIN": Answer("tryagain", Happened.NO, hint="the cluster is moving slots"),
    "LOADING": Answer("loading", Happened.NO, hint="Redis is loading its data"),
    "NOAUTH": NOAUTH,
    "WRONGPASS": Answer("wrongpass", Happened.NO, hint="user or password in REDIS_URL is wrong"),
    "NOPERM": Answer("noperm", Happened.NO, hint="the Redis user lacks a permission: see docs/operations.md"),
    "WRONGTYPE": Answer("wrongtype", Happened.UNKNOWN, hint="a key of the router holds something else"),
    "UNKILLABLE": Answer("busy", Happened.NO, hint="a script blocks Redis and has written: SHUTDOWN NOSAVE ends it"),
}


def classify(error: BaseException) -> Answer:
    """Return how to take an exception of redis-py (or of the socket below it)."""
    found = _BY_PREFIX.get(prefix_of(error))
    if found is not None:
        return found
    if isinstance(error, redis_errors.AuthenticationError):
        return NOAUTH
    if isinstance(error, redis_errors.MaxConnectionsError) or "max number of clients" in str(error):
        return TOO_MANY
    if isinstance(error, redis_errors.ResponseError):
        return WAITAOF if "WAITAOF" in str(error) else SCRIPT_ERROR
    return UNREACHABLE


def prefix_of(error: BaseException) -> str:
    """Return the protocol's code of an error answer ("OOM", "BUSY"); redis-py strips those it knows from the text."""
    status = getattr(error, "status_code", None)
    return status or str(error).split(" ", 1)[0].removesuffix(":")


def unavailable(error: BaseException) -> UnavailableError:
    """Translate an exception of redis-py; the text names the class of trouble and never an address or a secret."""
    answer = classify(error)
    return UnavailableError(f"Redis cannot serve now ({answer.code}): {answer.hint}", code=answer.code)


@contextmanager
def translated() -> Iterator[None]:
    """Calls inside raise UnavailableError instead of redis-py's exceptions."""
    try:
        yield
    except ERRORS as error:
        raise unavailable(error) from error
