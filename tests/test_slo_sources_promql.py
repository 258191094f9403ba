"""PromQL: users' queries measured over any window, `le` compared as a number, values quoted."""

import re

import pytest

from router.slo.sources.promql import Sense, duration, numeric_le, prepare, quote

QUERIES = [
    pytest.param('x{a="b"}', 'sum(increase(x{a="b"}[5m]))', Sense.COUNT, id="a plain selector is summed increase"),
    pytest.param("sum(x)", "sum(increase(x[5m]))", Sense.COUNT, id="a sum over a bare counter"),
    pytest.param("sum(rate(x[{{.window}}]))", "sum(rate(x[5m]))", Sense.RATE, id="Sloth's placeholder"),
    pytest.param("sum(rate(x[{{ .window }}]))", "sum(rate(x[5m]))", Sense.RATE, id="the placeholder with spaces"),
    pytest.param("sum(rate(x[2m]))", "sum(rate(x[5m]))", Sense.RATE, id="a fixed range is replaced"),
    pytest.param("sum by (job) (increase(x[1h]))", "sum by (job) (increase(x[5m]))", Sense.COUNT, id="grouping first"),
    pytest.param("sum(rate(x[1h])) by (job)", "sum(rate(x[5m])) by (job)", Sense.RATE, id="grouping last"),
    pytest.param("sum(x offset 1h)", "sum(increase(x[5m] offset 1h))", Sense.COUNT, id="an offset stays with it"),
    pytest.param(
        "sum(rate(x[1m])) - sum(rate(y[1m]))", "sum(rate(x[5m])) - sum(rate(y[5m]))", Sense.RATE, id="two selectors"
    ),
    pytest.param("sum(rate(x[1m])) / sum(y)", "sum(rate(x[5m])) / sum(increase(y[5m]))", Sense.UNSURE, id="mixed"),
    pytest.param("max_over_time(x[1m])", "max_over_time(x[5m])", Sense.UNSURE, id="neither count nor rate"),
    pytest.param("sum(job:errors:rate5m)", "sum(avg_over_time(job:errors:rate5m[5m]))", Sense.RATE, id="recorded rate"),
    pytest.param('sum(x{q="rate(y[1m]) or z"})', 'sum(increase(x{q="rate(y[1m]) or z"}[5m]))', Sense.COUNT, id="text"),
    pytest.param('sum({__name__="x"})', 'sum(increase({__name__="x"}[5m]))', Sense.COUNT, id="a nameless selector"),
    pytest.param("x:ratio_rate{{.window}}", "x:ratio_rate5m", Sense.UNSURE, id="the window in a metric's name"),
    pytest.param("sum(x) or vector(0)", "sum(increase(x[5m])) or vector(0)", Sense.COUNT, id="or vector(0)"),
    pytest.param("sum(x) # of x{}", "sum(increase(x[5m])) # of x{}", Sense.COUNT, id="a comment is left alone"),
]


@pytest.mark.parametrize(("query", "expected", "sense"), QUERIES)
def test_a_query_is_measured_over_the_window(query: str, expected: str, sense: Sense) -> None:
    """Only ranges change; what the value means follows from the functions around them."""
    prepared = prepare(query)
    assert (prepared.over(300.0), prepared.sense) == (expected, sense)


def test_a_gauge_of_events_is_summed_over_time() -> None:
    """`counter: false` says that each sample holds its interval's events."""
    assert prepare("sum(x)", counter=False).over(60.0) == "sum(sum_over_time(x[1m]))"


@pytest.mark.parametrize(
    ("query", "simple"),
    [
        pytest.param("sum(rate(x[1m]))", True, id="one selector"),
        pytest.param('sum(rate(x{code=~"(5..|429)"}[{{.window}}]))', True, id="signs in a matcher do not count"),
        pytest.param("sum(rate(x[1m])) + sum(rate(y[1m]))", False, id="a sum of two is empty when one is absent"),
        pytest.param('x_bucket{le="1"}', False, id="a bucket always exists"),
        pytest.param("sum(x) * 2", False, id="arithmetic"),
    ],
)
def test_only_a_simple_query_may_be_empty_for_no_events(query: str, simple: bool) -> None:
    """An empty answer is zero events only where nothing else can empty it."""
    assert prepare(query).simple is simple


@pytest.mark.parametrize(
    ("bound", "same", "other"),
    [
        ("1", ["1", "1.0", "1.00", "1e0", "1e+00", "1E+0"], ["10", "1.5", "0.1", "1.01", "11"]),
        ("0.4", ["0.4", "0.40", "4e-1", "4E-01", "4.0e-01"], ["0.04", "4", "0.41", "0.45"]),
        ("2.5e+07", ["25000000", "25000000.0", "2.5e+07", "2.50E7"], ["2.5e+08", "2500000"]),
        ("0.00001", ["1e-05", "0.00001", "1.0E-5"], ["1e+05", "0.0001"]),
        ("+Inf", ["+Inf", "Inf"], ["1"]),
    ],
)
def test_le_is_compared_as_a_number(bound: str, same: list[str], other: list[str]) -> None:
    """Client libraries and Prometheus 3 spell one bound in different ways; none of them may be missed."""
    found = re.fullmatch(r'b\{le=~"(.*)"\}', numeric_le(f'b{{le="{bound}"}}'))
    assert found is not None
    pattern = re.compile(found[1].replace("\\\\", "\\"))
    assert [each for each in [*same, *other] if pattern.fullmatch(each)] == same


def test_le_in_text_and_in_other_labels_stays() -> None:
    """Only the label `le` itself is a number."""
    selector = 'b{file="1",note="le=\\"1\\"",handle="2"}'
    assert numeric_le(selector) == selector


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(300, "5m"), (3600, "1h"), (86400, "1d"), (2592000, "30d"), (2419200, "4w"), (90.5, "90500ms")],
)
def test_durations_are_named_as_sloth_names_its_series(seconds: float, text: str) -> None:
    """`rate5m`, not `rate300s`: another tool's series are found by that name."""
    assert duration(seconds) == text


def test_a_quoted_value_never_ends_its_literal() -> None:
    """Emoji stay themselves (escaped surrogates are refused by Prometheus), quotes and backslashes are escaped."""
    assert quote('a"} or vector(1) # \\ 🦊\n') == '"a\\"} or vector(1) # \\\\ 🦊\\n"'
