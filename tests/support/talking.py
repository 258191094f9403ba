"""Everything that router.slack.dialogue draws, with usual, hostile and overlong facts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from router.alert import matcher
from router.gate import Outcome, Reason
from router.incident import Act, Deed, Person, Phase, Reply, ReplyCode
from router.mute import Silence
from router.slack.dialogue import asking, elements, home, notes, replies, silences, status, why
from router.slack.dialogue.shown import HeldShown, IncidentShown, Overview, SilenceForm, Touch, WhyShown
from router.slack.dialogue.texts import Words
from router.slack.message import Message
from router.slack.values import Target
from router.slo.objective import Place
from router.slo.verdict import Verdict
from tests.support.slack_views import FAST, HOSTILE, NOW, assessment, page, slo

SIZES = {"usual": "", "hostile": HOSTILE, "longest": "絵文字😀 & <長い> text \n" * 400}
TARGET = Target("0123456789abcdef", "E-7KQ2MA")
SATO = Person("U0SATO", "Sato")


def person(text: str) -> Person:
    return Person("U0SATO", text or "Sato")


def a_silence(text: str = "", name: str = "5b1d", **changes: object) -> Silence:
    silence = Silence(
        id=name,
        matchers=(matcher("alertname", "=", text or "DiskFull"), matcher("instance", "=~", "node-1.*")),
        starts_at=NOW - 600,
        ends_at=NOW + 7_200,
        created_by=text or "Sato",
        comment=text or "disk is being replaced",
        updated_at=NOW - 600,
    )
    return replace(silence, **changes)


def an_incident(text: str = "", **changes: object) -> IncidentShown:
    shown = IncidentShown(
        target=TARGET,
        title=text or "Checkout availability",
        phase=Phase.FIRING,
        outcome=Outcome.PAGE,
        since=NOW - 300,
        url="https://acme.slack.com/archives/C0SRE/p1795338000000100",
    )
    return replace(shown, **changes)


def overview(text: str = "", many: bool = False) -> Overview:
    several = 60 if many else 1
    calm = assessment(verdict=Verdict.NO_THREAT, budget_remaining=0.9, exhausted_in_s=None)
    spent = assessment(budget_remaining=-0.03, exhausted_in_s=0.0)
    blind = assessment(verdict=Verdict.UNKNOWN, budget_remaining=None)
    titles = {"title": text or "Checkout availability"}
    slos = (slo(**titles), slo(assessment=spent), slo(assessment=blind, **titles), slo(assessment=calm))
    incidents = (
        an_incident(text),
        an_incident(text, owner=person(text), snoozed_until=NOW + 600),
        an_incident(text, phase=Phase.BURNING),
        an_incident(text, phase=None, url="", outcome=None),
        an_incident(text, phase=Phase.MUTED),
    )
    held = (HeldShown(text or "PodRestart", text or "payment-gw", 3, NOW - 900, "E-AAAAAA"),)
    pending = a_silence(text, starts_at=NOW + 60)
    return Overview(
        now=NOW,
        timezone="Asia/Tokyo",
        slos=slos * (2 if many else 1),
        slos_total=23,
        slos_threatened=2,
        incidents=incidents * (4 if many else 1),
        incidents_total=5 * several,
        held=held * several,
        held_kinds=several,
        held_alerts=3 * several,
        silences=(a_silence(text), pending) * several,
        silences_total=2 * several,
    )


def decided(text: str = "", **changes: object) -> WhyShown:
    judged = assessment(verdict=Verdict.NO_THREAT, burn={"1h": 0.6, "5m": 0.4}, tier=FAST, budget_remaining=0.18)
    shown = WhyShown(
        id="E-7KQ2MA",
        at=NOW - 60,
        timezone="Asia/Tokyo",
        outcome=Outcome.HOLD,
        reason=Reason.NO_THREAT,
        rule=text or "PodRestart",
        where=text or "payment-gw",
        text=text or "held: every covering SLO is burning within its budget (0.6x / 0.4x)",
        slo=slo(assessment=judged, title=text or "Checkout availability"),
        tier=FAST,
        place=Place(text or "slos/checkout.yaml", 12),
        url="https://acme.slack.com/archives/C0SRE/p1795338000000100",
        missed=TARGET,
        others=(Outcome.FORWARD,),
        silences=(a_silence(text),),
    )
    return replace(shown, **changes)


def reply(deed: Deed, code: ReplyCode, text: str = "", reason: str = "") -> Reply:
    act = Act("c1", deed, person(text), NOW - 4, "E-7KQ2MA", reason=reason, answer_url="https://hooks.slack.com/a/b")
    other = Person("U0ADA", text or "Ada") if code is ReplyCode.ALREADY else None
    return Reply(act, code, other, NOW - 4 if other is not None else None)


def answers(words: Words, text: str) -> dict[str, Message]:
    """Every answer to one person, by what it is."""
    view = page(key=TARGET.key, interactive=True)
    drawn: dict[str, Message | None] = {
        f"{deed}-{code}{'-delayed' if delayed else ''}": replies.drawn_reply(
            reply(deed, code, text), view, words, "Monday's report", delayed=delayed
        )
        for deed in Deed
        for code in ReplyCode
        for delayed in (False, True)
    }
    drawn |= {
        "wolf-reason": replies.wolf_thanks("wrong_threshold", replies.report_name(0, words), words),
        "wolf-reason-odd": replies.wolf_thanks(text or "odd", replies.report_name(None, words), words),
        "undone": replies.undone(TARGET, words),
        "not-recorded": replies.not_recorded(Deed.WOLF, TARGET, words),
        "not-recorded-ack": replies.not_recorded(Deed.ACKNOWLEDGE, TARGET, words),
        "gone": replies.gone(TARGET, None, NOW, "Asia/Tokyo", words),
        "gone-last": replies.gone(TARGET, ("Paged", NOW - 60), NOW, "Asia/Tokyo", words),
        "acked-all": replies.acknowledged_all(3, 3, words),
        "acked-some": replies.acknowledged_all(2, 3, words),
        "acked-none": replies.acknowledged_all(0, 0, words),
        "status": status.status(overview(text, many=bool(text)), words),
        "status-empty": status.status(Overview(NOW, "UTC"), words),
        "held": status.held(overview(text, many=bool(text)), words),
        "held-none": status.held(Overview(NOW, "UTC"), words),
        "help": status.help_on(words),
        "help-unknown": status.help_on(words, text or "stauts"),
        "silences": silences.listing(overview(text, many=bool(text)).silences, NOW, "Asia/Tokyo", words),
        "silences-none": silences.listing((), NOW, "UTC", words),
        "silence-made": silences.made(a_silence(text), "Asia/Tokyo", words),
        "silence-ended": silences.ended(a_silence(text), words),
        "silence-extended": silences.extended(a_silence(text), "Asia/Tokyo", words),
        "silence-unknown": silences.unknown(text or "9f", words),
        "silence-refused": silences.refused("9f", text or "too long", words),
        "why": why.why(decided(text), words),
        "why-plain": why.why(decided(text, slo=None, tier=None, place=None, url="", missed=None, others=()), words),
        "why-unmapped": why.why(decided(text, outcome=Outcome.FORWARD, reason=Reason.UNMAPPED, slo=None), words),
        "why-joined": why.joined([why.why(decided(text), words)] * 3),
        "why-unknown": why.unknown(text or "Nothing", words),
        "why-not-judged": why.not_judged("E-7KQ2MA", words),
        "foreign": notes.say(words.reply.foreign),
        "not-ours": notes.say(words.reply.not_ours),
        "no-modal": notes.say(words.reply.no_modal, code="expired_trigger_id"),
        "no-message": notes.say(words.why.no_message),
        "needs-id": notes.say(words.help.needs_id, verb="ack"),
        "no-incident": notes.say(words.help.no_incident, id=text or "E-AAAAAA"),
        "acked": notes.say(words.help.acked, id="E-7KQ2MA", title=text or "Checkout"),
        "over": notes.say(words.help.over, id="E-7KQ2MA"),
        "expire-needs-id": notes.say(words.help.expire_needs_id),
        "down": notes.say(words.help.down),
        "missed-thanks": notes.say(words.ask.missed_thanks, report=words.reply.weekly_report),
    }
    return {name: message for name, message in drawn.items() if message is not None}


def views(words: Words, text: str) -> dict[str, dict[str, Any]]:
    """Every modal and home, by what it is."""
    touch = Touch(3, (text or "Checkout availability",) * (40 if text else 1), 41, 3)
    form = SilenceForm(
        matchers=(text or 'alertname="DiskFull"')[:2_500],
        choices=(("1h", 3_600.0), ("morning", None), ("longest", 10_000.0)),
        longest_s=10_000.0,
        chosen="1h",
        hours="6",
        comment=text[:500],
        touch=touch,
    )
    private = "p" * elements.PRIVATE_LIMIT
    slos = [(f"slo-{n}" + text[:200], text or f"SLO {n}") for n in range(150)]
    return {
        "loading": silences.loading(words),
        "silence": silences.form(form, private, words),
        "silence-unread": silences.form(replace(form, touch=Touch(problem=text or "Line 1: bad")), private, words),
        "silence-nothing": silences.form(replace(form, touch=Touch(), chosen="", hours="", comment=""), "", words),
        "hand-over": asking.hand_over("E-7KQ2MA", private, words),
        "missed": asking.missed(slos, NOW, private, words),
        "missed-without-slos": asking.missed((), NOW, "", words),
        "told": asking.told(why.why(decided(text), words), words),
        "home": home.home(overview(text, many=bool(text)), words),
        "home-empty": home.home(Overview(NOW, "UTC"), words),
        "home-down": home.down(words),
    }


DRAWN: dict[str, Callable[[Words, str], dict[str, Any]]] = {"answers": answers, "views": views}
