"""Everything that keeps alerts quiet now, in one value that can be asked about any alert. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.mute.inhibition import Inhibition, Inhibitor, InhibitRule
from router.mute.silence import Silence


@dataclass(frozen=True, slots=True)
class Muted:
    """What keeps an alert quiet: ids of silences, fingerprints of inhibiting alerts."""

    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.silenced_by or self.inhibited_by)


@dataclass(frozen=True, slots=True)
class Muting:
    """Silences and inhibition as they stand. `version` changes whenever the answer of `of` may have.

    Time alone changes it too: `until` is the next instant at which a silence begins or ends, None for never. Keep one
    value as long as its version stands: what makes `of` fast is found once per value.
    """

    version: str
    silences: tuple[Silence, ...] = ()
    rules: tuple[InhibitRule, ...] = ()
    inhibitors: tuple[Inhibitor, ...] = ()
    until: float | None = None
    _inhibition: Inhibition = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_inhibition", Inhibition(self.rules, self.inhibitors))

    @property
    def idle(self) -> bool:
        """Whether nothing at all can be muted now."""
        return not self.silences and not (self.rules and self.inhibitors)

    def of(self, labels: Mapping[str, str], now: float) -> Muted:
        """Return what keeps an alert with these labels quiet."""
        silenced = tuple(each.id for each in self.silences if each.mutes(labels, now))
        return Muted(silenced, self._inhibition.of(labels))


def next_boundary(silences: Iterable[Silence], now: float) -> float | None:
    """Return the next instant at which any of the silences begins or ends, None where none does: `Muting.until`."""
    boundaries = (at for each in silences for at in (each.starts_at, each.ends_at) if each.starts_at < each.ends_at)
    return min((at for at in boundaries if at > now), default=None)


def reason_of(muted: Muted) -> str:
    """Return the reason code, "" where nothing mutes: a person's silence stands above inhibition."""
    if muted.silenced_by:
        return "silence"
    return "inhibition" if muted.inhibited_by else ""
