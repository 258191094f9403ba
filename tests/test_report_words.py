"""What the report says: headline, sentences, proposals, letters; every number with what to do about it."""

import re
from dataclasses import replace
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.noise.review import Counts, Effect, Proposal, Remedy, Review, RuleReview, Shadow
from router.report import words
from router.report.words import Line, named, texts
from tests.support.reviews import (
    BATCH,
    CHECKOUT,
    DANGEROUS,
    DISK,
    ERRORS,
    GAP,
    LOGIN,
    PODS,
    REVIEWS,
    SEARCH,
    WEEK,
    ZONE,
    at,
    empty,
    retold,
    rule,
    usual,
)

LOCALES = ("en", "ja")


def pages(number: int, wolves: int, **changes: object) -> Review:
    """A week of which only this is known."""
    counts = Counts(firings=30, told=12, wolves=4)
    return replace(empty(), counts=counts, pages=number, wolf_pages=wolves, **changes)


def lines(review: Review, part: str, locale: str = "en") -> tuple[Line, ...]:
    return next((each.lines for each in words.parts(review, locale) if each.name == part), ())


def said(review: Review, part: str, locale: str = "en") -> str:
    return "\n".join(f"{line.text} > {line.do}" for line in lines(review, part, locale))


@pytest.mark.parametrize(
    ("review", "english", "japanese"),
    [
        (pages(22, 9), "Wolf report, 5 to 11 October: 41% of pages were wolves",
         "狼アラート週報 10/5〜10/11：ページの41%が狼"),
        (pages(1, 1), "Wolf report, 5 to 11 October: the only page was a wolf",
         "狼アラート週報 10/5〜10/11：唯一のページが狼"),
        (pages(4, 4), "Wolf report, 5 to 11 October: all 4 pages were wolves",
         "狼アラート週報 10/5〜10/11：ページ4件すべてが狼"),
        (pages(1, 0), "Wolf report, 5 to 11 October: one page, no wolf",
         "狼アラート週報 10/5〜10/11：ページ1件、狼なし"),
        (pages(0, 0), "Wolf report, 5 to 11 October: no page, 4 of 12 told firings were wolves",
         "狼アラート週報 10/5〜10/11：ページなし、通知12件のうち4件が狼"),
        (pages(0, 0, team="sre"), "Wolf report for sre, 5 to 11 October: no page, 4 of 12 told firings were wolves",
         "狼アラート週報（sre）10/5〜10/11：ページなし、通知12件のうち4件が狼"),
        (pages(22, 9, as_of=at(3, 14)), "Wolf report, 5 to 11 October (so far): 41% of pages were wolves",
         "狼アラート週報 10/5〜10/11（途中経過）：ページの41%が狼"),
        (pages(22, 9, gaps=(GAP,)), "Wolf report, 5 to 11 October: 41% of pages were wolves, 1 detection gap",
         "狼アラート週報 10/5〜10/11：ページの41%が狼、検知漏れ1件"),
        (replace(empty(), counts=Counts(firings=9, dropped=9)), "Wolf report, 5 to 11 October: nobody was called",
         "狼アラート週報 10/5〜10/11：呼び出しなし"),
        (empty(), "Wolf report, 5 to 11 October: nothing fired, and there is nothing to do.",
         "狼アラート週報 10/5〜10/11：アラートはなく、対応は不要です。"),
    ],
    ids=["some", "the only one", "all", "none of one", "tickets", "a team's", "not over", "a gap", "nobody", "empty"],
)  # fmt: skip
def test_the_headline_tells_the_week_in_a_line(review: Review, english: str, japanese: str) -> None:
    assert words.headline(review, "en") == english
    assert words.headline(review, "ja") == japanese


@pytest.mark.parametrize(
    ("back", "english", "japanese"),
    [
        (1, "28 September to 4 October", "9/28〜10/4"),
        (-12, "28 December 2026 to 3 January 2027", "2026/12/28〜2027/1/3"),
    ],
    ids=["two months", "two years"],
)
def test_a_week_is_named_by_its_days(back: int, english: str, japanese: str) -> None:
    week = WEEK.before(back)
    review = replace(empty(), start=week.start, end=week.end)
    assert (words.span_of(review, texts("en")), words.span_of(review, texts("ja"))) == (english, japanese)


