"""Foreign text is harmless, whatever it is: no mention, no link, no markup of its own, never an invalid message."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from router.gate import Outcome, Reason
from router.incident import Guide, Phase, Say
from router.slack import escape
from router.slack.escape import cut
from router.slack.render import render
from tests.support.slack_kinds import KINDS, live
from tests.support.slack_limits import problems, units
from tests.support.slack_views import NOW, OTHERS, SUZUKI, assessment, page, said_by_everybody, slo

NASTY = st.sampled_from([
    "<!channel>", "<!here|x>", "<@U123>", "<#C123>", "<!subteam^S1>", "<https://evil.example|Runbook>", "&lt;!here&gt;",
    "&", "&amp", "<", ">", "|", "\u202e", "\u200b", "\x1b[2J", "\x00", "\n", "*", "`", "_", "~", "😀", "漢字", "é",
    "{what}", "{0}", "%s", "\ud800", "\U000e0041", "<!date^1^{date}|x>", "xoxb-123456-abcdef", "@here", "#general",
    "ﷺ", "  ",
])  # fmt: skip
TEXT = st.lists(st.one_of(NASTY, st.text(max_size=20)), max_size=30).map("".join)
HUGE = st.builds(lambda text, times: text * times, TEXT, st.sampled_from([1, 40, 2_000]))
URLS = st.one_of(
    TEXT,
    st.builds("https://example.com/{}".format, TEXT),
    st.builds("http://{}/x".format, TEXT),
    st.builds(lambda length: "https://example.com/?q=" + "&" * length, st.integers(0, 3_100)),
)
NUMBERS = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, -0.03, 1.0, 1e12]))


@given(kind=st.sampled_from(sorted(KINDS)), text=HUGE, url=URLS, locale=st.sampled_from(["en", "ja"]))
@settings(max_examples=400, deadline=None)
def test_no_label_annotation_link_or_name_breaks_a_message(kind: str, text: str, url: str, locale: str) -> None:
    """Every place that a sender or a file fills holds the same hostile text at once."""
    message = render(said_by_everybody(KINDS[kind], text, url), locale, text)
    assert problems(message.text, message.blocks) == []
    assert "E-7KQ2M" in message.text
    assert any("E-7KQ2M" in str(block) for block in message.blocks)
    assert "xoxb-123456" not in str(message)


@given(text=HUGE, locale=st.sampled_from(["en", "ja"]), kind=st.sampled_from(sorted(KINDS)))
@settings(max_examples=100, deadline=None)
def test_first_sentence_is_kept_whatever_the_names_are(text: str, locale: str, kind: str) -> None:
    """Names are cut, never our own words: the first sentence of the push text is whole."""
    assume(cut(text))
    view = KINDS[kind]
    plain, filled = render(view, locale).text, render(said_by_everybody(view, text, ""), locale).text
    opening = re.split("Checkout|DiskWillFill|PodRestart|DBConn|Sato|Suzuki|prometheus|datadog|C0SRE|service=", plain)[
        0
    ]
    if len(opening) < len(plain) and not opening.startswith(("Causes", "E-7KQ2M")):
        assert filled.startswith(opening.rstrip())


@given(
    ratio=NUMBERS, burn=NUMBERS, left=NUMBERS, seconds=NUMBERS, cost=NUMBERS, at=st.floats(),
    phase=st.sampled_from(Phase), outcome=st.sampled_from(Outcome), reason=st.sampled_from(Reason),
    say=st.sampled_from(Say), locale=st.sampled_from(["en", "ja"]),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_no_number_breaks_a_message(
    ratio: float | None, burn: float | None, left: float | None, seconds: float | None, cost: float | None, at: float,
    phase: Phase, outcome: Outcome, reason: Reason, say: Say, locale: str,
) -> None:  # fmt: skip
    """Also not what is no number at all, an end before the start, or an outcome that is never told."""
    judged = assessment(
        error_ratio=ratio, burn_long=burn, burn_short=burn, budget_remaining=left, exhausted_in_s=seconds
    )
    view = page(
        slo=slo(assessment=judged), started_at=at, ended_at=NOW, budget_cost=cost, phase=phase, outcome=outcome,
        reason=reason, say=say, would=outcome,
    )  # fmt: skip
    message = render(view, locale)
    assert problems(message.text, message.blocks) == []
    assert "nan" not in message.text


TIMES = st.one_of(st.floats(), st.sampled_from([NOW, NOW + 3_600, NOW - 3_600, 0.0, 1e18]))


@given(
    kind=st.sampled_from(sorted(kind for kind in KINDS if KINDS[kind].interactive)), at=TIMES, until=TIMES,
    many=st.integers(0, 10**9), zone=st.one_of(TEXT, st.sampled_from(["Asia/Tokyo", "Etc/GMT+12", "Pacific/Apia"])),
    locale=st.sampled_from(["en", "ja"]),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_no_time_zone_or_count_of_a_deed_breaks_a_message(
    kind: str, at: float, until: float, many: int, zone: str, locale: str
) -> None:
    """A clock that is wrong, a zone that does not exist, and more alerts than anybody has."""
    view = KINDS[kind]
    handling = view.handling
    if handling.snooze is not None:
        handling = replace(handling, snooze=replace(handling.snooze, until=until))
    handling = replace(handling, owned_at=at if handling.owner else None, acknowledged_at=at)
    changed = replace(
        view, handling=handling, told_at=at, ended_at=until, timezone=zone, alerts_muted=many, alerts_firing=many,
        refires=many, flapping=many, muted_by=tuple(replace(each, until=until) for each in view.muted_by),
    )  # fmt: skip
    message = render(changed, locale)
    assert problems(message.text, message.blocks) == []
    assert "E-7KQ2M" in message.text


@given(text=HUGE, url=URLS, locale=st.sampled_from(["en", "ja"]))
@settings(max_examples=150, deadline=None)
def test_a_storm_links_nothing_but_messages_in_slack(text: str, url: str, locale: str) -> None:
    """The facts of a storm hold names that others chose; only an https address in Slack becomes a link there."""
    view = said_by_everybody(KINDS["storm"], text, url)
    assert view.notice is not None
    broken = replace(view, notice={name: text if name != "what" else each for name, each in view.notice.items()})
    for each in (view, broken):
        message = render(each, locale)
        assert problems(message.text, message.blocks) == []
        links = re.findall(r"<(https?://[^|>]*)", str(message.blocks))
        assert all(urlsplit(link).hostname.endswith("slack.com") for link in links)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://guides.example.com/a?b=c&d=e#f", "https://guides.example.com/a?b=c&d=e#f"),
        ("  http://localhost:9090/graph ", "http://localhost:9090/graph"),
        ('https://example.com/a b|c>d<e"f', "https://example.com/a%20b%7Cc%3Ed%3Ce%22f"),
        ("https://example.com/手順", "https://example.com/%E6%89%8B%E9%A0%86"),
        ("https://例え.jp/x", "https://xn--r8jz45g.jp/x"),
        ("https://[::1]:3000/", "https://[::1]:3000/"),
        ("https://example.com/100%25", "https://example.com/100%25"),
        ("HTTPS://example.com", "https://example.com"),
        ("https://example.com/" + "x" * 2_000, ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://example.com/x", ""),
        ("//example.com/x", ""),
        ("https://", ""),
        ("https://user:secret@example.com/", ""),
        ("https://good.example\\@evil.example/", ""),
        ("https://[::1/", ""),
        ("https://exa mple.com/", ""),
        ("https://hooks.slack.com/services/T0/B0/abc", ""),
        ("<https://evil.example|x>", ""),
        ("", ""),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, expected: str) -> None:
    assert escape.safe_url(url) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("a<b", 200, "a&lt;b"),
        ("a & b", 9, "a &amp; b"),
        ("a & b", 8, "a &amp;…"),
        ("a & b", 7, "a…"),
        ("&&&&", 11, "&amp;&amp;…"),
        ("😀😀😀", 6, "😀😀😀"),
        ("😀😀😀", 5, "😀😀…"),
        ("  two\n\tlines ", 200, "two lines"),
        ("\u202eevil\u202c\u200b\x07", 200, "evil"),
        ("", 200, ""),
    ],
)
def test_escaping_cuts_after_escaping_and_never_through_an_entity(text: str, limit: int, expected: str) -> None:
    cut = escape.escape(text, limit)
    assert cut == expected
    assert units(cut) <= limit


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ("<!subteam^S0SRE>", "<!subteam^S0SRE>"),
        ("<@U0A> <!here>", "<@U0A> <!here>"),
        ("<!subteam^S0SRE|@sre>", "<!subteam^S0SRE|@sre>"),
        ("@sre-oncall", "@sre-oncall"),
        ("<https://evil.example|x>", "&lt;https://evil.example|x&gt;"),
        ("<@U0A", "&lt;@U0A"),
    ],
)
def test_only_real_mentions_of_the_configuration_are_live(configured: str, expected: str) -> None:
    assert escape.mention(configured) == expected


def test_tokens_in_foreign_text_are_blotted_out() -> None:
    view = page(summary="token xoxb-1234-abcd and https://hooks.slack.com/services/T/B/x leaked")
    assert "token [secret] and https://[secret] leaked" in str(render(view, "en").blocks)


def test_template_braces_in_foreign_text_stay_text() -> None:
    assert escape.fill("{a} {b}", a="{b}", b="{0.__class__}") == "{b} {0.__class__}"
    assert escape.fill_plain("{a}", a="<{what}>") == "<{what}>"


def test_space_beside_a_name_vanishes_only_between_japanese() -> None:
    assert escape.fill("{who} は", who="決済") == "決済は"
    assert escape.fill("{who} は", who="checkout") == "checkout は"


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("text", ["&" * 5_000, "words " * 1_000, "漢字" * 3_000], ids=["entities", "words", "kanji"])
@pytest.mark.parametrize("length", [50, 110, 380, 1_980, 2_100])
@pytest.mark.parametrize("acted", [False, True], ids=["addresses", "acted"])
def test_fullest_page_stays_within_the_budget(length: int, text: str, locale: str, acted: bool) -> None:
    """Everything that can be said at once, as long as it can be, with addresses that grow when escaped."""
    judged = assessment(upgraded=True, frozen=True, budget_remaining=-1.0, exhausted_in_s=0.0)
    full = page(other_slos=OTHERS, refires=99, escalated=True, would=Outcome.HOLD, slo=slo(assessment=judged))
    if acted:
        kept_quiet = KINDS["muted-many"].muted_by
        handling = replace(KINDS["acked-wolf"].handling, snooze=KINDS["snoozed"].handling.snooze, missed_by=SUZUKI)
        full = replace(live(full), handling=handling, muted_by=kept_quiet, alerts_muted=3, flapping=99)
    address = "https://e.example/" + "&" * length
    message = render(said_by_everybody(full, text, address), locale)
    assert problems(message.text, message.blocks) == []


def test_a_link_of_the_guide_cannot_be_broken_out_of() -> None:
    view = replace(page(), guide=Guide("https://g.example/?a=1&b=<>|", "x|<!channel>"))
    assert "<https://g.example/?a=1&amp;b=%3C%3E%7C|x/&lt;!channel&gt;>" in str(render(view, "en").blocks)


@pytest.mark.parametrize("name", ["", "\ud800", "a b", "9f1c|x", "xoxb-123456-abcdef", "x" * 201])
def test_a_silence_whose_id_is_none_of_ours_has_no_buttons(name: str) -> None:
    view = KINDS["notice-silence-ending"]
    message = render(replace(view, notice={**(view.notice or {}), "id": name}), "en")
    assert all(block["type"] != "actions" for block in message.blocks)
