"""The modals that people have open, and everybody's home of the app."""

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from router.testing.controls import Values, numbered, state_of
from router.testing.people import TEAM


@dataclass(slots=True)
class View:
    """A modal or home as it stands now. `content` is what the app sent; `values` what the person chose or typed.

    `errors` holds what the app answered to the last submission, by block_id; `edits` the contents it had before.
    """

    id: str
    person: str
    app: str
    content: dict[str, Any]
    hash: str = ""
    root: str = ""
    previous: str = ""
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    edits: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False
    trouble: str = ""
    """Why the person was told that something went wrong; "" when nothing did."""

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return list(self.content["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self.content.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.content.get("private_metadata", ""))

    @property
    def title(self) -> str:
        return str(self.content.get("title", {}).get("text", ""))

    def show(self, content: Mapping[str, Any]) -> None:
        """Show another content; what was typed stays where block_id and action_id are the same."""
        if self.content:
            self.edits.append(self.content)
        self.content = {**copy.deepcopy(dict(content)), "blocks": numbered(content["blocks"])}
        self.errors = {}
        self.hash = hashlib.blake2s(f"{self.id} {len(self.edits)}".encode(), digest_size=6).hexdigest()

    def wire(self) -> dict[str, Any]:
        """Return it as Slack shows it to the app."""
        defaults: dict[str, Any] = {"title": None, "submit": None, "close": None, "callback_id": ""}
        defaults |= {"private_metadata": "", "external_id": "", "clear_on_close": False, "notify_on_close": False}
        facts = {
            "id": self.id,
            "team_id": TEAM,
            "app_id": self.app,
            "app_installed_team_id": TEAM,
            "bot_id": "B" + self.app[1:],
            "hash": self.hash,
            "root_view_id": self.root or self.id,
            "previous_view_id": self.previous or None,
            "state": state_of(self.blocks, self.values),
        }
        return copy.deepcopy(defaults | self.content | facts)


@dataclass(slots=True)
class Views:
    """Who has which modals open, the top one last, and everybody's home. `born` keeps ids of two stand-ins apart."""

    born: int = 0
    all: list[View] = field(default_factory=list)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def add(self, content: Mapping[str, Any], person: str, app: str) -> View:
        """Make a view, shown nowhere yet."""
        view = View(f"V{self.born}{len(self.all) + 1:04d}", person, app, {})
        view.show(content)
        self.all.append(view)
        return view

    def put(self, view: View) -> None:
        """Show a modal on top of what its person has open."""
        stack = self.stacks.setdefault(view.person, [])
        if stack:
            view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)

    def close(self, view: View) -> None:
        """Close one modal; the one below shows again."""
        view.closed = True
        stack = self.stacks.get(view.person, [])
        if view in stack:
            stack.remove(view)

    def clear(self, person: str) -> None:
        """Close every modal of a person."""
        for view in self.stacks.pop(person, []):
            view.closed = True

    def find(self, id_: str, external: str) -> View | None:
        """Return the open view of that id or external_id."""
        open_ = [*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)]
        return next((view for view in open_ if _is(view, id_, external)), None)


def _is(view: View, id_: str, external: str) -> bool:
    return view.id == id_ if id_ else bool(external) and view.content.get("external_id") == external
