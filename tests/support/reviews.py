"""Reviews to show: a usual week, the shortest, the longest and a hostile one; and reviews of anything at all."""

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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
from router.noise.weeks import Week
from tests.support.slack_views import HOSTILE

ZONE = "Asia/Tokyo"
WEEK = Week(date(2026, 10, 5), ZoneInfo(ZONE))
HOUR = 3_600.0
DAY = 86_400.0
AS_OF = WEEK.end + 9 * HOUR
"""Monday after, 09:00 in Tokyo."""
ADDRESS = "https://router.example.com"


def at(day: int, hour: float) -> float:
    """An instant of the week: day 0 is Monday."""
    return WEEK.start + day * DAY + hour * HOUR


def rule(name: str, **changes: Any) -> RuleReview:
    base = RuleReview(
        source="alertmanager", rule=name, counts=Counts(), before=Counts(), outcomes={}, reasons={}, teams=("sre",),
        slos=("checkout-availability",), alerts=1, accused=True, accusing=3, duration_median_s=180.0,
    )  # fmt: skip
    return replace(base, **changes)


LONGER = Proposal(
    Remedy.LONGER_FOR, Effect(6, 6, 6), Effect(51, 43, 40, 0, 2, 420.0), WEEK.start - 42 * DAY, "12m"
)  # fmt: skip
DANGEROUS = Proposal(Remedy.DELETE, Effect(6, 6, 6), Effect(51, 51, 48, missed=2), WEEK.start - 42 * DAY)
DISK = rule(
    "DiskAlmostFull",
    counts=Counts(firings=6, told=6, pages=6, judged=6, wolves=6, acknowledged=1),
    before=Counts(firings=5, told=5, judged=5, wolves=4),
    accusing=6, chattering=3, over_before_acknowledged=5, guide=False, marked_wolf=2, proposals=(LONGER, DANGEROUS),
)  # fmt: skip
PODS = rule(
    "PodRestart",
    counts=Counts(firings=246, told=0, judged=246, dropped=246, caught_wolves=240),
    before=Counts(firings=198, judged=198, dropped=198, caught_wolves=190),
    accusing=240, teams=("platform",), flapping=60,
    proposals=(
        Proposal(Remedy.SPLIT, Effect(246, 230), Effect(2_900, 2_711), WEEK.start - 60 * DAY, "namespace=batch"),
        Proposal(Remedy.MERGE, Effect(246, 0), Effect(2_900, 12), WEEK.start - 60 * DAY, "NodeNotReady"),
    ),
)  # fmt: skip
CERT = rule(
    "CertExpiresSoon",
    counts=Counts(firings=3, told=3, pages=3, judged=3, wolves=3), accusing=3, standing=3,
    proposals=(Proposal(Remedy.DEMOTE, Effect(3, 3, 3), Effect(9, 9, 9), WEEK.start - 20 * DAY),),
)  # fmt: skip
BATCH = rule(
    "BatchJobLate", counts=Counts(firings=4, told=4, ignored=4), accused=False, accusing=0, slos=(),
    teams=("platform",),
    proposals=(Proposal(Remedy.MAP, Effect(4, 4, 4), Effect(20, 18, 18), WEEK.start - 20 * DAY, "batch-freshness"),),
)  # fmt: skip
ERRORS = rule(
    "HighErrorRate", counts=Counts(firings=3, told=3, pages=3, judged=3, threatened=3, threatened_judged=3,
                                   acknowledged=3), accused=False, accusing=0,
)  # fmt: skip
BURN = Threat(
    "checkout-availability", at(2, 10.67), at(2, 11.25), "page", True, 240.0, cost=0.062, incidents=("E-2041",),
    rules=("HighErrorRate",), postmortem=True,
)  # fmt: skip
GAP = Threat("login-availability", at(3, 3.17), at(3, 3.5), "page", gap=True, cost=0.03)
QUIETENED = Threat("search-latency", at(4, 1), at(4, 1.5), "ticket", silenced=True)
CHECKOUT = SloReview(
    "checkout-availability", "Checkout availability", "Pay for the cart", 0.999, 0.27, 0.176, 2_880.0, 720.0, (BURN,),
    1.0, 240.0, 1, 1, "checkout",
)  # fmt: skip
LOGIN = SloReview(
    "login-availability", "Login availability", "Log in", 0.999, 0.01, -0.02, 0.0, 0.0, (GAP,), 0.0, None, 0, 0, "login"
)
SEARCH = SloReview("search-latency", "Search latency", "Search", 0.95, 0.59, 0.61, 0.0, 0.0, (), None, None, 0, 0)
SRE = TeamReview(
    "sre", ZONE, Counts(), 16, 20, 7, 5, 3, 2, 14, (Shift(at(2, 21), 6), Shift(at(4, 9), 3)), 240.0, 2_880.0, 1, 240
)
PLATFORM = TeamReview("platform", ZONE, Counts(), 6, 5, 2, 2, 0, 0, 14, (), 1_500.0, None, 0, 0)
QUIETS = (Quiet("alertmanager", "PodRestart", 12, 246, 198), Quiet("datadog", "CPU high", 21, 800, 1_100))


