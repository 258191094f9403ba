"""The bot token: its shape, whether Slack knows it, what it may do, and whether our clock agrees with Slack's."""

import re

from router.slack.doctor.asking import FAILING, LIMITED, NOT_SLACK, TLS, UNREACHABLE, Asking, Said
from router.slack.doctor.diagnosis import Code, Diagnosis, Mark, Sound, bad, care, good
from router.slack.doctor.setup import Setup
from router.slack.signature import OLDEST_S

SKEW_S = 60.0
"""Clocks that differ by more are told: at 300 s every click is refused."""
ESSENTIAL = "chat:write"
WANTED = (
    ESSENTIAL,
    "commands",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
    "channels:join",
    "users:read",
    "usergroups:read",
    "files:write",
    "files:read",
)
"""Scopes that are used now, the needed one first."""
_SHAPES = (
    (r"xoxb-[\w-]+", None),
    (r"xapp-.*", Code.TOKEN_OF_APP),
    (r"xox[ps]-.*", Code.TOKEN_OF_USER),
    (r"xoxe[.-].*", Code.TOKEN_ROTATES),
)
_KNOWN = {
    each.value: each for each in (Code.INVALID_AUTH, Code.TOKEN_REVOKED, Code.TOKEN_EXPIRED, Code.ACCOUNT_INACTIVE)
}


def check_token(setup: Setup) -> Diagnosis:
    """Look at the token as it was given, without asking Slack."""
    token = setup.bot_token
    if not token:
        only = bool(setup.webhooks) and not setup.channels
        return care(Code.WEBHOOK_ONLY) if only else bad(Code.TOKEN_MISSING)
    for shape, wrong in _SHAPES:
        if re.fullmatch(shape, token, re.ASCII | re.DOTALL):
            return good(Sound.TOKEN) if wrong is None else bad(wrong)
    return bad(Code.TOKEN_SHAPE)


async def check_auth(setup: Setup, asking: Asking) -> tuple[list[Diagnosis], Said]:
    """Ask Slack who the token is; returns what was found, and Slack's answer for what depends on it."""
    said = await asking.ask("auth.test", setup.bot_token)
    if not said.ok:
        found = no_answer(said, asking, setup)
        if not found and said.code != LIMITED:
            found = [_refused(said.code)]
        return [*found, *check_clock(said, asking.now())], said
    who = {name: str(said.data.get(name, "?")) for name in ("user", "team", "team_id")}
    found = [good(Sound.AUTH, **who), *check_clock(said, asking.now()), *_scopes(setup, said)]
    return found, said


def _refused(code: str) -> Diagnosis:
    known = _KNOWN.get(code)
    return bad(known) if known is not None else bad(Code.AUTH_REFUSED, code=code)


def no_answer(said: Said, asking: Asking, setup: Setup) -> list[Diagnosis]:
    """Return why Slack could not be asked, [] where it answered (that it limits calls is told apart)."""
    host = re.sub(r"^https?://(?:[^/@]*@)?([^/?#]*).*$", r"\1", asking.base_url)
    facts = {"host": host, "why": said.why}
    if said.code == UNREACHABLE:
        proxies = ", ".join(setup.proxies)
        return [bad(Code.UNREACHABLE, **facts), *([care(Code.PROXY_UNUSED, names=proxies)] if proxies else [])]
    codes = {TLS: Code.TLS, NOT_SLACK: Code.NOT_SLACK, FAILING: Code.SLACK_FAILING}
    return [bad(codes[said.code], **facts)] if said.code in codes else []


def check_clock(said: Said, now: float) -> list[Diagnosis]:
    """Compare our clock with Slack's; what Slack signs is believed for five minutes only."""
    if said.date is None:
        return []
    skew = now - said.date
    if abs(skew) <= SKEW_S:
        return [good(Sound.CLOCK)]
    mark = Mark.BAD if abs(skew) >= OLDEST_S else Mark.CARE
    return [Diagnosis(Code.CLOCK_SKEW, mark, {"seconds": f"{skew:+.0f}"})]


def _scopes(setup: Setup, said: Said) -> list[Diagnosis]:
    if said.scopes is None:
        return [care(Code.SCOPES_UNKNOWN)]
    groups = any("subteam" in mention for mention in setup.mentions)
    needed = [scope for scope in WANTED if groups or scope != "usergroups:read"]
    missing = [scope for scope in needed if scope not in said.scopes]
    if not missing:
        return [good(Sound.SCOPES)]
    return [bad(Code.SCOPE_MISSING, scope=s) if s == ESSENTIAL else care(Code.SCOPE_MISSING, scope=s) for s in missing]
