"""One thing that Slack sent to the app, and what came back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
PATHS: Mapping[str, str] = {
    "command": "/slack/commands",
    "event": "/slack/events",
    "interaction": "/slack/interactions",
}
ENVELOPES: Mapping[str, str] = {"command": "slash_commands", "event": "events_api", "interaction": "interactive"}


@dataclass(slots=True)
class Delivery:
    """A click, command, event or submission on its way to the app.

    `route` is interaction, command or event; `kind` Slack's type of it. `status` is the HTTP status (200 for an
    acknowledged envelope of Socket Mode), 0 when nothing came back; `answer` the body: parsed JSON, else the text, None
    when it was empty; `took_s` the real seconds until then.
    """

    route: str
    kind: str
    payload: Mapping[str, Any]
    at: float = 0.0
    status: int = 0
    answer: Any = None
    took_s: float = 0.0
    forged: str = ""
    retry: int = 0
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers of the answer."""
    sent: tuple[bytes, Mapping[str, str]] | None = field(default=None, repr=False)
    """Body and headers as they went out over HTTP."""
    connection: int = 0
    """Which connection took it in Socket Mode."""

    @property
    def trigger_id(self) -> str:
        return str(self.payload.get("trigger_id", ""))

    @property
    def response_url(self) -> str:
        return str(self.payload.get("response_url", ""))

    @property
    def ok(self) -> bool:
        """Whether Slack is content: 200, or for events any 2xx."""
        return 200 <= self.status < 300 if self.route == "event" else self.status == 200

    def encode(self) -> tuple[bytes, str]:
        """Return body and content type as Slack sends them over HTTP."""
        if self.route == "event":
            return json.dumps(self.payload, ensure_ascii=False).encode(), "application/json"
        if self.route == "command":
            return urlencode(dict(self.payload)).encode(), FORM
        return urlencode({"payload": json.dumps(self.payload, ensure_ascii=False)}).encode(), FORM

    def hear(self, status: int, body: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what came back."""
        self.status, self.headers = status, headers or {}
        try:
            self.answer = json.loads(body) if body else None
        except ValueError:
            self.answer = body
