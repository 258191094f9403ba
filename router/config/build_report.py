"""Reports, what is kept, the statistics' settings and the pages' credentials of the file, as values."""

from typing import get_args

from router.config.build_auth import tokens_of
from router.config.build_times import minutes
from router.config.durations import write_duration
from router.config.reading import Reading
from router.config.schema import Root
from router.config.schema_report import ReceiverReportSection, ReportSection, StatisticsSection, Weekday
from router.config.values import Auth, HistoryPolicy, WeeklyReport
from router.noise.values import Settings


def build_report(root: Root) -> WeeklyReport | None:
    """Return when and where the weekly report of all teams goes, None without one."""
    return None if root.report is None else _report(root.report.channel, root.report)


def build_team_report(own: ReceiverReportSection | None, root: Root) -> WeeklyReport | None:
    """Return when and where a receiver's own report goes, None without one; what it leaves out is as the root's."""
    if own is None:
        return None
    general = root.report or ReportSection(channel="-")
    return _report(
        own.channel, general.model_copy(update=own.model_dump(include={"weekday", "time"}, exclude_none=True))
    )


def _report(channel: str, when: ReportSection) -> WeeklyReport:
    return WeeklyReport(channel, get_args(Weekday).index(when.weekday), minutes(when.time))


def build_history(root: Root, reading: Reading) -> HistoryPolicy:
    """Return how long is kept what happened; notes sums that would be forgotten before what they are made from."""
    kept = root.history
    if kept.rollups < kept.firings:
        problem = "sums by day would be forgotten before the firings that they are made from"
        key = "rollups" if "rollups" in kept.model_fields_set else "firings"
        mend = f"keep them for {write_duration(kept.firings)} or longer, or firings not as long"
        reading.error(("history", key), problem, mend)
    return HistoryPolicy(kept.firings, kept.rollups)


def build_statistics(root: Root, reading: Reading) -> Settings:
    """Return the spans and thresholds of the statistics; notes pairs of them that contradict each other."""
    given = root.statistics
    _check_order(given, "chattering", "flapping", "chattering is the faster of the two", reading)
    _check_order(given, "fleeting", "standing", "no firing can be both", reading)
    _check_order(given, "flood_ends", "flood_begins", "a flood would end as it begins", reading)
    return Settings(
        chattering_s=given.chattering,
        flapping_s=given.flapping,
        fleeting_s=given.fleeting,
        standing_s=given.standing,
        flood_begins=given.flood_begins,
        flood_ends=given.flood_ends,
        miss_s=given.miss,
        threat_apart_s=given.threat_apart,
        wolves_least=given.wolves_least,
        precision_most=given.precision_most,
        postmortem_share=given.postmortem_share,
        shift_pages=given.shift_pages,
    )


def _check_order(given: StatisticsSection, low: str, high: str, why: str, reading: Reading) -> None:
    if getattr(given, low) > getattr(given, high):
        key = low if low in given.model_fields_set else high
        problem = f"`{low}` is more than `{high}`: {why}"
        reading.error(("statistics", key), problem, f"lower `{low}`, or raise `{high}`")


def build_pages_auth(root: Root, reading: Reading) -> Auth:
    """Return who may see the pages."""
    given = root.pages.auth
    return Auth(bearer=tokens_of(given.bearer, given.bearer_file, ("pages", "auth"), reading))