def test_the_week_in_short() -> None:
    assert words.push(usual(), "en") == (
        "Wolf report, 5 to 11 October: 9 of 22 pages were wolves (41%), down from 56%. Missed: 1 firing held or dropped"
        " shortly before its SLO was threatened, 1 page that somebody says should have come, 1 threat without any"
        " alert. Worst rule: DiskAlmostFull, 6 of 6."
    )
    assert words.push(usual(), "ja").startswith(
        "狼アラート週報 10/5〜10/11：ページ22件のうち9件が狼（41%、前週の56%から減少）。見逃し："
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", REVIEWS)
def test_the_sentence_for_push_is_short_and_whole(name: str, locale: str) -> None:
    push = words.push(REVIEWS[name](), locale)
    assert len(push) <= 300
    assert push[-1] in ".。"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ["summary", "missed", "slos", "postmortems", "nights", "month", "shadow"])
def test_every_number_says_what_to_do_next(name: str, locale: str) -> None:
    review = usual(shadow=Shadow(1_300, 400, 700, 0))
    assert lines(review, name, locale)
    assert [line.text for line in lines(review, name, locale) if not line.do] == []


def test_every_rule_says_what_to_do_next_and_who() -> None:
    for locale in LOCALES:
        for each in usual().wolves:
            first = words.rule_lines(each, locale)[0]
            assert first.do
            assert first.owner in ("sre", "platform")
            assert first.owner in first.step(texts(locale))


def test_only_accused_rules_are_named_as_wolves() -> None:
    told = said(usual(rules=(BATCH, ERRORS)), "wolves") + said(usual(rules=(BATCH, ERRORS)), "summary")
    assert "No rule can be called a wolf this week." in told
    assert "HighErrorRate" not in told
    assert "BatchJobLate (4)" in told, "it is named as one that nobody can judge"


def test_an_empty_week_is_one_sentence() -> None:
    for locale in LOCALES:
        assert words.parts(empty(), locale) == ()
        assert words.headline(empty(), locale) == words.push(empty(), locale)


def test_a_week_without_alerts_but_with_a_gap_is_not_empty() -> None:
    """That nothing fired is the very thing that was wrong."""
    review = replace(empty(), gaps=(GAP,), slos=(LOGIN,))
    assert "1 detection gap" in words.headline(review, "en")
    assert "no alert fired at all" in said(review, "missed")


def test_a_week_that_is_not_over_says_so() -> None:
    first = lines(usual(as_of=at(3, 14)), "summary")[0]
    assert first.text == "The week is not over: this counts up to 8 October 14:00."
    assert lines(usual(as_of=at(3, 14)), "summary", "ja")[0].text == "週の途中です。10/8 14:00 までの集計です。"


def test_without_a_history_of_slos_it_says_what_it_cannot_tell() -> None:
    review = usual(complete=False, misses=(), reported=(), gaps=(), counts=Counts(firings=1, told=1))
    assert "There is no history of the SLOs" in said(review, "summary")
    assert "Nothing was missed" not in said(review, "summary")


def effect(**changes: object) -> Effect:
    return Effect(**({"firings": 51, "removed": 43, "removed_told": 43} | changes))


