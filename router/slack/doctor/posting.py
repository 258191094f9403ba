"""Test messages, and incoming webhooks, which nothing but a message can test."""

import re
from urllib.parse import urlsplit

from router.slack.doctor.asking import Asking, Said
from router.slack.doctor.diagnosis import Code, Diagnosis, Sound, bad, care, good
from router.slack.doctor.setup import Setup
from router.slack.webhook import MENDS

TEST = {
    "en": "This is a test of the SLO alert router: it can post here. Nothing to do.",
    "ja": "SLO Alert Router のテスト投稿です。このチャンネルに投稿できます。対応は不要です。",
}
_HOOK = re.compile(r"/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+")
_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


async def post_tests(setup: Setup, asking: Asking, channels: list[str]) -> list[Diagnosis]:
    """Post one message to each channel, and delete it again."""
    return [await _post_test(setup, asking, channel) for channel in channels]


async def _post_test(setup: Setup, asking: Asking, channel: str) -> Diagnosis:
    posted = await _post(setup, asking, channel)
    if posted.code == "not_in_channel":  # joined, as a delivery does
        joined = await asking.ask("conversations.join", setup.bot_token, channel=channel)
        posted = await _post(setup, asking, channel) if joined.ok else posted
    if not posted.ok:
        return bad(Code.POST_FAILED, channel=channel, code=posted.code)
    place = {"channel": str(posted.data.get("channel", channel)), "ts": str(posted.data.get("ts", ""))}
    deleted = await asking.ask("chat.delete", setup.bot_token, **place)
    if not deleted.ok:
        return care(Code.TEST_LEFT, channel=channel, code=deleted.code)
    return good(Sound.POSTED, channel=channel)


async def _post(setup: Setup, asking: Asking, channel: str) -> Said:
    message = {"text": TEST.get(setup.locale, TEST["en"]), "unfurl_links": False, "unfurl_media": False}
    return await asking.ask("chat.postMessage", setup.bot_token, channel=channel, **message)


async def check_webhooks(setup: Setup, asking: Asking) -> list[Diagnosis]:
    """Look at the shape of every webhook, and post to it only where that was asked for: it cannot be deleted."""
    found: list[Diagnosis] = []
    for receiver, url in setup.webhooks.items():
        shaped = _is_slacks(url)
        if not shaped:
            found.append(care(Code.WEBHOOK_SHAPE, receiver=receiver))
        if setup.post:
            found.append(await _post_to_webhook(setup, asking, receiver, url))
        elif shaped:
            found.append(good(Sound.WEBHOOK, receiver=receiver))
    return found


def _is_slacks(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.hostname in _HOSTS and bool(_HOOK.fullmatch(parts.path))
    except ValueError:
        return False


async def _post_to_webhook(setup: Setup, asking: Asking, receiver: str, url: str) -> Diagnosis:
    said = await asking.fetch("POST", url, json={"text": TEST.get(setup.locale, TEST["en"])})
    if said.status == 200 and said.word == "ok":
        return good(Sound.WEBHOOK_POSTED, receiver=receiver)
    code = said.word or said.code
    return bad(Code.WEBHOOK_REFUSED, receiver=receiver, code=code, mend=MENDS.get(code, said.why))