def _weeks() -> tuple[Point, ...]:
    pages, wolves = (31, 28, 30, 26, 27, 24, 25, 22), (19, 18, 17, 15, 16, 13, 14, 9)
    days = [WEEK.monday - timedelta(7 * back) for back in range(7, -1, -1)]
    return tuple(
        Point(day, p, w, 20 + w, 900 + 30 * p, 1_000 + 30 * p) for day, p, w in zip(days, pages, wolves, strict=True)
    )


def _days() -> tuple[Point, ...]:
    pages, wolves = (5, 3, 6, 2, 4, 1, 1), (2, 1, 2, 1, 2, 1, 0)
    return tuple(Point(day, p, w, 4, 170, 190) for day, p, w in zip(WEEK.days(), pages, wolves, strict=True))


def usual(**changes: Any) -> Review:
    """A week as most are: wolves, a burn, a gap, misses, a month so far."""
    counts = Counts(
        firings=1_260, told=26, pages=22, held=33, dropped=1_204, judged=1_240, threatened=6, threatened_judged=6,
        wolves=9, caught_wolves=240, ignored=4, misses=1, reported_misses=1, acknowledged=9, night_pages=3,
        off_hours_pages=7,
    )  # fmt: skip
    before = Counts(firings=1_400, told=30, held=30, dropped=1_270, judged=1_380, threatened_judged=9, wolves=14,
                    acknowledged=9)  # fmt: skip
    review = Review(
        week=WEEK.name, start=WEEK.start, end=WEEK.end, zone=ZONE, as_of=AS_OF, team="", counts=counts, before=before,
        pages=22, wolf_pages=9, pages_before=25, wolf_pages_before=14,
        rules=(DISK, CERT, PODS, BATCH, ERRORS), slos=(CHECKOUT, LOGIN, SEARCH), teams=(SRE, PLATFORM),
        misses=(Miss("alertmanager", "PodRestart", "E-2040", "checkout-availability", at(2, 10), at(2, 10.4),
                     at(2, 10.67)),),
        reported=(Reported(at(3, 3.5), "Sato", "", "login-availability", "nobody could log in"),),
        gaps=(GAP,), silenced=(QUIETENED,), postmortems=(BURN,), quiet=QUIETS, weeks=_weeks(), days=_days(),
        month=Month("2026-10", True, (
            MonthSlo("checkout-availability", "Checkout availability", "Pay", False, 0.999, 0.9984, 0.0016, 12_300_000,
                     11),
            MonthSlo("search-latency", "Search latency", "Search", True, 0.95, 0.972, 0.028, 880_000, 11),
        ), Counts(firings=2_900, told=55, wolves=20), 41, 300.0, 2_700.0),
    )  # fmt: skip
    return replace(review, **changes)


def japanese() -> Review:
    """The usual week of a Japanese team."""
    titles = {"checkout-availability": "決済の可用性", "login-availability": "ログインの可用性"}
    review = usual()
    slos = tuple(replace(slo, title=titles.get(slo.id, "検索の速さ")) for slo in review.slos)
    reported = tuple(replace(each, by="佐藤", text="誰もログインできなかった") for each in review.reported)
    return replace(review, slos=slos, reported=reported)


def empty() -> Review:
    """A week in which nothing fired."""
    nothing = (Counts(), Counts())
    return Review(
        WEEK.name, WEEK.start, WEEK.end, ZONE, AS_OF, "", *nothing, 0, 0, 0, 0, (), (), (), (), (), (), (), (), (), (),
        (),
    )  # fmt: skip


def longest() -> Review:
    """More of everything than a message can hold, with long names."""
    long = "絵文字😀 & <長い> text \n" * 40
    review = retold(usual(), long)
    many = {
        name: tuple(getattr(review, name)) * 40
        for name in ("rules", "slos", "misses", "reported", "gaps", "silenced", "postmortems", "quiet")
    }
    teams = tuple(replace(team, name=f"{number} {team.name}") for number, team in enumerate(review.teams * 15))
    team = replace(review, teams=teams, shadow=Shadow(10**9, 10**8, 10**8, 10**7), as_of=at(3, 14), **many)
    return replace(team, team=long)


def hostile() -> Review:
    """Every name is an attack."""
    return retold(usual(shadow=Shadow(1_300, 400, 700, 0)), HOSTILE)


def retold(value: Any, text: str) -> Any:
    """The same value with every name that others choose replaced by `text`; ids of SLOs stay in step."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"week", "zone", "tier", "name"} if isinstance(value, Review | Threat | Month) else {"zone"}
        names = [field.name for field in fields(value) if field.name not in kept]
        return replace(value, **{name: retold(getattr(value, name), text) for name in names})
    if isinstance(value, tuple):
        return tuple(retold(each, text) for each in value)
    if isinstance(value, Remedy):
        return value
    return text if isinstance(value, str) and value else value


REVIEWS = {"usual": usual, "shortest": empty, "longest": longest, "hostile": hostile}