@pytest.mark.parametrize(
    ("proposal", "english", "japanese"),
    [
        (Proposal(Remedy.LONGER_FOR, effect(firings=6, removed=5), effect(delayed=2, delay_s=420.0), 0, "12m"),
         "`for: 12m` would have removed 43 of 51 firings and delayed 2 real ones by up to 7 min"
         " (recorded since 2 January; in this week 5 of 6).",
         "`for: 12m` にしていれば、51件のうち43件は鳴らず、本物2件の通知が最大7分遅れていました"
         "（1/2 からの記録。今週は6件中5件）。"),
        (Proposal(Remedy.LONGER_FOR, Effect(), effect(missed=1, delayed=1, delay_s=60.0), 0, "30m"),
         "Careful, it would have hidden 1 real one: `for: 30m` would have removed 43 of 51 firings, 1 real one among"
         " them, and delayed 1 real one by 1 min (recorded since 2 January).",
         "注意：本物1件を隠すところでした。`for: 30m` にしていれば、51件のうち43件は鳴らず、本物1件も鳴らず、"
         "本物1件の通知が最大1分遅れていました（1/2 からの記録）。"),
        (Proposal(Remedy.DEMOTE, Effect(), effect(removed_told=40), 0),
         "A ticket instead of a page would have called nobody for 40 of 51 firings and hidden no real one"
         " (recorded since 2 January).",
         "ページではなくチケットにしていれば、51件のうち40件は誰も呼び出さず、隠れた本物はありませんでした"
         "（1/2 からの記録）。"),
        (Proposal(Remedy.MAP, Effect(), effect(), 0, "checkout"),
         "Mapped to checkout, the gate would have held back 43 of 51 firings and hidden no real one"
         " (recorded since 2 January).",
         "checkout に対応づけていれば、ゲートが51件のうち43件を保留し、隠れた本物はありませんでした"
         "（1/2 からの記録）。"),
        (Proposal(Remedy.MAP, Effect(), Effect(firings=51), 0),
         "With “map to an SLO”, nothing that is recorded would have changed (recorded since 2 January).",
         "「SLOに対応づけ」では、記録上は何も変わりませんでした（1/2 からの記録）。"),
        (Proposal(Remedy.GUIDE, Effect(), Effect(firings=51), 0),
         "An on-call guide would have told people what to do in 51 firings; it removes none"
         " (recorded since 2 January).",
         "手順書があれば、51件で何をすべきかが伝わっていました（件数は減りません）（1/2 からの記録）。"),
        (Proposal(Remedy.MERGE, Effect(), effect(), 0, "NodeDown"),
         "Merging it with NodeDown, with which it fires together, would have folded 43 of 51 firings into its messages"
         " and hidden no real one (recorded since 2 January).",
         "いつも同時に鳴る NodeDown とまとめていれば、51件のうち43件が1通で済み、隠れた本物はありませんでした"
         "（1/2 からの記録）。"),
        (Proposal(Remedy.SPLIT, Effect(), effect(removed_told=9), 0, "namespace=batch"),
         "Splitting off `namespace=batch` would have removed 43 of 51 firings (9 of them told) and hidden no real one"
         " (recorded since 2 January).",
         "`namespace=batch` を切り分けていれば、51件のうち43件（うち通知9件）は鳴らず、隠れた本物はありませんでした"
         "（1/2 からの記録）。"),
        (Proposal(Remedy.DELETE, effect(firings=3, removed=3), Effect(), 0),
         "Deleting it would have removed 3 of 3 firings and hidden no real one (recorded since 2 January).",
         "削除していれば、3件のうち3件は鳴らず、隠れた本物はありませんでした（1/2 からの記録）。"),
    ],
    ids=["for", "dangerous for", "demote", "map", "map anywhere", "guide", "merge", "split", "delete"],
)  # fmt: skip
def test_a_proposal_is_a_sentence_with_its_counterfactual(proposal: Proposal, english: str, japanese: str) -> None:
    assert words.proposed(proposal, "en") == english
    assert words.proposed(proposal, "ja") == japanese


@given(
    remedy=st.sampled_from(Remedy),
    value=st.text(max_size=20),
    missed=st.integers(1, 9),
    locale=st.sampled_from(LOCALES),
)
@settings(max_examples=100, deadline=None)
def test_a_dangerous_proposal_says_first_what_it_would_have_hidden(
    remedy: Remedy, value: str, missed: int, locale: str
) -> None:  # fmt: skip
    for effects in ((effect(missed=missed), effect()), (Effect(), effect(missed=missed))):
        told = words.proposed(Proposal(remedy, *effects, 0, value), locale)
        assert told.startswith(("Careful, it would have hidden", "注意：本物"))


def test_a_dangerous_proposal_is_never_the_next_step() -> None:
    only = replace(DISK, proposals=(DANGEROUS,))
    assert words.next_step(only, "en") == "Look at it yourselves: every remedy so far would have hidden a real one."
    first = words.next_step(replace(DISK, proposals=(DANGEROUS, *DISK.proposals)), "en")
    assert first.startswith("Lengthen its for. `for: 12m` would have removed")


@pytest.mark.parametrize(
    ("judged", "step"),
    [
        (replace(DISK, disputed=1), "Settle it:"),
        (replace(DISK, proposals=()), "Decide: longer for, ticket, or delete"),
        (replace(PODS, proposals=()), "Delete it or raise its threshold"),
        (replace(BATCH, proposals=()), "Map them to an SLO"),
        (ERRORS, "Nothing to do"),
    ],
    ids=["disputed", "wolf", "caught", "ignored", "good"],
)
def test_a_rule_without_a_proposal_has_a_next_step_too(judged: RuleReview, step: str) -> None:
    assert words.next_step(judged, "en").startswith(step)


