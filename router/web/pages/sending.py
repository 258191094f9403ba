"""How pages, pictures and files are sent: private, with an ETag, and with a policy that lets a browser run nothing."""

from collections.abc import Mapping
from hashlib import blake2b

from aiohttp import web

from router.web.answers import PLAIN

PRIVATE = {
    **PLAIN,
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Authorization",
}
"""A browser keeps its copy to itself, and asks each time whether it is still the present one (RFC 9111)."""
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG that is opened by itself is a document: it gets no right but to be seen."""
HTML = "text/html"
CSS = "text/css"
CSV = "text/csv"
JSON = "application/json"
SVG = "image/svg+xml"
_POLICIES = {HTML: PAGE_POLICY, SVG: PICTURE_POLICY}


def send(
    request: web.BaseRequest, body: bytes, content_type: str, status: int = 200, more: Mapping[str, str] | None = None
) -> web.Response:
    """Return an answer; 304 without a body where the reader has it already."""
    headers = {**PRIVATE, **(more or {})}
    if content_type in _POLICIES:
        headers["Content-Security-Policy"] = _POLICIES[content_type]
        headers["X-Frame-Options"] = "DENY"
    if status != 200:
        return _answer(body, content_type, status, {**headers, "Cache-Control": "no-store"})
    tag = blake2b(body, digest_size=16).hexdigest()
    headers["ETag"] = f'"{tag}"'
    asked = request.if_none_match or ()
    if any(each.value in (tag, "*") for each in asked):
        return web.Response(status=304, headers=headers)
    return _answer(body, content_type, status, headers)


def _answer(body: bytes, content_type: str, status: int, headers: Mapping[str, str]) -> web.Response:
    charset = None if content_type in (JSON, SVG) else "utf-8"
    return web.Response(status=status, body=body, content_type=content_type, charset=charset, headers=headers)
