"""Dialogues as Slack takes them: limits, escaping, both languages; and what they say."""

import re

import pytest

from router.gate import Outcome, Reason
from router.incident import Deed, Person, Reply, ReplyCode
from router.slack.dialogue import elements, replies, silences, status, why
from router.slack.dialogue.shown import SilenceForm, Touch
from router.slack.dialogue.texts import EN, JA, Words, language, texts
from router.slack.message import Message
from router.slack.values import Action, read_value
from router.testing import check_blocks
from router.testing.blocks import text_length
from router.testing.lint import lint
from router.testing.views import check_view
from tests.support.slack_limits import HIDDEN, units
from tests.support.slack_views import NOW, page
from tests.support.talking import SIZES, TARGET, a_silence, answers, decided, overview, reply, views

LANGUAGES = {"en": EN, "ja": JA}
HOLE = re.compile(r"\{[a-z_]+\}")


def shown(message: Message) -> str:
    """All that people read in a message."""
    return " ".join([message.text, *_strings(message.blocks)])


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [each for key, one in value.items() if key != "type" for each in _strings(one)]
    if isinstance(value, list):
        return [each for one in value for each in _strings(one)]
    return [value] if isinstance(value, str) else []


def buttons(blocks: list[dict]) -> dict[str, dict]:
    """Everything that can be clicked, by action."""
    found: dict[str, dict] = {}
    for block in blocks:
        inside = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        found |= {each["action_id"]: each for each in inside if isinstance(each, dict) and "action_id" in each}
    return found


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_answer_is_a_message_that_slack_takes(locale: str, size: str) -> None:
    """Whatever the facts hold, no answer breaks a limit of Slack, hides a character or lets foreign text act."""
    for name, message in answers(texts(locale), SIZES[size]).items():
        assert check_blocks(message.blocks) == [], name
        assert list(lint({"text": message.text, "blocks": message.blocks}, frozenset())) == [], name
        assert 1 <= units(message.text) <= 3_000, name
        assert text_length(message.blocks) <= 9_000, name
        assert not HIDDEN.search(shown(message)), name
        assert not HOLE.search(shown(message).replace("{date_num} {time}", "").replace("{0} {what}", "")), name


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_view_is_one_that_slack_takes(locale: str, size: str) -> None:
    """Whatever the facts hold, no modal and no home breaks a limit of Slack or lets foreign text act."""
    for name, view in views(texts(locale), SIZES[size]).items():
        kind = "home" if name.startswith("home") else "modal"
        assert check_view(view, kind=kind) == [], name
        assert list(lint(view, frozenset())) == [], name
        assert len(view["blocks"]) <= 100, name


def test_what_a_modal_must_remember_is_never_cut() -> None:
    """Slack keeps 3,000 characters; half of ours would be worth nothing."""
    with pytest.raises(ValueError, match="3001 characters"):
        elements.modal("x", "X", [], close="Close", private="p" * 3_001)


@pytest.mark.parametrize(
    ("spoken", "fallback", "expected"),
    [("ja-JP", "en", "ja"), ("en_US", "ja", "en"), ("de-DE", "ja", "ja"), ("", "en", "en")],
    ids=["region", "underscore", "unknown", "unsaid"],
)
def test_people_are_spoken_to_in_their_own_language_where_we_speak_it(
    spoken: str, fallback: str, expected: str
) -> None:
    """Slack's language of the person stands above the team's."""
    assert language(spoken, fallback) == expected


def answer(to: Reply, words: Words = EN, *, delayed: bool = False) -> Message | None:
    return replies.drawn_reply(to, page(key=TARGET.key), words, replies.report_name(0, words), delayed=delayed)


def test_the_loser_of_a_race_hears_who_was_faster() -> None:
    """Already acknowledged, by whom, how long ago."""
    lost = answer(reply(Deed.ACKNOWLEDGE, ReplyCode.ALREADY))
    assert lost is not None
    assert lost.text == "Already acknowledged by Ada 4 s ago: E-7KQ2MA."


def test_who_clicks_twice_is_told_so() -> None:
    """It was the person's own first click that won."""
    twice = reply(Deed.ACKNOWLEDGE, ReplyCode.ALREADY)
    own = answer(Reply(twice.act, twice.code, Person(twice.act.person.id, "sato"), twice.at))
    assert own is not None
    assert own.text.startswith("Already acknowledged by you 4 s ago")


def test_a_deed_that_took_effect_says_nothing_unless_slack_delays_the_edit() -> None:
    """The message in the channel shows it; only where that has to wait, the person hears that it is recorded."""
    done = reply(Deed.ACKNOWLEDGE, ReplyCode.DONE)
    assert answer(done) is None
    late = answer(done, delayed=True)
    assert late is not None
    assert late.text == "Recorded for E-7KQ2MA. Slack is slow; the message will show it."


