"""Reads what Slack sends into values, the same for HTTP and Socket Mode. Pure; believes no field to be there.

Payloads: docs.slack.dev/reference/interaction-payloads, /interactivity/implementing-slash-commands, /apis/events-api.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from router.incident import Person
from router.slack.inbound import (
    Click,
    Closed,
    Command,
    Event,
    Inbound,
    InboundError,
    Kind,
    Origin,
    Shortcut,
    Submission,
)

LARGEST = 1024 * 1024
"""Bytes of one body. Slack's own limit of a view is 250 kB, of a message's blocks far less."""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_FIELDS_MOST = 100
_PICKED = (
    "selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time",
    "selected_date_time",
)  # fmt: skip
_PICKED_MANY = ("selected_users", "selected_channels", "selected_conversations")
_EVENT_ID_LONGEST = 64
_CHECK_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Handshake:
    """Slack only wants to know whether somebody is there; `body` is the answer, None for an empty one."""

    body: Mapping[str, str] | None = None


def read(kind: Kind, content_type: str, raw: bytes) -> Mapping[str, Any] | Handshake:
    """Return the payload inside an HTTP body; raises InboundError when it is not what Slack sends there.

    `content_type` without parameters. Events are JSON, the others forms; an interaction is JSON in the form's field
    `payload`.
    """
    if len(raw) > LARGEST:
        raise InboundError(f"the body is over {LARGEST} bytes")
    expected = JSON if kind is Kind.EVENTS else FORM
    if content_type != expected:
        raise InboundError(f"Slack sends {kind} as {expected}")
    if kind is Kind.EVENTS:
        payload = read_json(raw)
        return _challenge(payload) if payload.get("type") == "url_verification" else payload
    form = _form(raw)
    if form.get("ssl_check") == "1":
        return Handshake()
    if kind is Kind.COMMANDS:
        return form
    if "payload" not in form:
        raise InboundError("the form has no field `payload`")
    return read_json(form["payload"])


def checks_certificate(kind: Kind, content_type: str, raw: bytes) -> bool:
    """Return whether Slack only looks at our certificate: it may do so without a signature, and nothing is done."""
    if kind is Kind.EVENTS or content_type != FORM or len(raw) > _CHECK_LONGEST:
        return False
    return b"ssl_check=1" in raw.split(b"&")


def read_json(raw: bytes | str) -> Mapping[str, Any]:
    """Return a JSON object; deeper than 1,024 levels is no JSON to the parser. Raises InboundError."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InboundError("not JSON", f"character {error.pos}") from None  # its text and its chain quote the body
    if not isinstance(value, dict):
        raise InboundError("JSON, but not an object")
    return value


def _form(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MOST)
    except UnicodeDecodeError:
        raise InboundError("a form that is not UTF-8, percent-encoded") from None
    except ValueError:
        raise InboundError(f"a form of more than {_FIELDS_MOST} fields") from None
    return dict(pairs)


def _challenge(payload: Mapping[str, Any]) -> Handshake:
    challenge = payload.get("challenge")
    if not isinstance(challenge, str):
        raise InboundError("a url_verification without a challenge")
    return Handshake({"challenge": challenge})


def parse(kind: Kind, payload: Mapping[str, Any], at: float) -> Inbound:
    """Return what a payload says; `at` is when it came, Unix seconds. Raises InboundError."""
    match kind:
        case Kind.COMMANDS:
            return _command(payload, at)
        case Kind.EVENTS:
            return _happening(payload, at)
        case Kind.INTERACTIONS:
            reader = _READERS.get(_text(payload, "type"))
            if reader is None:
                raise InboundError("an interaction of a type that this app does not use")
            return reader(payload, at)


