"""Single values: JSON, absence, times, links; and the bodies that are no JSON at all."""

import pytest

from router.errors import PayloadError
from router.sources import SOURCES, Body
from router.sources.readers import absent, decode, instant, link, text

NINE = 1795338000.0  # 2026-11-22T09:00:00Z

BROKEN = {
    "empty": (b"", "the body is empty: send JSON (byte 0)"),
    "white space only": (b" \r\n", "the body is empty: send JSON (byte 0)"),
    "BOM only": (b"\xef\xbb\xbf", "the body is empty: send JSON (byte 0)"),
    "cut off": (b'{"alerts": [', "the body is not JSON: unexpected end of data (byte 12, line 1, column 13)"),
    "bytes are counted, not characters": (
        '{"店":\n x}'.encode(),
        "the body is not JSON: unexpected character, expected a JSON value (byte 9, line 2, column 2)",
    ),
    "NaN": (b"[NaN]", "the body is not JSON: unexpected character, expected a JSON value (byte 1, line 1, column 2)"),
    "infinite number": (
        b"[1e400]",
        "the body is not JSON: number is infinity when parsed as double (byte 1, line 1, column 2)",
    ),
    "lone surrogate": (b'["\\ud800"]', "the body is not JSON: no low surrogate in string (byte 2, line 1, column 3)"),
    "not UTF-8": (b'["ab\xff"]', "the body is not UTF-8: send JSON encoded as UTF-8 (byte 4)"),
    "UTF-16": ("[]".encode("utf-16"), "the body is not UTF-8: send JSON encoded as UTF-8 (byte 0)"),
    "gzip": (b"\x1f\x8b\x08\x00", "the body is not UTF-8: send JSON encoded as UTF-8 (byte 1)"),
    "raw NUL": (b'["\x00"]', "the body is not JSON: unexpected control character in string (byte 2, line 1, column 3)"),
    "100,000 levels": (b"[" * 100_000, "the body is not JSON: depth limit exceeded (byte 1025, line 1, column 1026)"),
    "HTML": (b"<html>", "the body is not JSON: unexpected character, expected a JSON value (byte 0, line 1, column 1)"),
    "two values": (b"{} {}", "the body is not JSON: unexpected content after document (byte 3, line 1, column 4)"),
}


