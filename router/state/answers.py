"""What each answer of Redis means for a write: did it happen, and what to do now. One place decides.

Classes and codes: Redis protocol error prefixes, and redis-py's exceptions (redis 8.1).
"""

from dataclasses import dataclass
from enum import StrEnum

from redis import exceptions as redis_errors

from router.errors import UnavailableError


class Happened(StrEnum):
    """Whether a refused or broken write may have taken effect."""

    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """How to take an error: `code` for metrics and logs, whether the write happened, whether connections are spoilt."""

    code: str
    happened: Happened
    reconnect: bool = False
    hint: str = "it is tried again by itself"


_BY_PREFIX = {
    "OOM": Answer("oom", Happened.NO, hint="Redis is at maxmemory: raise it, or free memory"),
    "READONLY": Answer("readonly", Happened.NO, reconnect=True, hint="connected to a replica: check REDIS_URL"),
    "MASTERDOWN": Answer("masterdown", Happened.NO, reconnect=True),
    "NOREPLICAS": Answer("noreplicas", Happened.NO, reconnect=True, hint="too few replicas: see min-replicas-to-write"),
    "BUSY": Answer("busy", Happened.NO, hint="a script blocks Redis: SCRIPT KILL"),
    "MISCONF": Answer("misconf", Happened.NO, hint="Redis cannot write its disk: look at its log"),
    "CLUSTERDOWN": Answer("clusterdown", Happened.NO, reconnect=True),
    "TRYAGAIN": Answer("tryagain", Happened.NO),
    "LOADING": Answer("loading", Happened.NO, hint="Redis is loading its data"),
    "NOAUTH": Answer("noauth", Happened.NO, hint="set user and password in REDIS_URL"),
    "WRONGPASS": Answer("wrongpass", Happened.NO, hint="user or password in REDIS_URL is wrong"),
    "NOPERM": Answer("noperm", Happened.NO, hint="the Redis user lacks a permission: see docs/operations.md"),
    "WRONGTYPE": Answer("wrongtype", Happened.UNKNOWN, hint="a key of the router holds something else"),
    "UNKILLABLE": Answer("busy", Happened.NO),
}


def classify(error: BaseException) -> Answer:
    """Return how to take an exception of redis-py (or of the socket below it)."""
    if isinstance(error, redis_errors.BusyLoadingError):
        return _BY_PREFIX["LOADING"]
    if isinstance(error, redis_errors.AuthenticationError):
        return _BY_PREFIX["NOAUTH"]
    if isinstance(error, redis_errors.NoPermissionError):
        return _BY_PREFIX["NOPERM"]
    if isinstance(error, redis_errors.ReadOnlyError):
        return _BY_PREFIX["READONLY"]
    if isinstance(error, redis_errors.OutOfMemoryError):
        return _BY_PREFIX["OOM"]
    if isinstance(error, (redis_errors.ConnectionError, redis_errors.TimeoutError, OSError)):
        return Answer("unreachable", Happened.UNKNOWN, reconnect=True)
    prefix = str(error).split(" ", 1)[0].removesuffix(":")
    return _BY_PREFIX.get(prefix, Answer("script_error", Happened.UNKNOWN, hint="report this: the script is wrong"))


def unavailable(error: BaseException) -> UnavailableError:
    """Translate an exception of redis-py; the text names the class of trouble and never an address or a secret."""
    answer = classify(error)
    return UnavailableError(f"Redis cannot store now ({answer.code}): {answer.hint}", code=answer.code)
