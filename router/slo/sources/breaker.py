"""A circuit breaker: a source that is down is left alone for a while, so that asking it does not hold everything up."""

from dataclasses import dataclass
from typing import Final

FAILURES: Final = 3
FIRST_REST_S: Final = 15.0
LONGEST_REST_S: Final = 60.0


@dataclass(slots=True)
class Breaker:
    """Opens after three failures in a row; rests 15 s, then twice as long each time, 60 s at most (seconds, Unix time).

    When the rest is over one question goes out first (`probing`); only when it is answered do the others follow.
    """

    failures: int = 0
    rest_s: float = FIRST_REST_S
    until: float | None = None
    problem: str = ""

    def rests(self, now: float) -> bool:
        """Return whether the source is not to be asked at `now`."""
        return self.until is not None and now < self.until

    @property
    def probing(self) -> bool:
        """Whether the source has yet to prove that it is back."""
        return self.until is not None

    def failed(self, problem: str, now: float) -> None:
        """Note that a question was not answered."""
        self.problem = problem
        self.failures += 1
        if self.failures >= FAILURES and not self.rests(now):
            self.until = now + self.rest_s
            self.rest_s = min(2.0 * self.rest_s, LONGEST_REST_S)

    def answered(self) -> None:
        """Note that a question was answered."""
        self.failures, self.rest_s, self.until, self.problem = 0, FIRST_REST_S, None, ""
