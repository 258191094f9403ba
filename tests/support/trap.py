"""Workers that die at a certain message."""

from router.incident import Order, Say


class PoisonError(Exception):
    """Nobody expects it."""


class Trap:
    """Springs once, at the first order of its kind."""

    def __init__(self, say: Say, error: BaseException, *, edits: bool = False) -> None:
        self.say, self.error, self.edits = say, error, edits
        self.sprung = False

    async def __call__(self, order: Order) -> None:
        if not self.sprung and order.view.say is self.say and bool(order.ts) is self.edits:
            self.sprung = True
            raise self.error