def test_a_wolf_is_asked_for_its_reason_and_thanked_for_it() -> None:
    """The menu names the incident and each reason; Undo takes the mark back."""
    asked = answer(reply(Deed.WOLF, ReplyCode.DONE))
    assert asked is not None
    page_key = buttons(asked.blocks)
    values = [read_value(each["value"]) for each in page_key[Action.WOLF_REASON]["options"]]
    assert [verb for verb, _ in filter(None, values)] == [
        "not_actionable", "duplicate", "wrong_threshold", "test", "other",
    ]  # fmt: skip
    assert read_value(page_key[Action.UNMARK]["value"]) is not None
    thanked = answer(reply(Deed.WOLF, ReplyCode.DONE, reason="wrong_threshold"))
    assert thanked is not None
    assert thanked.text == "Thank you: noted as a wolf (wrong threshold). It counts in Monday's report."


def test_an_act_on_what_is_over_says_how_it_stands() -> None:
    """Nothing was changed, and the state is told with its time."""
    closed = answer(reply(Deed.SNOOZE, ReplyCode.CLOSED), JA)
    assert closed is not None
    assert "クローズ済み" in closed.text
    assert "状態：発生中" in closed.text


def test_an_act_that_could_not_be_stored_says_what_else_to_try() -> None:
    """Never a silent success."""
    assert replies.not_recorded(Deed.ACKNOWLEDGE, TARGET, EN).text == (
        "Not recorded: the router cannot store it now. Try again, or type /slo ack E-7KQ2MA."
    )


def test_why_tells_the_numbers_what_would_change_it_and_where_the_slo_stands() -> None:
    """Outcome and time, rule, SLO, burn against threshold, budget, the change, the file and line."""
    message = why.why(decided(), EN)
    said = shown(message)
    for part in (
        "*Held*", "E-7KQ2MA", "PodRestart on payment-gw", "Checkout availability: 99.9% over 30 days",
        "0.6x (1 h), 0.4x (5 min) (pages at 14.4x)", "18%",
        "It pages when the burn rate reaches 14.4x over 1 h and over 5 min.",
        "SLO defined in slos/checkout.yaml line 12",
    ):  # fmt: skip
        assert part in said
    assert buttons(message.blocks)[Action.MISSED]["value"] == str(TARGET)


@pytest.mark.parametrize(
    ("outcome", "offered"),
    [(Outcome.HOLD, True), (Outcome.DROP, True), (Outcome.TICKET, True), (Outcome.SUPPRESS, True),
     (Outcome.PAGE, False), (Outcome.FORWARD, False)],
)  # fmt: skip
def test_only_what_did_not_page_can_have_been_missed(outcome: Outcome, offered: bool) -> None:
    """The button "It should have paged" stands below what was held, dropped, made a ticket or kept quiet."""
    message = why.why(decided(outcome=outcome, reason=Reason.NO_THREAT), EN)
    assert (Action.MISSED in buttons(message.blocks)) is offered


def test_status_says_for_each_line_what_to_do() -> None:
    """SLOs with budget and time left, incidents with their owner, what is held and silenced."""
    said = shown(status.status(overview(), EN))
    for part in (
        "Checkout availability: 41% of the budget left, gone in 13.4 h at this rate. Act now: open its guide.",
        "budget spent (-3%)", "Nothing to do.", "nobody has it", "Take it: /slo ack E-7KQ2MA", "Sato has it",
        "*3 alerts are held*", "/slo held lists them.", "*2 silences stand.*", "and 19 more",
    ):  # fmt: skip
        assert part in said or part.replace("and 19 more", "19 more SLOs are calmer.") in said


@pytest.mark.parametrize(
    ("typed", "command"),
    [("stauts", "status"), ("hlep", "help"), ("silnce list", "silence list"), ("acknowledge E-1", "ack"), ("qwxz", "")],
)
def test_a_mistyped_command_is_answered_with_the_nearest(typed: str, command: str) -> None:
    """Help follows in any case."""
    message = status.help_on(EN, typed)
    assert status.nearest(typed) == command
    assert (f"Did you mean /slo {command}?" in message.text) is bool(command)
    assert "/slo status" in shown(message)


def test_the_silence_modal_warns_where_an_slo_is_behind_the_alerts() -> None:
    """What it touches now, what it would have muted last week, and that the SLO itself still pages."""
    form = SilenceForm('alertname="X"', (("1h", 3_600.0),), 86_400.0, "1h", touch=Touch(3, ("Checkout",), 41, 3))
    said = " ".join(_strings(silences.form(form, "", EN)))
    for part in ("3 alerts fire now", "Checkout", "still pages", "muted 41; people were told of 3", "At most 24 h"):
        assert part in said
    calm = " ".join(_strings(silences.form(SilenceForm("", (("1h", 60.0),), 60.0, "1h", touch=Touch()), "", EN)))
    assert "still pages" not in calm


def test_a_silence_in_a_list_can_be_extended_and_ended() -> None:
    """Both buttons carry its id; ending asks first."""
    row = buttons(silences.rows(a_silence(), NOW, "UTC", EN))
    assert row[Action.EXTEND_SILENCE]["value"] == "5b1d"
    assert row[Action.EXPIRE_SILENCE]["value"] == "5b1d"
    assert "confirm" in row[Action.EXPIRE_SILENCE]
