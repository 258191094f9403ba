"""What the doctor looks at: what environment and configuration say about Slack, and nothing else of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Uses = Mapping[str, tuple[str, ...]]
"""By channel or mention: where the configuration names it ("sre: ticket_channel")."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that is checked; `repr` never shows a secret."""

    bot_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    channels: Uses = field(default_factory=dict)
    mentions: Uses = field(default_factory=dict)
    unmentioned: tuple[str, ...] = ()
    """Receivers whose pages mention nobody."""
    webhooks: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Addresses of incoming webhooks by receiver."""
    router_url: str = ""
    """Where a running router answers, "" for not asked."""
    proxies: tuple[str, ...] = ()
    """Variables that name a proxy; the router goes straight."""
    post: bool = False
    """Whether a message may be posted to each channel (and deleted), and to each webhook (where it stays)."""
    locale: str = "en"
    """Language of that message."""
