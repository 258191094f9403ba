"""A route that is quiet at times though alerts of SLOs can end in it is told: their pages are silent then."""

from pathlib import Path

import pytest

from tests.test_config import MAPPED, MINIMAL, SLO, examined, said

INTERVALS = """\
time_intervals:
  - {name: nights, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}
  - {name: office, time_intervals: [{weekdays: ['monday:friday']}]}
"""
MUTE, ACTIVE = "mute_time_intervals: [nights]", "active_time_intervals: [office]"


def told(directory: Path, routes: str, mapping: str = MAPPED, slo: str = SLO) -> list[str]:
    """Return what is said of a tree whose children are `routes`, in line 3."""
    tree = f"route: {{receiver: sre, routes: [{routes}]}}"
    text = MINIMAL.replace("route: {receiver: sre}", tree) + mapping + INTERVALS
    found = examined(directory, text, slo=slo)
    assert found.config is not None, found.findings
    return said(found, directory)


SILENT = {
    "a route of everything": (f"{{{MUTE}}}", "3:34", "in `nights`"),
    "the mapping's own service": (f"{{matchers: ['service=\"checkout\"'], {MUTE}}}", "3:68", "in `nights`"),
    "a service that an expression takes": (f'{{matchers: [service=~"check.*"], {MUTE}}}', "3:66", "in `nights`"),
    "another label altogether": (f"{{matchers: ['severity=\"warning\"'], {MUTE}}}", "3:68", "in `nights`"),
    "active times": (f"{{{ACTIVE}}}", "3:34", "outside of `office`"),
    "several": ("{mute_time_intervals: [nights, office]}", "3:34", "in `nights`, `office`"),
    "a child": (f"{{matchers: ['service=\"checkout\"'], routes: [{{{MUTE}}}]}}", "3:78", "in `nights`"),
}


@pytest.mark.parametrize("case", SILENT.values(), ids=SILENT)
def test_silent_pages_are_told(tmp_path: Path, case: tuple[str, str, str]) -> None:
    routes, place, times = case
    mend = "leave it so if nobody has to act then, or keep alerts that an SLO judges out of this route"
    line = f"router.yaml:{place}: SLO pages of this route are silent {times}; {mend}"
    assert told(tmp_path, routes) == [line]


LOUD = {
    "another service": f"{{matchers: ['service=\"search\"'], {MUTE}}}",
    "every service but this": f"{{matchers: ['service!=\"checkout\"'], {MUTE}}}",
    "a child of another service": f"{{matchers: ['service=\"search\"'], routes: [{{matchers: ['a=\"b\"'], {MUTE}}}]}}",
    "no mute times": "{matchers: ['service=\"checkout\"']}",
}


@pytest.mark.parametrize("routes", LOUD.values(), ids=LOUD)
def test_a_route_that_no_alert_of_an_slo_can_end_in_may_be_quiet(tmp_path: Path, routes: str) -> None:
    assert told(tmp_path, routes) == []


def test_without_slos_there_are_no_pages_to_be_silent(tmp_path: Path) -> None:
    assert told(tmp_path, f"{{{MUTE}}}", mapping="", slo="") == []
