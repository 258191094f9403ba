"""Prometheus' HTTP API (`/api/v1/query`): one instant query, answered by numbers or an error, never by a guess.

https://prometheus.io/docs/prometheus/latest/querying/api/. Errors name the source and say what to do; they hold no
URL, header or credential.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
import orjson

from router.errors import RouterError

ANSWER_LIMIT: Final = 8 << 20
_TEXT_LIMIT: Final = 300
_QUERY_STATUS: Final = frozenset({400, 422})
_QUERY_ERRORS: Final = frozenset({"timeout", "canceled", "execution"})
"""Prometheus is there, but gave this query up (the status is 503 then)."""
_INFORMATION: Final = "PromQL info"


class SourceError(RouterError):
    """The source could not be asked or did not answer as Prometheus does."""


class QueryError(RouterError):
    """The source answered that it cannot evaluate this query; others may work.

    `malformed` tells that it is not even PromQL, over whichever window.
    """

    def __init__(self, problem: str, *, malformed: bool = False) -> None:
        super().__init__(problem)
        self.malformed = malformed


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of an instant vector; `value` may be NaN or infinite."""

    labels: Mapping[str, str]
    value: float


class PrometheusApi:
    """Asks one Prometheus; `url` may hold user and password, `headers` may hold secrets: neither is ever shown."""

    def __init__(
        self, name: str, url: str, headers: Mapping[str, str], timeout_s: float, session: aiohttp.ClientSession
    ) -> None:
        whole = urlsplit(url)
        self._name = name
        host = whole.netloc.rpartition("@")[2]
        self._url = f"{whole.scheme}://{host}{whole.path.rstrip('/')}/api/v1/query"
        self._headers = {**_basic(whole, headers), **headers}
        self._timeout_s = timeout_s
        self._session = session

    async def ask(self, query: str, at: float) -> tuple[Sample, ...]:
        """Return the instant vector of a query at a time (Unix seconds); raises SourceError or QueryError."""
        status, body = await self._post(query, at)
        answer = self._answer(status, body)
        warnings = [str(each) for each in answer.get("warnings") or () if not str(each).startswith(_INFORMATION)]
        if warnings:  # a partial answer of a store gateway or remote read: part of the events is missing
            raise SourceError(f"{self._name}: the answer is incomplete: {self._shown(warnings[0])}")
        try:
            return _samples(answer["data"])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise SourceError(f"{self._name}: the answer is not an instant vector") from error

    async def _post(self, query: str, at: float) -> tuple[int, bytes]:
        form = {"query": query, "time": f"{at:.3f}", "timeout": f"{max(1, round(self._timeout_s))}s"}
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        try:
            async with self._session.post(
                self._url, data=form, headers=self._headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await self._body(response)
        except TimeoutError as error:
            raise SourceError(f"{self._name}: no answer within {self._timeout_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            # The error's own text may hold the URL; its class says enough.
            raise SourceError(f"{self._name}: cannot be reached ({type(error).__name__})") from None

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        parts = bytearray()
        async for part in response.content.iter_any():
            parts += part
            if len(parts) > ANSWER_LIMIT:
                raise SourceError(f"{self._name}: the answer is larger than {ANSWER_LIMIT >> 20} MiB")
        return bytes(parts)

    def _answer(self, status: int, body: bytes) -> dict[str, Any]:
        """Return a successful answer's JSON; raises by status, then by what the JSON says."""
        answer = _json(body)
        if answer.get("status") == "error" and (status in _QUERY_STATUS or answer.get("errorType") in _QUERY_ERRORS):
            problem = f"{self._name}: cannot evaluate the query: {self._shown(answer.get('error'))}"
            raise QueryError(problem, malformed=answer.get("errorType") == "bad_data")
        if 300 <= status < 400:
            raise SourceError(f"{self._name}: answered {status}; set url to where it really is")
        if status in (401, 403):
            raise SourceError(f"{self._name}: answered {status}; check its credentials")
        if status != 200:
            raise SourceError(f"{self._name}: answered {status}")
        if answer.get("status") != "success":
            raise SourceError(f"{self._name}: the answer is not Prometheus' JSON; check its url")
        return answer

    def _shown(self, text: object) -> str:
        """Return what the source said, in one short line, without the credentials it was given."""
        line = " ".join(str(text).split())[:_TEXT_LIMIT]
        for secret in (word for value in self._headers.values() for word in value.split() if len(word) > 3):
            line = line.replace(secret, "***")
        return line


def _basic(url: SplitResult, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the URL's user and password as a header, unless one is given."""
    if url.username is None or any(name.lower() == "authorization" for name in headers):
        return {}
    pair = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _json(body: bytes) -> dict[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _samples(data: Mapping[str, Any]) -> tuple[Sample, ...]:
    """Return the elements of a vector; raises when the result is of another type or holds native histograms."""
    if data["resultType"] != "vector":
        raise ValueError(data["resultType"])
    return tuple(Sample(dict(each["metric"]), float(each["value"][1])) for each in data["result"])
