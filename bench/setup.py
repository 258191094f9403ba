"""What every benchmark is given: how much to do, where, and how to say what is under way."""

from dataclasses import dataclass
from pathlib import Path

from bench.processes import alertmanager_version


@dataclass(frozen=True, slots=True)
class Setup:
    """How much to do (`quick`: a few seconds, figures mean nothing) and the folder for data that may be thrown away."""

    folder: Path
    quick: bool
    rounds: int
    now: float
    alertmanager: str = ""
    """Its version, "" when it is not installed."""

    @property
    def compared(self) -> bool:
        """Whether there is an Alertmanager to compare with."""
        return bool(self.alertmanager)


def setup_of(folder: Path, *, quick: bool, rounds: int, now: float) -> Setup:
    """Return the setup of this run."""
    return Setup(folder, quick, 1 if quick else rounds, now, alertmanager_version())
