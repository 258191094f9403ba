"""What people did and what keeps it quiet, as the root message shows it, and the buttons of each state."""

from dataclasses import replace

import pytest

from router.gate import Outcome, Reason
from router.incident import Call, Guide, Handling, MutedBy, Person, Phase, Say, View
from router.slack.render import render
from router.slack.texts import EN, JA
from router.slack.values import Choice
from tests.support.slack_kinds import HANDED, KINDS, TAKEN, TOLD, live, over
from tests.support.slack_limits import strings
from tests.support.slack_views import LEADS, MENTION, NOW, SATO, forward, page, resolved, ticket

TOKYO = "2026-11-22 17:45 JST"


def all_text(view: View, locale: str = "en") -> str:
    message = render(view, locale)
    return "\n".join([message.text, *strings(message.blocks)])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("acked", f"*Acked by* <@U0SATO> <!date^1795337100^{{date_num}} {{time}}|{TOKYO}> (3 min after the page)"),
        ("acked", "Acked: Checkout availability, budget gone in 13.4 h"),
        ("acked", "Acknowledged by Sato 3 min after the page: Checkout availability, budget gone in 13.4 h."),
        ("acked-ticket", "(3 min after the ticket)"),
        ("acked-handed-over", "*With* <@U0SUZUKI> since"),
        ("acked-handed-over", "(first acked by <@U0SATO>)"),
        ("acked-handed-over", "Taken by Suzuki: Checkout availability"),
        ("acked-burning", "The alerts are gone and the budget still burns."),
        ("acked-flapping", "Acked, flapping (fired again 4x in 30 min): Checkout availability"),
        ("open-flapping", "Page, flapping (fired again 4x in 30 min): Checkout availability"),
        ("open-released", "*Nobody has it*: <@U0SATO> acked it first"),
        ("open-partly-muted", "2 of 5 alerts are kept quiet by a silence of <@U0SATO> until <!date^"),
        ("open-partly-muted", "(Deploy of checkout-api 4.2); inhibition: NodeDown fires already"),
        ("snoozed", "Snoozed until 19:59 JST by Sato: Checkout availability"),
        ("snoozed", "*Snoozed until* <!date^"),
        ("muted-silence", "Muted: Checkout availability"),
        ("muted-silence", "kept quiet by a silence of Sato until 19:00 JST (Deploy of checkout-api 4.2)."),
        ("muted-inhibition", "*Kept quiet by* inhibition: NodeDown fires already"),
        ("muted-mute-time", "*Kept quiet by* mute time off-hours until <!date^"),
        ("muted-mute-time", "mute time off-hours until 2026-11-23 09:00 JST"),
        ("muted-many", "a silence of ci@example.com (Load test)"),
        ("muted-many", "; 1 more"),
        ("resolved", "Paged <!date^1795336920^{time}|17:42 JST> · acked +3 min by <@U0SATO> · resolved +12 min"),
        ("resolved", "Acked by Sato."),
        ("resolved-real", "· fired again 2 times"),
        ("resolved-real", "*Marked as real* by <@U0SUZUKI>"),
        ("open-missed", "It should have paged, says <@U0SUZUKI>."),
        ("resolved-wolf", "*Marked as a wolf* by <@U0SATO>"),
        ("resolved-wolf", ": not actionable"),
        ("resolved-by-hand", "Resolved by hand after 12 min: Checkout availability"),
        ("resolved-by-hand", "RESOLVED by Sato after 12 min"),
        ("resolved-by-hand", "2 alerts still fire, and say nothing more unless it gets worse."),
        ("call-unacknowledged", "Nobody has acknowledged this for 18 min: Checkout availability."),
        ("call-woken", "No longer snoozed, and still firing"),
        ("call-unmuted", "No longer kept quiet, and still firing"),
        ("call-handed-over", "This was handed to Suzuki"),
        ("call-forgotten", "Do you still have this, Sato? You took it 15 min ago"),
        ("storm", "Alert storm: 412 alerts, 3 SLOs at risk"),
        ("storm", "<https://acme.slack.com/archives/C0SRE/p1795338000|Checkout availability>\n9 h left"),
        ("storm", "Oldest waiting message: 14 s. Nothing is dropped."),
        ("storm-over", "Storm over after 18 min: 412 alerts, 3 pages, 1 wolf"),
        ("notice-silence-ending", "Silence ends in 10 min"),
        ("notice-silence-idle", "has matched nothing for 2 h"),
        ("notice-stuck", "The router could not handle incident E-2041"),
    ],
)  # fmt: skip
def test_message_says_who_and_until_when(kind: str, expected: str) -> None:
    assert expected in all_text(KINDS[kind])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith(("acked", "snoozed", "muted", "resolved"))])
