"""What people do in Slack (clicks, modals, commands, shortcuts, the app's home), stored before it is answered.

`Responder` takes what comes in, `Replies` answers once the dispatcher has let it take effect.
"""

from router.respond.parts import Parts
from router.respond.replies import Replies
from router.respond.responder import Responder

__all__ = ["Parts", "Replies", "Responder"]
