"""Who may send: every check fails closed, compares bytes in constant time, and answers with the same words."""

from base64 import b64decode
from binascii import Error as Base64Error
from hmac import compare_digest

from aiohttp import hdrs, web

from router.config.values import Auth
from router.web.answers import Rejection, RejectionError

RELAYED = (hdrs.FORWARDED, hdrs.X_FORWARDED_FOR, hdrs.ORIGIN, "X-Real-IP")
"""Headers that tell that somebody else stands behind a local peer: a proxy's client, or a web page in a browser."""


def check(auth: Auth, request: web.BaseRequest) -> None:
    """Raise RejectionError (401) unless the request proves itself, or none is asked and it comes from this machine."""
    allowed = _proved(auth, request) if auth.required else _local(request)
    if not allowed:
        raise RejectionError(401, "not authenticated", Rejection.UNAUTHENTICATED)


def _proved(auth: Auth, request: web.BaseRequest) -> bool:
    """Any one configured credential is enough; two Authorization headers are nobody's."""
    given = request.headers.getall("Authorization", [])
    if len(given) > 1:
        return False
    scheme, _, value = given[0].partition(" ") if given else ("", "", "")
    return any([_authorized(auth, scheme.lower(), value.strip()), _shows_header(auth.header, request)])


def _authorized(auth: Auth, scheme: str, value: str) -> bool:
    match scheme:
        case "bearer":
            return _is_one_of(_raw(value), [_raw(token) for token in auth.bearer])
        case "basic":
            return _is_one_of(_decoded(value), [_raw(f"{name}:{word}") for name, word in auth.basic])
        case _:
            return False


def _shows_header(header: tuple[str, str] | None, request: web.BaseRequest) -> bool:
    if header is None:
        return False
    name, expected = header
    given = request.headers.getall(name, [])
    return len(given) == 1 and _is_one_of(_raw(given[0]), [_raw(expected)])


def _is_one_of(given: bytes, accepted: list[bytes]) -> bool:
    """Compare with all of them, however early one fits: the time tells nothing. An empty secret fits nothing."""
    return bool(given) and sum(compare_digest(given, each) for each in accepted) > 0


def _raw(text: str) -> bytes:
    """Bytes as they were on the wire: aiohttp keeps what is not UTF-8 as surrogates."""
    return text.encode("utf-8", "surrogateescape")


def _decoded(value: str) -> bytes:
    try:
        return b64decode(_raw(value), validate=True)
    except Base64Error:
        return b""


def _local(request: web.BaseRequest) -> bool:
    """Whether the peer is this machine itself, speaking for itself."""
    headers = request.headers
    for name in RELAYED:
        if name in headers:
            return False
    return request.transport is not None and is_this_machine(request.transport.get_extra_info("peername"))


def is_this_machine(peer: object) -> bool:
    """Return whether a socket's peer name is a loopback address or a Unix socket's (a text)."""
    if isinstance(peer, tuple):
        host = str(peer[0]).removeprefix("::ffff:")
        return host == "::1" or host.startswith("127.")
    return isinstance(peer, str)
