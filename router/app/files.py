"""Notices that the files of a configuration have changed: they are looked at, not listened to.

A look survives what notifications do not: editors and Kubernetes put another file, or another symbolic link, in the
place of the old one, and network drives notify nobody. One look costs a stat of each file and folder.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

DEPTH = 3
FOLDERS_MOST = 200
"""Folders beside and below the configuration that are looked at for new files; `slos: [slos/*.yaml]` finds them."""

State = tuple[tuple[str, int, int, int], ...]
"""(path, inode, time of change, size) of everything that could be looked at."""


class Watch:
    """Compares what is on disk with what was taken, at first as it is now; half-written files get time to settle."""

    def __init__(self, files: Callable[[], Iterable[str]]) -> None:
        self._files = files
        self._taken = self._last = state_of(places(files()))

    def look(self) -> bool:
        """Return whether the files have changed since this was last true, and stopped changing since the last look."""
        now = state_of(places(self._files()))
        settled, self._last = now == self._last, now
        if now == self._taken or not settled:
            return False
        self._taken = now
        return True


def places(files: Iterable[str]) -> list[str]:
    """Return the files, the folders they are named in, and those below the first one, where globs find new files."""
    named = [os.path.abspath(name) for name in files]  # noqa: PTH100 - resolve() would follow the links that are swapped
    folders = {str(Path(name).parent) for name in named}
    return sorted({*named, *folders, *(_below(str(Path(named[0]).parent)) if named else ())})


def _below(root: str) -> list[str]:
    found: list[str] = []
    for folder, names, _ in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        names[:] = [name for name in sorted(names) if not name.startswith((".", "__"))] if depth < DEPTH else []
        found.append(folder)
        if len(found) >= FOLDERS_MOST:
            break
    return found


def state_of(paths: Iterable[str]) -> State:
    """Return how these paths look now, links followed; what is not there is left out."""
    found = []
    for path in paths:
        try:
            seen = os.stat(path)  # noqa: PTH116 - hot: hundreds of these a second
        except OSError:
            continue
        found.append((path, seen.st_ino, seen.st_mtime_ns, 0 if Path(path).is_dir() else seen.st_size))
    return tuple(found)
