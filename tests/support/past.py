"""Four weeks of a planted Prometheus past, with the counts that it holds: what a source measures must match them."""

from collections.abc import Callable, Iterator

from router.slo.objective import DAY_S, Budgeting, Indicator, Objective, Place, TimeWindow
from tests.support.prometheus import openmetrics

NOW = 1_772_323_200.0
"""2026-03-01 00:00:00 UTC, the newest sample of everything that is alive."""
HOUR_S = 3_600.0
PAST_S = 31 * DAY_S
GOOD_RATE, CALM_RATE, OUTAGE_RATE = 3.0, 0.001, 0.06
YOUNG_S = 2 * HOUR_S
STALE_S = 1_200.0

HOSTILE = (
    'a"} or vector(1) #',
    "back\\slash\\",
    "new\nline",
    "tab\there",
    "$1 ${2} $$",
    "'single' `back`",
    "{{.window}}",
    "日本語 🦊",
    "\u0001\u007f",
    "\u202eright to left",
    ".*|",
    "plain",
)


def times(first: float = NOW - PAST_S, last: float = NOW) -> Iterator[float]:
    """Scrapes: every 240 s long ago, every 60 s within a day, every 15 s within two hours."""
    at = NOW - PAST_S
    while at <= last:
        if at >= first:
            yield at
        ago = NOW - at
        at += 240.0 if ago > DAY_S else 60.0 if ago > 2 * HOUR_S else 15.0


def bad_events(seconds: float) -> float:
    """How many requests of checkout failed in the last so many seconds: few, and more in the last hour."""
    return OUTAGE_RATE * min(seconds, HOUR_S) + CALM_RATE * max(0.0, seconds - HOUR_S)


def _counter(rate: float, since: float = NOW - PAST_S) -> Callable[[float], float]:
    return lambda at: rate * (at - since)


def _failures(at: float) -> float:
    return bad_events(PAST_S) - bad_events(NOW - at)


def _with_reset(at: float) -> float:
    """One request a second of a process that restarted 90 minutes ago."""
    return at - (NOW - PAST_S) if at < NOW - 1.5 * HOUR_S else at - (NOW - 1.5 * HOUR_S)


def _lag(at: float) -> float:
    """A queue that was long from 40 to 20 minutes ago."""
    return 9.0 if NOW - 2_400.0 < at <= NOW - 1_200.0 else 0.5


def _slow_minutes(at: float) -> float:
    """Failures of one request in five between 30 and 25 minutes ago, on top of one request a second."""
    return 0.2 * max(0.0, min(at, NOW - 1_500.0) - (NOW - 1_800.0))


def lines() -> Iterator[str]:
    """Everything, as OpenMetrics."""
    checkout = {"job": "checkout"}
    made: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = {}

    def add(metric: str, labels: dict[str, str], value: Callable[[float], float], *span: float) -> None:
        made[metric, tuple(labels.items())] = [(at, value(at)) for at in times(*span)]

    add("http_requests_total", checkout | {"code": "200", "instance": "a"}, _counter(GOOD_RATE - 1.0))
    add("http_requests_total", checkout | {"code": "200", "instance": "b"}, _with_reset)
    add("http_requests_total", checkout | {"code": "500", "instance": "a"}, _failures)
    add("http_requests_total", {"job": "young", "code": "200"}, _counter(1.0, NOW - YOUNG_S), NOW - YOUNG_S)
    add("http_requests_total", {"job": "stale", "code": "200"}, _counter(1.0), NOW - PAST_S, NOW - STALE_S)
    add("http_requests_total", {"job": "healthy", "code": "200"}, _counter(1.0))
    for bound, part in (("0.4", 0.9), ("1.0", 0.95), ("+Inf", 1.0)):
        add("latency_seconds_bucket", {"job": "api", "le": bound}, _counter(part))
    add("latency_seconds_count", {"job": "api"}, _counter(1.0))
    for window, ratio in (("5m", 0.02), ("1h", 0.015), ("30d", 0.0005)):
        add(f"slo:sli_error:ratio_rate{window}", {"sloth_id": "shop-recorded"}, lambda _, value=ratio: value)
    add("queue_lag", {"queue": "orders"}, _lag)
    add("slice_requests_total", {"job": "mail", "code": "200"}, lambda at: at - (NOW - PAST_S) - _slow_minutes(at))
    add("slice_requests_total", {"job": "mail", "code": "500"}, _slow_minutes)
    add("broken_total", {"job": "nan"}, lambda _: float("nan"), NOW - 2 * HOUR_S)
    for number, value in enumerate(HOSTILE):
        made["label_probe", (("value", value),)] = [(NOW, float(number))]
    return openmetrics(made)


def objective_of(
    indicator: Indicator,
    *,
    name: str = "checkout-availability",
    window: TimeWindow | None = None,
    budgeting: Budgeting = Budgeting.OCCURRENCES,
    problem: str = "",
    target: float = 0.999,
) -> Objective:
    """An objective that is measured so; goal and tiers play no part in measuring."""
    return Objective(
        id=name,
        title=name,
        service="checkout",
        target=target,
        window=window or TimeWindow(30 * DAY_S, "30d"),
        tiers=(),
        place=Place("slos/test.yaml", 1),
        budgeting=budgeting,
        indicator=indicator,
        source="prometheus",
        problem=problem,
    )
