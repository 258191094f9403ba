"""What keeps alerts quiet, as Alertmanager's API v2 shows it, and the flags by which clients select alerts."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from router.alert import parse_matchers
from router.classify import Route, Rules
from router.mute import Inhibitor, InhibitRule, Muting, Silence
from router.mute.times import Span
from tests.support.door import NOW, Stood, config_of, firing, open_door

PATH = "/api/v2/alerts"
STANDING = [
    Stood(firing("Paged", team="a")),
    Stood(firing("Held", team="b"), outcome="hold"),
    Stood(firing("Silenced", team="a"), outcome="hold"),
    Stood(firing("Inhibited", team="a"), outcome="hold"),
    Stood(firing("Both", team="a", quiet="yes"), outcome="hold"),
    Stood(firing("Fresh", team="b"), outcome="", receiver="db"),
]
CAUSE = firing("Cause")
MUTING = Muting(
    "1",
    (
        Silence("s-1", parse_matchers("alertname=Silenced"), NOW - 60, NOW + 60, "sato", "load test", NOW - 60),
        Silence("s-2", parse_matchers("quiet=yes"), NOW - 60, NOW + 60, "sato", "load test", NOW - 60),
        Silence("s-3", parse_matchers("alertname=Paged"), NOW + 60, NOW + 90, "sato", "not yet", NOW - 60),
        Silence("s-4", parse_matchers("alertname=Paged"), NOW - 90, NOW - 60, "sato", "over", NOW - 60),
    ),
    (InhibitRule(parse_matchers("alertname=Cause"), parse_matchers("alertname=~Inhibited|Both")),),
    (Inhibitor(CAUSE.fingerprint, CAUSE.labels),),
)
EVERY = {"Paged", "Held", "Silenced", "Inhibited", "Both", "Fresh"}
QUERIES = {
    "": EVERY,
    "filter=team%3D%22a%22": {"Paged", "Silenced", "Inhibited", "Both"},
    "filter=team%3Da&filter=alertname!%3DBoth&silenced=false": {"Paged", "Inhibited"},
    "filter=alertname%3D~%22P.*%7CH.*%22": {"Paged", "Held"},
    "filter=nothere%3D%22%22&filter=team!~%22a%22": {"Held", "Fresh"},
    "receiver=db": {"Fresh"},
    "receiver=s.e": EVERY - {"Fresh"},
    "receiver=s": set(),
    "active=false": {"Silenced", "Inhibited", "Both", "Fresh"},
    "silenced=false": {"Paged", "Held", "Inhibited", "Fresh"},
    "inhibited=false": {"Paged", "Held", "Silenced", "Fresh"},
    "silenced=false&inhibited=false": {"Paged", "Held", "Fresh"},
    "unprocessed=false": EVERY - {"Fresh"},
    "active=false&inhibited=false&unprocessed=false": {"Silenced"},
    "active=false&silenced=false&unprocessed=false": {"Inhibited"},
    "active=false&silenced=true&inhibited=true&unprocessed=false": {"Silenced", "Inhibited", "Both"},
    "active=true&silenced=0&inhibited=F&unprocessed=false": {"Paged", "Held"},
    "active=false&silenced=false&inhibited=false&unprocessed=false": set(),
}


@pytest.mark.parametrize(("query", "names"), QUERIES.items(), ids=QUERIES)
async def test_filters(query, names):
    """Alertmanager's query parameters, for alerts and groups alike."""
    async with open_door() as house:
        house.wall.standings, house.hush.muting = STANDING, MUTING
        _, shown = await house.get(f"{PATH}?{query}")
        assert {each["labels"]["alertname"] for each in shown} == names
        _, groups = await house.get(f"{PATH}/groups?{query}")
        assert {each["labels"]["alertname"] for group in groups for each in group["alerts"]} == names


async def test_an_alert_says_what_keeps_it_quiet():
    """State, silences and inhibiting alerts as they are at this moment, by the ids that the API shows."""
    async with open_door() as house:
        house.wall.standings, house.hush.muting = STANDING, MUTING
        _, shown = await house.get(PATH)
        assert {each["labels"]["alertname"]: each["status"] for each in shown} == {
            "Paged": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
            "Held": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
            "Silenced": {"state": "suppressed", "silencedBy": ["s-1"], "inhibitedBy": [], "mutedBy": []},
            "Inhibited": {
                "state": "suppressed",
                "silencedBy": [],
                "inhibitedBy": [CAUSE.fingerprint],
                "mutedBy": [],
            },
            "Both": {
                "state": "suppressed",
                "silencedBy": ["s-2"],
                "inhibitedBy": [CAUSE.fingerprint],
                "mutedBy": [],
            },
            "Fresh": {"state": "unprocessed", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
        }


@pytest.mark.parametrize("source", ["slo", "router"])
async def test_the_routers_own_alerts_are_never_shown_as_silenced(source):
    """An SLO that burns and a notice are told whatever silences meet their labels."""
    async with open_door() as house:
        house.wall.standings = [Stood(replace(firing("Silenced"), source=source))]
        house.hush.muting = MUTING
        [shown] = (await house.get(PATH))[1]
        assert (shown["status"]["state"], shown["status"]["silencedBy"]) == ("active", [])


async def test_an_alert_whose_route_tells_nobody_now_names_the_time_interval():
    """`mutedBy` makes it suppressed, and groups are hidden by `muted=false`; the other flags do not know of it."""
    zone = ZoneInfo("UTC")
    always, never = (Span(zone),), (Span(zone, years=((1999, 1999),)),)
    route = Route(
        "sre",
        routes=(
            Route("db", parse_matchers("team=db"), path="0.0", mute_times=("nights", "holidays")),
            Route("web", parse_matchers("team=web"), path="0.1", active_times=("office",)),
        ),
    )
    config = replace(
        config_of(),
        rules=Rules(route),
        time_intervals={"nights": always, "holidays": never, "office": never},
    )
    async with open_door(config) as house:
        house.wall.standings = [
            Stood(firing("A", team="db"), receiver="db", incident="E-1"),
            Stood(firing("B", team="web"), receiver="web", incident="E-2"),
            Stood(firing("C"), incident="E-3"),
        ]
        _, shown = await house.get(PATH + "?silenced=false&inhibited=false")
        assert [(each["status"]["state"], each["status"]["mutedBy"]) for each in shown] == [
            ("suppressed", ["nights"]),
            ("suppressed", ["office"]),
            ("active", []),
        ]
        _, groups = await house.get(PATH + "/groups?muted=false")
        assert [group["labels"] for group in groups] == [{"rule": "C"}]
        assert len((await house.get(PATH + "/groups"))[1]) == 3
