"""POST /webhook/{source}: what a configured sender posts."""

from time import perf_counter

from aiohttp import web

from router.config.values import SourceConfig
from router.web.answers import RejectionError, answer
from router.web.parts import PARTS
from router.web.take_in import TakenIn, take_in


async def receive(request: web.Request) -> web.Response:
    """Answer 202 once every alert of the body is stored durably, with what became of them."""
    began = perf_counter()
    taken = await take_in(request, source_of(request))
    request.app[PARTS].metrics.accept_seconds(perf_counter() - began)
    return answer(202, _summary(taken))


def source_of(request: web.Request) -> SourceConfig:
    """Return the configured source of the path; raises RejectionError (404)."""
    source = request.app[PARTS].config().sources.get(request.match_info["source"])
    if source is None:
        raise RejectionError(404, "no source of this name is configured: see `sources` in the configuration")
    return source


def _summary(taken: TakenIn) -> dict[str, object]:
    summary: dict[str, object] = {
        "accepted": taken.accepted,
        "duplicates": taken.duplicates,
        "incidents": taken.incidents,
    }
    if taken.quarantined:
        summary["quarantined"] = taken.quarantined
    if taken.rejected:
        summary["rejected"] = len(taken.rejected)
    return summary