def test_the_letter_begins_with_the_lowest_budget_and_ends_with_the_healthy() -> None:
    told = said(usual(), "slos")
    assert told.index("Login availability (99.9%): the budget is spent (-2% left), -3 points") < told.index("Checkout")
    assert "Checkout availability was blind for 48 min and not measured for 12 min." in told
    assert "7 October 10:40, 35 min, page level, 6.2% of the budget (HighErrorRate)" in told
    assert "1 of 1 threat was announced, 4 min ahead (median)" in told
    assert "All others are healthy: Search latency 61% left, +2 points." in told


def test_an_slo_without_a_known_budget_is_never_called_healthy() -> None:
    review = usual(slos=(replace(SEARCH, budget_end=None, budget_start=None),))
    assert "its budget is not known" in said(review, "slos")
    assert "healthy" not in said(review, "slos") + said(review, "summary")


def test_late_alerts_are_called_late() -> None:
    told = said(usual(slos=(replace(CHECKOUT, lead_median_s=-300.0),)), "slos")
    assert "5 min late (median)" in told
    assert "they came after the harm began" in told


def test_shadow_mode_warns_before_it_is_switched_off() -> None:
    assert "set mode: enforce" in said(usual(shadow=Shadow(10, 4, 4, 0)), "shadow")
    assert "Do not enforce yet" in said(usual(shadow=Shadow(10, 4, 4, 1)), "shadow")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a b c"),
        ("\x1b[31mred\x1b[0m\x07", "[31mred[0m"),
        ("\u202eevil\u202c\u200b", "evil"),
        ("`rm -rf`", "'rm -rf'"),
        ("xoxb-1234-abc leaked", "[secret] leaked"),
        ("x" * 70, "x" * 59 + "…"),
        ("\ud800", ""),
    ],
)
def test_names_of_others_are_tamed(text: str, shown: str) -> None:
    assert named(text) == shown


@given(text=st.text(max_size=60), locale=st.sampled_from(LOCALES))
@settings(max_examples=60, deadline=None)
def test_no_name_changes_our_own_words(text: str, locale: str) -> None:
    """Whatever the names are, every line stands on one line and no control character is in it."""
    review = retold(usual(), text)
    told = [words.headline(review, locale), words.push(review, locale)]
    told += [each for part in words.parts(review, locale) for line in part.lines for each in (line.text, line.do)]
    assert not {category(each) for each in "".join(told)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(words.headline(review, locale)) <= 150


@given(
    number=st.one_of(st.floats(), st.none()), count=st.integers(0, 10**12), zone=st.sampled_from([ZONE, "Nowhere", ""])
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_number_breaks_a_sentence(number: float | None, count: int, zone: str) -> None:
    slo = replace(CHECKOUT, budget_start=number, budget_end=number, lead_median_s=number)
    heavy = rule("R", counts=Counts(firings=count, told=count, wolves=count, judged=count), duration_median_s=number)
    review = usual(slos=(slo,), rules=(heavy,), zone=zone, as_of=number or 0.0, start=number or 0.0)
    for locale in LOCALES:
        told = words.headline(review, locale) + words.push(review, locale) + str(words.parts(review, locale))
        assert not re.search(r"\bnan\b|\binf\b|\d{30}", told)


def test_a_week_without_a_night_page_says_so_once() -> None:
    calm = tuple(replace(team, night=0, night_wolves=0, heavy_shifts=()) for team in usual().teams)
    assert said(usual(teams=calm), "nights") == (
        "No page came at night, and no shift had more pages than people can bear. > Nothing to do."
    )
    assert "platform: no page at night; 2 off hours." in str(words.team_part(calm[1], usual(), "en"))


@pytest.mark.parametrize(
    ("wolves", "ignored", "step"),
    [(1, 1, "do_nights"), (0, 1, "do_nights_ignored"), (0, 0, "do_nights_real")],
    ids=["wolves", "nobody can vouch for them", "real ones"],
)
def test_night_pages_are_called_needed_only_where_somebody_can_vouch_for_them(
    wolves: int, ignored: int, step: str
) -> None:
    team = replace(usual().teams[0], night=2, night_wolves=wolves, counts=Counts(told=2, pages=2, ignored=ignored))
    for locale in LOCALES:
        assert lines(usual(teams=(team,)), "nights", locale)[0].do == texts(locale).say(step)


def test_one_dropped_firing_is_one() -> None:
    review = replace(empty(), counts=Counts(firings=1, dropped=1))
    assert said(review, "quiet").startswith("1 firing was dropped and 0 held, none the week before.")
