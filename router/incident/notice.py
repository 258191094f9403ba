"""What the router says about itself, as an alert of its own: it takes the same way to people as every other. Pure."""

from collections.abc import Mapping

from router.alert import Alert, Status, fingerprint_of
from router.gate import Outcome, Reason

SOURCE = "router"
"""Reserved source name of notices."""
FORWARDED_UNJUDGED = f"o:{Outcome.FORWARD}:{Reason.SLO_UNKNOWN}"
"""Where the tally counts the firings that came through because no SLO could judge them."""
BASELINE = "forwarded_before"
"""Fact of an slo_source notice: what that tally was when the source was given up."""
OLDEST = "oldest"
"""Fact of a storm: since when the oldest message waits (Unix seconds), "" when none does; shown as `oldest_s`."""


def notice(
    what: str, about: str, status: Status, now: float, facts: Mapping[str, str], expires_at: float | None = None
) -> Alert:
    """Return a notice. `what` is slo_source, slo_blind, quarantine, route_broken or stuck.

    `about` names the SLO source, SLO, sender, channel or incident; `facts` are shown to people (router.slack.notice).
    With `expires_at` it is over by itself unless it is raised again before.
    """
    return Alert(
        source=SOURCE,
        fingerprint=fingerprint_of(SOURCE, f"{what}:{about}", {}),
        status=status,
        rule=f"{what}: {about}",
        severity="warning",
        labels={"alertname": what, "about": about},
        annotations={"what": what, "about": about, **facts},
        starts_at=now if status is Status.FIRING else None,
        ends_at=now if status is Status.RESOLVED else None,
        expires_at=expires_at if status is Status.FIRING else None,
    )


def shown(facts: Mapping[str, str], now: float) -> dict[str, str]:
    """Return the facts as people read them now: not what only the router needs, and ages instead of instants."""
    told = {name: value for name, value in facts.items() if name not in (BASELINE, OLDEST)}
    if facts.get(OLDEST):
        told["oldest_s"] = f"{max(0.0, now - float(facts[OLDEST])):.0f}"
    return told
