"""Whom pages and escalation steps mention: does the group or person exist, and does it reach anybody."""

import re
from collections.abc import Mapping
from typing import Any

from router.slack.doctor.asking import Asking, Said
from router.slack.doctor.diagnosis import Code, Diagnosis, Sound, bad, care, good
from router.slack.doctor.setup import Setup

_MENTION = re.compile(
    r"<(?:!subteam\^(?P<group>S[A-Z0-9]+)|@(?P<person>[UW][A-Z0-9]+)|!(?:here|channel|everyone))(?:\|[^<>]*)?>"
)


async def check_mentions(setup: Setup, asking: Asking) -> list[Diagnosis]:
    """Look at every mention; without one, a page rings nobody's phone by itself."""
    found = [care(Code.MENTION_MISSING, receiver=receiver) for receiver in setup.unmentioned]
    groups: Said | None = None
    for mention, uses in setup.mentions.items():
        facts = {"mention": mention, "uses": ", ".join(uses)}
        parts = list(_MENTION.finditer(mention))
        if not parts:
            found.append(bad(Code.MENTION_SHAPE, **facts))
        for part in parts:
            if part["group"] and groups is None:
                groups = await asking.ask(
                    "usergroups.list", setup.bot_token, include_disabled="true", include_count="true"
                )
            found.append(await _look(setup, asking, part, groups, facts))
    return found


async def _look(
    setup: Setup, asking: Asking, part: "re.Match[str]", groups: Said | None, facts: Mapping[str, str]
) -> Diagnosis:
    if part["group"] and groups is not None:
        return _group(part["group"], groups, facts)
    if part["person"]:
        return _person(await asking.ask("users.info", setup.bot_token, user=part["person"]), facts)
    return good(Sound.MENTION, **facts, name=part[0].strip("<!>"))


def _group(group: str, said: Said, facts: Mapping[str, str]) -> Diagnosis:
    if said.code == "plan_upgrade_required":
        return bad(Code.GROUPS_NEED_PLAN, **facts)
    if not said.ok:
        return care(Code.MENTION_UNCHECKED, **facts, code=said.code)
    listed = said.data.get("usergroups")
    known: list[Any] = listed if isinstance(listed, list) else []
    found = next((each for each in known if isinstance(each, Mapping) and each.get("id") == group), None)
    if found is None:
        return bad(Code.GROUP_NOT_FOUND, **facts)
    named = {**facts, "name": "@" + str(found.get("handle") or group)}
    if found.get("date_delete"):
        return bad(Code.GROUP_DISABLED, **named)
    if str(found.get("user_count", len(found.get("users") or ["?"]))) == "0":
        return bad(Code.GROUP_EMPTY, **named)
    return good(Sound.MENTION, **named)


def _person(said: Said, facts: Mapping[str, str]) -> Diagnosis:
    if said.code in ("user_not_found", "user_not_visible"):
        return bad(Code.PERSON_NOT_FOUND, **facts)
    if not said.ok:
        return care(Code.MENTION_UNCHECKED, **facts, code=said.code)
    shown = said.data.get("user")
    user: Mapping[str, Any] = shown if isinstance(shown, Mapping) else {}
    named = {**facts, "name": str(user.get("real_name") or user.get("name") or user.get("id"))}
    return bad(Code.PERSON_GONE, **named) if user.get("deleted") else good(Sound.MENTION, **named)
