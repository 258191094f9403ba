"""Talking to a running router: where it is, how to prove oneself, and what went wrong in words."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import orjson

from router.config.environment import read, secret_in, why
from router.errors import RouterError

WITHIN_S = 15.0
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})
_LISTEN = ("ROUTER_LISTEN", "ROUTER_LISTEN_FILE")


class AskingError(RouterError):
    """The router could not be asked, or refused; the text says why and what to do."""


def address(given: str | None, variables: Mapping[str, str]) -> str:
    """Return the router's URL: the one named, else where ROUTER_LISTEN says it listens.

    Raises AskingError for what is not an http(s) URL, ConfigError for a variable that cannot be read.
    """
    if given:
        if urlsplit(given).scheme not in ("http", "https") or not urlsplit(given).netloc:
            raise AskingError(f"{given} is not an http(s) URL: write it as http://127.0.0.1:8080")
        return given.rstrip("/")
    environment = read({name: variables[name] for name in _LISTEN if name in variables})
    host = "127.0.0.1" if environment.listen_host in _EVERYWHERE else environment.listen_host
    return f"http://{f'[{host}]' if ':' in host else host}:{environment.listen_port}"


def credentials(bearer_file: str | None, basic_file: str | None) -> dict[str, str]:
    """Return the header that proves who asks; a basic file holds user:password. Raises AskingError."""
    if bearer_file:
        return {"Authorization": f"Bearer {_secret(bearer_file)}"}
    if basic_file:
        return {"Authorization": f"Basic {b64encode(_secret(basic_file).encode()).decode()}"}
    return {}


def _secret(path: str) -> str:
    try:
        return secret_in(Path(path))
    except (OSError, ValueError) as error:
        raise AskingError(f"{path} cannot be read ({why(error)})") from error


class Asked:
    """A router that is asked over HTTP; an async context manager."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=WITHIN_S)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, filters: Sequence[str] = ()) -> Any:
        """Return what the router shows; raises AskingError."""
        return await self._call("GET", path, params=[("filter", each) for each in filters])

    async def post(self, path: str, content: object) -> Any:
        """Return what the router answers; raises AskingError."""
        return await self._call("POST", path, data=orjson.dumps(content))

    async def delete(self, path: str) -> None:
        """Delete; raises AskingError."""
        await self._call("DELETE", path)

    async def _call(self, method: str, path: str, **content: Any) -> Any:
        if self._session is None:
            raise RuntimeError("enter the context first")
        headers = {"Content-Type": "application/json"}
        url = f"{self._url}/api/v2/{path}"
        try:
            async with self._session.request(method, url, headers=headers, allow_redirects=False, **content) as answer:
                return self._understood(method, answer.status, await answer.read())
        except TimeoutError as error:
            raise AskingError(f"the router at {self._url} does not answer within {WITHIN_S:.0f} s") from error
        except (aiohttp.ClientError, aiohttp.InvalidURL, OSError) as error:
            text = "start it with `alert-router serve`, or name another one with --url"
            raise AskingError(f"no router answers at {self._url}: {text}") from error

    def _understood(self, method: str, status: int, raw: bytes) -> Any:
        try:
            answer = orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError:
            raise AskingError(f"{self._url} answers {status}, and not as a router does: is --url right?") from None
        if status == 200:
            return answer
        if status == 401:
            raise AskingError("the router asks who you are: name a file with --bearer-file or --basic-file")
        if isinstance(answer, str) and (status != 404 or method == "DELETE"):
            raise AskingError(answer)
        raise AskingError(f"{self._url} answers {status}: is --url right?")
