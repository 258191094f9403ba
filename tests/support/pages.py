"""A week's review written by hand, its firings, and a desk in memory that hands them out."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from router.gate import Outcome
from router.noise.review import (
    Counts,
    Effect,
    Miss,
    Month,
    MonthSlo,
    Point,
    Proposal,
    Quiet,
    Remedy,
    Reported,
    Review,
    RuleReview,
    Shadow,
    Shift,
    SloReview,
    TeamReview,
    Threat,
)
from router.noise.values import Firing, Heard, Mark, RuleKey
from router.noise.weeks import Week
from router.slo.verdict import Verdict

TOKYO = ZoneInfo("Asia/Tokyo")
WEEK = Week(date(2026, 11, 16), TOKYO)
START = WEEK.start
DAY = 86_400.0
AS_OF = WEEK.end + 1_800
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h40v20z"/></svg>'

DISK = Counts(
    firings=51, told=43, pages=43, judged=51, wolves=41, threatened=2, threatened_judged=2, caught_wolves=8, dropped=8,
    acknowledged=2, off_hours_pages=31, night_pages=12,
)  # fmt: skip
CPU = Counts(firings=30, told=6, tickets=6, judged=30, wolves=6, caught_wolves=24, dropped=24)
ERRORS = Counts(
    firings=5, told=5, pages=5, judged=5, threatened=5, threatened_judged=5, acknowledged=5, off_hours_pages=1
)
BATCH = Counts(firings=7, told=7, pages=7, ignored=7, off_hours_pages=3)


def rule(name: str, counts: Counts, **more: object) -> RuleReview:
    """One rule in the week; `more` replaces what is usual."""
    usual: dict[str, object] = {
        "source": "alertmanager", "rule": name, "counts": counts, "before": Counts(), "outcomes": {},
        "reasons": {}, "teams": ("sre",), "slos": ("checkout-availability",), "alerts": 3,
        "accused": False, "accusing": 0,
    }  # fmt: skip
    return RuleReview(**(usual | more))  # type: ignore[arg-type]


DISK_RULE = rule(
    "DiskAlmostFull",
    DISK,
    before=Counts(firings=40, told=36, pages=36, wolves=33, judged=36),
    outcomes={"page": 43, "drop": 8},
    reasons={"threat_page": 2, "slo_unknown": 41, "never_threatened": 8},
    accused=True,
    accusing=49,
    marked_wolf=3,
    wolf_reasons={"not_actionable": 2, "wrong_threshold": 1},
    time_to_acknowledge_s=420.0,
    over_before_acknowledged=39,
    duration_median_s=310.0,
    chattering=9,
    flapping=12,
    fleeting=4,
    in_flood=2,
    guide=False,
    proposals=(
        Proposal(
            Remedy.LONGER_FOR,
            Effect(51, 43, 37, 0, 2, 420.0),
            Effect(214, 180, 160, 0, 3, 420.0),
            START - 60 * DAY,
            "12m",
        ),
        Proposal(Remedy.GUIDE, Effect(51), Effect(214), START - 60 * DAY),
        Proposal(Remedy.DELETE, Effect(51, 51, 43, 2), Effect(214, 214, 190, 3), START - 60 * DAY),
    ),
)
CPU_RULE = rule(
    "CPUThrottling",
    CPU,
    before=Counts(firings=31, told=9, wolves=9, judged=31),
    outcomes={"ticket": 6, "drop": 24},
    reasons={"threat_ticket": 6, "never_threatened": 24},
    teams=("sre", "db"),
    accused=True,
    accusing=30,
    proposals=(Proposal(Remedy.DEMOTE, Effect(30, 6, 6), Effect(90, 20, 20), START - 60 * DAY),),
)
BATCH_RULE = rule(
    "BatchLate",
    BATCH,
    teams=("db",),
    slos=(),
    outcomes={"forward": 7},
    reasons={"unmapped": 7},
    proposals=(Proposal(Remedy.MAP, Effect(7), Effect(21), START - 60 * DAY, "search-latency"),),
)
ERRORS_RULE = rule(
    "HighErrorRate",
    ERRORS,
    before=Counts(firings=2, told=2, pages=2, judged=2, threatened=2, threatened_judged=2),
    outcomes={"page": 5},
    reasons={"threat_page": 5},
    time_to_acknowledge_s=180.0,
    duration_median_s=1_800.0,
)
THREAT = Threat(
    "checkout-availability", START + DAY + 7_200, START + DAY + 9_000, "page", announced=True, lead_s=120.0, cost=0.21,
    incidents=("E-7KQ2M",), rules=("HighErrorRate",), postmortem=True,
)  # fmt: skip
GAP = Threat("search-latency", START + 3 * DAY, START + 3 * DAY + 2_400, "page", gap=True, cost=0.04)
SILENCED = Threat("login-availability", START + 4 * DAY, START + 4 * DAY + 1_200, "page", silenced=True, cost=0.01)
MISS = Miss(
    "alertmanager",
    "QueueDepth",
    "E-3MM7A",
    "search-latency",
    START + 2 * DAY,
    START + 2 * DAY + 600,
    START + 2 * DAY + 900,
)
SLOS = (
    SloReview(
        "checkout-availability", "Checkout availability", "pay for a cart", 0.999, 0.41, 0.176, 0.0, 0.0, (THREAT,),
        1.0, 120.0, 0, 0, "checkout",
    ),
    SloReview(
        "search-latency", "Search latency", "find a product", 0.99, 0.8, 0.72, 1_260.0, 600.0, (GAP,), 0.0, None, 1, 1,
        "search",
    ),
    SloReview(
        "login-availability", "Login availability", "sign in", 0.999, 0.95, 0.94, 0.0, 0.0, (SILENCED,), 0.0, None, 0, 0
    ),
)  # fmt: skip
TEAMS = (
    TeamReview(
        "sre", "Asia/Tokyo", Counts(firings=70, told=52, wolves=45), 22, 25, 9, 12, 3, 2, 14,
        (Shift(START + DAY + 9 * 3_600, 5), Shift(START + 2 * DAY + 21 * 3_600, 3)), 300.0, 2_700.0, 1, 14,
    ),
    TeamReview("db", "UTC", Counts(firings=23, told=9, wolves=2), 4, 2, 0, 1, 0, 0, 14, (), None, None, 0, 0),
)  # fmt: skip


def _points(days: int, step: int, count: int) -> tuple[Point, ...]:
    first = WEEK.monday - timedelta(days)
    return tuple(
        Point(first + timedelta(step * number), 20 + number, 9 + number % 3, 30 + number, 40 - number, 120 + number)
        for number in range(count)
    )


REVIEW = Review(
    week=WEEK.name,
    start=WEEK.start,
    end=WEEK.end,
    zone="Asia/Tokyo",
    as_of=AS_OF,
    team="",
    counts=Counts(
        firings=93, told=61, pages=55, tickets=6, held=3, dropped=32, judged=86, wolves=47, caught_wolves=32, ignored=7,
        threatened=7, threatened_judged=7, misses=1, reported_misses=1, acknowledged=7, off_hours_pages=35,
        night_pages=12,
    ),
    before=Counts(firings=73, told=47, pages=38, tickets=9, dropped=22, judged=69, wolves=42, caught_wolves=22),
    pages=26,
    wolf_pages=9,
    pages_before=27,
    wolf_pages_before=14,
    rules=(DISK_RULE, CPU_RULE, BATCH_RULE, ERRORS_RULE),
    slos=SLOS,
    teams=TEAMS,
    misses=(MISS,),
    reported=(Reported(START + 2 * DAY + 999, "U0SATO", "QueueDepth", "search-latency", "search was down", "E-3MM7A"),),
    gaps=(GAP,),
    silenced=(SILENCED,),
    postmortems=(THREAT,),
    quiet=(Quiet("alertmanager", "CPUThrottling", 0, 24, 22), Quiet("alertmanager", "DiskAlmostFull", 0, 8, 0)),
    weeks=_points(49, 7, 8),
    days=_points(0, 1, 7),
    month=Month(
        "2026-11", True,
        (
            MonthSlo("checkout-availability", "Checkout availability", "pay", False, 0.999, 0.9993, 7e-4, 12_345, 22),
            MonthSlo("search-latency", "Search latency", "find a product", True, 0.99, 0.985, 0.015, 456_789, 22),
        ),
        Counts(firings=400, told=220, wolves=120), 90, 400.0, 3_000.0,
    ),
    shadow=Shadow(93, 40, 30, 1),
    reasons={"threat_page": 7, "slo_unknown": 41, "never_threatened": 32},
)  # fmt: skip
EMPTY = replace(
    REVIEW, counts=Counts(), before=Counts(), pages=0, wolf_pages=0, pages_before=0, wolf_pages_before=0, rules=(),
    slos=(), teams=(), misses=(), reported=(), gaps=(), silenced=(), postmortems=(), quiet=(), month=None, shadow=None,
    reasons={}, weeks=(), days=(), complete=False,
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE rules; --",
    "\u202egnp.exe",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "{{ 7 * 7 }}{% raw %}",
    "a/b?c=d&e#f %2F",
    "W" * 3_000,
    "改行\nタブ\tゼロ\x00",
)  # fmt: skip
"""Names that senders may choose."""


def hostile_review() -> Review:
    """The review, with every text that comes from outside replaced by a hostile one."""
    rules = tuple(
        replace(
            DISK_RULE, source=f"s{text}", rule=text, teams=(text,), slos=(text,),
            proposals=(replace(DISK_RULE.proposals[0], remedy=Remedy.MERGE, value=text),),
        )
        for text in HOSTILE
    )  # fmt: skip
    bad = HOSTILE[1]
    threats = tuple(replace(THREAT, slo=text, incidents=(text,), rules=(text,)) for text in HOSTILE)
    return replace(
        REVIEW,
        rules=rules,
        slos=tuple(replace(SLOS[0], id=text, title=text, cuj=text, service=text) for text in HOSTILE),
        teams=tuple(replace(TEAMS[0], name=text) for text in HOSTILE),
        misses=(replace(MISS, source=bad, rule=bad, incident=bad, slo=bad),),
        reported=(Reported(START, bad, bad, bad, bad, bad),),
        gaps=threats,
        silenced=threats,
        postmortems=threats,
        quiet=(Quiet(bad, bad, 3, 4, 5),),
        reasons={bad: 3},
    )


def firing(number: int = 0, **more: object) -> Firing:
    """One firing of DiskAlmostFull, `number` hours into the week."""
    began = START + 3_600 * number
    usual: dict[str, object] = {
        "source": "alertmanager", "rule": "DiskAlmostFull", "fingerprint": f"f{number}", "started_at": began,
        "ended_at": began + 300, "outcome": Outcome.PAGE, "reason": "threat_page", "incident": "E-7KQ2M",
        "receiver": "sre", "labels": {"alertname": "DiskAlmostFull", "instance": f"db-{number}"},
        "annotations": {"runbook_url": "https://guides.example.com/disk"}, "notified_at": began + 10,
        "acknowledged_at": began + 200, "acknowledged_by": "U0SATO", "mark": Mark.WOLF, "wolf_reason": "not_actionable",
        "slos": (Heard("checkout-availability", Verdict.NO_THREAT),), "guide": True,
    }  # fmt: skip
    return Firing(**(usual | more))  # type: ignore[arg-type]


@dataclass
class Table:
    """A desk in memory: reviews by (week, team), firings of any rule, charts by name; it can fail and keep waiting."""

    reviews: dict[tuple[str, str], Review] = field(default_factory=dict)
    recorded: Sequence[Firing] = ()
    charts: Mapping[str, bytes] = field(default_factory=dict)
    failure: Exception | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[RuleKey, float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open.set()

    async def _ready(self) -> None:
        await self.open.wait()
        if self.failure is not None:
            raise self.failure

    async def review(self, week: str = "", team: str = "") -> Review | None:
        await self._ready()
        newest = max((name for name, _ in self.reviews), default="")
        return self.reviews.get((week or newest, team))

    async def chart(self, week: str, team: str, name: str) -> bytes | None:
        await self._ready()
        return self.charts.get(name) if (week, team) in self.reviews else None

    async def firings(self, rule: RuleKey, before: float, limit: int) -> Sequence[Firing]:
        await self._ready()
        self.asked.append((rule, before, limit))
        found = [each for each in self.recorded if each.key == rule and each.started_at < before]
        return sorted(found, key=lambda each: -each.started_at)[:limit]

    async def weeks(self) -> Sequence[str]:
        await self._ready()
        return sorted({name for name, _ in self.reviews}, reverse=True)
