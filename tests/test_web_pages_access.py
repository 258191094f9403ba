"""Who may read the pages, how answers may be kept, and what a browser may do with them."""

import asyncio

import pytest

from tests.support.pages import REVIEW, SVG, WEEK, Table, firing
from tests.support.pages_door import TOKEN, Reader, open_pages, with_token

PATHS = [
    "/review",
    "/wolves",
    "/wolves/alertmanager/DiskAlmostFull",
    "/review.csv",
    "/assets/pages.css",
    "/assets/charts/2026-W47/weeks.svg",
    "/api/v1/review",
    "/api/v1/wolves",
    "/api/v1/firings?source=alertmanager&rule=DiskAlmostFull",
    "/api/v1/openapi.json",
]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def table() -> Table:
    return Table(reviews={(WEEK.name, ""): REVIEW}, recorded=[firing()], charts={"weeks.en.svg": SVG})


@pytest.mark.parametrize("path", PATHS)
async def test_this_machine_may_read_where_no_token_is_set(path):
    async with open_pages(table()) as reader:
        assert (await reader.get(path))[0] == 200


@pytest.mark.parametrize("path", PATHS)
async def test_a_token_that_is_set_is_asked_of_everybody(path):
    """Also of this machine: a proxy beside the router looks like it."""
    async with open_pages(table(), with_token()) as reader:
        answer, body = await reader.open(path)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert b"token" in body
        assert (await reader.get(path, BEARER))[0] == 200


STRANGERS = {
    "wrong-token": {"Authorization": "Bearer wrong"},
    "empty-token": {"Authorization": "Bearer "},
    "basic": {"Authorization": "Basic bGV0LW1lLXJlYWQ6"},
    "token-as-scheme": {"Authorization": TOKEN},
    "in-another-header": {"X-Token": TOKEN},
}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
async def test_a_wrong_token_opens_nothing(headers):
    async with open_pages(table(), with_token()) as reader:
        status, page = await reader.get("/review", headers)
        assert status == 401
        assert "DiskAlmostFull" not in page


async def _by_host(reader: Reader, *hosts: str) -> int:
    """Ask over a socket of our own, with these Host headers; the status."""
    host, port = reader.url.removeprefix("http://").split(":")
    streams = await asyncio.open_connection(host, int(port))
    lines = ["GET /review HTTP/1.1", *(f"Host: {each}" for each in hosts), "Connection: close", "", ""]
    streams[1].write("\r\n".join(lines).encode())
    status = int((await streams[0].read()).split(b" ", 2)[1])
    streams[1].close()
    return status


HOSTS = {
    "address": ("127.0.0.1:8080", 200),
    "another-loopback-address": ("127.7.7.7", 200),
    "address-six": ("[::1]:8080", 200),
    "name": ("localhost:8080", 200),
    "capitals": ("LOCALHOST", 200),
    "name-with-a-dot": ("localhost.:8080", 200),
    "name-below": ("router.localhost", 200),
    "rebound-name": ("evil.example", 401),
    "name-that-looks-local": ("localhost.evil.example", 401),
    "name-that-ends-local": ("evillocalhost", 401),
    "address-in-a-name": ("127.0.0.1.nip.io", 401),
    "user": ("127.0.0.1@evil.example", 401),
    "user-before": ("evil@127.0.0.1", 401),
    "everywhere": ("0.0.0.0", 401),
    "private": ("10.0.0.7", 401),
    "octal": ("0177.0.0.1", 401),
    "broken": ("[::1", 401),
    "nothing": ("", 401),
}


@pytest.mark.parametrize(("host", "status"), HOSTS.values(), ids=HOSTS)
async def test_the_name_in_the_address_must_be_this_machines(host, status):
    """DNS rebinding: a web site's name that points here must not open the pages."""
    async with open_pages(table()) as reader:
        assert await _by_host(reader, host) == status


async def test_two_names_are_nobodys():
    async with open_pages(table()) as reader:
        assert await _by_host(reader, "localhost", "evil.example") in (400, 401)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Origin"])
async def test_what_came_through_a_proxy_is_not_this_machine(name):
    async with open_pages(table()) as reader:
        status, page = await reader.get("/review", {name: "http://evil.example"})
    assert status == 401
    assert "pages.auth.bearer" in page


async def test_with_a_token_any_name_will_do():
    """A browser that was led here by a name cannot be made to send the token."""
    async with open_pages(table(), with_token()) as reader:
        assert (await reader.get("/review", {**BEARER, "Host": "alerts.example.com"}))[0] == 200


async def test_the_refusal_is_in_the_readers_language():
    async with open_pages(table(), with_token()) as reader:
        assert "トークンが必要です" in (await reader.get("/review?lang=ja"))[1]


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_is_kept_privately_and_asked_for_again_by_its_tag(path):
    """304 without a body for the same tag; a tag of another answer brings the body."""
    async with open_pages(table()) as reader:
        answer, body = await reader.open(path)
        tag = answer.headers["ETag"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
        again, nothing = await reader.open(path, {"If-None-Match": tag})
        assert (again.status, nothing, again.headers["ETag"]) == (304, b"", tag)
        assert (await reader.open(path, {"If-None-Match": '"other"'}))[1] == body


async def test_a_browser_may_run_nothing_and_ask_nobody():
    async with open_pages(table()) as reader:
        for path in ("/review", "/wolves", "/review?week=never"):
            headers = (await reader.open(path))[0].headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; ")
            assert "script" not in policy
            assert "unsafe" not in policy
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
        picture = (await reader.open("/assets/charts/2026-W47/weeks.svg"))[0].headers
        assert picture["Content-Security-Policy"].endswith("sandbox")
        assert picture["Content-Type"] == "image/svg+xml"


async def test_refusals_are_not_kept():
    async with open_pages(table()) as reader:
        answer, _ = await reader.open("/review?week=2019-W01")
    assert (answer.headers["Cache-Control"], "ETag" in answer.headers) == ("no-store", False)


async def test_csv_is_a_file_to_be_saved():
    async with open_pages(table()) as reader:
        answer, body = await reader.open("/review.csv?week=2026-W47")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="review-2026-W47.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert body.startswith(b"\xef\xbb\xbfweek,team,source,rule,")
