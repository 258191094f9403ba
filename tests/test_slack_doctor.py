"""`slack doctor`: every trouble has its code, its sentence and its mend; what is well says so; no secret is shown."""

import json
import string

import pytest

from router.slack.doctor import Code, Diagnosis, Mark, Sound, said
from router.slack.doctor.token import WANTED
from router.slack.doctor.words_en import EN_MENDS, EN_PROBLEMS, EN_SCOPES, EN_SOUND
from router.slack.doctor.words_ja import JA_MENDS, JA_PROBLEMS, JA_SCOPES, JA_SOUND
from router.slack.manifest import SCOPES
from router.testing import faults
from router.testing.people import UserGroup
from tests.support.doctor import GROUP, HOOK, bench, scopes


async def test_a_sound_setup_is_said_to_be_sound_and_changes_nothing():
    async with bench(tokens=scopes()) as b:
        b.slack.workspace.groups.append(UserGroup("S0SRE", "sre-oncall", ("U0ADA",)))
        found = await b.examine(mentions={GROUP: ("sre: mention",)}, webhooks={"ops": HOOK})
        sound = {Sound.TOKEN, Sound.AUTH, Sound.CLOCK, Sound.SCOPES, Sound.CHANNEL, Sound.MENTION, Sound.WEBHOOK}
        assert {each.code for each in found} == sound | {Sound.SECRET}
        assert b.slack.messages == []
        b.slack.assert_clean()


# --- the token


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", Code.TOKEN_MISSING),
        ("xoxp-1-2", Code.TOKEN_OF_USER),
        ("xoxs-1-2", Code.TOKEN_OF_USER),
        ("xapp-1-A0-2", Code.TOKEN_OF_APP),
        ("xoxe.xoxb-1-2", Code.TOKEN_ROTATES),
        ("xoxe-1-2", Code.TOKEN_ROTATES),
        ('"xoxb-1-2"', Code.TOKEN_SHAPE),
        ("xoxb-1 2", Code.TOKEN_SHAPE),
        ("xoxb-1\n2", Code.TOKEN_SHAPE),
        ("Bearer xoxb-1", Code.TOKEN_SHAPE),
        ("xoxb-…", Code.TOKEN_SHAPE),
    ],
)
async def test_a_token_of_another_shape_is_never_sent(token: str, code: Code):
    async with bench() as b:
        assert await b.codes(bot_token=token) == [code]
        assert b.slack.calls == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_auth", Code.INVALID_AUTH),
        ("token_revoked", Code.TOKEN_REVOKED),
        ("token_expired", Code.TOKEN_EXPIRED),
        ("account_inactive", Code.ACCOUNT_INACTIVE),
        ("org_login_required", Code.AUTH_REFUSED),
    ],
)
async def test_a_token_that_slack_refuses_says_why_and_nothing_more_is_asked(error: str, code: Code):
    async with bench() as b:
        b.slack.script("auth.test", faults.error(error))
        assert await b.codes() == [code]
        assert [call.method for call in b.slack.calls] == ["auth.test"]


@pytest.mark.parametrize(
    ("url", "proxies", "codes"),
    [
        ("http://127.0.0.1:1/api/", (), [Code.UNREACHABLE]),
        ("http://127.0.0.1:1/api/", ("HTTPS_PROXY",), [Code.UNREACHABLE, Code.PROXY_UNUSED]),
        ("http://slack.invalid/api/", (), [Code.UNREACHABLE]),
        ("http://[/", (), [Code.NOT_SLACK]),
    ],
    ids=["refused", "refused, with a proxy", "no such name", "no URL"],
)
async def test_a_slack_that_cannot_be_reached(url: str, proxies: tuple[str, ...], codes: list[Code]):
    async with bench() as b:
        b.url = url
        assert await b.codes(proxies=proxies) == codes


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.body("<html>sign in</html>", content_type="text/html"), Code.NOT_SLACK),
        (faults.body("[1]"), Code.NOT_SLACK),
        (faults.body("ok", content_type="text/plain"), Code.NOT_SLACK),
        (faults.redirect(), Code.NOT_SLACK),
        (faults.http_error(404), Code.NOT_SLACK),
        (faults.http_error(503), Code.SLACK_FAILING),
        (faults.cut(), Code.UNREACHABLE),
    ],
    ids=["a page", "a list", "a word", "a redirect", "404", "503", "cut"],
)
async def test_what_does_not_answer_as_slack_does(fault: faults.Fault, code: Code):
    async with bench() as b:
        b.slack.script("auth.test", fault)
        assert await b.codes() == [code]


