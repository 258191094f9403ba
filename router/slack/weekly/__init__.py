"""The weekly wolf report in Slack: one message that is read in a minute, and the full lists in its thread.

Pure; limits: docs.slack.dev, Block Kit. Whatever the review holds, the result is a message that Slack takes.
"""

from router.slack.weekly.replies import thread
from router.slack.weekly.root import BLOCK, weekly

__all__ = ["BLOCK", "thread", "weekly"]
