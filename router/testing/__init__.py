"""The test kit that users can run their own configuration against: a strict Slack stand-in, senders, a checker.

Imports nothing of the router, so that no mistake of the router can hide in it.
"""

from router.testing.blocks import check_blocks
from router.testing.clock import VirtualClock
from router.testing.limits import UNLIMITED, Rates
from router.testing.rules import Problem, Violation
from router.testing.slack import SlackStandIn
from router.testing.workspace import ALL_SCOPES, CHANNEL, TOKEN, Channel, Message, Token

__all__ = [
    "ALL_SCOPES",
    "CHANNEL",
    "TOKEN",
    "UNLIMITED",
    "Channel",
    "Message",
    "Problem",
    "Rates",
    "SlackStandIn",
    "Token",
    "Violation",
    "VirtualClock",
    "check_blocks",
]
