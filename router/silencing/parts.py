"""What silencing works with; other rooms meet it by shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from router.alert import Alert, Matcher
from router.config.values import Config
from router.mute import Silence


class Store(Protocol):
    """Keeps silences; every call raises UnavailableError when it cannot now."""

    async def all(self) -> Sequence[Silence]:
        """Return every silence, ended ones too."""
        ...

    async def put(self, silence: Silence, *, before: float | None) -> bool:
        """Store a silence if the stored one was last updated at `before` (None: if there is none yet)."""
        ...

    async def touch(self, ids: Sequence[str], now: float) -> None:
        """Remember that these met an alert now."""
        ...

    async def touched(self) -> Mapping[str, float]:
        """Return when each last met an alert; one that never did is absent."""
        ...

    async def remove_expired(self, before: float) -> int:
        """Forget silences that ended before; returns how many."""
        ...


class Mutes(Protocol):
    """Makes incidents look again at what keeps them quiet."""

    async def wake(self, now: float, *, targets_only: bool) -> object:
        """Make every incident with firing alerts due now, or only those with alerts that can be inhibited."""
        ...

    async def sweep(self, now: float) -> bool:
        """Do so for changes whose wake-up got lost, and when this process starts; returns whether it was needed."""
        ...


class Standing(Protocol):
    """A firing alert as it stands."""

    @property
    def alert(self) -> Alert: ...


class Week(Protocol):
    """Firings of a time that some matchers would have met."""

    @property
    def firings(self) -> int: ...

    @property
    def told(self) -> int:
        """Firings that people were told about."""
        ...


class Board(Protocol):
    """Shows what is stored."""

    async def alerts(self) -> Sequence[Standing]:
        """Return every firing alert."""
        ...

    async def muted_last(self, matchers: tuple[Matcher, ...], since: float) -> Week:
        """Return what the matchers would have met since then."""
        ...


class Accept(Protocol):
    """The intake, for what the router says about silences."""

    async def __call__(self, alerts: Sequence[Alert]) -> object: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What silencing works with. `now` is in Unix seconds; `wake` makes this process look at due incidents at once."""

    store: Store
    mutes: Mutes
    board: Board
    config: Callable[[], Config]
    now: Callable[[], float]
    accept: Accept
    new_id: Callable[[], str]
    wake: Callable[[], None]
