"""The channels that the configuration names: are they there, is the app in them, who else reads them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from router.slack.doctor.asking import NOT_SLACK, Asking, Said
from router.slack.doctor.diagnosis import Code, Diagnosis, Sound, bad, care, good
from router.slack.doctor.setup import Setup

PAGES_MOST = 20
PAGE = "200"
UNKNOWN_ID = "C... (View channel details)"
_ID = re.compile(r"[CGD][A-Z0-9]{2,}")
_NAME = re.compile(r"#?[^\sA-Z#@<>&|]{1,80}")


async def check_channels(setup: Setup, asking: Asking, scopes: frozenset[str]) -> tuple[list[Diagnosis], list[str]]:
    """Look at every channel; returns what was found, and the ids of those that a test message can go to."""
    found: list[Diagnosis] = []
    open_for_posts: list[str] = []
    ids: dict[str, str] | None = None
    for channel, uses in setup.channels.items():
        facts = {"channel": channel, "uses": ", ".join(uses)}
        named = _NAME.fullmatch(channel) is not None
        if named and ids is None:
            ids = await _names(setup, asking)
        known = (ids or {}).get(channel.removeprefix("#"), "") if named else channel
        if not known or not _ID.fullmatch(known):
            found.append(_without_id(facts, named=named, listed=bool(ids)))
            continue
        if named:
            found.append(care(Code.CHANNEL_NAMED, **facts, id=known))
        seen = await _look(setup, asking, known, facts, scopes)
        found += seen
        if not any(each.code in _SHUT for each in seen):
            open_for_posts.append(known)
    return found, open_for_posts


_SHUT = frozenset({Code.CHANNEL_NOT_FOUND, Code.CHANNEL_ARCHIVED, Code.CHANNEL_READ_ONLY})


def _without_id(facts: Mapping[str, str], *, named: bool, listed: bool) -> Diagnosis:
    if not named:
        return bad(Code.CHANNEL_SHAPE, **facts)
    return bad(Code.CHANNEL_NOT_FOUND, **facts) if listed else care(Code.CHANNEL_NAMED, **facts, id=UNKNOWN_ID)


async def _names(setup: Setup, asking: Asking) -> dict[str, str]:
    """Return the ids of all channels that the app can see, by name; {} where Slack does not tell."""
    found: dict[str, str] = {}
    cursor = ""
    for _ in range(PAGES_MOST):
        args = {"types": "public_channel,private_channel", "limit": PAGE, **({"cursor": cursor} if cursor else {})}
        said = await asking.ask("conversations.list", setup.bot_token, **args)
        if not said.ok:
            return {}
        found.update({str(each.get("name")): str(each.get("id")) for each in _channels(said.data.get("channels"))})
        cursor = (said.data.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return found


def _channels(listed: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


async def _look(
    setup: Setup, asking: Asking, channel: str, facts: Mapping[str, str], scopes: frozenset[str]
) -> list[Diagnosis]:
    said = await asking.ask("conversations.info", setup.bot_token, channel=channel)
    if said.ok:
        shown = said.data.get("channel")
        about = shown if isinstance(shown, Mapping) else {}
        named = {**facts, "name": str(about.get("name") or channel)}
        return _judge(about, named, scopes) or [good(Sound.CHANNEL, **named)]
    return [_unseen(said, facts)]


def _unseen(said: Said, facts: Mapping[str, str]) -> Diagnosis:
    if said.code == "channel_not_found":
        return bad(Code.CHANNEL_NOT_FOUND, **facts)
    why = said.why if said.code == NOT_SLACK else said.code
    return care(Code.CHANNEL_UNCHECKED, **facts, code=why)


def _judge(about: Mapping[str, Any], facts: Mapping[str, str], scopes: frozenset[str]) -> list[Diagnosis]:
    if about.get("is_archived"):
        return [bad(Code.CHANNEL_ARCHIVED, **facts)]
    found: list[Diagnosis] = []
    if about.get("is_read_only"):
        found.append(bad(Code.CHANNEL_READ_ONLY, **facts))
    if about.get("is_ext_shared") or about.get("is_pending_ext_shared"):
        found.append(care(Code.CHANNEL_SHARED, **facts))
    # A direct conversation has no members to ask for.
    if about.get("is_member") is False and not about.get("is_im"):
        joins = not about.get("is_private") and "channels:join" in scopes
        found.append((care if joins else bad)(Code.CHANNEL_NOT_JOINED, **facts))
    return found
