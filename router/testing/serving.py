"""The addresses of the stand-in beside its Web API: hooks, uploads, sockets."""

from aiohttp import web

from router.testing.answers import AnswerUrls
from router.testing.files import serve_upload
from router.testing.sockets import Sockets
from router.testing.trouble import Trouble
from router.testing.webhooks import Webhooks


def add_routes(
    routes: web.UrlDispatcher, trouble: Trouble, answers: AnswerUrls, webhooks: Webhooks, sockets: Sockets
) -> None:
    """Let the server answer there, and with a page that is no API everywhere else."""

    async def upload(http: web.Request) -> web.Response:
        return await serve_upload(http, trouble.stage)

    answered = trouble.around("response_url", answers.serve)
    routes.add_route("*", "/actions/{rest:.*}", answered)
    routes.add_route("*", "/commands/{rest:.*}", answered)
    routes.add_route("*", "/services/{team}/{bot}/{secret}", trouble.around("webhook", webhooks.serve))
    routes.add_post("/upload/v1/{file}", trouble.around("upload", upload))
    routes.add_get("/link/", sockets.serve)
    routes.add_route("*", "/{elsewhere:.*}", _elsewhere)


async def _elsewhere(_: web.Request) -> web.Response:
    return web.Response(text="<!DOCTYPE html><p>not an API</p>", content_type="text/html")
