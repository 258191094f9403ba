"""What a test reads of the stand-in: messages, ephemeral ones, modals, homes, calls and violations."""

from router.testing.deliveries import Delivery
from router.testing.inbound import Inbound
from router.testing.modals import View
from router.testing.people import Ephemeral, Person
from router.testing.requests import Call
from router.testing.rules import WARNINGS, Violation
from router.testing.sockets import Sockets
from router.testing.stage import Stage
from router.testing.webhooks import Webhook, Webhooks
from router.testing.workspace import Channel, Message, Workspace


class Ledger(Inbound):
    """The stand-in as tests look at it. `socket_mode` sends everything over websockets instead of HTTP."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.socket_mode = False
        self.sockets = Sockets(stage)
        self.webhooks = Webhooks(stage)

    @property
    def workspace(self) -> Workspace:
        """Everything that is there: change its fixtures between calls."""
        return self.stage.workspace

    def invite(self, *people: Person) -> None:
        """Let people be in the workspace; whoever clicks is there anyway."""
        self.workspace.people.update({each.id: each for each in people})

    @property
    def calls(self) -> list[Call]:
        """The log of calls, hooks and uploads included."""
        return self.stage.calls

    @property
    def messages(self) -> list[Message]:
        """Every message ever posted, in order; deleted ones are marked."""
        return self.workspace.messages

    def posts(self, channel: str) -> list[Message]:
        """Return the living messages of a channel, threads included, in order of posting."""
        return [each for each in self.messages if each.channel == channel and not each.deleted]

    def ephemerals(self, person: Person | None = None) -> list[Ephemeral]:
        """Return the ephemeral messages that somebody (or one person) still sees, in order of posting."""
        there = (each for each in self.workspace.ephemerals if not each.deleted)
        return [each for each in there if person is None or each.person == person.id]

    def modal(self, person: Person) -> View | None:
        """Return the modal that a person has on top, None when none is open."""
        stack = self.workspace.views.stacks.get(person.id)
        return stack[-1] if stack else None

    def home(self, person: Person) -> View | None:
        """Return a person's home of the app, None before it was published."""
        return self.workspace.views.homes.get(person.id)

    def channel(self, channel: str) -> Channel:
        """Return a channel fixture, to be changed between calls."""
        return self.workspace.channels[channel]

    def webhook(self, channel: str) -> Webhook:
        """Make an incoming webhook for a channel, once the stand-in runs: `.url` is where to post."""
        return self.webhooks.add(channel)

    @property
    def violations(self) -> list[Violation]:
        """What was flagged, warnings left out."""
        return [each for each in self.stage.judge.violations if each.rule not in WARNINGS]

    @property
    def warnings(self) -> list[Violation]:
        """What was flagged and does not fail `assert_clean`."""
        return [each for each in self.stage.judge.violations if each.rule in WARNINGS]

    def assert_clean(self) -> None:
        """Raise AssertionError that lists every violation, if there is one."""
        if self.violations:
            raise AssertionError("Slack was misused:\n" + "\n".join(str(each) for each in self.violations))

    async def _carry(self, delivery: Delivery) -> None:
        if self.socket_mode and delivery.forged:
            raise ValueError("nothing is signed in Socket Mode, so nothing can be forged")
        await (self.sockets.deliver(delivery) if self.socket_mode else super()._carry(delivery))