async def test_a_wrong_base_url_is_no_slack():
    async with bench() as b:
        b.url = b.slack.url.removesuffix("api/")
        assert await b.codes() == [Code.NOT_SLACK]


async def test_a_connection_that_is_not_trusted():
    """Plain HTTP where TLS is expected."""
    async with bench() as b:
        b.url = b.slack.url.replace("http://", "https://")
        assert await b.codes() == [Code.TLS]


@pytest.mark.parametrize(
    ("offset", "mark"), [(0, Mark.GOOD), (-50, Mark.GOOD), (90, Mark.CARE), (-301, Mark.BAD), (3_600, Mark.BAD)]
)
async def test_a_clock_that_differs_is_told_before_clicks_are_refused(offset: float, mark: Mark):
    async with bench() as b:
        b.offset_s = offset
        [clock] = [each for each in await b.examine() if each.code in (Sound.CLOCK, Code.CLOCK_SKEW)]
        assert clock.mark is mark


@pytest.mark.parametrize("scope", WANTED)
async def test_each_missing_scope_says_what_breaks_without_it(scope: str):
    async with bench(tokens=scopes(scope)) as b:
        b.slack.workspace.groups.append(UserGroup("S0SRE", "sre-oncall", ("U0ADA",)))
        found = await b.examine(mentions={GROUP: ("sre: mention",)})
        [missing] = [each for each in found if each.code is Code.SCOPE_MISSING]
        assert missing.mark is (Mark.BAD if scope == "chat:write" else Mark.CARE)
        for locale, losses in (("en", EN_SCOPES), ("ja", JA_SCOPES)):
            assert losses[scope] in said(missing, locale)[0]


async def test_the_scope_for_groups_is_not_missed_where_no_group_is_mentioned():
    async with bench(tokens=scopes("usergroups:read")) as b:
        assert await b.codes() == []


async def test_scopes_that_slack_does_not_tell_are_not_called_missing():
    async with bench() as b:
        body = json.dumps({"ok": True, "user": "slo-router", "team": "T", "team_id": "T0"})
        b.slack.script("auth.test", faults.body(body))
        assert await b.codes() == [Code.SCOPES_UNKNOWN]


# --- words


def test_every_code_has_its_sentence_and_its_mend_in_both_languages():
    for problems, mends, sound in ((EN_PROBLEMS, EN_MENDS, EN_SOUND), (JA_PROBLEMS, JA_MENDS, JA_SOUND)):
        assert list(problems) == list(mends) == list(Code)
        assert list(sound) == list(Sound)


def test_both_languages_need_the_same_facts():
    for english, japanese in ((EN_PROBLEMS, JA_PROBLEMS), (EN_MENDS, JA_MENDS), (EN_SOUND, JA_SOUND)):
        for code in english:
            assert _names(english[code]) == _names(japanese[code]), code


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_scopes_that_are_missed_are_scopes_of_the_manifest():
    assert set(WANTED) <= set(SCOPES)
    assert set(EN_SCOPES) == set(JA_SCOPES) == set(WANTED)


def test_what_slack_says_cannot_write_to_the_terminal():
    nasty = Diagnosis(Sound.AUTH, Mark.GOOD, {"user": "\x1b[31mred\u202e", "team": "xoxb-123-456", "team_id": "T"})
    told = said(nasty, "en")[0]
    assert told.isprintable()
    assert "xoxb" not in told
