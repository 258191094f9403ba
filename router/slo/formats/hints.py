"""The router's own annotations (`alert-router/...`) and the runbooks of other tools' alerts, as hints for people."""

from collections.abc import Mapping
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.notes import Notes
from router.slo.objective import Hints, SloClass

PREFIX: Final = "alert-router/"
_KNOWN: Final = ("cuj", "impact", "first-action", "guide", "class", "depends-on", "channel")
_NAMES: Final = ("runbook_url", "runbook-url", "runbookUrl", "runbook", "playbook")
_RUNBOOKS: Final = (*_NAMES, *(f"pyrra.dev/{name}" for name in _NAMES))


def hints_of(annotations: tuple[Item | None, ...], notes: Notes) -> tuple[Hints, SloClass]:
    """Return what the annotations say; the first item that has a key wins, `alert-router/guide` beats a runbook."""
    found = [item for item in annotations if item is not None and item.is_mapping]
    ours = _ours(found, notes)
    words = {key: _joined(item) for key, item in ours.items()}
    hints = Hints(
        cuj=words.get("cuj", ""),
        impact=words.get("impact", ""),
        first_action=words.get("first-action", ""),
        guide=_url(ours.get("guide"), notes) or _runbook(found, notes),
        depends_on=_members(ours.get("depends-on")),
        channel=words.get("channel", ""),
    )
    return hints, _class_of(ours.get("class"), notes)


def _ours(found: list[Item], notes: Notes) -> Mapping[str, Item]:
    ours: dict[str, Item] = {}
    for item in found:
        for key, value in item.value.items():
            if not key.startswith(PREFIX):
                continue
            name = key.removeprefix(PREFIX)
            if name not in _KNOWN:
                mend = f"known are {', '.join(PREFIX + each for each in _KNOWN)}"
                notes.deviation(item.keys.get(key, item.place), f"unknown annotation {key!r}, ignored", mend)
            ours.setdefault(name, value)
    return ours


def _joined(item: Item) -> str:
    return ", ".join(_members(item)) if isinstance(item.value, tuple) else item.raw.strip()


def _members(item: Item | None) -> tuple[str, ...]:
    if item is None:
        return ()
    parts = [member.raw for member in item.value] if isinstance(item.value, tuple) else item.raw.split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _class_of(item: Item | None, notes: Notes) -> SloClass:
    text = "" if item is None else item.raw.strip().lower()
    if item is None or not text:
        return SloClass.HIGH
    if text in list(SloClass):
        return SloClass(text)
    notes.deviation(item.place, f"unknown class {text!r}, taken as high", "write critical, high or low")
    return SloClass.HIGH


def _url(item: Item | None, notes: Notes) -> str:
    url = "" if item is None else item.raw.strip()
    if item is None or not url:
        return ""
    if url.lower().startswith(("https://", "http://")):
        return url
    notes.deviation(item.place, f"the guide {url[:80]!r} is no http(s) URL, ignored", "write the full URL")
    return ""


def _runbook(found: list[Item], notes: Notes) -> str:
    urls = (_url(item.get(key), notes) for key in _RUNBOOKS for item in found if item.get(key) is not None)
    return next((url for url in urls if url), "")
