"""The act that stands for what somebody did. Pure."""

from router.incident import Act, Deed
from router.slack.inbound import Origin
from router.slack.values import Target


def act_of(origin: Origin, deed: Deed, target: Target, now: float, answer_url: str) -> Act:
    """Return the act; its id is the same for every delivery, and another for every incident of one click."""
    return Act(
        id=f"{origin.id}:{target.key}",
        deed=deed,
        person=origin.person,
        at=now,
        incident=target.id,
        answer_url=answer_url,
        locale=origin.locale,
    )
