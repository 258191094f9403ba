"""How a call reaches the stand-in over HTTP: content types, arguments and tokens, refused as Slack refuses them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from router.testing.requests import Method
from router.testing.rules import Judge
from router.testing.workspace import Token

_STATES = {
    "revoked": ("revoked_token", "token_revoked"),
    "expired": ("expired_token", "token_expired"),
    "inactive": ("inactive_account", "account_inactive"),
}
FORM = "application/x-www-form-urlencoded"


def find_method(name: str, methods: Mapping[str, Method], judge: Judge) -> Method:
    """Return the method of that name; refuses one that does not exist."""
    if name not in methods:
        raise judge.demand("unknown_method", "unknown_method")
    return methods[name]


async def read_args(http: web.Request, method: Method, judge: Judge) -> dict[str, Any]:
    """Return the arguments of a call from query and body, nothing checked but their form."""
    args: dict[str, Any] = dict(http.query)
    body = await http.read()
    if not body:
        return args
    kind = http.content_type if "Content-Type" in http.headers else ""
    if not kind:
        judge.refuse("missing_post_type", "missing_post_type")
    if kind == "application/json":
        parsed = _json(body, judge)
        if method.form_only and "form_only" not in judge.without:
            return args
        return args | parsed
    if kind not in ("", FORM):
        judge.refuse("invalid_post_type", "invalid_post_type")
    return args | _form(body, judge)


def _json(body: bytes, judge: Judge) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise judge.demand("invalid_json", "invalid_json") from error
    if not isinstance(parsed, dict):
        raise judge.demand("invalid_json", "json_not_object")
    return parsed


def _form(body: bytes, judge: Judge) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError as error:
        raise judge.demand("invalid_form", "invalid_form_data") from error


def read_token(http: web.Request, name: str, args: dict[str, Any], judge: Judge) -> str:
    """Take the token out of header and arguments; two of them are flagged."""
    scheme, _, header = http.headers.get("Authorization", "").partition(" ")
    in_args = args.pop("token", None)
    if header and in_args:
        judge.flag("token_twice", name)
    return header.strip() if scheme.lower() == "bearer" and header else str(in_args or "")


def check_token(value: str, method: Method, tokens: Mapping[str, Token], judge: Judge) -> Token:
    """Return the token that may call the method; refuses every other."""
    if method.public:
        return tokens.get(value, Token("", "A0NOBODY", frozenset()))
    if not value:
        raise judge.demand("no_token", "not_authed")
    token = tokens.get(value)
    if token is None:
        raise judge.demand("unknown_token", "invalid_auth")
    if token.state in _STATES:
        judge.refuse(*_STATES[token.state])
    if token.kind != method.kind:
        judge.refuse("token_type", "not_allowed_token_type")
    if method.scopes and not token.scopes & set(method.scopes):
        provided = ",".join(sorted(token.scopes))
        judge.refuse("scope", "missing_scope", needed=method.scopes[0], provided=provided)
    return token


def check_args(name: str, method: Method, args: Mapping[str, Any], judge: Judge) -> None:
    """Refuse a call without its required arguments; flag arguments that the method does not have."""
    for key in sorted(args.keys() - method.args):
        judge.flag("unknown_argument", name, key)
    for key in method.required:
        if args.get(key) in (None, ""):
            notes = {"messages": [f"[ERROR] missing required field: {key}"]}
            judge.refuse("missing_argument", "invalid_arguments", response_metadata=notes)
