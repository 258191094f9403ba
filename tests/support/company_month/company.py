"""The company: teams, SLOs, services, rules. Every mapped service belongs to one SLO, one of them to two."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.support.company_month.days import ZONE

ZONES = {
    "sre": ZONE,
    "payments": ZONE,
    "web": "America/New_York",
    "data": "Europe/Berlin",
    "platform": "UTC",
}
"""Time zones by team; the clocks of New York go back on 2026-11-01, within the first week."""
TEAMS = {team: ZoneInfo(zone) for team, zone in ZONES.items()}
GROUP_WAIT_S = 10


@dataclass(frozen=True)
class Slo:
    """An SLO over 30 days. All have the same budget of 10,368 bad events: `per_minute` requests x (1 - target)."""

    number: int
    id: str
    target: float
    per_minute: int
    team: str
    services: tuple[str, ...]
    budget: float = 0.8
    """Left at the beginning."""
    latency: bool = False


_ROWS = (
    ("checkout-availability", 0.999, "sre", ("checkout", "cart", "coupons"), 0.80),
    ("search-availability", 0.999, "sre", ("search", "suggest", "ranking"), 0.62),
    ("payments-availability", 0.999, "payments", ("payments", "wallet", "refunds"), 0.90),
    ("payments-latency", 0.99, "payments", ("fraud", "invoices", "cards"), 0.71),
    ("login-availability", 0.999, "payments", ("login", "sessions", "accounts"), 0.55),
    ("web-latency", 0.99, "web", ("frontpage", "assets", "images"), 0.40),
    ("mobile-availability", 0.995, "web", ("mobile-api", "push", "deeplinks"), 0.84),
    ("video-latency", 0.99, "web", ("video", "thumbnails", "player"), 0.93),
    ("orders-freshness", 0.995, "data", ("orders", "stock", "shipping"), 0.015),
    ("warehouse-availability", 0.995, "data", ("warehouse", "packing", "returns"), 0.77),
    ("billing-freshness", 0.99, "data", ("billing", "ledger", "tax"), 0.66),
    ("reports-freshness", 0.99, "data", ("reports", "exports", "metrics-lake"), 0.20),
)
_RATES = {0.999: 240, 0.995: 48, 0.99: 24}
SLOS = tuple(
    Slo(number, name, target, _RATES[target], team, services, budget, name.endswith("latency"))
    for number, (name, target, team, services, budget) in enumerate(_ROWS)
)
UNMAPPED = (
    "wiki", "chat", "ci", "registry", "vault", "dns", "proxy", "mail", "printing", "intranet", "badges", "backup",
    "lab", "cafeteria",
)  # fmt: skip
"""Services that no SLO covers; their team is platform."""
BOTH = "wallet"
"""The service whose alerts can threaten two SLOs: payments-availability first, and payments-latency."""
_KINDS = ("PodRestarting", "ErrorRateHigh", "QueueBacklog", "DiskAlmostFull")
_SOURCES = ("alertmanager", "datadog", "prometheus")


@dataclass(frozen=True)
class Rule:
    """A rule; `covers` are the SLOs its alerts can threaten, the first one names the incident."""

    number: int
    source: str
    name: str
    service: str
    team: str
    covers: tuple[Slo, ...]
    guide: bool = True
    fingerprints: tuple[str, ...] = field(default=())

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.name


def rules() -> tuple[Rule, ...]:
    """All 200 rules, four of each service: first the 36 mapped services by SLO, then the 14 unmapped ones."""
    placed = [(service, slo) for slo in SLOS for service in slo.services] + [(name, None) for name in UNMAPPED]
    found: list[Rule] = []
    for index, (service, slo) in enumerate(placed):
        covers = () if slo is None else (slo, SLOS[3]) if service == BOTH else (slo,)
        for kind in _KINDS:
            number = len(found)
            name = "".join(part.title() for part in service.split("-")) + kind
            prints = tuple(f"{number:03x}{alert:013x}" for alert in range(12))
            team = "platform" if slo is None else slo.team
            guide = number % 11 != 10
            found.append(Rule(number, _SOURCES[index % 3], name, service, team, covers, guide, prints))
    return tuple(found)


def gap_rule() -> Rule:
    """What the SLO of the detection gap raises itself."""
    slo = SLOS[6]
    return Rule(200, "slo", slo.id, slo.services[0], slo.team, (slo,), True, (f"{200:03x}{0:013x}",))
