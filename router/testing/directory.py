"""Who and what is there: people, groups, bots, the team and the list of channels, as the stand-in plays them."""

from typing import Any

from router.testing.conversations import wire
from router.testing.messages import read_content, root_of, writable
from router.testing.people import TEAM, TEAM_DOMAIN, Ephemeral, Person
from router.testing.requests import Request


def list_channels(request: Request) -> dict[str, Any]:
    """Return the channels of the kinds asked for (public ones by default), those the app can know of."""
    kinds = set((request.word("types") or "public_channel").split(","))
    shown = [
        wire(each)
        for each in request.workspace.channels.values()
        if ("private_channel" if each.private else "public_channel") in kinds
        and (each.member or not each.private)
        and not (each.archived and request.truth("exclude_archived"))
    ]
    return {"channels": shown, "response_metadata": {"next_cursor": ""}}


def permalink(request: Request) -> dict[str, Any]:
    """Return the address of a message for people."""
    channel = request.channel()
    message = request.workspace.find(channel.id, request.ts("message_ts"))
    if message is None or message.deleted:
        raise request.judge.demand("permalink_unknown", "message_not_found")
    address = f"https://{TEAM_DOMAIN}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    reply = message.thread_ts and message.thread_ts != message.ts
    return {
        "channel": channel.id,
        "permalink": address + (f"?thread_ts={message.thread_ts}&cid={channel.id}" if reply else ""),
    }


def post_ephemeral(request: Request) -> dict[str, Any]:
    """Show one person of a channel a message that nobody else sees."""
    channel = writable(request, request.word("channel"))
    content = read_content(request)
    root = root_of(request, channel)
    person = request.word("user")
    if person not in request.workspace.people or person in channel.outsiders:
        request.judge.refuse("person_outside", "user_not_in_channel")
    blocks, thread = content.blocks or [], root.ts if root else ""
    seen = Ephemeral(channel.id, person, request.workspace.next_ts(), content.text, request.token.app, blocks, thread)
    request.workspace.ephemerals.append(seen)
    return {"message_ts": seen.ts}


def user_info(request: Request) -> dict[str, Any]:
    """Return a person."""
    person = request.workspace.people.get(request.word("user"))
    if person is None:
        raise request.judge.demand("unknown_person", "user_not_found")
    return {"user": _shown(request, person)}


def user_by_email(request: Request) -> dict[str, Any]:
    """Return the person with this address."""
    email = request.word("email").lower()
    person = next((each for each in request.workspace.people.values() if each.email.lower() == email), None)
    if person is None:
        raise request.judge.demand("unknown_email", "users_not_found")
    return {"user": _shown(request, person)}


def _shown(request: Request, person: Person) -> dict[str, Any]:
    shown = person.wire()
    if not request.truth("include_locale"):
        del shown["locale"]
    if "users:read.email" not in request.token.scopes:
        shown["profile"].pop("email", None)
    return shown


def list_groups(request: Request) -> dict[str, Any]:
    """Return the user groups; a free plan has none."""
    groups = request.workspace.groups
    if groups is None:
        raise request.judge.demand("plan", "plan_upgrade_required")
    shown = [each.wire() for each in groups if request.truth("include_disabled") or not each.disabled]
    if not request.truth("include_users"):
        for each in shown:
            del each["users"]
    return {"usergroups": shown}


def bot_info(request: Request) -> dict[str, Any]:
    """Return a bot of the workspace."""
    bot = request.word("bot")
    apps = {"B" + each.app[1:]: each.app for each in request.workspace.tokens.values()}
    if bot not in apps:
        raise request.judge.demand("unknown_bot", "bot_not_found")
    app = apps[bot]
    return {"bot": {"id": bot, "deleted": False, "name": "slo-router", "app_id": app, "user_id": "U" + app[1:]}}


def team_info(_: Request) -> dict[str, Any]:
    """Return the workspace."""
    return {"team": {"id": TEAM, "name": "Stand-in", "domain": TEAM_DOMAIN, "url": f"https://{TEAM_DOMAIN}.slack.com/"}}
