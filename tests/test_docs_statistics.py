"""Every definition of docs/statistics.md has a worked example, and each example is true."""

import pytest

from tests.support.statistics_examples import DOC, Example, examples, looked_up, reviewed

EXAMPLES = examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_worked_examples_are_true(example: Example) -> None:
    found = reviewed(example)
    said = {path: looked_up(found, path) for path in example.expect}
    assert said == pytest.approx(example.expect)


@pytest.mark.parametrize(
    "term",
    [
        *("Firing", "Week", "Team", "Drills", "Threatened", "Judged", "Precision", "Told", "Acted on", "Wolf"),
        *("Caught wolf", "Ignored", "Marks", "Miss", "Reported miss", "Threatened while silenced", "Announced"),
        *("Recall", "Lead time", "Detection gap", "Minutes blind", "Acknowledged share", "Time to acknowledge"),
        *("Time to resolve", "Page", "Off-hours", "Night", "Shifts", "Chattering", "Flapping", "Fleeting"),
        *("Standing", "Flood", "Guide present", "gate delay", "Longer `for`"),
    ],
)
def test_every_term_is_defined(term: str) -> None:
    assert f"**{term}**" in DOC.read_text("utf-8")
