"""views.open, .push, .update and .publish as the stand-in plays them, and what a view must be."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from router.testing.blocks import check_blocks
from router.testing.fields import check_shape
from router.testing.lint import lint
from router.testing.modals import View
from router.testing.requests import Request
from router.testing.rules import Problem, RefusalError
from router.testing.shapes import SHAPES
from router.testing.uploads import check_files

SIZE_MOST = 250_000
STACK_MOST = 3


def open_view(request: Request) -> dict[str, Any]:
    """Show a modal; one that the person had open is gone."""
    trigger = request.workspace.triggers.take(request.word("trigger_id"), request.judge)
    view = _new(request, trigger.person, "modal")
    request.workspace.views.clear(trigger.person)
    request.workspace.views.put(view)
    return {"view": view.wire()}


def push_view(request: Request) -> dict[str, Any]:
    """Show a modal on top of the one that was clicked in."""
    trigger = request.workspace.triggers.take(request.word("trigger_id"), request.judge)
    stack = request.workspace.views.stacks.get(trigger.person, [])
    if not trigger.view or not stack:
        request.judge.refuse("push_alone", "invalid_trigger_id")
    if len(stack) >= STACK_MOST:
        request.judge.refuse("push_limit", "push_limit_reached")
    view = _new(request, trigger.person, "modal")
    request.workspace.views.put(view)
    return {"view": view.wire()}


def update_view(request: Request) -> dict[str, Any]:
    """Show another content in an open view."""
    view = request.workspace.views.find(request.word("view_id"), request.word("external_id"))
    if view is None or view.app != request.token.app:
        raise request.judge.demand("view_unknown", "not_found")
    content = read_view(request, request.args.get("view"), str(view.content["type"]))
    _check_hash(request, view)
    view.show(content)
    return {"view": view.wire()}


def publish_view(request: Request) -> dict[str, Any]:
    """Show a person their home."""
    person = request.word("user_id")
    if person not in request.workspace.people:
        raise request.judge.demand("publish_to_nobody", "user_not_found")
    content = read_view(request, request.args.get("view"), "home")
    home = request.workspace.views.homes.get(person)
    if home is None:
        home = request.workspace.views.add(content, person, request.token.app)
        request.workspace.views.homes[person] = home
    else:
        _check_hash(request, home)
        home.show(content)
    return {"view": home.wire()}


def _check_hash(request: Request, view: View) -> None:
    if request.word("hash") not in ("", view.hash):
        request.judge.refuse("view_hash", "hash_conflict")


def _new(request: Request, person: str, kind: str) -> View:
    content = read_view(request, request.args.get("view"), kind)
    external = str(content.get("external_id", ""))
    if request.workspace.views.find("", external):
        request.judge.refuse("external_id_twice", "duplicate_external_id")
    return request.workspace.views.add(content, person, request.token.app)


def read_view(request: Request, view: Any, kind: str) -> dict[str, Any]:
    """Return the content of a view; refuses what Slack refuses and flags what people should not get."""
    content = _parsed(request, view)
    if len(json.dumps(content, ensure_ascii=False).encode()) > SIZE_MOST:
        request.judge.refuse("view_size", "view_too_large")
    problems = check_view(content, request.judge.without, kind)
    problems = problems or check_files(content.get("blocks"), request.workspace.files, request.judge, "/view/blocks")
    if problems:
        notes = {"messages": [f"[ERROR] {each}" for each in problems]}
        raise RefusalError(problems[0].rule, "invalid_arguments", response_metadata=notes)
    for rule, detail in lint(content, request.allowed):
        request.flag(rule, detail)
    return content


def _parsed(request: Request, view: Any) -> dict[str, Any]:
    try:
        content = json.loads(view) if isinstance(view, str) else view
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise request.judge.demand("view_format", "invalid_arguments")
    return content


def check_view(view: Any, without: frozenset[str] = frozenset(), kind: str = "modal") -> list[Problem]:
    """Return what Slack would refuse in a view, in reading order; [] if nothing.

    `without` names rules to leave out; `kind` is modal or home.
    """
    if not isinstance(view, Mapping):
        return [Problem("view_format", "must be an object", "/view", "invalid_arguments")]
    return [each for each in _check(view, without, kind) if each.rule not in without]


def _check(view: Mapping[str, Any], without: frozenset[str], kind: str) -> Iterator[Problem]:
    if view.get("type") != kind:
        yield Problem("view_type", f"must be {kind}", "/view/type", "invalid_arguments")
    facts = {key: value for key, value in view.items() if key != "blocks"}
    yield from check_shape(facts, SHAPES[kind], kind, "/view")
    yield from check_blocks(view.get("blocks"), without, kind)
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(each, dict) and each.get("type") == "input" for each in blocks)
    if inputs and kind == "modal" and not view.get("submit"):
        yield Problem("submit_missing", "missing required field: submit", "/view", "invalid_arguments")
