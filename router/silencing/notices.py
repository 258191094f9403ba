"""What people are told about silences unasked: one is about to end, one keeps nothing quiet. Pure."""

from collections.abc import Mapping

import orjson

from router.alert import Alert, Status
from router.incident.notice import notice
from router.mute import Silence, SilenceState
from router.silencing.values import Preview

ENDING = "silence_ending"
IDLE = "silence_idle"
RENEWED_S = 120.0
"""A notice that nobody says again for so long is over: whoever said it may be gone."""
MATCHERS_LIMIT = 300
"""Characters of the matchers that a notice shows."""


def is_ending(silence: Silence, now: float, ending_s: float) -> bool:
    """Return whether its end is so near that it is told; one that was made for no longer than that tells nothing."""
    if silence.state(now) is not SilenceState.ACTIVE or silence.ends_at - silence.starts_at <= ending_s:
        return False
    return now >= silence.ends_at - ending_s


def is_idle(silence: Silence, met_at: float, now: float, idle_s: float) -> bool:
    """Return whether it has met nothing for `idle_s`, and was to last for longer than that once more then.

    Judged at the moment it became idle, so that the answer does not change back as its end comes nearer.
    """
    if silence.state(now) is not SilenceState.ACTIVE:
        return False
    idle_at = met_at + idle_s
    return now >= idle_at and silence.ends_at - idle_at > idle_s


def met_at(silence: Silence, touched: Mapping[str, float]) -> float:
    """Return when it last met an alert, its start where it never did."""
    return max(silence.starts_at, touched.get(silence.id, 0.0))


def told(what: str, silence: Silence, meets: Preview, since: float, now: float) -> Alert:
    """Return a notice about a silence; it is over by itself unless it is said again."""
    return notice(what, silence.id, Status.FIRING, now, facts_of(silence, meets, since), now + RENEWED_S)


def over(said: Alert, now: float) -> Alert:
    """Return the end of a notice."""
    facts = {name: value for name, value in said.annotations.items() if name not in ("what", "about")}
    return notice(said.annotations["what"], said.annotations["about"], Status.RESOLVED, now, facts)


def facts_of(silence: Silence, meets: Preview, since: float) -> dict[str, str]:
    """Return what a notice shows; `slos` is a JSON list of titles, `until` and `since` are Unix seconds."""
    return {
        "id": silence.id,
        "by": silence.created_by,
        "person": silence.person,
        "comment": silence.comment,
        "until": f"{silence.ends_at:.0f}",
        "matchers": ", ".join(map(str, silence.matchers))[:MATCHERS_LIMIT],
        "alerts": str(meets.alerts),
        "slos": orjson.dumps(meets.slos).decode(),
        "since": f"{since:.0f}",
    }
