"""What people hear about their acts once these have taken effect."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from router.incident import Deed, ReplyCode
from router.respond import Replies
from router.slack.message import Message
from tests.support.responding import config
from tests.support.slack_views import page
from tests.support.talking import TARGET, reply


@dataclass
class Answers:
    """Takes answers, or refuses them."""

    code: str = "ok"
    taken: list[tuple[str, Message, dict[str, Any]]] = field(default_factory=list)

    async def answer(self, url: str, message: Message, **where: Any) -> str:
        self.taken.append((url, message, {name: value for name, value in where.items() if value}))
        return self.code


VIEW = page(key=TARGET.key, incident=TARGET.id)


async def sent(deed: Deed, code: ReplyCode, answers: Answers | None = None, **changes: Any) -> list[Any]:
    known = answers or Answers()
    replies = Replies(known, config)
    delayed = bool(changes.pop("delayed", False))
    locale = changes.pop("locale", "en")
    replies.send(reply(deed, code, **changes), VIEW, locale, delayed=delayed)
    await replies.drain(5)
    return known.taken


async def test_who_was_too_late_hears_who_has_it() -> None:
    """By the address of their own click."""
    [(url, message, where)] = await sent(Deed.ACKNOWLEDGE, ReplyCode.ALREADY)
    assert url == "https://hooks.slack.com/a/b"
    assert message.text.startswith("Already acknowledged by Ada")
    assert where == {}


@pytest.mark.parametrize("deed", [each for each in Deed if each is not Deed.WOLF])
async def test_what_the_message_shows_is_not_said_twice(deed: Deed) -> None:
    """Done is shown in the channel."""
    assert await sent(deed, ReplyCode.DONE) == []


async def test_a_delayed_edit_is_said() -> None:
    """Slack is slow: the person must not click again."""
    [(_, message, _)] = await sent(Deed.ACKNOWLEDGE, ReplyCode.DONE, delayed=True)
    assert message.text.startswith("Recorded for")


async def test_the_reason_replaces_the_question_and_nothing_else_is_ever_replaced() -> None:
    """Replacing the message that was clicked would overwrite the channel's."""
    [(_, asked, where)] = await sent(Deed.WOLF, ReplyCode.DONE)
    assert where == {}
    assert "Why was it one?" in asked.text
    [(_, thanked, where)] = await sent(Deed.WOLF, ReplyCode.DONE, reason="duplicate")
    assert where == {"replace": True}
    assert "noted as a wolf (duplicate). It counts in Monday's report." in thanked.text


async def test_the_team_s_language_is_spoken_where_slack_does_not_tell_the_person_s() -> None:
    """Here the receiver's is Japanese."""
    [(_, message, _)] = await sent(Deed.RELEASE, ReplyCode.NOTHING, locale="ja")
    assert "担当者がいない" in message.text


async def test_an_answer_that_slack_does_not_take_is_logged_without_its_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The address is a secret."""
    await sent(Deed.ACKNOWLEDGE, ReplyCode.ALREADY, Answers("expired"))
    said = capsys.readouterr().out
    assert "reply_not_taken" in said
    assert "expired" in said
    assert "hooks.slack.com" not in said


async def test_an_act_without_an_address_is_not_answered() -> None:
    """Clicks in the home, and those of acknowledge all."""
    known = Answers()
    replies = Replies(known, config)
    silent = reply(Deed.ACKNOWLEDGE, ReplyCode.ALREADY)
    object.__setattr__(silent.act, "answer_url", "")
    replies.send(silent, VIEW, "en")
    await replies.drain(1)
    assert known.taken == []
