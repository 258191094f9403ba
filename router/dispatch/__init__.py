"""The loop that takes due incidents: load, judge, say, commit.

Level-triggered: what is stored is the truth, the due set only says "look at this incident". People count as told once
Slack has the message; a post is announced by an intent beforehand and looked up before it is ever repeated.
"""

from router.dispatch.loop import Dispatcher
from router.dispatch.parts import Delivery, Meter, NoReplies, Parts, Replies
from router.dispatch.storm import StormWatch

__all__ = ["Delivery", "Dispatcher", "Meter", "NoReplies", "Parts", "Replies", "StormWatch"]