@pytest.mark.parametrize("locale", ["en", "ja"])
def test_push_names_people_and_mentions_nobody(kind: str, locale: str) -> None:
    text = render(KINDS[kind], locale).text
    assert "<@" not in text
    assert "<!" not in text


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (Person("U0SATO", "Sato"), "<@U0SATO>"),
        (Person("W12AB", ""), "<@W12AB>"),
        (Person("", "Sato <!here>"), "Sato &lt;!here&gt;"),
        (Person("U1> <!channel", "Sato"), "Sato"),
        (Person("u0sato", "Sato"), "Sato"),
        (Person("U0SATO\n", "Sato"), "Sato"),
        (Person("B0BOT", ""), "somebody"),
    ],
)
def test_only_a_well_formed_id_becomes_a_mention(person: Person, shown: str) -> None:
    view = live(page(handling=Handling(owner=person, owned_at=TOLD + 60)))
    assert f"*Acked by* {shown} <!date" in all_text(view)


@pytest.mark.parametrize(
    ("kind", "mentioned"),
    [
        ("call-refired", MENTION), ("call-repeated", MENTION), ("call-escalated-page", MENTION),
        ("call-unmuted", MENTION),
        ("call-unacknowledged", LEADS), ("call-woken", "<@U0SATO>"), ("call-handed-over", "<@U0SUZUKI>"),
        ("call-forgotten", "<@U0SATO>"), ("call-escalated-forward", ""),
    ],
)  # fmt: skip
def test_a_call_mentions_whom_it_concerns_and_nobody_else(kind: str, mentioned: str) -> None:
    first = render(KINDS[kind], "en").blocks[0]["text"]
    assert (first["text"] if first["type"] == "mrkdwn" else "") == mentioned


def test_a_reply_to_one_person_does_not_wake_the_whole_team() -> None:
    view = live(page(say=Say.REPLY, call=Call.HANDED_OVER, handling=HANDED))
    assert MENTION not in all_text(view)


@pytest.mark.parametrize("words", [EN, JA], ids=["en", "ja"])
@pytest.mark.parametrize("outcome", [Outcome.FORWARD, Outcome.TICKET])
def test_only_a_page_is_called_a_page(outcome: Outcome, words: object) -> None:
    """A ticket that became a forward is none; neither word nor mention says so."""
    made = forward(Reason.BYPASS) if outcome is Outcome.FORWARD else ticket()
    said = all_text(live(replace(made, say=Say.BROADCAST, call=Call.ESCALATED)), words.locale)
    assert "page" not in said.lower()
    assert "ページ" not in said


def test_a_resolve_by_hand_does_not_claim_that_nothing_fires() -> None:
    assert "No alert is firing" not in all_text(KINDS["resolved-by-hand"])
    assert "No alert is firing" in all_text(KINDS["resolved"])


@pytest.mark.parametrize(
    ("timezone", "shown"),
    [
        ("Asia/Tokyo", "2026-11-22 17:42 JST"),
        ("America/Sao_Paulo", "2026-11-22 05:42 UTC-03"),
        ("Asia/Kathmandu", "2026-11-22 14:27 UTC+0545"),
        ("Mars/Olympus", "2026-11-22 08:42 UTC"),
        ("../../etc/passwd", "2026-11-22 08:42 UTC"),
        ("", "2026-11-22 08:42 UTC"),
    ],
)
def test_times_are_the_teams_where_slack_cannot_show_the_readers(timezone: str, shown: str) -> None:
    assert f"|{shown}>" in all_text(page(timezone=timezone))


