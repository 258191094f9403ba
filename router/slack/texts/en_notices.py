"""English: why people are told, and what the router says about itself."""

from router.gate import Reason
from router.slack.texts.groups import NoticeWords
from router.slo.verdict import Cause

WHY = {
    Reason.THREAT_PAGE: "Pages because {slo} burns its error budget at page level.",
    Reason.THREAT_TICKET: "A ticket because {slo} burns its error budget slowly, but too fast to last.",
    Reason.BURN_ALERT: "Raised by an SLO burn alert of {source}, which is a decision of its own.",
    Reason.DETECTION_GAP: "No alert fired for this: the SLO itself raised it."
    " Afterwards, add an alert that sees it first.",
    Reason.BYPASS: "Always forwarded: its labels match the bypass list.",
    Reason.UNMAPPED: "Forwarded because no SLO is mapped to it."
    " Add it to `mapping` in router.yaml, so that it can be judged.",
    Reason.SLO_UNKNOWN: "Forwarded without SLO check (fail-open): {cause}.",
    Reason.HELD_TOO_LONG: "Held and watched first: failures are few, but they do not stop, so please look yourself.",
    Reason.HELD_FOR_A_DAY: "Held for a day without a break; no SLO was threatened in all that time.",
}
CAUSES = {
    Cause.NO_DATA: "the SLO has no data",
    Cause.TRAFFIC_CESSATION: "its traffic has stopped",
    Cause.WARMING_UP: "the SLO is too young to judge",
    Cause.SOURCE_UNREACHABLE: "its data source does not answer",
    Cause.STALE: "its data is stale",
    Cause.OUT_OF_RANGE: "its data makes no sense (more bad or good than total)",
    Cause.TOTAL_OUTAGE: "most requests fail, though the target is loose",
    Cause.CONFIG: "the SLO is not set up correctly",
    Cause.LOW_EVIDENCE: "there are too few events to be sure",
    Cause.NO_TRAFFIC: "it had no traffic for a day",
    Cause.NONE: "nothing is known about it",
    Cause.SCOPE: "the SLO does not cover this part of the service",
}
NOTICES = {
    "slo_source": NoticeWords(
        header="SLO check is blind: alerts come through unfiltered",
        push="SLO check is blind for {time}: {what} does not answer, and alerts come through unfiltered.",
        body="{what} has not answered for {time}. Error budgets cannot be seen, so every alert that depends on them"
        " is forwarded. Nothing is lost. Check that {what} is up and that the router can reach it.",
        over_header="SLO check is back after {time}",
        over_body="{what} answers again, and alerts are judged by their SLOs as usual. Nothing to do.",
    ),
    "slo_blind": NoticeWords(
        header="Cannot be judged: {what}",
        push="The SLO {what} could not be judged for {time}, so its alerts come through unfiltered.",
        body="This SLO could not be judged for {time}, so its alerts are forwarded unfiltered until it can."
        " Check that its queries still match a series.",
        over_header="Can be judged again after {time}: {what}",
        over_body="This SLO has usable data again, and its alerts are judged as usual. Nothing to do.",
    ),
    "quarantine": NoticeWords(
        header="Unreadable alert kept: {what}",
        push="{what} sent something that the router could not read. It is kept, but nobody was alerted by it:"
        " look at it.",
        body="{what} sent something that the router could not read. It is kept and can be read, but it may have been an"
        " alert: look at what {what} says now, then mend what it sends.",
        over_header="No more unreadable alerts from {what}",
        over_body="Nothing unreadable has come from {what} lately. What was kept can still be read.",
    ),
    "route_broken": NoticeWords(
        header="Slack refuses messages: {what}",
        push="Slack refuses messages for {what}: they wait, or go to the fallback channel, until that is mended.",
        body="Slack refuses messages for {what}. With a `fallback_channel` they go there; without one they are NOT"
        " delivered, and wait. Invite the app to the channel, or name another one under `receivers` in router.yaml.",
        over_header="Slack takes messages again: {what}",
        over_body="Messages for {what} reach their own channel again. Nothing to do.",
    ),
    "stuck": NoticeWords(
        header="Could not be handled: {what}",
        push="The router could not handle incident {what}, so its alert may not have been shown:"
        " look at it where it comes from.",
        body="The router failed several times in a row to handle incident {what}. Its alert may not have been shown:"
        " look at it where it comes from. The router's log says more (look_failed).",
        over_header="Handled again: {what}",
        over_body="Incident {what} is handled as usual again. Nothing to do.",
    ),
    "silence_ending": NoticeWords(
        header="Silence ends in {left}: {matchers}",
        push="The silence of {by} for {matchers} ends in {left}: extend it, or what still fires is told again.",
        body="This silence ends soon. What it keeps quiet is told again from then on. If the work is not done,"
        " extend it now.",
        over_header="Silence no longer about to end: {matchers}",
        over_body="The silence has ended or was extended. Nothing to do.",
    ),
    "silence_idle": NoticeWords(
        header="Silence matches nothing: {matchers}",
        push="The silence of {by} for {matchers} has matched nothing for {time}: end it if the work is done.",
        body="Nothing has matched this silence for {time}. If the work is done, end it now: a forgotten silence"
        " hides the next real alert.",
        over_header="Silence settled: {matchers}",
        over_body="The silence has ended, or it matches alerts again. Nothing to do.",
    ),
    "": NoticeWords(
        header="Router notice: {what}",
        push="Router notice: {what}.",
        body="{what}",
        over_header="Over after {time}: {what}",
        over_body="This is over. Nothing to do.",
    ),
}
