"""Who may read the pages: whoever shows the configured token, or this machine itself where none is configured."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from router.config.values import Auth
from router.web.answers import Rejection, RejectionError
from router.web.credentials import check


def admit(auth: Auth, request: web.BaseRequest, words: str) -> None:
    """Raise RejectionError (401, with `words`) for a stranger.

    Without a token the name in the address must be this machine's too: a web site whose name is made to point here
    (DNS rebinding) could otherwise read the pages through the browser of somebody who works here.
    """
    try:
        check(auth, request)
    except RejectionError as error:
        raise RejectionError(401, words, Rejection.UNAUTHENTICATED) from error
    if not auth.required and not _called_by_a_local_name(request):
        raise RejectionError(401, words, Rejection.UNAUTHENTICATED)


def _called_by_a_local_name(request: web.BaseRequest) -> bool:
    """Exactly one Host, a loopback address or localhost (RFC 6761 keeps that name and those below it local)."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or "@" in hosts[0]:
        return False
    try:
        name = urlsplit(f"//{hosts[0]}").hostname or ""
    except ValueError:
        return False
    name = name.removesuffix(".")
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
