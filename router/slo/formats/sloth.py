"""Sloth's own format, `version: prometheus/v1`: one file is one service with its SLOs."""

from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.fields import check_keys, entries, labels_of, number_of, target_from_percent
from router.slo.formats.goals import Goal, Identity, Measure, Setting, objective
from router.slo.formats.hints import hints_of
from router.slo.formats.notes import Notes
from router.slo.formats.queries import WINDOW, query_of
from router.slo.objective import DAY_S, Indicator, Objective, Recorded, TimeWindow

VERSION: Final = "prometheus/v1"
DEFAULT_PERIOD: Final = TimeWindow(30 * DAY_S, "30d")
_FILE_KEYS: Final = ("version", "service", "labels", "slos", "slo_plugins")
_SLO_KEYS: Final = ("name", "objective", "description", "labels", "sli", "alerting", "plugins")
_SLI_KEYS: Final = ("events", "raw", "plugin")
_ALERTING_KEYS: Final = ("name", "labels", "annotations", "page_alert", "ticket_alert")


def recorded_of(sloth_id: str) -> Recorded:
    """Return the series that Sloth records for an SLO, one per window."""
    return Recorded("sloth", {"sloth_id": sloth_id}, "slo:sli_error:ratio_rate")


def read_service(item: Item, setting: Setting, notes: Notes) -> list[Objective]:
    """Return the objectives of one service; their ids are Sloth's, `service-name`."""
    check_keys(item, _FILE_KEYS, notes)
    if not item.text("service"):
        notes.refuse(item.place, "no service: Sloth's ids are service-name", "add service")
        return []
    slos = entries(item, "slos", notes)
    if not slos:
        notes.deviation(item.place, "the service has no slos", "add one")
    read = (_slo(item, each, setting, notes) for each in slos)
    return [each for each in read if each is not None]


def _slo(item: Item, slo: Item, setting: Setting, notes: Notes) -> Objective | None:
    service, name, wanted = item.text("service"), slo.text("name"), slo.get("objective")
    check_keys(slo, _SLO_KEYS, notes)
    if not name or wanted is None:
        notes.refuse(slo.place, "an SLO without name or objective", "add both")
        return None
    target = target_from_percent(wanted, number_of(wanted, notes), notes)
    if target is None:
        return None
    check_keys(slo.get("alerting"), _ALERTING_KEYS, notes)
    annotations = (slo.at("alerting", "annotations"), slo.at("alerting", "page_alert", "annotations"))
    hints, slo_class = hints_of(annotations, notes)
    identity = Identity(
        id=f"{service}-{name}",
        title=f"{service} {name}",
        service=service,
        place=slo.place,
        labels=labels_of(item.get("labels"), slo.get("labels")),
        hints=hints,
        slo_class=slo_class,
    )
    measure = _measure(slo, f"{service}-{name}", setting, notes)
    return objective(identity, Goal(target, DEFAULT_PERIOD, wanted.place), measure, notes)


def _measure(slo: Item, sloth_id: str, setting: Setting, notes: Notes) -> Measure:
    sli = slo.get("sli")
    check_keys(sli, _SLI_KEYS, notes)
    recorded = recorded_of(sloth_id)
    if slo.at("sli", "plugin") is not None:
        mend = "Sloth's recorded series are read instead; give events queries to judge by counts"
        notes.advise(slo.place, "a plugin SLI is code that only Sloth can run", mend)
        return Measure(Indicator("prometheus", recorded=recorded), setting.default_source)
    bad = _query(slo.at("sli", "events", "error_query"), notes)
    total = _query(slo.at("sli", "events", "total_query"), notes)
    raw = _query(slo.at("sli", "raw", "error_ratio_query"), notes)
    if bad and total:
        indicator = Indicator("prometheus", bad=bad, total=total, recorded=recorded)
    elif raw:
        indicator = Indicator("prometheus", raw=raw, recorded=recorded)
    else:
        problem = f"the SLI of {sloth_id!r} has no queries that can be sent"
        mend = "give sli.events.error_query and total_query, or sli.raw.error_ratio_query"
        notes.deviation((sli or slo).place, problem, mend)
        return Measure(problem=problem)
    return Measure(indicator, setting.default_source)


def _query(item: Item | None, notes: Notes) -> str:
    query = query_of(item, notes)
    if item is not None and query and WINDOW not in query:
        mend = "write [{{.window}}] as the range"
        notes.deviation(item.place, "a Sloth query without {{.window}}; its ranges are replaced", mend)
    return query
