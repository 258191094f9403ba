"""What can be clicked, chosen or typed in stored blocks, and what Slack sends when somebody does."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.testing.inputs import TYPED

Chosen = str | int | Sequence[str] | None


class NotThereError(AssertionError):
    """Somebody clicked, chose or filled in what is not there: a person could not have done that."""


_PICKED = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
} | dict.fromkeys(TYPED, "value")
_ONE_OPTION = ("static_select", "radio_buttons", "overflow")
_OPTIONS = ("multi_static_select", "checkboxes")
_INITIAL = {"value": "initial_value"}


@dataclass(frozen=True, slots=True)
class Control:
    """One element that a person can use. `input` tells that it stands in an input block."""

    block_id: str
    element: Mapping[str, Any]
    input: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        return str(self.element.get("type", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def value(self) -> str:
        """What a button carries."""
        return str(self.element.get("value", ""))

    @property
    def label(self) -> str:
        """What a person reads on it or beside it."""
        text = self.element.get("text") or self.element.get("placeholder") or (self.input or {}).get("label") or {}
        return str(text.get("text", ""))

    @property
    def options(self) -> list[Mapping[str, Any]]:
        """What a menu offers, groups flattened."""
        groups = self.element.get("option_groups", ())
        return [*self.element.get("options", ()), *(each for group in groups for each in group["options"])]

    @property
    def dispatches(self) -> bool:
        """Whether using it sends block_actions."""
        return self.input is None or bool(self.input.get("dispatch_action"))

    def __str__(self) -> str:
        offered = ", ".join(f"{each['value']} ({each['text']['text']})" for each in self.options)
        return f"{self.action_id} ({self.label})" + (f" [{offered}]" if offered else "")


def numbered(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a copy in which every block has a block_id, as Slack gives one."""
    return [{"block_id": f"stand-in-{number}", **copy.deepcopy(dict(each))} for number, each in enumerate(blocks)]


def controls_of(blocks: Sequence[Mapping[str, Any]]) -> list[Control]:
    """Return everything that can be used in blocks, in reading order."""
    return list(_controls(blocks))


def _controls(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Control]:
    for block in blocks:
        name = str(block.get("block_id", ""))
        if block["type"] == "actions":
            yield from (Control(name, each) for each in block["elements"])
        elif block["type"] == "section" and "action_id" in block.get("accessory", {}):
            yield Control(name, block["accessory"])
        elif block["type"] == "input":
            yield Control(name, block["element"], block)


def find_control(blocks: Sequence[Mapping[str, Any]], action_id: str, value: str | None, option: Chosen) -> Control:
    """Return the control that a person means; raises NotThereError, which lists what is there."""
    there = [each for each in controls_of(blocks) if each.dispatches]
    named = [each for each in there if each.action_id == action_id]
    if value is not None:
        named = [each for each in named if each.kind in TYPED or each.value == value]
    if isinstance(option, str):
        named = [each for each in named if not each.options or _option(each, option)]
    if len(named) == 1:
        return named[0]
    wanted = " ".join(str(each) for each in (action_id, value, option) if each is not None)
    problem = "is there more than once" if named else "is not there"
    raise NotThereError(f"{wanted} {problem}; there are: {'; '.join(map(str, there)) or 'no controls'}")


def chosen_in(control: Control, chosen: Chosen) -> dict[str, Any]:
    """Return what Slack tells about a choice, {} for a button; raises NotThereError for what is not offered."""
    if control.kind in _ONE_OPTION:
        return {"selected_option": None if chosen is None else offered(control, str(chosen))}
    if control.kind in _OPTIONS:
        return {"selected_options": [offered(control, each) for each in _several(chosen)]}
    name = _PICKED.get(control.kind)
    if name is None:
        return {}
    return {name: _several(chosen) if control.kind.startswith("multi_") else chosen}


def offered(control: Control, value: str) -> Mapping[str, Any]:
    """Return the option of this value or text; raises NotThereError."""
    option = _option(control, value)
    if option is None:
        raise NotThereError(f"{value} is not offered by {control}")
    return option


def initial_of(control: Control) -> dict[str, Any]:
    """Return what is chosen before anybody touches it."""
    blank = chosen_in(control, None)
    for name in blank:
        initial = _INITIAL.get(name) or "initial_" + name.removeprefix("selected_")
        blank[name] = control.element.get(initial, blank[name])
    return blank


def action_of(control: Control, chosen: Chosen, ts: str) -> dict[str, Any]:
    """Return the entry of `actions` for one use of a control."""
    told = ("type", "action_id", "text", "value", "style", "url", "placeholder", "confirm")
    action = {key: control.element[key] for key in told if key in control.element}
    return {**action, "block_id": control.block_id, "action_ts": ts, **chosen_in(control, chosen)}


Values = dict[tuple[str, str], dict[str, Any]]


def state_of(blocks: Sequence[Mapping[str, Any]], values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    """Return `state`: what every menu and input holds now, by block_id and action_id."""
    state: dict[str, dict[str, Any]] = {}
    for control in controls_of(blocks):
        initial = initial_of(control)
        if not initial or control.kind == "overflow":
            continue
        held = values.get((control.block_id, control.action_id), initial)
        state.setdefault(control.block_id, {})[control.action_id] = {"type": control.kind, **held}
    return {"values": state}


def _option(control: Control, value: str) -> Mapping[str, Any] | None:
    known = (each for each in control.options if value in (each["value"], each["text"]["text"]))
    return next(known, None)


def _several(chosen: Chosen) -> list[str]:
    if chosen is None:
        return []
    return [str(chosen)] if isinstance(chosen, str | int) else list(chosen)
