"""Alertmanager's API v2: what Prometheus posts, and what amtool, karma and Grafana ask."""

from dataclasses import replace

import pytest

from router.alert import Note, Status
from router.config.values import Auth, Config
from router.errors import UnavailableError
from router.web.instants import rfc3339
from router.web.parts import Limits
from tests.support.door import NOW, Stood, config_of, firing, open_door

PATH = "/api/v2/alerts"
ALERT = {"labels": {"alertname": "A"}, "startsAt": "2026-05-28T20:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
DEAD = {"labels": {"alertname": ""}}


def without_api_source() -> Config:
    """A configuration in which no source speaks API v2."""
    config = config_of()
    sources = {name: source for name, source in config.sources.items() if name != "prom"}
    return replace(config, sources=sources)


@pytest.mark.parametrize("path", [PATH, "/webhook/prom/api/v2/alerts"])
async def test_alerts_are_stored_and_answered_with_nothing(path):
    """200 with an empty body, as the real server; also under a path prefix."""
    async with open_door() as house:
        assert await house.post(path, [ALERT]) == (200, None)
        [alert] = house.shelf.alerts
        assert (alert.source, alert.rule, alert.status) == ("prom", "A", Status.FIRING)
        assert house.metric('alert_router_alerts_received_total{source="prom"}') == 1


async def test_valid_alerts_are_stored_though_one_is_not():
    """400 with a JSON string that names the index; the others are in the store."""
    async with open_door() as house:
        status, answer = await house.post(PATH, [ALERT, DEAD, ALERT | {"labels": {"alertname": "C"}}])
        assert status == 400
        assert answer == "alert 1: at least one label with a value is required (labels)"
        assert [alert.rule for alert in house.shelf.alerts] == ["A", "C"]
        assert len(house.cellar.kept) == 1


async def test_many_bad_alerts_are_not_all_named():
    """The answer names ten of them; the quarantined body has them all."""
    async with open_door() as house:
        _, answer = await house.post(PATH, [DEAD] * 12)
        assert isinstance(answer, str)
        assert answer.count("alert ") == 10
        assert answer.endswith("; and 2 more")


@pytest.mark.parametrize(("body", "says"), [(b"[", "not JSON"), (b"{}", "array of alerts")], ids=["broken", "object"])
async def test_errors_are_json_strings(body, says):
    """What is not an array of alerts is 400 with a JSON string, and kept."""
    async with open_door() as house:
        status, answer = await house.post(PATH, body)
        assert (status, type(answer)) == (400, str)
        assert says in answer
        assert [raw for _, raw, _ in house.cellar.kept] == [body]


async def test_503_when_it_cannot_be_stored():
    """Also here 503 is the only answer to what may pass."""
    async with open_door() as house:
        house.shelf.failure = UnavailableError("gone")
        assert await house.post(PATH, [ALERT]) == (503, "alerts cannot be stored now; come back")


async def test_a_webhook_source_has_no_api():
    """The prefix leads to sources that speak API v2 only, and says so."""
    async with open_door() as house:
        status, answer = await house.post("/webhook/alertmanager/api/v2/alerts", [ALERT])
        assert status == 404
        assert "post to /webhook/alertmanager" in str(answer)


async def test_without_a_configured_source_this_machine_may_post():
    """Where no source speaks API v2 there is one named prometheus, for loopback only."""
    async with open_door(without_api_source()) as house:
        assert (await house.post(PATH, [ALERT]))[0] == 200
        assert house.shelf.alerts[0].source == "prometheus"
        assert (await house.post(PATH, [ALERT], X_Forwarded_For="10.0.0.7"))[0] == 401


READS = ["/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/status", "/api/v2/receivers", "/api/v2/silences"]


@pytest.mark.parametrize("path", READS)
async def test_reading_needs_the_credentials_of_sending(path):
    """Labels and routes are for those who may send."""
    async with open_door(config_of(prom=Auth(bearer=("token",)))) as house:
        assert await house.get(path) == (401, "not authenticated")
        assert (await house.get(path, Authorization="Bearer token"))[0] == 200


async def test_an_alert_is_shown_as_alertmanager_would():
    """Every field that the real server's schema requires, and no other."""
    async with open_door() as house:
        alert = replace(
            firing(service="checkout"),
            annotations={"summary": "5xx"},
            starts_at=NOW - 600,
            expires_at=NOW + 240,
            generator_url="http://prom/graph",
            notes=(Note.TEST,),
        )
        house.wall.standings = [Stood(alert)]
        status, [shown] = await house.get(PATH)
        assert status == 200
        assert shown == {
            "labels": {"alertname": "HighErrorRate", "service": "checkout"},
            "annotations": {"summary": "5xx"},
            "startsAt": rfc3339(NOW - 600),
            "endsAt": rfc3339(NOW + 240),
            "updatedAt": rfc3339(NOW - 60),
            "fingerprint": alert.fingerprint,
            "generatorURL": "http://prom/graph",
            "receivers": [{"name": "sre"}],
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
        }


async def test_an_end_that_nobody_knows_lies_ahead():
    """A firing alert without an end is shown to last, or clients would take it for resolved."""
    async with open_door() as house:
        house.wall.standings = [Stood(firing(), updated_at=NOW - 86_400)]
        _, [shown] = await house.get(PATH)
        assert shown["startsAt"] == rfc3339(NOW - 86_400)
        assert shown["endsAt"] == rfc3339(NOW + 300)


async def test_an_alert_of_two_receivers_is_one():
    """A route with `continue` makes two placements, not two alerts."""
    async with open_door() as house:
        house.wall.standings = [Stood(firing()), Stood(firing(), receiver="db", incident="E-AAAAA")]
        _, shown = await house.get(PATH)
        assert [each["receivers"] for each in shown] == [[{"name": "sre"}, {"name": "db"}]]
        _, groups = await house.get(PATH + "/groups")
        assert [(group["labels"], group["receiver"]["name"], len(group["alerts"])) for group in groups] == [
            ({"rule": "HighErrorRate"}, "sre", 1),
            ({"rule": "HighErrorRate"}, "db", 1),
        ]


async def test_a_group_has_the_labels_that_its_alerts_are_grouped_by():
    """As karma expects: one group for each incident, labelled with what its route groups by."""
    config = config_of()
    route = replace(config.rules.route, group_by=("service", "zone"))
    config = replace(config, rules=replace(config.rules, route=route))
    async with open_door(config) as house:
        one, other = firing("A", service="checkout", pod="1"), firing("B", service="checkout", pod="2")
        house.wall.standings = [Stood(one), Stood(other), Stood(firing("C"), incident="E-AAAAA")]
        _, groups = await house.get(PATH + "/groups")
        assert [(group["labels"], len(group["alerts"])) for group in groups] == [({"service": "checkout"}, 2), ({}, 1)]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("filter=%7B%7B", "cannot read parameter filter"),
        ("filter=a%3D~%22(%22", "cannot read parameter filter"),
        ("receiver=(", "cannot read parameter receiver"),
        ("receiver=" + "a" * 513, "parameter receiver is longer than 512 characters"),
        ("active=perhaps", "parameter active must be true or false"),
    ],
)
async def test_bad_parameters_are_named(query, says):
    """400 with a JSON string that names the parameter."""
    async with open_door() as house:
        status, answer = await house.get(f"{PATH}?{query}")
        assert status == 400
        assert says in answer


