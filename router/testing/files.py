"""Uploads in three steps as the stand-in plays them: ask for an address, post the bytes, complete; then poll.

files.getUploadURLExternal → POST to upload_url → files.completeUploadExternal → files.info until there is a mimetype.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from router.testing.messages import writable
from router.testing.requests import Request
from router.testing.rules import RefusalError
from router.testing.stage import Stage
from router.testing.uploads import File
from router.testing.workspace import Message

ALT_TEXT_MOST = 1_000


def get_upload_url(request: Request) -> dict[str, Any]:
    """Announce a file and return where its bytes go."""
    length = int(request.word("length")) if request.word("length").isdecimal() else 0
    if length < 1:
        request.judge.refuse("file_length", "missing_argument")
    if len(request.word("alt_txt")) > ALT_TEXT_MOST:
        request.judge.refuse("file_alt_text", "alt_txt_too_large")
    files = request.workspace.files
    file = File(f"F{len(files.by_id) + 1:010d}", request.word("filename"), length, request.word("alt_txt"))
    files.by_id[file.id] = file
    path = f"/upload/v1/{file.id}"
    files.open_addresses[path] = file.id
    return {"upload_url": request.workspace.address + path, "file_id": file.id}


def complete_upload(request: Request) -> dict[str, Any]:
    """Let uploaded files be scanned, and share them if a channel is named."""
    files = [_uploaded(request, each) for each in _asked(request)]
    channel = writable(request, request.word("channel_id")) if request.word("channel_id") else None
    for file, asked in zip(files, _asked(request), strict=True):
        file.completed, file.title = True, str(asked.get("title", ""))
        file.channels = (channel.id,) if channel else ()
    if channel:
        workspace = request.workspace
        text = request.word("initial_comment")
        message = Message(channel.id, workspace.next_ts(), text, request.token.app, workspace.now())
        message.thread_ts = request.ts("thread_ts")
        workspace.store(message)
    return {"files": [{"id": file.id, "title": file.title or file.name} for file in files]}


def file_info(request: Request) -> dict[str, Any]:
    """Tell what is known of a file; every call counts as a poll."""
    files = request.workspace.files
    file = _known(request, request.word("file"))
    file.polls += file.completed
    return {"file": file.wire(files.polls_until_ready)}


def _asked(request: Request) -> list[Mapping[str, Any]]:
    asked = request.parsed("files", "files_format", "invalid_arguments")
    if not isinstance(asked, list) or not all(isinstance(each, dict) and "id" in each for each in asked):
        raise request.judge.demand("files_format", "invalid_arguments")
    return asked


def _uploaded(request: Request, asked: Mapping[str, Any]) -> File:
    file = _known(request, str(asked["id"]))
    if file.data is None:
        request.judge.refuse("file_not_uploaded", "file_not_found")
    return file


def _known(request: Request, id_: str) -> File:
    file = request.workspace.files.by_id.get(id_)
    if file is None:
        raise request.judge.demand("file_unknown", "file_not_found")
    return file


async def serve_upload(http: web.Request, stage: Stage) -> web.Response:
    """Take the bytes of one file, once; the address is all that is needed."""
    call = stage.log("upload")
    try:
        size = _keep(stage, http.path, await http.read(), "Authorization" in http.headers or "token" in http.query)
    except RefusalError as refusal:
        call.rule, call.error, call.status = refusal.rule, refusal.code, 400
        return web.Response(text=f"ERROR - {refusal.code}", status=400)
    call.status = 200
    return web.Response(text=f"OK - {size}")


def _keep(stage: Stage, path: str, body: bytes, token: bool) -> int:
    files = stage.workspace.files
    if token:
        stage.judge.flag("upload_token", "upload")
    if path not in files.open_addresses:
        raise stage.judge.demand("upload_url_unknown", "invalid_url")
    file = files.by_id[files.open_addresses[path]]
    if len(body) != file.length:
        stage.judge.refuse("file_bytes", "size_mismatch")
    del files.open_addresses[path]
    file.data = body
    return len(body)
