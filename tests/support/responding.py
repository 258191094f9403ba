"""People in Slack and the rooms around respond: acts on a real Valkey, the rest written down by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from router.classify import Route, Rules
from router.config.values import Config, Evaluation, Receiver, SilencePolicy, SlackTarget, WeeklyReport
from router.gate import AlertClass, Cover, Kind, Outcome, Policy, Reason
from router.incident import CauseKind, ClassState, Handling, Incident, Lead, Loud, Mind, Person, Phase, Root, Told
from router.incident.life import Stage
from router.respond import Parts, Responder
from router.slack.answering import Shown
from router.slack.inbound import Click, Command, Event, Inbound, Origin, Shortcut, Submission, Taken
from router.slack.message import Message
from router.slack.values import Target, chosen
from router.state import keys
from router.state.acts import Acts
from tests.support.board import Outage, StandBoard, StandSilencing
from tests.support.slo import objective
from tests.support.state import KEY, START, State, entry, make_alert

TEAM, ELSEWHERE = "T0ACME", "T0OTHER"
CHANNEL = "C0SRE"
ROOT_TS = "1780000000.000100"
URL = "https://hooks.slack.com/actions/T0ACME/1/abc"
SATO, ADA = Person("U0SATO", "sato"), Person("U0ADA", "ada")
OBJECTIVE = objective()
TOKYO = ZoneInfo("Asia/Tokyo")


def config(**changes: Any) -> Config:
    """A team in Tokyo with one SLO."""
    sre = Receiver("sre", SlackTarget(CHANNEL), TOKYO)
    usual = Config(
        policy=Policy(), timezone=TOKYO, locale="en", sources={}, slo_sources={}, objectives={OBJECTIVE.id: OBJECTIVE},
        evaluation=Evaluation(), rules=Rules(Route("sre")), receivers={"sre": sre},
        silences=SilencePolicy(longest_s=3 * 86_400.0), report=WeeklyReport(CHANNEL),
    )  # fmt: skip
    return replace(usual, **changes)


def incident(key: str = KEY, spoken: str = "E-AAAAAA", **changes: Any) -> Incident:
    """A page that fires, told in the channel, that nobody has."""
    gated = AlertClass(Kind.GATED, (Cover(OBJECTIVE.id),))
    usual = Incident(
        key=key, id=spoken, opened_at=START - 60, generation=1, receiver="sre", group={"slo": OBJECTIVE.id},
        group_wait_s=10.0, repeat_interval_s=14_400.0, classes={"c1": ClassState(gated, 2)},
        kinds=(CauseKind("HighErrors", "checkout", START - 60, START, 2, 2),), firing=2, total=2, unsettled=0,
        lead=Lead(source="alertmanager", rule="HighErrors"), stage=Stage.OPEN,
        mind=Mind(loud={"c1": Loud(Outcome.PAGE, Reason.THREAT_PAGE, START - 60)}),
        told=Told(
            roots=(Root(CHANNEL, ROOT_TS, "m", "n", START - 50),), phase=Phase.FIRING, outcome=Outcome.PAGE,
            at=START - 50,
        ),
        handling=Handling(),
    )  # fmt: skip
    return replace(usual, **changes)


def held(key: str = "held", spoken: str = "E-BBBBBB", **changes: Any) -> Incident:
    """An incident that nobody was told about."""
    calm = incident(key, spoken, stage=Stage.WATCHING, told=Told(), mind=Mind())
    return replace(calm, **changes)


def decision(spoken: str = "E-AAAAAA", **changes: Any) -> dict[str, Any]:
    """An entry of the decision log."""
    burn = {"5m": 31.0, "1h": 22.1, "30m": 25.0, "6h": 10.0, "2h": 15.0, "1d": 3.0, "3d": 1.2}
    judged = {
        "id": OBJECTIVE.id, "verdict": "threat_page", "cause": "", "burn": burn, "budget_remaining": 0.41,
        "exhausted_in_s": 48_240.0,
    }  # fmt: skip
    usual = {
        "at": START - 30, "incident": spoken, "class": "c1", "kind": "gated", "firing": 2, "outcome": "page",
        "reason": "threat_page", "would": None, "would_reason": None, "text": "it burns", "slos": [judged],
    }  # fmt: skip
    return usual | changes


def quiet(spoken: str = "E-BBBBBB", **changes: Any) -> dict[str, Any]:
    """An entry that tells of a hold."""
    burn = {"5m": 0.4, "1h": 0.6, "30m": 0.5, "6h": 0.5, "2h": 0.5, "1d": 0.5, "3d": 0.5}
    judged = {"id": OBJECTIVE.id, "verdict": "no_threat", "cause": "", "burn": burn, "budget_remaining": 0.9,
              "exhausted_in_s": None}  # fmt: skip
    told = {"outcome": "hold", "reason": "no_threat", "text": "held: nothing burns", "slos": [judged]}
    return decision(spoken, **(told | changes))


@dataclass
class Desk:
    """One process' respond with everything around it."""

    state: State
    outage: Outage
    board: StandBoard
    silencing: StandSilencing
    spoken: str
    """The stored incident's id."""
    config: Config = field(default_factory=config)
    said: list[tuple[str, Message, dict[str, Any]]] = field(default_factory=list)
    """Answers: address, message, where."""
    opened: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    updated: list[tuple[str, Mapping[str, Any], str]] = field(default_factory=list)
    published: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=lambda: {"U0ADA": "Ada"})
    """What Slack calls people."""
    misses: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    counted: list[tuple[str, str]] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    woken: int = 0
    view_code: str = "ok"
    answer_code: str = "ok"
    responder: Responder = field(init=False)

    def __post_init__(self) -> None:
        self._acts = Acts(self.state.scripts)
        self.responder = Responder(
            Parts(
                acts=self, board=self.board, slos=self.state.slos, silencing=self.silencing, missed=self, answers=self,
                views=self, names=self, meter=self, clock=self.state.clock, config=lambda: self.config,
                workspace=lambda: TEAM, team_url=lambda: "https://acme.slack.com/", wake=self._wake, alarm=self._alarm,
                broken_channel=self._broken,
            )
        )  # fmt: skip

    # --- what respond calls

    async def put(self, key: str, act: Any, now: float) -> Any:
        self.outage.check()
        return await self._acts.put(key, act, now)

    async def report(self, by: Person, at: float, slo: str, when: float, text: str, name: str, /) -> bool:
        self.outage.check()
        self.misses[name] = (by, at, slo, when, text)
        return True

    async def answer(self, url: str, message: Message, **where: Any) -> str:
        self.said.append((url, message, {name: value for name, value in where.items() if value}))
        return self.answer_code

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> Shown:
        self.opened.append((trigger_id, view))
        return Shown(self.view_code, "V1" if self.view_code == "ok" else "", "h1")

    async def update(self, view_id: str, view: Mapping[str, Any], mark: str = "", /) -> Shown:
        self.updated.append((view_id, view, mark))
        return Shown(self.view_code, view_id)

    async def publish(self, user: str, view: Mapping[str, Any]) -> Shown:
        self.published.append((user, view))
        return Shown(self.view_code)

    async def of(self, user: str, /) -> str:
        return self.people.get(user, "")

    def interaction(self, what: str, result: str, /) -> None:
        self.counted.append((what, result))

    def _wake(self) -> None:
        self.woken += 1

    async def _alarm(self, code: str) -> None:
        self.alarms.append(code)

    async def _broken(self, channel: str, code: str) -> None:
        self.broken.append((channel, code))

    # --- what a test does and sees

    async def do(self, inbound: Inbound) -> Taken:
        """Let it be taken, and everything that follows end."""
        taken = await self.responder.take(inbound)
        await self.responder.drain(5)
        return taken

    async def stored(self, key: str = KEY) -> list[Any]:
        """The acts that wait for the dispatcher's next look, as it will find them."""
        due = await self.state.incidents.claim(keys.partition_of(key), self.state.clock.now() + 600, 10)
        return [act for claim in due if claim.incident.key == key for act in claim.incident.acts]

    def texts(self) -> list[str]:
        return [message.text for _, message, _ in self.said]


