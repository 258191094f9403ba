"""The state's parts that reviews need, on one connection."""

from router.config.values import Config
from router.reporting.parts import Stores
from router.state.history import History
from router.state.history.reviews import Reviews
from router.state.history.rollups import RollUps
from router.state.history.slos import SloHistory
from router.state.missed import Missed
from router.state.scripts import Scripts


def stores_of(scripts: Scripts, config: Config) -> Stores:
    """Return them; `config` is how they are used from now on."""
    return Stores(
        firings=History(scripts, annotated=False),
        slos=SloHistory(scripts),
        rollups=RollUps(scripts),
        reviews=Reviews(scripts, config.durability, config.history.rollups_s),
        missed=Missed(scripts, config.durability),
        config=lambda: config,
    )
