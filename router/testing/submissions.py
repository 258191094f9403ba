"""Submitted modals and slash commands: what a person fills in, and what the app's answer does to what they see."""

from collections.abc import Mapping
from typing import Any

from router.testing.answers import AnswerUrl, say
from router.testing.controls import Chosen, Control, NotThereError, chosen_in, controls_of, initial_of
from router.testing.deliveries import Delivery
from router.testing.inputs import TYPED
from router.testing.modals import View
from router.testing.rules import RefusalError
from router.testing.stage import Stage
from router.testing.views import STACK_MOST, read_view

_ACTIONS = ("errors", "update", "push", "clear")


def fill_in(view: View, values: Mapping[str, Chosen]) -> None:
    """Let a person fill in inputs by block_id, as far as the modal lets them.

    Raises NotThereError for an input that is not there, a choice that is not offered, a text that is too short or too
    long, and an input left empty that is not optional: in all of them Slack sends nothing.
    """
    inputs = {each.block_id: each for each in controls_of(view.blocks) if each.input is not None}
    for name, chosen in values.items():
        if name not in inputs:
            raise NotThereError(f"{name} is no input of this modal; there are: {', '.join(inputs) or 'none'}")
        control = inputs[name]
        _check_text(control, chosen)
        view.values[name, control.action_id] = chosen_in(control, chosen)
    for name, control in inputs.items():
        held = view.values.get((name, control.action_id), initial_of(control))
        optional = control.input is not None and control.input.get("optional")
        if not optional and not any(held.values()):
            raise NotThereError(f"{name} is empty and not optional: Slack does not submit that")


def _check_text(control: Control, chosen: Chosen) -> None:
    if control.kind not in TYPED or not isinstance(chosen, str):
        return
    least, most = control.element.get("min_length", 0), control.element.get("max_length", 3_000)
    if chosen and not least <= len(chosen) <= most:
        raise NotThereError(f"{control.block_id} takes {least} to {most} characters, not {len(chosen)}")


def follow(view: View, delivery: Delivery, stage: Stage) -> None:
    """Do to a modal what the answer to its submission says; flags an answer that Slack does not understand."""
    answer, views = delivery.answer, stage.workspace.views
    if not delivery.ok:
        view.trouble = f"status {delivery.status}"
    elif answer in (None, "", {}):
        views.close(view)
    elif not isinstance(answer, dict) or answer.get("response_action") not in _ACTIONS:
        _trouble(view, stage, "submission_answer", str(answer)[:200])
    elif answer["response_action"] == "clear":
        views.clear(view.person)
    elif answer["response_action"] == "errors":
        _show_errors(view, answer.get("errors"), stage)
    else:
        _show_view(view, answer, stage)


def _show_errors(view: View, errors: Any, stage: Stage) -> None:
    known = {each.block_id for each in controls_of(view.blocks) if each.input is not None}
    if not isinstance(errors, dict) or not errors or not all(isinstance(each, str) for each in errors.values()):
        _trouble(view, stage, "submission_answer", "errors must be texts by block_id")
        return
    for name in sorted(errors.keys() - known):
        _trouble(view, stage, "submission_errors", name)
    view.errors = {name: text for name, text in errors.items() if name in known}


def _show_view(view: View, answer: Mapping[str, Any], stage: Stage) -> None:
    request, views = stage.request("view_submission", answer), stage.workspace.views
    try:
        content = read_view(request, answer.get("view"), "modal")
        if answer["response_action"] == "push" and len(views.stacks[view.person]) >= STACK_MOST:
            stage.judge.refuse("push_limit", "push_limit_reached")
    except RefusalError as refusal:
        _trouble(view, stage, "submission_view", f"{refusal.code} {refusal.more}")
        return
    if answer["response_action"] == "update":
        view.show(content)
    else:
        views.put(views.add(content, view.person, view.app))


def _trouble(view: View, stage: Stage, rule: str, detail: str) -> None:
    view.trouble = rule
    stage.judge.flag(rule, "view_submission", detail)


def show_answer(delivery: Delivery, url: AnswerUrl, stage: Stage) -> None:
    """Show what the app answered to a command within its 200; flags what Slack does not show."""
    answer = delivery.answer
    if not delivery.ok or answer in (None, "", {}):
        return
    args = answer if isinstance(answer, dict) else {"text": str(answer)}
    try:
        say(stage.request("command", args), url, stage)
    except RefusalError as refusal:
        stage.judge.flag("command_answer", delivery.kind, f"{refusal.code} {refusal.more}")
