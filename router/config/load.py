"""Reads the configuration: one call, one frozen value, or everything that is wrong with it at once."""

import glob
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import scrypt
from pathlib import Path

from router.classify import every_route
from router.config import environment as variables
from router.config.build import build_policy, build_rules, check_rest
from router.config.build_auth import build_slo_sources, build_sources
from router.config.build_mute import build_silences
from router.config.build_receiver import build_receivers
from router.config.build_report import build_history, build_pages_auth, build_report, build_statistics
from router.config.build_route import Names
from router.config.build_times import build_intervals
from router.config.cross import check_doors, check_muting, check_routes, check_slos
from router.config.document import SIZE_LIMIT, Document, UnreadableError, compose
from router.config.findings import Findings
from router.config.leaks import check_text, check_values
from router.config.reading import Reading
from router.config.replace import REFERENCE, replace_variables
from router.config.schema import Root
from router.config.shape import read_root
from router.config.values import Config, Environment, Evaluation
from router.errors import ConfigError, Finding
from router.slo.formats import load_all
from router.slo.objective import Objective, Place


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a configuration holds, for the summary of `check`."""

    slos: int = 0
    routes: int = 0
    receivers: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of a configuration; `config` is None when a finding is an error."""

    config: Config | None
    findings: tuple[Finding, ...]
    counts: Counts


def load(path: str, environment: Mapping[str, str], *, strict: bool = False) -> Config:
    """Return the configuration in `path`; its warnings are in `Config.findings`.

    `strict` also refuses outdated ways of writing and SLO files that deviate from their format. Raises ConfigError
    with every finding, errors and warnings, when one of them is an error.
    """
    examined = examine(path, environment, strict=strict)
    if examined.config is None:
        raise ConfigError(examined.findings)
    return examined.config


def examine(path: str, environment: Mapping[str, str], *, strict: bool = False) -> Examined:
    """Return the configuration in `path` with everything that is wrong in it; never raises ConfigError."""
    findings = Findings(strict=strict)
    try:
        text = _read_text(Path(path), Place(path, 1))
        document = compose(text, path, findings)
    except UnreadableError as error:
        findings.error(error.place, error.problem, error.mend)
        return Examined(None, findings.sorted(), Counts())
    check_text(text, path, findings)
    document.data()
    check_values(document, findings)
    replace_variables(document, environment, findings)
    return _examine(document, text, environment, findings)


def _examine(document: Document, text: str, environment: Mapping[str, str], findings: Findings) -> Examined:
    names = _names(document)
    root = read_root(document, findings)
    if root is None:
        return Examined(None, findings.sorted(), Counts())
    reading = Reading(document, findings, Path(document.file).parent)
    config, counts = _config(root, names, _environment(environment, findings), reading)
    named = (environment.get(f"{found['name']}_FILE") for found in REFERENCE.finditer(text))
    files = dict.fromkeys([document.file, *reading.texts, *reading.secrets, *(name for name in named if name)])
    whole = replace(config, findings=findings.sorted(), digest=_digest(document, reading), files=tuple(files))
    severe = any(finding.severe for finding in whole.findings)
    return Examined(None if severe else whole, whole.findings, counts)


def _config(root: Root, names: Names, environment: Environment, reading: Reading) -> tuple[Config, Counts]:
    sources = build_sources(root, reading)
    slo_sources = build_slo_sources(root, reading)
    _read_slo_files(root, reading)
    objectives = _objectives(list(slo_sources), reading)
    rules = build_rules(root, names, objectives, reading)
    receivers = build_receivers(root, names.receivers, reading)
    check_rest(root, names.receivers, reading)
    check_routes(rules.route, ("route",), reading)
    check_muting(rules, reading)
    check_slos(root, rules, slo_sources, reading)
    check_doors(sources.values(), environment.listen_host, reading)
    config = Config(
        policy=build_policy(root),
        timezone=reading.zone(("timezone",), root.timezone),
        locale=root.locale,
        sources=sources,
        slo_sources=slo_sources,
        objectives=objectives,
        evaluation=Evaluation(root.slo_evaluation.interval, root.slo_evaluation.gap_after),
        rules=rules,
        receivers=receivers,
        durability=root.durability,
        external_url=root.external_url.rstrip("/"),
        report=build_report(root),
        time_intervals=build_intervals(root.time_intervals, reading),
        silences=build_silences(root.silences, reading),
        history=build_history(root, reading),
        statistics=build_statistics(root, reading),
        pages_auth=build_pages_auth(root, reading),
    )
    return config, Counts(len(objectives), len(every_route(rules.route)), len(receivers), len(sources))


def _names(document: Document) -> Names:
    """Return what routes may name, from the file as it stands, so that a bad receiver is still a known one."""
    data = document.data()
    root = data if isinstance(data, dict) else {}
    return Names(receivers=_named(root.get("receivers")), intervals=_named(root.get("time_intervals")) or frozenset())


def _named(items: object) -> frozenset[str] | None:
    if not isinstance(items, list):
        return None
    return frozenset(str(item["name"]) for item in items if isinstance(item, dict) and "name" in item)


def _environment(environment: Mapping[str, str], findings: Findings) -> Environment:
    try:
        return variables.read(environment)
    except ConfigError as error:
        for finding in error.findings:
            findings.add(finding)
        return Environment()


def _read_slo_files(root: Root, reading: Reading) -> None:
    """Put the text of every file that `slos` names into `reading.texts`, each once."""
    for index, pattern in enumerate(root.slos):
        where = ("slos", index)
        found = _matching(reading.directory / pattern)
        files = [name for name in found if Path(name).is_file()]
        if not files:
            reading.warn(
                where, f"{pattern!r} matches no file, so no SLO comes from it", "mend the path, or add the file"
            )
        for name in files:
            try:
                reading.texts.setdefault(name, _read_text(Path(name), reading.document.place(where)))
            except UnreadableError as error:
                reading.error(where, error.problem, error.mend)


def _matching(pattern: Path) -> list[str]:
    """Return the paths that a pattern matches, in order; unlike Path.glob it may be absolute or lead upwards."""
    return sorted(glob.glob(str(pattern), recursive=True))  # noqa: PTH207


def _objectives(sources: list[str], reading: Reading) -> dict[str, Objective]:
    for name, text in reading.texts.items():
        check_text(text, name, reading.findings)
    default, strict = next(iter(sources), ""), reading.findings.strict
    loaded = load_all(tuple(reading.texts.items()), default, sources=sources, strict=strict)
    for finding in loaded.findings:
        reading.findings.add(finding)
    return {objective.id: objective for objective in loaded.objectives}


def _read_text(path: Path, place: Place) -> str:
    """Return the text of a file; raises UnreadableError when it is missing, too long or not UTF-8."""
    try:
        with path.open("rb") as opened:
            raw = opened.read(SIZE_LIMIT + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"{str(path)!r} cannot be read: {variables.why(error)}"
        raise UnreadableError(place, problem, "name a readable UTF-8 file") from error
    if len(raw) > SIZE_LIMIT:
        raise UnreadableError(place, f"{str(path)!r} is longer than 1 MiB", "split it, or take generated parts out")
    return text


def _digest(document: Document, reading: Reading) -> str:
    """Return a hash of everything read. It covers secrets, so a slow one: what is shown must not be guessable."""
    material = json.dumps([document.data(), reading.texts, reading.secrets], sort_keys=True, default=str)
    return scrypt(material.encode("utf-8", "surrogatepass"), salt=b"alert-router", n=2**12, r=8, p=1, dklen=8).hex()
