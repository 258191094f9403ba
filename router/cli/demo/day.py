"""The day that is played: which alerts fire and when, how the shop fails, and where the play stops to explain.

Times are Unix seconds of one fixed day, so that every play is the same. Nothing here says what the router does about
it: that is the router's own answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from router.cli.demo.shop import Load, Trouble
from router.gate import Outcome
from router.slo.objective import DAY_S

START = datetime(2026, 11, 17, 8, 0, tzinfo=UTC).timestamp()
END = START + DAY_S
NIGHT = (22, 7)
"""From and to which hour people sleep."""
CHECKOUT = "checkout-availability"
SEARCH = "search-success"


def at(clock: str, day: int = 0) -> float:
    """Return "10:40" as Unix seconds: of the first day, or in the night after it where that is before 08:00."""
    hour, minute = (int(part) for part in clock.split(":"))
    midnight = START - 8 * 3_600 + (DAY_S if hour < 8 else 0.0)
    return midnight + day * DAY_S + hour * 3_600 + minute * 60


@dataclass(frozen=True, slots=True)
class Raised:
    """One firing, as a monitoring system raises it. `end` is None for one that still fires when the day is over.

    `sender` is a configured source. `text` names its summary among the words.
    """

    sender: str
    rule: str
    begin: float
    end: float | None
    labels: Mapping[str, str]
    text: str
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A place where the play stops to explain.

    `rule` shows what the router decided about that alert, `why` its reason; `outcome` is what the numbers count.
    """

    at: float
    text: str
    rule: str = ""
    why: bool = False
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that happens."""

    raised: tuple[Raised, ...]
    loads: Mapping[str, Load]
    pauses: tuple[Pause, ...]
    outages: tuple[tuple[float, float], ...] = ()
    """When the SLO source does not answer."""
    begin: float = START
    end: float = END


def _flapping(
    rule: str, service: str, places: tuple[str, ...], times: tuple[str, ...], minutes: int
) -> Iterator[Raised]:
    """Yield an alert that comes and goes on several machines, one a little after the other."""
    for clock in times:
        for number, place in enumerate(places):
            begin = at(clock) + 120 * (number // 2)
            labels = {"service": service, "instance": place, "severity": "warning"}
            yield Raised("alertmanager", rule, begin, begin + minutes * 60, labels, rule)


def _wolves() -> Iterator[Raised]:
    """Yield what fires every day and never matters."""
    web = tuple(f"web-{number}" for number in range(1, 7))
    yield from _flapping("HighCPU", "checkout", web[:4], ("08:10", "08:50", "09:50"), 4)
    yield from _flapping("PodRestart", "cart", ("cart-7f9c", "cart-b2d1"), ("08:30", "12:20"), 3)
    yield from _flapping("HighCPU", "search", ("search-2",), ("11:50", "12:40", "13:05"), 6)
    yield from _flapping("HighCPU", "checkout", web, ("23:20", "01:10", "03:40", "05:10"), 4)
    yield from _flapping("PodRestart", "cart", ("cart-7f9c", "cart-b2d1", "cart-e044"), ("00:30", "04:20"), 3)
    yield from _flapping("DiskAlmostFull", "checkout", ("db-1", "db-3"), ("22:40", "02:30"), 50)
    labels = {"service": "checkout", "instance": "db-2", "severity": "warning"}
    yield Raised("alertmanager", "DiskAlmostFull", at("06:20"), None, labels, "DiskAlmostFull")


def _checkout() -> Iterator[Raised]:
    """Yield the causes and the symptoms of the morning's outage."""
    for rule, service, place, severity, begin, end in (
        ("DBConnectionsHigh", "payments", "db-1", "warning", "10:40", "11:01"),
        ("CheckoutErrorRateHigh", "checkout", "checkout-api", "critical", "10:54", "11:01"),
        ("PaymentLatencyHigh", "payments", "payments-api", "warning", "10:54", "11:00"),
        ("PodRestart", "payments", "payments-6c8d", "warning", "10:54", "11:00"),
    ):
        labels = {"service": service, "instance": place, "severity": severity}
        yield Raised("alertmanager", rule, at(begin), at(end), labels, rule)


def _others() -> Iterator[Raised]:
    """Yield the alerts that no SLO clears, and the one that goes with the slow burn."""
    certificate = {"service": "edge", "instance": "shop.example.com", "severity": "warning", "category": "security"}
    yield Raised(
        "alertmanager", "CertificateExpiresSoon", at("09:20"), at("10:05"), certificate, "CertificateExpiresSoon",
        "https://guides.example.com/certificates",
    )  # fmt: skip
    lag = {"service": "search", "env": "prod", "team": "search"}
    yield Raised("datadog", "Search index lags", at("14:10"), at("18:05"), lag, "SearchIndexLag")
    coupons = {"service": "coupons", "instance": "coupon-export", "severity": "warning"}
    yield Raised("prometheus", "CouponExportStuck", at("16:40"), at("17:20"), coupons, "CouponExportStuck")
    queue = {"service": "checkout", "instance": "orders", "severity": "warning"}
    yield Raised("alertmanager", "QueueDepthHigh", at("20:05"), at("20:40"), queue, "QueueDepthHigh")


def _past(days: float, clock: str, minutes: float, ratio: float) -> Trouble:
    begin = at(clock) - days * DAY_S
    return Trouble(begin, begin + minutes * 60, ratio)


_LOADS = {
    CHECKOUT: Load(
        60.0,
        0.0002,
        (
            _past(19, "13:10", 25, 0.06),
            _past(11, "09:40", 12, 0.12),
            _past(4, "20:00", 30, 0.03),
            Trouble(at("10:44"), at("10:58"), 0.09),
        ),
    ),
    SEARCH: Load(
        140.0,
        0.0006,
        (
            _past(16, "11:00", 240, 0.04),
            _past(9, "18:00", 300, 0.02),
            Trouble(at("22:00", -2), at("18:00"), 0.0075),
        ),
    ),
}

_PAUSES = (
    Pause(at("08:11"), "wolves_begin", "HighCPU", why=True),
    Pause(at("10:00"), "wolves_over", outcome=Outcome.DROP),
    Pause(at("10:40"), "cause_fires", "DBConnectionsHigh", why=True),
    Pause(at("10:44"), "deploy"),
    Pause(at("10:54"), "symptoms_join", "CheckoutErrorRateHigh"),
    Pause(at("10:58"), "rollback"),
    Pause(at("14:10"), "lag_fires", "Search index lags", why=True),
    Pause(at("20:05"), "queue_fires", "QueueDepthHigh"),
    Pause(at("20:10"), "blind"),
    Pause(at("22:41"), "night_begins", "DiskAlmostFull"),
    Pause(at("06:30"), "night_over"),
    Pause(at("06:31"), "still_held", "DiskAlmostFull"),
)

DAY = Day(
    raised=tuple(sorted((*_wolves(), *_checkout(), *_others()), key=lambda each: each.begin)),
    loads=_LOADS,
    pauses=_PAUSES,
    outages=((at("20:10"), at("20:17")),),
)
