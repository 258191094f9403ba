"""Posting a silence again has the same effect as in a real Alertmanager; so has posting one that cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.alert import parse_matcher
from router.mute import Silence, SilenceState, problem_of, revised
from tests.support.alertmanager import AlertmanagerServer
from tests.support.mute_cases import HOUR_S, ask, post_silence, run, silence_body

MATCHERS = ('svc="pay"', 'env!="test"')


@dataclass(frozen=True)
class Case:
    """A silence in a state, what is posted under its id, and whether it is changed in place."""

    state: str
    in_place: bool
    matchers: Sequence[str] = MATCHERS
    starts_in_s: float | None = None
    """From now; None: as it was."""
    ends_in_s: float = 2 * HOUR_S


CASES = {
    "a running one that ends later": Case("active", in_place=True),
    "a running one that ends earlier": Case("active", in_place=True, ends_in_s=60),
    "a running one with other matchers": Case("active", in_place=False, matchers=['svc="pay"']),
    "a running one with its matchers in another order": Case("active", in_place=False, matchers=MATCHERS[::-1]),
    "a running one that is to begin later": Case("active", in_place=False, starts_in_s=60),
    "a running one that was to begin earlier": Case("active", in_place=False, starts_in_s=-60),
    "one to come that begins later": Case("pending", in_place=True, starts_in_s=HOUR_S + 60),
    "one to come that begins earlier": Case("pending", in_place=True, starts_in_s=60),
    "one to come that is to begin in the past": Case("pending", in_place=False, starts_in_s=-60),
    "one to come with other matchers": Case("pending", in_place=False, matchers=['svc="pay"']),
    "one that is over": Case("expired", in_place=False),
    "one that is over, from now": Case("expired", in_place=False, starts_in_s=0),
}
REFUSED = {
    "no matcher": ([], -60, 60),
    "equal to nothing": (['svc=""'], -60, 60),
    "an expression that meets nothing": (['svc=~"x|"'], -60, 60),
    "several that all meet nothing": (['svc=""', 'env=~".*"'], -60, 60),
    "it ends as it begins": (['svc="x"'], 60, 60),
    "it ends before it begins": (['svc="x"'], 120, 60),
    "it ends in the past": (['svc="x"'], -120, -60),
}
TAKEN = {
    "one of several matchers meets something": (['svc=""', 'env="prod"'], 0, 60),
    "a matcher with !=": (['svc!="x"'], 0, 60),
    "a matcher with !~": (['svc!~".+"'], 0, 60),
    "it began in the past": (['svc="x"'], -60, 60),
}


@dataclass(frozen=True)
class Answers:
    """What the real program did."""

    revisions: Mapping[str, tuple[Silence, Silence, float, str, Mapping[str, Any]]]
    """The old one, what was posted, when, the id answered, and the old one afterwards."""
    statuses: Mapping[str, int]
    unknown: int


def now() -> float:
    return datetime.now(UTC).timestamp()


async def posted(url: str, case: Case) -> tuple[Silence, Silence, float, str, Mapping[str, Any]]:
    """Make a silence, and post it again as the case says."""
    old, at = await post_silence(url, MATCHERS, case.state), now()
    begin = old.starts_at if case.starts_in_s is None else at + case.starts_in_s
    body = silence_body(case.matchers, begin, at + case.ends_in_s, id=old.id)
    status, answer = await ask("POST", f"{url}/api/v2/silences", body)
    assert status == 200, answer
    _, after = await ask("GET", f"{url}/api/v2/silence/{old.id}")
    matchers = tuple(parse_matcher(text) for text in case.matchers)
    wanted = Silence(old.id, matchers, begin, at + case.ends_in_s, "sato", "parity", at)
    return old, wanted, at, answer["silenceID"], after


async def asked(folder: Path) -> Answers:
    """Put every case to a real Alertmanager."""
    async with AlertmanagerServer(folder, "route: {receiver: none}\nreceivers: [{name: none}]\n") as server:
        silences = f"{server.url}/api/v2/silences"
        revisions = {name: await posted(server.url, case) for name, case in CASES.items()}
        at = now()
        bodies = {
            name: silence_body(matchers, at + begin, at + end)
            for name, (matchers, begin, end) in (REFUSED | TAKEN).items()
        }
        statuses = {name: (await ask("POST", silences, body))[0] for name, body in bodies.items()}
        nobody = silence_body(MATCHERS, now(), now() + 60, id="11111111-2222-4333-8444-555555555555")
        return Answers(revisions, statuses, (await ask("POST", silences, nobody))[0])


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    yield run(lambda: asked(tmp_path_factory.mktemp("alertmanager")))


@pytest.mark.parametrize("name", CASES)
def test_posting_again_changes_in_place_or_makes_another(answers: Answers, name: str) -> None:
    case = CASES[name]
    old, wanted, at, answered, after = answers.revisions[name]
    assert (answered == old.id) is case.in_place
    ours = revised(old, wanted, at)
    assert (ours.silence.id == old.id) is case.in_place
    assert ours.silence.id in (old.id, "")
    stands = (ours.silence if case.in_place else (ours.ended or old)).state(now())
    assert after["status"]["state"] == stands


def test_an_id_that_nobody_knows_is_refused(answers: Answers) -> None:
    assert answers.unknown == 404
    wanted = Silence("nobody", (parse_matcher("a=b"),), 0.0, 60.0, "sato", "why", 0.0)
    with pytest.raises(LookupError, match="no silence nobody"):
        revised(None, wanted, 0.0)


@pytest.mark.parametrize("name", REFUSED | TAKEN)
def test_the_same_silences_cannot_be(answers: Answers, name: str) -> None:
    texts, begin, end = (REFUSED | TAKEN)[name]
    at = now()
    wanted = Silence("", tuple(parse_matcher(text) for text in texts), at + begin, at + end, "sato", "why", 0.0)
    assert (answers.statuses[name] == 200) is (name in TAKEN)
    assert bool(problem_of(wanted, at, HOUR_S)) is (name in REFUSED)


def test_a_silence_is_over_at_its_end() -> None:
    silence = Silence("s", (parse_matcher("a=b"),), 100.0, 200.0, "sato", "why", 100.0)
    states = [silence.state(at) for at in (99.9, 100.0, 199.9, 200.0)]
    assert states == [SilenceState.PENDING, SilenceState.ACTIVE, SilenceState.ACTIVE, SilenceState.EXPIRED]
