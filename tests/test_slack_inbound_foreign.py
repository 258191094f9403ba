"""Who belongs to the workspace: guests of shared channels (Slack Connect) are told apart, organisations understood."""

from dataclasses import replace

import pytest

from router.incident import Person
from router.slack.inbound import Kind, Origin, foreign
from router.slack.payloads import parse

AT = 1_780_000_000.0
HOME = Origin("i", Person("U1"), AT, team="T1", home="T1")
FOREIGN: dict[str, tuple[Origin, str, bool]] = {
    "a colleague": (HOME, "T1", False),
    "a guest of a shared channel": (replace(HOME, home="T9"), "T1", True),
    "a guest whose payload is theirs": (replace(HOME, home="T9", team="T9"), "T1", True),
    "home unsaid, our team": (replace(HOME, home=""), "T1", False),
    "home unsaid, their team": (replace(HOME, home="", team="T9"), "T1", True),
    "nothing said": (replace(HOME, home="", team=""), "T1", True),
    "our workspace unknown": (HOME, "", True),
    "at home in our organisation": (replace(HOME, home="E1", enterprise="E1"), "T1", False),
    "at home in another organisation": (replace(HOME, home="E9", enterprise="E1"), "T1", True),
    "of an organisation that nothing vouches for": (replace(HOME, home="E1"), "T1", True),
    "of our organisation, from elsewhere": (replace(HOME, home="E1", enterprise="E1", team="T2"), "T1", True),
    "of a sister workspace": (replace(HOME, home="T2", enterprise="E1"), "T1", True),
    "organisation-wide, a workspace of it": (replace(HOME, enterprise="E1"), "E1", False),
    "organisation-wide, at home in it": (replace(HOME, home="E1", enterprise="E1"), "E1", False),
    "organisation-wide, a guest": (replace(HOME, home="T9", enterprise="E1"), "E1", True),
    "organisation-wide, another organisation": (replace(HOME, enterprise="E9"), "E1", True),
}


@pytest.mark.parametrize(("origin", "workspace", "is_foreign"), FOREIGN.values(), ids=FOREIGN)
def test_people_of_another_workspace_are_told_apart(origin: Origin, workspace: str, is_foreign: bool):
    assert foreign(origin, workspace) is is_foreign


def test_a_modal_opened_from_a_shared_channel_names_both():
    """The app's workspace is the team, the person's own is the home."""
    view = {"id": "V1", "hash": "1.a", "app_installed_team_id": "T0HOME", "team_id": "T9"}
    guest = {"id": "U9", "name": "guest", "team_id": "T9"}
    payload = {"type": "view_submission", "user": guest, "team": {"id": "T9"}, "view": view}
    origin = parse(Kind.INTERACTIONS, payload, AT).origin
    assert (origin.team, origin.home) == ("T0HOME", "T9")
    assert foreign(origin, "T0HOME")
