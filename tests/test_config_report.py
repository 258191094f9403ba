"""Reports, what is kept, statistics and pages in the configuration; and what is wrong with them."""

import dataclasses
from pathlib import Path

import pytest

from router.config.values import Auth, HistoryPolicy, WeeklyReport
from router.noise.values import Settings
from tests.test_config import MINIMAL, examined, said

OWN = MINIMAL + "    report: {}\n"
DAY_S = 86_400.0


def test_a_file_without_these_sections_has_the_documented_defaults(tmp_path: Path) -> None:
    config = examined(tmp_path, MINIMAL).config
    assert config is not None
    assert (config.history, config.statistics, config.pages_auth) == (HistoryPolicy(), Settings(), Auth())
    assert config.receivers["sre"].report is None


ROOT_REPORT = 'report: {channel: C0ALL, weekday: friday, time: "16:30"}\n'


@pytest.mark.parametrize(
    ("own", "root", "expected"),
    [
        ("{}", "", WeeklyReport("", 0, 540)),
        ("{}", ROOT_REPORT, WeeklyReport("", 4, 990)),
        ("{weekday: sunday}", ROOT_REPORT, WeeklyReport("", 6, 990)),
        ('{time: "00:00"}', ROOT_REPORT, WeeklyReport("", 4, 0)),
        ('{channel: C0PAY, weekday: monday, time: "23:59"}', ROOT_REPORT, WeeklyReport("C0PAY", 0, 1_439)),
    ],
    ids=["nothing said", "as the root's", "own day", "own time", "all its own"],
)
def test_a_receivers_report_takes_what_it_leaves_out_from_the_root(
    tmp_path: Path, own: str, root: str, expected: WeeklyReport
) -> None:
    found = examined(tmp_path, f"{MINIMAL}    report: {own}\n{root}")
    assert said(found, tmp_path) == []
    assert found.config is not None
    assert found.config.receivers["sre"].report == expected


def test_a_receivers_report_that_is_left_empty_is_none(tmp_path: Path) -> None:
    """As everywhere in the file, a key without a value has its default."""
    config = examined(tmp_path, f"{MINIMAL}    report:\n").config
    assert config is not None
    assert config.receivers["sre"].report is None


def test_a_receiver_that_is_told_by_webhook_may_have_a_report(tmp_path: Path) -> None:
    text = MINIMAL.replace("channel: C0SRE", "webhook: 'https://hooks.example.com/x'") + "    report: {}\n"
    found = examined(tmp_path, text)
    assert found.config is not None, found.findings
    assert found.config.receivers["sre"].report == WeeklyReport("")


def test_every_key_of_history_and_statistics_reaches_the_value(tmp_path: Path) -> None:
    keys = {
        "chattering": ("30s", "chattering_s", 30.0),
        "flapping": ("2h", "flapping_s", 7_200.0),
        "fleeting": ("90s", "fleeting_s", 90.0),
        "standing": ("12h", "standing_s", 43_200.0),
        "flood_begins": ("20", "flood_begins", 20),
        "flood_ends": ("6", "flood_ends", 6),
        "miss": ("15m", "miss_s", 900.0),
        "threat_apart": ("10m", "threat_apart_s", 600.0),
        "wolves_least": ("5", "wolves_least", 5),
        "precision_most": ("0.2", "precision_most", 0.2),
        "postmortem_share": ("1", "postmortem_share", 1.0),
        "shift_pages": ("'${PAGES}'", "shift_pages", 4),
    }
    assert {name for _, name, _ in keys.values()} == {field.name for field in dataclasses.fields(Settings)}
    statistics = ", ".join(f"{key}: {written}" for key, (written, _, _) in keys.items())
    text = f"{MINIMAL}history: {{firings: 30d, rollups: 400d}}\nstatistics: {{{statistics}}}\n"
    found = examined(tmp_path, text, {"PAGES": "4"})
    assert said(found, tmp_path) == []
    assert found.config is not None
    assert found.config.history == HistoryPolicy(30 * DAY_S, 400 * DAY_S)
    assert found.config.statistics == Settings(**{name: value for _, name, value in keys.values()})


