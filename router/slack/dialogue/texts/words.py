"""What a language must say to one person: one field for each sentence or label, by dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from router.gate import Outcome, Reason
from router.incident import Deed, Phase, WolfReason
from router.slo.verdict import Verdict

Plural = tuple[str, str]
"""How to count something: the form for one, and for any other number; both may hold {n}."""


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """Answers to what a person did."""

    already: Mapping[Deed, str]
    """With {by}, {ago} and {id}."""
    already_other: str
    already_plain: str
    you: str
    somebody: str
    closed: str
    states: Mapping[Phase, str]
    nothing: Mapping[Deed, str]
    nothing_other: str
    delayed: str
    ask_wolf: str
    choose: str
    wolf_reasons: Mapping[WolfReason, str]
    undo: str
    wolf_thanks: str
    next_report: str
    weekly_report: str
    weekdays: tuple[str, ...]
    undone: str
    real_late: str
    not_recorded_ack: str
    not_recorded: str
    gone: str
    gone_last: str
    gone_unknown: str
    foreign: str
    acked_all: Plural
    acked_none: str
    acked_some: str
    not_ours: str
    no_modal: str


@dataclass(frozen=True, slots=True)
class SilenceWords:
    """The modal that makes a silence, and what is said of silences."""

    title: str
    loading: str
    matchers: str
    matchers_hint: str
    duration: str
    choose: str
    for_time: str
    """A duration of the menu; {time}."""
    until_morning: str
    hours: str
    hours_hint: str
    comment: str
    comment_hint: str
    touches: str
    unread: str
    firing: Plural
    slos: str
    slos_warning: str
    no_slos: str
    last_week: str
    never: str
    check: str
    submit: str
    cancel: str
    no_matchers: str
    bad_line: str
    bad_hours: str
    too_long: str
    short_comment: str
    no_duration: str
    not_stored: str
    done: str
    expired: str
    extended: str
    unknown: str
    refused: str
    extend: str
    expire: str
    expire_title: str
    expire_text: str
    expire_yes: str
    expire_no: str
    line: str
    line_pending: str
    list_head: Plural
    list_none: str
    list_foot: str


@dataclass(frozen=True, slots=True)
class StatusWords:
    """`/slo status`, `/slo held` and the app's home."""

    head: str
    calm: str
    push: str
    slos: str
    slo_line: str
    spent: str
    gone_in: str
    unread: str
    left: str
    do: Mapping[Verdict, str]
    do_spent: str
    slos_more: Plural
    no_slos: str
    incidents: str
    incident_line: str
    states: Mapping[Phase, str]
    waiting: str
    owner: str
    nobody: str
    snoozed: str
    do_ack: str
    do_on: str
    do_wait: str
    no_incidents: str
    incidents_more: Plural
    held: Plural
    held_next: str
    held_none: str
    held_head: str
    held_line: str
    held_foot: str
    held_more: Plural
    silences: Plural
    silences_next: str
    silences_none: str
    home_head: str
    home_do: str
    home_do_nothing: str
    home_silences: str
    home_held: str
    home_foot: str
    home_down: str
    ack: str
    why: str


@dataclass(frozen=True, slots=True)
class WhyWords:
    """The answer to "Why?"."""

    outcomes: Mapping[Outcome, str]
    head: str
    push: str
    rule: str
    rule_at: str
    slo: str
    burn: str
    burn_one: str
    burn_limit: str
    budget: str
    gone_in: str
    unknown_number: str
    change: Mapping[Reason, str]
    change_tier: str
    change_other: str
    defined: str
    message: str
    missed: str
    missed_thanks: str
    also: Plural
    muted_until: str
    not_judged: str
    unknown: str
    how_to_find: str
    no_message: str


@dataclass(frozen=True, slots=True)
class AskWords:
    """The modals that hand over and that report a missed page."""

    hand_over: str
    hand_over_text: str
    hand_over_label: str
    hand_over_hint: str
    hand_over_submit: str
    hand_over_choose: str
    hand_over_nobody: str
    missed: str
    missed_text: str
    missed_slo: str
    missed_choose: str
    missed_other: str
    missed_when: str
    missed_what: str
    missed_hint: str
    missed_submit: str
    missed_later: str
    missed_thanks: str
    told: str
    """Title of a modal that only tells something."""
    cancel: str
    close: str
    not_stored: str
    gone: str


@dataclass(frozen=True, slots=True)
class HelpWords:
    """`/slo help` and answers to what was not understood."""

    head: str
    lines: tuple[tuple[str, str], ...]
    """Command and what it does."""
    unknown: str
    nearest: str
    push: str
    needs_id: str
    no_incident: str
    acked: str
    over: str
    expire_needs_id: str
    down: str


@dataclass(frozen=True, slots=True)
class Words:
    """The dialogue's texts in one language."""

    locale: str
    comma: str
    reply: ReplyWords
    silence: SilenceWords
    status: StatusWords
    why: WhyWords
    ask: AskWords
    help: HelpWords
