"""Who is in the workspace: people, groups, and what only one person sees."""

import copy
from dataclasses import dataclass, field
from typing import Any

TEAM = "T0STANDIN"
TEAM_DOMAIN = "stand-in"


@dataclass(frozen=True, slots=True)
class Person:
    """A person fixture. `team` is the workspace they belong to: another one for guests of a shared channel."""

    id: str
    name: str = ""
    team: str = TEAM
    locale: str = "en-US"
    email: str = ""
    timezone: str = "Asia/Tokyo"

    @property
    def dm(self) -> str:
        """The id of their direct conversation with the app."""
        return "D" + self.id[1:]

    def wire(self) -> dict[str, Any]:
        """Return them as users.info shows them."""
        profile = {"real_name": self.name, "display_name": self.name, "email": self.email}
        return {
            "id": self.id,
            "team_id": self.team,
            "name": username(self),
            "real_name": self.name,
            "deleted": False,
            "is_bot": False,
            "tz": self.timezone,
            "locale": self.locale,
            "profile": {key: value for key, value in profile.items() if value},
        }


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group fixture: `<!subteam^S0SRE>`."""

    id: str
    handle: str
    users: tuple[str, ...] = ()
    disabled: bool = False

    def wire(self) -> dict[str, Any]:
        """Return it as usergroups.list shows it."""
        return {
            "id": self.id,
            "team_id": TEAM,
            "is_usergroup": True,
            "name": self.handle,
            "handle": self.handle,
            "date_delete": int(self.disabled),
            "users": list(self.users),
            "user_count": len(self.users),
        }


@dataclass(slots=True)
class Ephemeral:
    """What only one person sees, until it is replaced or deleted; `edits` holds the texts it had before."""

    channel: str
    person: str
    ts: str
    text: str
    app: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    edits: list[str] = field(default_factory=list)
    deleted: bool = False

    def change(self, text: str, blocks: list[dict[str, Any]]) -> None:
        """Replace what it says."""
        self.edits.append(self.text)
        self.text, self.blocks = text, copy.deepcopy(blocks)


def username(person: Person) -> str:
    """Return the name without spaces that Slack calls `name` or `username`."""
    return "".join(person.name.lower().split()) or person.id.lower()