def test_tokens_of_the_pages_come_from_variables_and_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    text = MINIMAL + "pages: {auth: {bearer: ['${ONE}', '${NONE:-}'], bearer_file: token}}\n"
    config = examined(tmp_path, text, {"ONE": "from-a-variable"}).config
    assert config is not None
    assert config.pages_auth == Auth(bearer=("from-a-variable", "from-a-file"))
    assert str(tmp_path / "token") in config.files
    assert "from-a" not in repr(config)


def test_an_empty_token_is_none(tmp_path: Path) -> None:
    config = examined(tmp_path, MINIMAL + 'pages: {auth: {bearer: "${PAGES_TOKEN:-}"}}\n').config
    assert config is not None
    assert not config.pages_auth.required


WRONG = {
    "a team's day": (
        MINIMAL + "    report: {weekday: mon}\n",
        "7:23: `receivers[0].report.weekday` has a value that it cannot have; "
        "write 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday' or 'sunday'",
    ),
    "a team's time": (
        MINIMAL + "    report: {time: 9:00}\n",
        '7:20: `receivers[0].report.time` is not written as it must be; write it as "09:00", in quotes',
    ),
    "a team's misspelt key": (
        MINIMAL + "    report: {chanel: C0PAY}\n",
        "7:14: unknown key `receivers[0].report.chanel`; did you mean `channel`?",
    ),
    "firings kept too short": (
        MINIMAL + "history: {firings: 7d}\n",
        '7:20: `history.firings` is too short; write "21d" or longer',
    ),
    "sums kept too long": (
        MINIMAL + "history: {rollups: 4000d}\n",
        '7:20: `history.rollups` is too long; write "3660d" or shorter',
    ),
    "sums kept shorter than firings": (
        MINIMAL + "history: {firings: 90d, rollups: 70d}\n",
        "7:34: sums by day would be forgotten before the firings that they are made from; "
        "keep them for 90d or longer, or firings not as long",
    ),
    "a share": (
        MINIMAL + "statistics: {precision_most: 10}\n",
        "7:30: `statistics.precision_most` is no part of a whole; write a number from 0 to 1, as 0.1",
    ),
    "a count of none": (
        MINIMAL + "statistics: {wolves_least: 0}\n",
        "7:28: `statistics.wolves_least` is too small; write 1 or more",
    ),
    "a broken count": (
        MINIMAL + "statistics: {wolves_least: 2.5}\n",
        "7:28: `statistics.wolves_least` must be a whole number; write it without quotes, as 3",
    ),
    "a share in words": (
        MINIMAL + "statistics: {postmortem_share: much}\n",
        "7:32: `statistics.postmortem_share` must be a number; write it without quotes, as 0.1",
    ),
    "a span without unit": (
        MINIMAL + "statistics: {miss: 30}\n",
        '7:20: `statistics.miss` is not a duration; write it with units, as "30s", "15m", "4h" or "1d12h"',
    ),
    "no span at all": (
        MINIMAL + "statistics: {miss: 0s}\n",
        '7:20: `statistics.miss` is too short; write a longer time, such as "30s"',
    ),
    "a flood that ends before it begins": (
        MINIMAL + "statistics: {flood_ends: 11}\n",
        "7:26: `flood_ends` is more than `flood_begins`: a flood would end as it begins; "
        "lower `flood_ends`, or raise `flood_begins`",
    ),
    "chattering slower than flapping": (
        MINIMAL + "statistics: {flapping: 30s}\n",
        "7:24: `chattering` is more than `flapping`: chattering is the faster of the two; "
        "lower `chattering`, or raise `flapping`",
    ),
    "a password of the pages": (
        MINIMAL + "pages: {auth: {basic: {username: me}}}\n",
        "7:16: unknown key `pages.auth.basic`; remove it; known here: bearer, bearer_file",
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_with_its_place_and_the_mend(tmp_path: Path, text: str, expected: str) -> None:
    found = examined(tmp_path, text)
    assert found.config is None
    assert said(found, tmp_path) == [f"router.yaml:{expected}"]
