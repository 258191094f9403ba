"""The test kit that users can run their own configuration against: a strict Slack stand-in, senders, a checker.

Imports nothing of the router, so that no mistake of the router can hide in it.
"""

from router.testing.blocks import check_blocks
from router.testing.clock import VirtualClock
from router.testing.controls import Control, NotThereError
from router.testing.deliveries import Delivery
from router.testing.forgeries import FORGERIES, Forgery
from router.testing.limits import UNLIMITED, Rates
from router.testing.modals import View
from router.testing.people import TEAM, Ephemeral, Person, UserGroup
from router.testing.rules import Problem, Violation
from router.testing.slack import SlackStandIn
from router.testing.views import check_view
from router.testing.webhooks import Webhook
from router.testing.workspace import ALL_SCOPES, APP_TOKEN, CHANNEL, TOKEN, Channel, Message, Token

__all__ = [
    "ALL_SCOPES",
    "APP_TOKEN",
    "CHANNEL",
    "FORGERIES",
    "TEAM",
    "TOKEN",
    "UNLIMITED",
    "Channel",
    "Control",
    "Delivery",
    "Ephemeral",
    "Forgery",
    "Message",
    "NotThereError",
    "Person",
    "Problem",
    "Rates",
    "SlackStandIn",
    "Token",
    "UserGroup",
    "View",
    "Violation",
    "VirtualClock",
    "Webhook",
    "check_blocks",
    "check_view",
]
