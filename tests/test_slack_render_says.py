"""The sentences that people rely on stand where they belong, in both languages."""

from dataclasses import replace

import pytest

from router.gate import Outcome, Reason
from router.incident import Guide, Phase, Say, View
from router.slack.render import render
from router.slack.texts import EN, JA, texts
from tests.support.slack_kinds import KINDS
from tests.support.slack_limits import strings
from tests.support.slack_views import MENTION, SPENT, assessment, cause, notice, page, resolved, slo, ticket


def test_page_says_state_what_and_time_left_then_impact_in_plain_words() -> None:
    message = render(page(), "en")
    assert message.blocks[0]["text"]["text"] == "Page: Checkout availability, budget gone in 13.4 h"
    assert message.blocks[1]["text"]["text"] == (
        "Customers see payment errors. This hits 3.1% of cases in the last 5 min;"
        " the target allows 0.1% (99.9% over 30 days)."
    )


def test_page_in_japanese_is_written_in_japanese() -> None:
    told = slo(title="決済の可用性", impact="お客様に決済エラーが出ています", first_action="予備の決済会社に切り替える")
    message = render(page(slo=told), "ja")
    assert message.blocks[0]["text"]["text"] == "ページ：決済の可用性、あと13.4時間でバジェット枯渇"
    assert message.text == (
        "ページ：決済の可用性。あと13.4時間でエラーバジェットが尽きます。お客様に決済エラーが出ています。"
        "残りバジェット41%。まず：予備の決済会社に切り替える。（E-7KQ2M）"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"impact": ""}, "“Pay for the cart” fails or is too slow in 3.1% of cases in the last 5 min."),
        ({"impact": "", "cuj": ""}, "checkout fails or is too slow in 3.1% of cases in the last 5 min."),
        ({"impact": "", "cuj": "", "service": ""}, "Checkout availability fails or is too slow in 3.1% of cases"),
        (
            {"impact": "", "assessment": assessment(error_ratio=None)},
            "“Pay for the cart” is burning its error budget faster than its target allows (99.9% over 30 days).",
        ),
        ({"impact": "", "assessment": assessment(tier=None)}, "of cases right now."),
        ({"impact": "Nobody can pay!"}, "Nobody can pay! This hits 3.1%"),
    ],
    ids=["journey", "service", "title", "no numbers", "no window", "own words"],
)
def test_impact_is_told_by_whatever_is_known(changes: dict[str, object], expected: str) -> None:
    first = render(page(slo=slo(**changes)), "en").blocks[1]
    assert expected in first["text"]["text"]


