"""Our own files that pages need: they come with the package, and nothing is asked of another host."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from router.web.pages.sending import CSS, SVG


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    content_type: str


STYLE = "pages.css"
ICON = "icon.svg"
_TYPES = {STYLE: CSS, ICON: SVG}


def _read() -> Mapping[str, Asset]:
    folder = files("router.web.pages") / "assets"
    return {name: Asset((folder / name).read_bytes(), content_type) for name, content_type in _TYPES.items()}


ASSETS = _read()
"""By name: a few KiB, read once."""
