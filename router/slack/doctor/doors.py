"""How Slack reaches the router: Socket Mode, or signed requests to the running router."""

import json
import re
from collections.abc import Mapping
from secrets import token_hex

from router.slack.doctor.asking import LIMITED, Asking, Said
from router.slack.doctor.diagnosis import Code, Diagnosis, Sound, bad, care, good
from router.slack.doctor.setup import Setup
from router.slack.doctor.token import no_answer
from router.slack.manifest import COMMANDS, EVENTS_PATH, INTERACTIONS
from router.slack.signature import SIGNATURE, TIMESTAMP, signature_of

FORM = "application/x-www-form-urlencoded"
CHALLENGE_BYTES = 12
_DOORS = {INTERACTIONS: FORM, COMMANDS: FORM, EVENTS_PATH: "application/json"}


async def check_inbound(setup: Setup, asking: Asking) -> list[Diagnosis]:
    """Look at the way that clicks come: its secret or token, by shape and by asking Slack."""
    if setup.app_token:
        both = [care(Code.BOTH_MODES)] if setup.signing_secret else []
        return [*both, *await _socket(setup, asking)]
    if not setup.signing_secret:
        return [care(Code.BUTTONS_OFF)]
    shaped = re.fullmatch(r"[0-9a-f]{32}", setup.signing_secret)
    return [good(Sound.SECRET) if shaped else bad(Code.SECRET_SHAPE)]


async def _socket(setup: Setup, asking: Asking) -> list[Diagnosis]:
    if not re.fullmatch(r"xapp-[\w-]+", setup.app_token, re.ASCII):
        return [bad(Code.APP_TOKEN_SHAPE)]
    said = await asking.ask("apps.connections.open", setup.app_token)
    if said.ok:
        return [good(Sound.SOCKET)]
    if said.code == "missing_scope":
        return [bad(Code.SOCKET_SCOPE)]
    if said.code == LIMITED:
        return []
    return no_answer(said, asking, setup) or [bad(Code.SOCKET_REFUSED, code=said.code)]


async def check_router(setup: Setup, asking: Asking) -> list[Diagnosis]:
    """Ask a running router how Slack is to it, and whether it believes what is signed, and nothing else."""
    base = setup.router_url.rstrip("/")
    ready = await asking.fetch("GET", base + "/readyz")
    slack = ready.data.get("slack")
    if not isinstance(slack, Mapping):
        why = ready.why or ready.code
        return [bad(Code.ROUTER_UNREACHABLE, why=why)]
    found = _standing(slack)
    if setup.signing_secret and not setup.app_token:
        found += await check_doors(setup, asking, base)
    return found


def _standing(slack: Mapping[str, object]) -> list[Diagnosis]:
    trouble = slack.get("trouble")
    if str(slack.get("mode", "")).startswith("terminal"):
        return [bad(Code.ROUTER_WITHOUT_TOKEN)]
    if isinstance(trouble, Mapping) and trouble:
        return [care(Code.ROUTER_TROUBLE, channel=str(name), code=str(code)) for name, code in trouble.items()]
    return [good(Sound.ROUTER)]


async def check_doors(setup: Setup, asking: Asking, base: str) -> list[Diagnosis]:
    """Knock at all three doors with a wrong signature, then at one with the right one: nothing is done by either."""
    for path, kind in _DOORS.items():
        forged = await _send(asking, base + path, kind, b"{}", token_hex(16))
        if forged.status != 401:
            return [_door(path, forged)]
    challenge = token_hex(CHALLENGE_BYTES)
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    said = await _send(asking, base + EVENTS_PATH, _DOORS[EVENTS_PATH], body, setup.signing_secret)
    if said.status == 401:
        return [bad(Code.SECRET_DIFFERS)]
    return [good(Sound.DOORS)] if said.data.get("challenge") == challenge else [_door(EVENTS_PATH, said)]


def _door(path: str, said: Said) -> Diagnosis:
    """Return what is wrong with a door that did not refuse a wrong signature, or not take a right one."""
    if said.status == 404:
        return bad(Code.ROUTER_NO_DOOR, path=path)
    if said.status == 200:
        return bad(Code.SECRET_UNCHECKED, path=path)
    return bad(Code.ROUTER_FAILING, path=path, why=said.why or said.code)


async def _send(asking: Asking, url: str, kind: str, body: bytes, secret: str) -> Said:
    stamp = str(int(asking.now()))
    headers = {"Content-Type": kind, TIMESTAMP: stamp, SIGNATURE: signature_of(secret, stamp, body)}
    return await asking.fetch("POST", url, data=body, headers=headers)
