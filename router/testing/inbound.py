"""What people do in Slack, sent to the app as Slack sends it: signed over HTTP, or over Socket Mode.

    slack.connect("http://127.0.0.1:8080", SIGNING_SECRET)
    ada = Person("U0ADA", "Ada")
    await slack.click(slack.posts("C0SRE")[0], "ack", by=ada)

A person can only use what is there: a button that the stored message does not have raises NotThereError.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from router.testing import payloads
from router.testing.answers import AnswerUrl, AnswerUrls
from router.testing.controls import (
    Chosen,
    Control,
    NotThereError,
    Values,
    action_of,
    chosen_in,
    controls_of,
    find_control,
    numbered,
    state_of,
)
from router.testing.deliveries import Delivery
from router.testing.modals import View
from router.testing.people import Ephemeral, Person
from router.testing.post import Post
from router.testing.stage import Stage
from router.testing.submissions import fill_in, follow, show_answer
from router.testing.verdicts import judge_answer
from router.testing.workspace import CHANNEL, Message

Place = Message | Ephemeral | View


class Inbound:
    """Everything that people can do, for the stand-in to inherit. `deliveries` is the log of what was sent."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.deliveries: list[Delivery] = []
        self.answers = AnswerUrls(stage)
        self._post = Post(stage.workspace.now)

    def connect(self, base_url: str, signing_secret: str) -> None:
        """Say where the app listens and what Slack signs with."""
        self._post.base_url, self._post.secret = base_url, signing_secret

    def controls(self, place: Place) -> list[Control]:
        """Return what can be used on a message, an ephemeral message, a modal or a home, in reading order."""
        return controls_of(place.blocks)

    async def click(
        self,
        place: Place,
        action_id: str,
        *,
        by: Person,
        value: str | None = None,
        option: Chosen = None,
        forged: str = "",
    ) -> Delivery:
        """Use a control and return what the app answered.

        `value` tells buttons with one action_id apart, and is what is typed into an input; `option` is the value or the
        text of a menu's entry, the id of the chosen person or channel, a date, or a list of them. `forged` names one
        of FORGERIES. Raises NotThereError for what `by` cannot use.
        """
        self._enter(by)
        self._check_sees(place, by)
        control = find_control(numbered(place.blocks), action_id, value, option)
        chosen = option if option is not None else value
        held = {(control.block_id, control.action_id): found} if (found := chosen_in(control, chosen)) else {}
        action = action_of(control, chosen, self.stage.workspace.next_ts())
        payload = payloads.block_actions(self.stage.workspace, by, action) | self._where(place, by, held)
        return await self._deliver(Delivery("interaction", "block_actions", payload, forged=forged))

    async def submit(self, view: View, values: Mapping[str, Chosen] | None = None, *, forged: str = "") -> Delivery:
        """Fill in a modal (`values` by block_id) and submit it; the modal then does what the answer says.

        Raises NotThereError for what Slack itself would not let through.
        """
        by = self._owner(view)
        fill_in(view, values or {})
        view.errors, view.trouble = {}, ""
        payload = payloads.view_change("view_submission", self.stage.workspace, by, view)
        payload["trigger_id"] = self.stage.workspace.triggers.issue(by.id, view.id)
        delivery = await self._deliver(Delivery("interaction", "view_submission", payload, forged=forged))
        if not forged:
            follow(view, delivery, self.stage)
        return delivery

    async def close(self, view: View) -> Delivery | None:
        """Close a modal; None when the app did not ask to be told (notify_on_close)."""
        by = self._owner(view)
        payload = payloads.view_change("view_closed", self.stage.workspace, by, view)
        self.stage.workspace.views.close(view)
        if not view.content.get("notify_on_close"):
            return None
        return await self._deliver(Delivery("interaction", "view_closed", payload))

    async def command(
        self, name: str, text: str = "", *, by: Person, channel: str = CHANNEL, forged: str = ""
    ) -> Delivery:
        """Type a slash command; an answer in the 200 is shown as ephemeral or in the channel."""
        self._enter(by)
        workspace = self.stage.workspace
        form = payloads.command(workspace, by, channel, name, text)
        form["response_url"] = self.answers.issue("commands", by.id, channel)
        form["trigger_id"] = workspace.triggers.issue(by.id)
        delivery = await self._deliver(Delivery("command", "command", form, forged=forged))
        if not forged:
            show_answer(delivery, AnswerUrl("", by.id, channel, workspace.now()), self.stage)
        return delivery

    async def shortcut(
        self, callback_id: str, *, by: Person, message: Message | None = None, forged: str = ""
    ) -> Delivery:
        """Use a global shortcut, or with a message one of its menu."""
        self._enter(by)
        workspace = self.stage.workspace
        payload = payloads.shortcut(callback_id, by, workspace.next_ts())
        if message is not None:
            self._check_sees(message, by)
            payload = payloads.message_action(workspace, message, payload)
            payload["response_url"] = self.answers.issue("actions", by.id, message.channel, message)
        payload["trigger_id"] = workspace.triggers.issue(by.id)
        return await self._deliver(Delivery("interaction", payload["type"], payload, forged=forged))

    async def event(self, type_: str, *, forged: str = "", **body: Any) -> Delivery:
        """Tell the app that something happened (Events API): app_uninstalled, channel_archive, ..."""
        number = 1 + sum(each.kind == "event_callback" for each in self.deliveries)
        payload = payloads.happened(self.stage.workspace, type_, body, number)
        return await self._deliver(Delivery("event", "event_callback", payload, forged=forged))

    async def open_home(self, by: Person) -> Delivery:
        """Open the app's home, as app_home_opened tells."""
        self._enter(by)
        home = self.stage.workspace.views.homes.get(by.id)
        shown: dict[str, Any] = {"view": home.wire()} if home else {}
        return await self.event("app_home_opened", user=by.id, channel=by.dm, tab="home", **shown)

    async def deliver_again(self, delivery: Delivery, *, replay: bool = False) -> Delivery:
        """Send the same payload once more, signed anew; `replay` sends the very same bytes instead."""
        again = replace(delivery, status=0, answer=None, took_s=0.0)
        return await self._deliver(again, replay=replay)

    async def retry(self, delivery: Delivery, reason: str = "http_timeout") -> Delivery:
        """Send an event again as Slack does after a failure: same event_id, x-slack-retry-num one higher."""
        again = replace(delivery, status=0, answer=None, took_s=0.0, retry=delivery.retry + 1, reason=reason)
        return await self._deliver(again)

    async def verify_url(self, challenge: str = "challenge-of-the-stand-in") -> Delivery:
        """Ask the app to prove that it listens for events (url_verification)."""
        payload = {"token": payloads.VERIFICATION, "challenge": challenge, "type": "url_verification"}
        delivery = await self._deliver(Delivery("event", "url_verification", payload))
        answer = delivery.answer
        if delivery.ok and challenge not in (answer, answer.get("challenge") if isinstance(answer, dict) else None):
            self.stage.judge.flag("challenge", "url_verification", str(answer)[:200])
        return delivery

    async def check_ssl(self) -> Delivery:
        """Ask as Slack does now and then whether the certificate is good (ssl_check)."""
        form = {"token": payloads.VERIFICATION, "ssl_check": "1"}
        return await self._deliver(Delivery("command", "ssl_check", form))

    async def _deliver(self, delivery: Delivery, *, replay: bool = False) -> Delivery:
        delivery.at = self.stage.workspace.now()
        self.deliveries.append(delivery)
        await (self._post.again(delivery) if replay else self._carry(delivery))
        judge_answer(delivery, self.stage.judge)
        return delivery

    async def _carry(self, delivery: Delivery) -> None:
        """Take it to the app; Socket Mode overrides this."""
        await self._post.send(delivery)

    def _where(self, place: Place, by: Person, held: Values) -> dict[str, Any]:
        workspace = self.stage.workspace
        if isinstance(place, View):
            place.values |= held
            return {**payloads.on_view(place), "trigger_id": workspace.triggers.issue(by.id, place.id)}
        url = self.answers.issue("actions", by.id, place.channel, place)
        where = payloads.on_message(workspace, place)
        state = state_of(numbered(place.blocks), held)
        return {**where, "state": state, "response_url": url, "trigger_id": workspace.triggers.issue(by.id)}

    def _enter(self, person: Person) -> None:
        self.stage.workspace.people.setdefault(person.id, person)

    def _owner(self, view: View) -> Person:
        if view.closed or view not in self.stage.workspace.views.stacks.get(view.person, ())[-1:]:
            raise NotThereError(f"the modal {view.title!r} is closed, or another one is on top of it")
        return self.stage.workspace.people[view.person]

    def _check_sees(self, place: Place, person: Person) -> None:
        """Raise NotThereError unless the person has it before their eyes."""
        if place.closed if isinstance(place, View) else place.deleted:
            raise NotThereError("it is gone")
        if not isinstance(place, Message) and place.person != person.id:
            raise NotThereError(f"only {place.person} sees it, not {person.id}")
        if isinstance(place, Message) and person.id in self.stage.workspace.channels[place.channel].outsiders:
            raise NotThereError(f"{person.id} is not in {place.channel}")
