"""SLO files -> objectives: OpenSLO v1, Sloth prometheus/v1 and its openslo/v1alpha, Pyrra, told apart by themselves.

Loading is lenient: a deviation from the format is a warning and only what cannot be evaluated is severe; strict mode
makes every deviation severe. An SLO whose indicator cannot be read is kept, with `problem` set, so that the alerts
mapped to it are forwarded.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from router.errors import Finding
from router.slo.formats import openslo, openslo_alpha, pyrra, sloth
from router.slo.formats.document import Item, read
from router.slo.formats.goals import Setting, latest
from router.slo.formats.notes import Notes
from router.slo.objective import Objective

__all__ = ["Loaded", "load", "load_all"]

_FORMATS = "openslo/v1, prometheus/v1 (Sloth), openslo/v1alpha (Sloth) and pyrra.dev/v1alpha1"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What files hold: the objectives in the order of the files, and everything wrong in them."""

    objectives: tuple[Objective, ...]
    findings: tuple[Finding, ...]


def load(text: str, file: str, default_source: str, *, strict: bool = False) -> Loaded:
    """Return what one file's text holds; `file` names it in findings, `default_source` measures its SLOs."""
    return load_all([(file, text)], default_source, strict=strict)


def load_all(
    files: Sequence[tuple[str, str]],
    default_source: str,
    *,
    sources: Collection[str] = (),
    strict: bool = False,
) -> Loaded:
    """Return what files (name, text) hold together; references and duplicate names reach across all of them.

    `sources` are the names of the configured sources: an OpenSLO metricSourceRef that is one of them selects it.
    """
    notes = Notes(strict=strict)
    setting = Setting(default_source, sources)
    objects = [each for file, text in files for each in _objects(file, text, notes)]
    found = openslo.read_slos((item for item in objects if _version(item) == openslo.VERSION), setting, notes)
    for item in objects:
        found.extend(_others(item, setting, notes))
    order = {file: position for position, (file, _) in enumerate(files)}
    found.sort(key=lambda each: (order.get(each.place.file, 0), each.place.line, each.place.column))
    return Loaded(latest(found, notes), notes.findings())


def _objects(file: str, text: str, notes: Notes) -> list[Item]:
    documents = [item for item in read(text, file, notes) if item.value is not None]
    return [each for item in documents for each in _flat(item)]


def _flat(item: Item) -> Iterable[Item]:
    """Yield the objects of a document: itself, the members of a list, the items of a Kubernetes list."""
    if isinstance(item.value, tuple):
        return [each for member in item.value for each in _flat(member)]
    members = item.get("items")
    if members is not None and isinstance(members.value, tuple) and item.text("kind").endswith("List"):
        return _flat(members)
    return [item]


def _version(item: Item) -> str:
    return item.text("apiVersion") or item.text("version")


def _others(item: Item, setting: Setting, notes: Notes) -> list[Objective]:
    """Return the objectives of an object that is not OpenSLO v1; what is no SLO file is said plainly."""
    match _version(item):
        case openslo.VERSION:
            return []
        case sloth.VERSION:
            return sloth.read_service(item, setting, notes)
        case openslo_alpha.VERSION:
            return openslo_alpha.read_slo(item, setting, notes)
        case pyrra.VERSION:
            return pyrra.read_slo(item, setting, notes)
        case version:
            _refuse(item, version, notes)
            return []


def _refuse(item: Item, version: str, notes: Notes) -> None:
    if not item.is_mapping:
        notes.refuse(item.place, "this is no SLO object", f"the formats are {_FORMATS}")
    elif not version:
        notes.refuse(item.place, "neither apiVersion nor version says what this is", f"the formats are {_FORMATS}")
    elif "v2alpha" in version:
        mend = "write apiVersion: openslo/v1 (indicator instead of sli, metricSource with type and spec)"
        notes.refuse(item.place, f"{version} is a draft that is not supported", mend)
    elif "slo" in version.lower() or version.startswith("prometheus/"):
        notes.refuse(item.place, f"the version {version!r} is not supported", f"the formats are {_FORMATS}")
    else:
        kind = item.text("kind") or "object"
        notes.deviation(item.place, f"{kind} of {version!r} is no SLO, ignored", "keep SLO files apart from others")
