"""Taking notice of what people did: acts in the order in which they came, so that every race has one winner. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from router.incident.handling import Act, Deed, Handling, HandResolved, Mark, Reply, ReplyCode, Snooze
from router.incident.life import Incident, Told
from router.incident.messages import Call, Phase

Taken = tuple[Handling, Reply]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What an act meets: whether people know of an open incident, how bad it is, and the present moment."""

    open: bool
    height: float
    now: float
    total: int


def handled(incident: Incident, height: float, now: float) -> tuple[Incident, tuple[Reply, ...]]:
    """Return the incident with all waiting acts applied, and what each person is to be told.

    `height` is how bad it is now (`judge.height`): a snooze or a resolve by hand holds until it gets worse than that.
    """
    scene = _Scene(_is_open(incident), height, now, incident.total)
    handling, told = incident.handling, incident.told
    replies = []
    for act in incident.acts:
        handling, reply = _TAKERS[act.deed](handling, act, scene)
        if reply.code is ReplyCode.DONE and act.deed is not Deed.GUIDE:
            # What changes nothing that people see needs no edit.
            handling = replace(handling, acts=handling.acts + 1)
        replies.append(reply)
        if act.deed is Deed.HAND_OVER and reply.code is ReplyCode.DONE and not _is_louder(told):
            told = replace(told, pending=Call.HANDED_OVER)
    return replace(incident, handling=handling, told=told, acts=()), tuple(replies)


def _is_louder(told: Told) -> bool:
    """Return whether a call is owed that tells more than a hand-over: it names whom it was handed to as well."""
    return told.pending is Call.ESCALATED or (told.pending is not None and told.phase is None)


def _is_open(incident: Incident) -> bool:
    if incident.told.phase is None:
        # What is held concerns nobody yet: it must not be in somebody's hands before it is told.
        return bool(incident.mind.loud)
    return incident.told.phase is not Phase.RESOLVED


def awake(incident: Incident, phase: Phase | None, height: float, now: float) -> Incident:
    """Return the incident with a snooze ended that is over, or that it has become too bad for; then it calls again."""
    snooze = incident.handling.snooze
    if snooze is None or (now < snooze.until and height <= snooze.height):
        return incident
    handling, told = replace(incident.handling, snooze=None, waits_since=now), incident.told
    if phase in (Phase.FIRING, Phase.BURNING) and told.phase is not None and told.pending is None:
        told = replace(told, pending=Call.WOKEN)
    return replace(incident, handling=handling, told=told)


def anew(handling: Handling, now: float) -> Handling:
    """Return what is left of it when another episode begins: a snooze that lasts, and the count of acts."""
    snooze = handling.snooze if handling.snooze is not None and now < handling.snooze.until else None
    return Handling(acts=handling.acts, snooze=snooze)


def _acknowledge(handling: Handling, act: Act, scene: _Scene) -> Taken:
    if not scene.open:
        return handling, Reply(act, ReplyCode.CLOSED)
    if handling.owner is not None:
        return handling, Reply(act, ReplyCode.ALREADY, handling.owner, handling.owned_at)
    return _owned(handling, act), Reply(act, ReplyCode.DONE)


def _owned(handling: Handling, act: Act) -> Handling:
    """Whoever acknowledges or hands over has answered the page; a release does not undo that."""
    first = handling.acknowledged_at is None
    return replace(
        handling,
        owner=act.to or act.person,
        owned_at=act.at,
        acknowledged_by=act.person if first else handling.acknowledged_by,
        acknowledged_at=act.at if first else handling.acknowledged_at,
        asked_at=None,
    )


def _release(handling: Handling, act: Act, scene: _Scene) -> Taken:
    if handling.owner is None:
        return handling, Reply(act, ReplyCode.NOTHING)
    released = replace(handling, owner=None, owned_at=None, asked_at=None, waits_since=scene.now)
    return released, Reply(act, ReplyCode.DONE)


def _hand_over(handling: Handling, act: Act, scene: _Scene) -> Taken:
    if not scene.open:
        return handling, Reply(act, ReplyCode.CLOSED)
    if act.to is None:
        return handling, Reply(act, ReplyCode.NOTHING)
    if handling.owner is not None and handling.owner.id == act.to.id:
        return handling, Reply(act, ReplyCode.ALREADY, handling.owner, handling.owned_at)
    return _owned(handling, act), Reply(act, ReplyCode.DONE)


def _snooze(handling: Handling, act: Act, scene: _Scene) -> Taken:
    if not scene.open:
        return handling, Reply(act, ReplyCode.CLOSED)
    if act.until is None or act.until <= scene.now:
        return handling, Reply(act, ReplyCode.NOTHING)
    snooze = Snooze(act.person, act.at, act.until, scene.height)
    return replace(handling, snooze=snooze), Reply(act, ReplyCode.DONE)


def _wake(handling: Handling, act: Act, scene: _Scene) -> Taken:
    if handling.snooze is None:
        return handling, Reply(act, ReplyCode.NOTHING)
    return replace(handling, snooze=None, waits_since=scene.now), Reply(act, ReplyCode.DONE)


def _mark(handling: Handling, act: Act, _: _Scene) -> Taken:
    """The newest mark stands; the same verdict without a new reason is nothing new."""
    wolf, mark = act.deed is Deed.WOLF, handling.mark
    if mark is not None and mark.wolf is wolf and act.reason in ("", mark.reason):
        return handling, Reply(act, ReplyCode.ALREADY, mark.by, mark.at)
    return replace(handling, mark=Mark(wolf, act.person, act.at, act.reason)), Reply(act, ReplyCode.DONE)


def _unmark(handling: Handling, act: Act, _: _Scene) -> Taken:
    if handling.mark is None:
        return handling, Reply(act, ReplyCode.NOTHING)
    return replace(handling, mark=None), Reply(act, ReplyCode.DONE)


def _resolve(handling: Handling, act: Act, scene: _Scene) -> Taken:
    if handling.resolved is not None:
        return handling, Reply(act, ReplyCode.ALREADY, handling.resolved.by, handling.resolved.at)
    if not scene.open:
        return handling, Reply(act, ReplyCode.CLOSED)
    resolved = HandResolved(act.person, act.at, scene.height, scene.total)
    return replace(handling, resolved=resolved, snooze=None), Reply(act, ReplyCode.DONE)


def _open_guide(handling: Handling, act: Act, _: _Scene) -> Taken:
    first = handling.guide_at is None
    return replace(handling, guide_at=act.at if first else handling.guide_at), Reply(act, ReplyCode.DONE)


def _missed(handling: Handling, act: Act, _: _Scene) -> Taken:
    if handling.missed_by is not None:
        return handling, Reply(act, ReplyCode.ALREADY, handling.missed_by, handling.missed_at)
    return replace(handling, missed_by=act.person, missed_at=act.at), Reply(act, ReplyCode.DONE)


_TAKERS: Mapping[Deed, Callable[[Handling, Act, _Scene], Taken]] = {
    Deed.ACKNOWLEDGE: _acknowledge,
    Deed.RELEASE: _release,
    Deed.HAND_OVER: _hand_over,
    Deed.SNOOZE: _snooze,
    Deed.WAKE: _wake,
    Deed.WOLF: _mark,
    Deed.REAL: _mark,
    Deed.UNMARK: _unmark,
    Deed.RESOLVE: _resolve,
    Deed.GUIDE: _open_guide,
    Deed.MISSED: _missed,
}
