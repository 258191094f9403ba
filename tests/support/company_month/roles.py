"""What a firing can be in the planted month, and what is therefore true of it."""

from dataclasses import dataclass

SHADOW_WEEK = 0
"""The company began in shadow mode: in the first week everything was forwarded."""


@dataclass(frozen=True)
class Role:
    """`outcome` and `reason` in enforce mode; `shadowed` ones were forwarded in the first week."""

    outcome: str
    reason: str
    told: bool
    judged: bool = True
    threatened: bool = False
    wolf: bool = False
    caught: bool = False
    ignored: bool = False
    disputed: bool = False
    acknowledged: bool = False
    guide_opened: bool = False
    mark: str | None = None
    shadowed: bool = False

    def in_week(self, week: int) -> tuple[str, str, str | None]:
        """Outcome, reason, and in shadow mode what enforce mode would have done."""
        if self.shadowed and week == SHADOW_WEEK:
            return "forward", "shadow", "drop"
        return self.outcome, self.reason, None


_LONG = ("forward", "held_too_long", True)
"""Told in enforce mode without any threat: at watch for a quarter of an hour."""
WOLF = Role(*_LONG, wolf=True, shadowed=True)
WOLF_ANSWERED = Role(*_LONG, wolf=True, acknowledged=True, mark="wolf", shadowed=True)
"""Somebody acknowledged it, and then said that it cried wolf."""
WOLF_PAGE = Role("page", "burn_alert", told=True, wolf=True)
"""A burn alert of another tool: it pages whatever the SLO says."""
WOLF_TICKET = Role("ticket", "burn_alert", told=True, wolf=True)
WOLF_DAY = Role("ticket", "held_for_a_day", told=True, wolf=True)
WOLF_UNJUDGED = Role("forward", "slo_unknown", told=True, judged=False, wolf=True, mark="wolf")
"""Nobody could judge it but a person, who called it a wolf."""
CAUGHT = Role("drop", "never_threatened", told=False, caught=True)
ACTED = Role(*_LONG, acknowledged=True, shadowed=True)
GUIDED = Role(*_LONG, guide_opened=True, shadowed=True)
REAL = Role(*_LONG, acknowledged=True, mark="real", shadowed=True)
REAL_PAGE = Role("page", "burn_alert", told=True, acknowledged=True, mark="real")
REAL_TICKET = Role("ticket", "burn_alert", told=True, acknowledged=True, mark="real")
MERGED = Role("merge", "joined", told=False)
SUPPRESSED = Role("suppress", "silence", told=False)
HELD = Role("hold", "no_threat", told=False)
IGNORED = Role("forward", "unmapped", told=True, judged=False, ignored=True)
UNMAPPED_ACTED = Role("forward", "unmapped", told=True, judged=False, acknowledged=True)
UNMAPPED_REAL = Role("forward", "unmapped", told=True, judged=False, guide_opened=True, mark="real")
UNMAPPED_MERGED = Role("merge", "joined", told=False, judged=False)
UNMAPPED_SUPPRESSED = Role("suppress", "mute_time", told=False, judged=False)
BLIND = Role("forward", "slo_unknown", told=True, judged=False, ignored=True)
BLIND_ACTED = Role("forward", "slo_unknown", told=True, judged=False, acknowledged=True)
PAGE = Role("page", "threat_page", told=True, threatened=True, acknowledged=True)
PAGE_UNANSWERED = Role("page", "threat_page", told=True, threatened=True)
PAGE_DISPUTED = Role("page", "threat_page", told=True, threatened=True, disputed=True, mark="wolf")
BURN_PAGE = Role("page", "burn_alert", told=True, threatened=True, acknowledged=True)
TICKET = Role("ticket", "threat_ticket", told=True, threatened=True, acknowledged=True)
TICKET_BLIND = Role("ticket", "threat_ticket", told=True, judged=False, threatened=True, acknowledged=True)
"""Threatened, and the SLO unknown for a while too, which is louder than a ticket: nobody can judge it."""
BETWEEN = Role("forward", "held_too_long", told=True, threatened=True)
"""Between two spans of one threat: nobody acted on it, and still it is no wolf."""
THREAT_MERGED = Role("merge", "joined", told=False, threatened=True)
THREAT_SILENCED = Role("suppress", "silence", told=False, threatened=True)
GAP = Role("page", "detection_gap", told=True, threatened=True, acknowledged=True)
