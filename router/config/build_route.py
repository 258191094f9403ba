"""The route tree of the file as values: everything inherited is filled in."""

from dataclasses import dataclass, replace

from router.classify import EVERY_LABEL, Route
from router.config.document import Where
from router.config.reading import Reading
from router.config.schema_route import RouteSection

LATER = "it is checked now, and comes with a later release"


@dataclass(frozen=True, slots=True)
class Names:
    """What a route may name."""

    receivers: frozenset[str] | None
    """None: the list of receivers itself cannot be read."""
    intervals: frozenset[str]


def build_route(root: RouteSection, names: Names, reading: Reading) -> Route:
    """Return the whole tree; notes what the root may not have, and unknown names."""
    where: Where = ("route",)
    if not root.receiver and reading.document.find(where):
        mend = "add `receiver: ...`, who is told whatever no other route takes"
        reading.error(where, "`route` names no receiver", mend, key=True)
    for key, present in _root_forbidden(root).items():
        if present:
            problem = f"the root route must take every alert, but has `{key}`"
            reading.error((*where, key), problem, f"remove `{key}`, or move it to a child", key=True)
    return _Tree(names, reading).node(root, where, Route(receiver=root.receiver))


def define(known: frozenset[str], key: str) -> str:
    """Return how to mend a name that is not defined under `key`."""
    named = f"write one of {', '.join(sorted(known))}, or " if known else ""
    return f"{named}define it under `{key}`"


def _root_forbidden(root: RouteSection) -> dict[str, bool]:
    return {
        "matchers": bool(root.matchers),
        "match": bool(root.match),
        "match_re": bool(root.match_re),
        "continue": root.continue_,
        "mute_time_intervals": bool(root.mute_time_intervals),
        "active_time_intervals": bool(root.active_time_intervals),
    }


class _Tree:
    """Builds routes from the root down."""

    def __init__(self, names: Names, reading: Reading) -> None:
        self._names = names
        self._reading = reading

    def node(self, section: RouteSection, where: Where, inherited: Route) -> Route:
        """Return the route at `where`; `inherited` is its parent, already with this node's path."""
        self._check(section, where)
        outdated = self._reading.outdated_matchers(where, section.match, section.match_re)
        group_by = inherited.group_by if section.group_by is None else self._group_by(section.group_by, where)
        wait, repeat = section.group_wait, section.repeat_interval
        route = Route(
            receiver=section.receiver or inherited.receiver,
            matchers=self._reading.matchers((*where, "matchers"), section.matchers) + outdated,
            group_by=group_by,
            group_wait_s=inherited.group_wait_s if wait is None else wait,
            repeat_interval_s=inherited.repeat_interval_s if repeat is None else repeat,
            continues=section.continue_,
            path=inherited.path,
            mute_times=tuple(section.mute_time_intervals),
            active_times=tuple(section.active_time_intervals),
        )
        return self._with_children(route, section, where)

    def _with_children(self, route: Route, section: RouteSection, where: Where) -> Route:
        children = tuple(
            self.node(child, (*where, "routes", index), _below(route, index))
            for index, child in enumerate(section.routes)
        )
        return replace(route, routes=children)

    def _check(self, section: RouteSection, where: Where) -> None:
        known = self._names.receivers
        if section.receiver and known is not None and section.receiver not in known:
            problem = f"unknown receiver {section.receiver!r}"
            self._reading.error((*where, "receiver"), problem, define(known, "receivers"))
        if section.group_interval is not None:
            problem = "`group_interval` is not acted on yet: an incident's message is edited as it changes"
            self._reading.warn((*where, "group_interval"), problem, f"remove it, or leave it: {LATER}", key=True)
        if section.repeat_interval is not None and section.repeat_interval <= 0:
            self._reading.error((*where, "repeat_interval"), "`repeat_interval` is zero", 'write for example "4h"')
        for key in ("mute_time_intervals", "active_time_intervals"):
            self._check_intervals(getattr(section, key), (*where, key))

    def _check_intervals(self, intervals: list[str], where: Where) -> None:
        for index, name in enumerate(intervals):
            if name not in self._names.intervals:
                mend = define(self._names.intervals, "time_intervals")
                self._reading.error((*where, index), f"unknown time interval {name!r}", mend)

    def _group_by(self, labels: list[str], where: Where) -> tuple[str, ...]:
        if EVERY_LABEL in labels and len(labels) > 1:
            problem = "`...` stands for every label, and cannot be beside others"
            self._reading.error((*where, "group_by"), problem, "write `group_by: ['...']`, or name the labels")
        return tuple(dict.fromkeys(labels))


def _below(parent: Route, index: int) -> Route:
    """Return what a child starts from: its parent's settings under its own path.

    Mute times are not inherited (Alertmanager, dispatch/route.go: NewRoute).
    """
    return Route(
        receiver=parent.receiver,
        group_by=parent.group_by,
        group_wait_s=parent.group_wait_s,
        repeat_interval_s=parent.repeat_interval_s,
        path=f"{parent.path}.{index}",
    )