@pytest.mark.parametrize(("raw", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_json_says_where(raw, problem):
    with pytest.raises(PayloadError) as raised:
        decode(raw)
    assert str(raised.value) == problem


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("raw", [raw for raw, _ in BROKEN.values()], ids=BROKEN)
def test_every_source_refuses_it(source, raw):
    with pytest.raises(PayloadError) as raised:
        SOURCES[source].parse(Body(source, raw, "application/json", NINE))
    assert raised.value.where.startswith("byte ")


def test_an_error_never_quotes_the_body():
    with pytest.raises(PayloadError) as raised:
        decode(b'{"password": s3cr3t}')
    assert "s3cr3t" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_byte_order_mark_is_skipped():
    assert decode(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_the_last_of_two_equal_keys_wins():
    assert decode(b'{"a": 1, "a": 2}') == {"a": 2}


def test_nul_in_a_text_becomes_the_replacement_character():
    assert decode(b'["a\\u0000b"]') == ["a\ufffdb"]
    assert decode(b'["a\\\\u0000b"]') == ["a\\ufffdb"]


@pytest.mark.parametrize(
    "value", [None, "", " ", "null", "NULL", "Null", "N/A", "<no value>", "$ALERT_ID", "$TAGS[env]"]
)
def test_the_ways_to_say_nothing_are_absent(value):
    assert absent(value)


@pytest.mark.parametrize("value", ["none", "0", 0, False, "$5 off", "price in $USD and more", "nullable", "x" * 200])
def test_what_only_looks_like_nothing_is_present(value):
    assert not absent(value)


INSTANTS = {
    "UTC": ("2026-11-22T09:00:00Z", NINE),
    "lower case": ("2026-11-22t09:00:00z", NINE),
    "offset east": ("2026-11-22T18:00:00+09:00", NINE),
    "offset west": ("2026-11-22T05:00:00-04:00", NINE),
    "milliseconds": ("2026-11-22T09:00:00.250Z", NINE + 0.25),
    "nanoseconds are cut": ("2026-11-22T09:00:00.123456789Z", NINE + 0.123456),
    "naive is UTC": ("2026-11-22T09:00:00", NINE),
    "space instead of T": ("2026-11-22 09:00:00+00:00", NINE),
    "date only": ("2026-11-22", NINE - 9 * 3600),
    "seconds": (1795338000, NINE),
    "milliseconds as number": (1795338000000, NINE),
    "milliseconds as text": ("1795338000000", NINE),
    "milliseconds as text that is also an old basic ISO date": ("1605070582000", 1605070582.0),
    "microseconds": (1795338000000000, NINE),
    "nanoseconds as text": ("1795338000000000000", NINE),
    "fraction": (1795338000.5, NINE + 0.5),
    "fraction as text": ("1795338000.5", NINE + 0.5),
    "three seconds after the epoch": ("1970-01-01T00:00:03.000Z", 3.0),
}


@pytest.mark.parametrize(("value", "seconds"), INSTANTS.values(), ids=INSTANTS)
def test_an_instant_is_read_in_every_spelling(value, seconds):
    assert instant(value) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00",
        "1969-12-31T23:59:59Z", 0, -5, "0", "", None, True, "N/A", "yesterday", "2026-13-01T00:00:00Z",
        "2020-05-21 02:58:07.829 +0000 UTC", "1713766657asdasd383", "٣٤٥", "9" * 30, 10**30, 1e300, [], {},
        "2026-11-22T09:00:00Z" + " " * 200, "nan", "inf", "1e9",
    ],
    ids=repr,
)  # fmt: skip
def test_an_instant_that_says_nothing_is_none(value):
    assert instant(value) is None


LINKS = {
    "https": ("https://a.example.com/x?y=1#z", "", "https://a.example.com/x?y=1#z"),
    "upper case scheme": ("HTTP://a.example.com", "", "HTTP://a.example.com"),
    "port and IPv6": ("http://[::1]:9090/graph", "", "http://[::1]:9090/graph"),
    "path joined": (
        "/metrics/viewer?x=1",
        "https://am.example.com/prefix",
        "https://am.example.com/metrics/viewer?x=1",
    ),
    "path without a base": ("/metrics", "", ""),
    "path with a base that has no scheme": ("/metrics", "am.example.com", ""),
    "path with an odd base": ("/metrics", "http://[/", "http://[/metrics"),
    "another host in disguise": ("//evil.example.com/x", "https://am.example.com", ""),
    "query only": ("?orgId=1", "https://grafana.example.com", ""),
    "no scheme": ("prometheus:9090/graph", "https://am.example.com", ""),
    "file": ("file:///etc/passwd", "", ""),
    "javascript": ("javascript:alert(1)", "", ""),
    "angle brackets": ("https://a.example.com/<job>", "", ""),
    "template left over": ("https://a.example.com/{{ $labels.job }}", "", ""),
    "text around it": ("see https://a.example.com", "", ""),
    "line break": ("https://a.example.com/\nx", "", ""),
    "credentials": ("https://user:pass@a.example.com/", "", ""),
    "no host": ("https:///x", "", ""),
    "longest": ("https://a/" + "x" * 4086, "", "https://a/" + "x" * 4086),
    "too long": ("https://a/" + "x" * 4087, "", ""),
    "number": (5, "", ""),
    "null": (None, None, ""),
}


@pytest.mark.parametrize(("value", "base", "expected"), LINKS.values(), ids=LINKS)
def test_only_what_can_be_clicked_is_a_link(value, base, expected):
    assert link(value, base) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", "x"), (True, "true"), (False, "false"), (3, "3"), (0.5, "0.5"), (None, ""), ([], ""), ({}, "")],
)
def test_a_scalar_becomes_text(value, expected):
    assert text(value) == expected