async def test_many_alerts_come_in_one_list():
    """A list longer than a slice is still one JSON array, in order."""
    async with open_door() as house:
        house.wall.standings = [Stood(firing(f"A{n:04}")) for n in range(1201)]
        _, shown = await house.get(PATH)
        assert [each["labels"]["alertname"] for each in shown] == [f"A{n:04}" for n in range(1201)]


async def test_a_board_that_does_not_answer_is_503():
    """Reading has the budget of storing."""
    async with open_door(limits=Limits(store_s=0.05)) as house:
        house.wall.failure = UnavailableError("gone")
        assert (await house.get(PATH))[0] == 503


async def test_status_and_receivers():
    """The status has what the schema requires; no secret and no channel stands in it."""
    async with open_door() as house:
        _, status = await house.get("/api/v2/status")
        assert set(status) == {"cluster", "config", "uptime", "versionInfo"}
        assert status["cluster"]["status"] == "disabled"
        assert status["versionInfo"]["version"] == "1.2.3"
        assert status["uptime"] == rfc3339(NOW)
        assert "C0SRE" not in status["config"]["original"]
        assert await house.get("/api/v2/receivers") == (200, [{"name": "sre"}, {"name": "db"}])


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_780_000_000.1234, "2026-05-28T20:26:40.123Z"),
        (-5.0, "1970-01-01T00:00:00.000Z"),
        (1e15, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_instants(instant, written):
    """RFC 3339 with milliseconds, within the calendar."""
    assert rfc3339(instant) == written