@asynccontextmanager
async def desk_on(state: State, board: Any = None) -> AsyncIterator[Desk]:
    """A desk over an incident that is really stored; `board` is the real one, or one written down by hand."""
    outage = Outage()
    stored = entry(make_alert())
    written = StandBoard(outage, [incident(KEY, stored.incident_id)])
    desk = Desk(state, outage, board or written, StandSilencing(outage), stored.incident_id)
    await state.store(stored)
    yield desk
    await desk.responder.drain(5)


def origin(name: str = "i-1", by: Person = SATO, **changes: Any) -> Origin:
    usual = Origin(
        name, by, START, team=TEAM, home=TEAM, channel=CHANNEL, trigger_id="trigger", answer_url=URL,
    )  # fmt: skip
    return replace(usual, **changes)


def click(desk: Desk, action: str, verb: str = "", name: str = "i-1", by: Person = SATO, **changes: Any) -> Click:
    """A click on the incident's message."""
    target = Target(KEY, desk.spoken)
    value = chosen(verb, target) if verb else str(target)
    return replace(Click(origin(name, by), action, value, message_ts=ROOT_TS), **changes)


def typed(text: str, **changes: Any) -> Command:
    return Command(origin(**changes), "/slo", text)


def submission(callback: str, private: str = "", **values: str) -> Submission:
    return Submission(replace(origin("s-1"), answer_url=""), callback, private, values)


def shortcut(callback: str, ts: str = ROOT_TS, thread_ts: str = "") -> Shortcut:
    return Shortcut(origin(), callback, ts, thread_ts)


def happening(kind: str, **body: Any) -> Event:
    return Event(replace(origin(), answer_url="", trigger_id=""), kind, body)
