"""Files as the workspace keeps them: announced, uploaded, completed, and ready some polls later.

A file is scanned before it can be shown; until then files.info tells no mimetype, and a block that names it is
refused as "invalid slack file".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from router.testing.blocks import objects_of
from router.testing.people import TEAM
from router.testing.rules import Judge, Problem


@dataclass(slots=True)
class File:
    """One file. `polls` counts the calls of files.info since it was completed; `data` is None before the upload."""

    id: str
    name: str
    length: int
    alt_text: str = ""
    title: str = ""
    data: bytes | None = field(default=None, repr=False)
    completed: bool = False
    polls: int = 0
    channels: tuple[str, ...] = ()

    def ready(self, polls: int) -> bool:
        """Whether blocks can show it after this many polls at the least."""
        return self.completed and self.polls >= polls

    def wire(self, polls: int) -> dict[str, Any]:
        """Return it as files.info shows it."""
        facts = {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "size": self.length,
            "alt_txt": self.alt_text,
            "user_team": TEAM,
            "channels": list(self.channels),
            "mimetype": "",
            "filetype": "",
        }
        kind = self.name.rpartition(".")[2].lower()
        return facts | {"mimetype": f"image/{kind}", "filetype": kind} if self.ready(polls) else facts


@dataclass(slots=True)
class Files:
    """Every file by id, and the upload addresses still open. `polls_until_ready` may be changed by a test."""

    polls_until_ready: int = 1
    by_id: dict[str, File] = field(default_factory=dict)
    open_addresses: dict[str, str] = field(default_factory=dict)

    def ready(self, id_: str) -> bool:
        """Whether blocks can show the file."""
        return id_ in self.by_id and self.by_id[id_].ready(self.polls_until_ready)


def check_files(blocks: Any, files: Files, judge: Judge, root: str = "/blocks") -> list[Problem]:
    """Return a problem for every file that blocks show and that is not ready."""
    if "file_not_ready" in judge.without:
        return []
    named = [(place, each["slack_file"]) for place, each in objects_of(blocks, root) if "slack_file" in each]
    return [
        Problem("file_not_ready", "invalid slack file", f"{place}/slack_file/id")
        for place, file in named
        if isinstance(file, Mapping) and not files.ready(str(file.get("id", "")))
    ]
