"""Incidents whose looks fail: counted, then shown plainly, so that a firing alert is never just lost."""

import contextlib

import structlog

from router.alert import Status
from router.dispatch.channels import Accept
from router.errors import UnavailableError
from router.incident import Incident, notice
from router.incident.notice import SOURCE

LOG = structlog.get_logger(__name__)
FAILURES_UNTIL_NOTICE = 3
EXPIRES_S = 900.0
_SUMMARY = {
    "en": "The router could not handle incident {id} ({rule}), {n} times in a row. Its alert may not have been shown:"
    " look at it where it comes from. The router's log says more (look_failed).",
    "ja": "インシデント {id}（{rule}）の処理に {n} 回続けて失敗しました。アラートが表示されていない可能性があります。"
    "送信元で直接確認してください。詳細はルーターのログ（look_failed）にあります。",
}


class Stuck:
    """Counts, for one process, the looks that failed in a row."""

    def __init__(self, accept: Accept | None) -> None:
        self._accept = accept
        self._failures: dict[str, int] = {}

    def went_well(self, incident: Incident) -> None:
        """A look came to its end."""
        self._failures.pop(incident.key, None)

    async def failed(self, incident: Incident, error: str, now: float, locale: str) -> None:
        """A look broke with an error of this type; a notice that breaks announces nothing."""
        failures = self._failures[incident.key] = self._failures.get(incident.key, 0) + 1
        LOG.error("look_failed", incident=incident.id, error=error, failures=failures)
        if failures < FAILURES_UNTIL_NOTICE or self._accept is None or incident.lead.source == SOURCE:
            return
        words = _SUMMARY.get(locale, _SUMMARY["en"])
        summary = words.format(id=incident.id, rule=incident.lead.rule, n=FAILURES_UNTIL_NOTICE)
        facts = {"summary": summary, "detail": error}
        with contextlib.suppress(UnavailableError):
            await self._accept([notice("stuck", incident.id, Status.FIRING, now, facts, now + EXPIRES_S)])
