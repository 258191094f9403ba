"""What a language must say about people's deeds, the buttons, calls for attention, storms and notices."""

from collections.abc import Mapping
from dataclasses import dataclass

from router.gate import Outcome
from router.incident import Call, WolfReason
from router.slack.values import Choice

Plural = tuple[str, str]
"""How to count something: the form for one, and for any other number; both may hold {n}."""


@dataclass(frozen=True, slots=True)
class ConfirmWords:
    """The question before a click counts; `text` may hold what the click concerns."""

    title: str
    text: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class ButtonWords:
    """What stands on buttons and in menus."""

    acknowledge: str
    open_guide: str
    open_source: str
    wolf: str
    real: str
    unmark: str
    resolve: str
    wake: str
    why: str
    why_told: Mapping[Outcome, str]
    choices: Mapping[Choice, str]
    acknowledge_all: Plural
    extend: str
    expire: str
    sure_to_resolve: ConfirmWords
    sure_to_acknowledge_all: ConfirmWords
    sure_to_expire: ConfirmWords


@dataclass(frozen=True, slots=True)
class DeedWords:
    """Who has it, until when it is quiet and by whom, what people say it was, and how it went."""

    somebody: str
    after: Mapping[Outcome, str]
    """After what: "the page"."""
    acknowledged: str
    acknowledged_plainly: str
    owned: str
    released: str
    snoozed: str
    muted: str
    muted_means: str
    partly_muted: Plural
    by_silence: str
    by_inhibition: str
    by_mute_time: str
    until: str
    commented: str
    joined: str
    """Between several things that keep alerts quiet."""
    and_more: str
    wolf: str
    real: str
    wolf_because: str
    wolf_reasons: Mapping[WolfReason, str]
    missed: str
    resolved_by: str
    fires_on: Plural
    told: Mapping[Outcome, str]
    told_acknowledged: str
    told_resolved: str
    told_again: Plural

    push_acknowledged: str
    push_acknowledged_plainly: str
    push_snoozed: str
    push_muted: str
    push_resolved_by: str
    push_acknowledged_by: str
    push_wolf: str
    push_real: str
    do_leave_it: str
    do_snoozed: str
    do_muted: str


@dataclass(frozen=True, slots=True)
class CallWords:
    """The first sentence of a reply that calls for attention, and what to do where that is not the usual."""

    said: Mapping[Call, str]
    escalated: Mapping[Outcome, str]
    """By what it has become."""
    do: Mapping[Call, str]


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """One notice of the router about itself: what is wrong, what it means and what to do; and that it is over."""

    header: str
    push: str
    body: str
    over_header: str
    over_body: str


@dataclass(frozen=True, slots=True)
class SilenceWords:
    """The facts of a silence, in a notice about it."""

    by: str
    until: str
    reason: str
    matchers: str
    alerts: str
    slos: str


@dataclass(frozen=True, slots=True)
class StormWords:
    """The summary of a storm, while it lasts and when it is over."""

    header: str
    header_bare: str
    """Where no SLO is known to be at risk."""
    alerts: Plural
    slos: Plural
    pages: Plural
    wolves: Plural
    body: str
    limited: str
    oldest: str
    kept: str
    left: str
    left_unknown: str
    spent: str
    sources: str
    counted: str
    started: str
    refusals: str
    waiting: Plural
    push: str
    push_bare: str
    push_slo: str
    do: str
    over_header: str
    over_body: str
    push_over: str