@pytest.mark.parametrize("timezone", ["Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("at", [0.0, -1e12, 1e18, float("inf"), float("nan"), 253_402_300_799.0])
def test_no_instant_is_too_early_or_too_late(at: float, timezone: str) -> None:
    assert all_text(page(started_at=at, timezone=timezone))


@pytest.mark.parametrize("age", [0.0, -60.0, None])
def test_nonsense_about_when_it_was_taken_is_not_shown(age: float | None) -> None:
    at = None if age is None else TOLD + age
    said = all_text(live(page(handling=replace(TAKEN, owned_at=at, acknowledged_at=at))))
    assert "-1 min" not in said
    assert "*Acked by* <@U0SATO>" in said


def test_a_snooze_that_is_over_is_not_shown() -> None:
    done = KINDS["snoozed"].handling.snooze
    assert done is not None
    said = all_text(replace(KINDS["snoozed"], handling=Handling(snooze=replace(done, until=NOW - 1))))
    assert "nooze" not in said.replace("Snooze 30", "").replace("Snooze 2", "").replace("Snooze until the next", "")


def test_several_rules_are_firing_and_one_is() -> None:
    several = forward(Reason.BYPASS, kinds_total=2)
    assert "DiskWillFill and 1 more are firing." in render(several, "en").text
    assert "DiskWillFill is firing." in render(forward(Reason.BYPASS), "en").text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://e.example/" + "x" * 2_100, "notes/disk.md"])
def test_a_guide_that_cannot_be_opened_is_not_called_missing(url: str) -> None:
    said = all_text(page(guide=Guide(url, "Disk")))
    assert "No on-call guide" not in said
    assert "*Guide not usable*" in said


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://acme.slack.com/x", "https://slack.com.evil.example/", "x"]
)
def test_only_a_message_in_slack_becomes_a_link_of_a_storm(url: str) -> None:
    slos = f'[{{"title": "Checkout", "left_s": 60, "url": "{url}"}}]'
    view = KINDS["storm"]
    said = all_text(replace(view, notice={**(view.notice or {}), "slos": slos}))
    assert "Checkout\n1 min left" in said
    assert "evil" not in said


@pytest.mark.parametrize(
    "broken", ["", "{", "[1, null, {}]", "[[]]", "7", '[{"title": 3, "left_s": "NaN"}]', "[" * 9_999]
)
def test_broken_facts_of_a_storm_leave_the_rest_standing(broken: str) -> None:
    facts = {"what": "storm", "alerts": broken, "slos": broken, "sources": broken, "oldest_s": broken, "began": broken}
    assert "Alert storm: " in all_text(replace(KINDS["storm"], notice=facts))


def test_both_languages_have_the_same_words() -> None:
    for group in ("buttons", "deeds", "calls"):
        en, ja = getattr(EN, group), getattr(JA, group)
        for name in en.__slots__:
            if hasattr(getattr(en, name), "keys"):
                assert getattr(en, name).keys() == getattr(ja, name).keys(), f"{group}.{name}"
    assert EN.states.keys() == JA.states.keys()
    assert set(EN.calls.said) | {Call.ESCALATED} == set(Call)
    assert set(EN.buttons.choices) | {Choice.WHY} == set(Choice)


def test_what_is_over_keeps_who_had_it() -> None:
    assert "acked +3 min by <@U0SATO>" in all_text(over())
    assert "acked" not in all_text(live(resolved()))


def test_many_muters_are_counted_not_listed() -> None:
    many = tuple(MutedBy(Reason.SILENCE, str(n), f"Person {n}") for n in range(50))
    said = all_text(live(page(phase=Phase.MUTED, muted_by=many, alerts_muted=6)))
    assert "Person 2" in said
    assert "Person 3" not in said
    assert "; 47 more" in said


def test_where_nobody_took_it_the_first_is_not_invented() -> None:
    assert SATO.name not in all_text(KINDS["open"])