def values_of(view: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """Return what a view's inputs hold, by `block_id`: a text, or a list of texts where several can be chosen.

    A block with several inputs has each of them as `block_id.action_id`. What was left empty is "" or [].
    """
    found: dict[str, str | Sequence[str]] = {}
    for block, inputs in _part(_part(view, "state"), "values").items():
        if isinstance(inputs, dict):
            single = len(inputs) == 1
            found |= {(block if single else f"{block}.{name}"): _value(each) for name, each in inputs.items()}
    return found


def _value(element: Any) -> str | Sequence[str]:
    if not isinstance(element, dict):
        return ""
    for key in _PICKED_MANY:
        if key in element:
            return [each for each in _list(element, key) if isinstance(each, str)]
    if "selected_options" in element:
        return [_text(each, "value") for each in _list(element, "selected_options") if isinstance(each, dict)]
    return _text(element, "value") or _text(_part(element, "selected_option"), "value") or _picked(element)


def _picked(element: Mapping[str, Any]) -> str:
    return next((str(element[key]) for key in _PICKED if element.get(key)), "")


def _click(payload: Mapping[str, Any], at: float) -> Click:
    action = _first(payload, "actions")
    name = _needed(action, "action_id", "a click")
    container, message, view = _part(payload, "container"), _part(payload, "message"), _part(payload, "view")
    origin = _origin(payload, at, (_text(payload, "trigger_id"), _text(action, "action_ts"), name))
    return Click(
        origin,
        name,
        value=_text(action, "value") or _text(_part(action, "selected_option"), "value"),
        selected=_picked(action),
        message_ts=_text(container, "message_ts") or _text(message, "ts"),
        thread_ts=_text(container, "thread_ts") or _text(message, "thread_ts"),
        ephemeral=container.get("is_ephemeral") is True,
        view=view or None,
    )


def _submission(payload: Mapping[str, Any], at: float) -> Submission:
    view = _part(payload, "view")
    origin = _origin(payload, at, (_needed(view, "id", "a submission"), _text(view, "hash")))
    callback, private = _text(view, "callback_id"), _text(view, "private_metadata")
    return Submission(origin, callback, private, values_of(view), _text(view, "id"))


def _closed(payload: Mapping[str, Any], at: float) -> Closed:
    view = _part(payload, "view")
    return Closed(_origin(payload, at, (_needed(view, "id", "a closed view"), _text(view, "hash"))))


def _shortcut(payload: Mapping[str, Any], at: float) -> Shortcut:
    callback = _needed(payload, "callback_id", "a shortcut")
    message = _part(payload, "message")
    origin = _origin(payload, at, (_text(payload, "trigger_id"), _text(payload, "action_ts"), callback))
    ts = _text(message, "ts") or _text(payload, "message_ts")
    return Shortcut(origin, callback, ts, _text(message, "thread_ts"))


_READERS: Mapping[str, Callable[[Mapping[str, Any], float], Inbound]] = {
    "block_actions": _click,
    "view_submission": _submission,
    "view_closed": _closed,
    "message_action": _shortcut,
    "shortcut": _shortcut,
}


def _origin(payload: Mapping[str, Any], at: float, same: tuple[str, ...]) -> Origin:
    """Read who and where; `same` is what every delivery of this has in common, beside type and person."""
    user, view = _part(payload, "user"), _part(payload, "view")
    kind, person = _needed(payload, "type", "an interaction"), _needed(user, "id", "an interaction's user")
    if not any(same[:2]):
        raise InboundError("an interaction with neither trigger_id nor action_ts")
    return Origin(
        _same_id(kind, person, *same),
        Person(person, _text(user, "name") or _text(user, "username")),
        at,
        # A modal that somebody opened from a shared channel names the workspace of the app apart from the person's.
        team=_text(view, "app_installed_team_id") or _text(_part(payload, "team"), "id") or _text(user, "team_id"),
        home=_text(user, "team_id"),
        enterprise=_text(_part(payload, "enterprise"), "id") or _text(_part(payload, "team"), "enterprise_id"),
        app=_text(payload, "api_app_id"),
        channel=_text(_part(payload, "channel"), "id") or _text(_part(payload, "container"), "channel_id"),
        trigger_id=_text(payload, "trigger_id"),
        answer_url=_text(payload, "response_url") or _text(_first(payload, "response_urls"), "response_url"),
    )


def _command(form: Mapping[str, Any], at: float) -> Command:
    name = _needed(form, "command", "a command")
    person, trigger = _needed(form, "user_id", "a command"), _needed(form, "trigger_id", "a command")
    origin = Origin(
        _same_id("command", person, trigger),
        Person(person, _text(form, "user_name")),
        at,
        team=_text(form, "team_id"),
        enterprise=_text(form, "enterprise_id"),
        app=_text(form, "api_app_id"),
        channel=_text(form, "channel_id"),
        trigger_id=trigger,
        answer_url=_text(form, "response_url"),
    )
    return Command(origin, name, _text(form, "text"))


def _happening(payload: Mapping[str, Any], at: float) -> Event:
    match _text(payload, "type"):
        case "event_callback":
            body, given = _part(payload, "event"), _needed(payload, "event_id", "an event")
        case "app_rate_limited":
            body = {key: value for key, value in payload.items() if key != "token"}
            given = _same_id("app_rate_limited", _text(payload, "team_id"), str(payload.get("minute_rate_limited")))
        case _:
            raise InboundError("an event of a type that this app does not use")
    allowed, user = _first(payload, "authorizations"), body.get("user")
    origin = Origin(
        given if len(given) <= _EVENT_ID_LONGEST else _same_id("event", given),
        Person(user if isinstance(user, str) else _text(_part(body, "user"), "id")),
        at,
        team=_text(payload, "team_id") or _text(allowed, "team_id"),
        home=_text(body, "user_team"),
        enterprise=_text(payload, "enterprise_id") or _text(allowed, "enterprise_id"),
        app=_text(payload, "api_app_id"),
        channel=_text(body, "channel") or _text(_part(body, "channel"), "id"),
    )
    return Event(origin, _needed(body, "type", "an event"), body)


def _same_id(kind: str, *parts: str) -> str:
    """Return a short id that tells nothing of its parts: a trigger id is a secret, and this is kept and logged."""
    digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12)
    return f"{kind}-{digest.hexdigest()}"


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def _needed(mapping: Mapping[str, Any], key: str, what: str) -> str:
    value = _text(mapping, key)
    if not value:
        raise InboundError(f"{what} without `{key}`")
    return value


def _part(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = mapping.get(key)
    return value if isinstance(value, dict) else {}


def _list(mapping: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = mapping.get(key)
    return value if isinstance(value, list) else ()


def _first(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next((each for each in _list(mapping, key)[:1] if isinstance(each, dict)), {})
