"""What a language must say: one field for each sentence or label of a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from router.gate import Outcome, Reason
from router.slack.standing import State
from router.slack.texts.groups import ButtonWords, CallWords, DeedWords, NoticeWords, Plural, SilenceWords, StormWords
from router.slo.verdict import Cause


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language. Upper-case states open the push sentence, the others the headline."""

    locale: str
    full_stop: str
    comma: str
    stops: str
    """Characters that end a sentence."""

    headline: str
    refired: str
    page: str
    ticket: str
    alert: str
    gone_in: str
    spent: str
    states: Mapping[State, str]
    """Where not merely page, ticket or alert: acknowledged, snoozed, muted, burning."""
    flapping: str
    resolved_after: str
    resolved_by_hand: str
    nobody_hurt: str
    unnamed: str
    unnamed_slo: str
    rules_more: str

    push_states: Mapping[Outcome, str]
    push_gone_in: str
    push_spent: str
    push_burns: str
    push_fires: Plural
    push_nobody_hurt: str
    push_burning: str
    push_resolved: str
    push_left: str
    push_id: str
    do_guide: str
    do_guide_named: str
    do_first: str
    do_ticket: str
    do_decide: str
    do_keep_on: str
    do_nothing: str
    do_mend_rule: str

    quoted: str
    impact_share: str
    impact_given: str
    impact_unmeasured: str
    may_mean: str
    in_the_last: str
    right_now: str
    nobody_hurt_body: str
    alerts_gone: str
    resolved_with_slo: str
    resolved_gap: str
    resolved_alerts: str
    cost: str
    cost_and_left: str
    spent_banner: str
    also_burning: str

    budget_left: str
    burn_rate: str
    share_limit: str
    """Why the burn rate is not the measure: {spent} of the budget in {window}, {does} at {share}."""
    burn_limit: str
    burn_one: str
    burn_join: str
    tier_words: Mapping[str, str]
    gone: str
    gone_at_this_rate: str
    gone_never: str
    gone_spent: str
    on_call: str
    guide: str
    do_first_label: str
    alerts_line: str
    and_more: str
    cause_line: str
    cause_count: str

    no_guide: str
    no_guide_gap: str
    guide_refused: str

    id_started: str
    id_resolved: str
    alerts_firing: Plural
    alerts_in_all: Plural
    why: Mapping[Reason, str]
    causes_of_unknown: Mapping[Cause, str]
    cause_detail: str
    slo_missing: str
    left_out: str
    would: Mapping[Outcome, str]
    shadow: str
    not_urgent: str
    escalated: str
    unanswered: str
    """On a message for another team: that {team} has not acknowledged it."""
    upgraded: str
    frozen: str

    causes_head: str
    kinds: Plural
    alerts: Plural
    columns: tuple[str, str, str, str, str]
    count_firing: str
    causes_foot: str
    kinds_more: Plural
    push_causes: str

    broadcast_left: str

    notices: Mapping[str, NoticeWords]
    """By kind: slo_source, slo_blind, quarantine, route_broken, stuck, silence_ending, silence_idle; "" for others."""
    notice_since: str
    notice_forwarded: str
    notice_affected: str
    notice_next_try: str
    notice_detail: str

    units: Mapping[str, Plural]
    """Spelled periods by OpenSLO unit: h, d, w, M, Q, Y."""

    buttons: ButtonWords
    deeds: DeedWords
    calls: CallWords
    silences: SilenceWords
    storm: StormWords

    posted: str
    edited: str
    reply: str
    broadcast: str