def all_text(view: View, locale: str = "en") -> str:
    message = render(view, locale)
    return "\n".join([message.text, *strings(message.blocks)])


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (page(phase=Phase.BURNING), "The alerts are gone and the budget still burns."),
        (KINDS["page-gap"], "No alert fired for this: the SLO itself raised it."),
        (KINDS["broadcast-gap"], "No alert fired for this: the SLO itself raised it."),
        (KINDS["forward-unknown"], "Forwarded without SLO check (fail-open): its data source does not answer"),
        (KINDS["forward-unmapped"], "no SLO is mapped to it"),
        (KINDS["forward-bypass"], "Always forwarded"),
        (KINDS["forward-shadow"], "Shadow mode: enforce mode would have held it"),
        (page(would=Outcome.HOLD), "Shadow mode: enforce mode would have held it"),
        (page(escalated=True), "It was told as less urgent first and has been raised since."),
        (page(refires=4), "Page (fired again 4x): Checkout availability"),
        (page(slo=SPENT), "*Budget spent* (-3% left)"),
        (resolved(), "Resolved after 12 min: Checkout availability"),
        (resolved(), "It cost 0.4% of the budget for 30 days; 41% is left."),
        (resolved(reason=Reason.DETECTION_GAP), "The SLO no longer burns at page level."),
        (ticket(), "Not urgent: handle it in working hours."),
        (ticket(reason=Reason.HELD_FOR_A_DAY), "Fix the rule or delete it"),
        (page(guide=None), "*No on-call guide*: add runbook_url to the rule."),
        (page(guide=Guide("javascript:alert(1)")), "*Guide not usable*"),
        (KINDS["causes"], "*Causes: 3 kinds, 17 alerts* (updated <!date^1795338000^{date_num} {time}|2026-11-22"),
        (page(say=Say.CAUSES, kinds_total=45), "and 42 more"),
        (notice("slo_source", "prom"), "prom has not answered for 4 min."),
        (notice("slo_blind", "cart", facts={"detail": "warming_up"}), "Detail: the SLO is too young to judge"),
        (KINDS["notice-route-broken"], "Slack refuses messages: C0SRE"),
        (KINDS["notice-quarantine"], "It is kept"),
        (notice("slo_source", "prom", facts={"next_try": "soon", "since": "?"}), "*Next try*\nsoon"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_message_says(view: View, expected: str) -> None:
    """The sentences that people rely on stand where they belong."""
    assert expected in all_text(view)


def test_fail_open_line_in_japanese() -> None:
    assert "SLO未確認のまま転送（フェイルオープン）" in all_text(KINDS["forward-unknown"], "ja")


def test_detection_gap_shows_no_alerts_until_a_real_one_joins() -> None:
    """The SLO's own alert is not shown as an alert, and its summary is not repeated."""
    alone = all_text(KINDS["page-gap"])
    assert "Alerts (" not in alone
    assert "alert firing" not in alone
    assert render(KINDS["page-gap"], "en").blocks[2]["fields"]
    joined = replace(KINDS["page-gap"], kinds_total=2, alerts_firing=2)
    assert "Alerts (" in all_text(joined)


def test_guide_button_is_the_primary_one_and_ids_of_actions_never_change() -> None:
    rows = [[b for b in render(view, "en").blocks if b["type"] == "actions"] for view in (page(), page(refires=1))]
    ids = [[button["action_id"] for row in blocks for button in row["elements"]] for blocks in rows]
    assert ids == [["guide", "source"]] * 2
    assert rows[0][0]["elements"][0]["style"] == "primary"
    assert rows[0][0]["elements"][0]["url"] == "https://guides.example.com/checkout"


def test_finished_incident_has_no_buttons_but_still_names_the_guide() -> None:
    message = render(resolved(), "en")
    assert all(block["type"] != "actions" for block in message.blocks)
    assert "<https://guides.example.com/checkout|CHK-01 Payment errors>" in all_text(resolved())


def test_on_call_is_mentioned_for_a_page_and_never_for_a_ticket_or_a_finished_incident() -> None:
    assert MENTION in all_text(page())
    assert MENTION not in render(page(), "en").text
    assert MENTION in all_text(KINDS["broadcast-refired"])
    assert MENTION not in all_text(ticket(mention=MENTION))
    assert MENTION not in all_text(ticket(mention=MENTION, say=Say.BROADCAST))
    assert MENTION not in all_text(resolved())


def test_first_action_is_not_advised_where_nobody_knows_that_the_slo_is_threatened() -> None:
    assert "Switch payments" in all_text(page())
    assert "Switch payments" not in all_text(KINDS["forward-shadow"])
    assert "Switch payments" not in all_text(KINDS["forward-unknown"])
    assert "Switch payments" not in all_text(KINDS["ticket-held-for-a-day"])


def test_every_edit_has_new_block_ids_and_every_attempt_the_same() -> None:
    ids = [
        {block["block_id"] for block in render(view, "en", salt).blocks}
        for view, salt in ((page(), "a"), (page(), "a"), (page(), "b"), (page(refires=1), "a"), (page(now=1.0), "a"))
    ]
    assert ids[0] == ids[1]
    assert all(not ids[0] & other for other in ids[2:])


def test_causes_show_at_most_twenty_rows() -> None:
    many = tuple(cause(f"Rule{number}", "node-1", 1, 1) for number in range(30))
    message = render(page(say=Say.CAUSES, causes=many, kinds_total=62), "en")
    (table,) = [block for block in message.blocks if block["type"] == "table"]
    assert len(table["rows"]) == 21
    assert "and 42 more" in all_text(page(say=Say.CAUSES, causes=many, kinds_total=62))


def test_push_text_says_what_to_do() -> None:
    bare = page(slo=slo(first_action=""))
    assert "Open the guide: CHK-01 Payment errors." in render(bare, "en").text
    assert "Open the guide." in render(replace(bare, guide=Guide("https://g.example/x")), "en").text
    assert "Handle it in working hours." in render(ticket(), "en").text
    assert "Nothing to do now." in render(resolved(), "en").text


@pytest.mark.parametrize(
    ("locale", "words"), [("en", EN), ("ja", JA), ("ja-JP", JA), ("JA_jp", JA), ("fr", EN), ("", EN)]
)
def test_language_is_found_or_english(locale: str, words: object) -> None:
    assert texts(locale) is words


def test_both_languages_explain_every_reason_and_cause_alike() -> None:
    assert EN.why.keys() == JA.why.keys()
    assert EN.causes_of_unknown.keys() == JA.causes_of_unknown.keys()
    assert EN.notices.keys() == JA.notices.keys()
    assert EN.would.keys() == JA.would.keys() == set(Outcome)


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_long_names_of_causes_are_whole_while_there_are_few(locale: str) -> None:
    """A cell holds what Slack takes, not what a terminal would; twenty rows share the room."""
    name, where = "KubernetesPersistentVolumeFillingUp" * 4, "node-17.eu-west-1.compute.internal " * 5
    one = page(say=Say.CAUSES, causes=(cause(name, where, 1, 1),), kinds_total=1)
    assert name in all_text(one, locale)
    assert where.strip() in all_text(one, locale)
