"""What people are told about their acts, once these have taken effect; dispatch says when."""

from collections.abc import Callable

import structlog

from router.config.values import Config
from router.incident import Deed, Reply, ReplyCode, View
from router.respond.follow import FollowUps
from router.respond.parts import Answers
from router.slack.dialogue.replies import drawn_reply, report_name
from router.slack.dialogue.texts import language, texts
from router.slack.message import Message

LOG = structlog.get_logger(__name__)


class Replies:
    """Answers acts in the background: the message in the channel never waits for an answer to one person."""

    def __init__(self, answers: Answers, config: Callable[[], Config]) -> None:
        self._answers = answers
        self._config = config
        self._follow = FollowUps()

    def send(self, reply: Reply, view: View, locale: str, *, delayed: bool = False) -> None:
        """Tell the person what became of their act; `locale` is the team's, `delayed`: the edit has to wait.

        Says nothing where the message in the channel says it all, or where Slack gave no address for answers.
        """
        if not reply.act.answer_url:
            return
        words = texts(language(reply.act.locale, language(locale, "en")))
        weekly = self._config().report
        report = report_name(weekly.weekday if weekly is not None else None, words)
        message = drawn_reply(reply, view, words, report, delayed=delayed)
        if message is not None:
            self._follow.start("reply", self._answer(reply, message))

    async def _answer(self, reply: Reply, message: Message) -> None:
        code = await self._answers.answer(reply.act.answer_url, message, replace=_replaces(reply))
        if code != "ok":
            LOG.warning("reply_not_taken", deed=reply.act.deed, incident=reply.act.incident, code=code)

    async def drain(self, seconds: float) -> None:
        """Let what is under way finish."""
        await self._follow.drain(seconds)


def _replaces(reply: Reply) -> bool:
    """Only the question for the reason is replaced by its answer: any other click stands on a message of the channel.

    A reason is asked for nowhere else, so an act that brings one was clicked in that question.
    """
    return reply.code is ReplyCode.DONE and reply.act.deed is Deed.WOLF and bool(reply.act.reason)
