"""Which configuration a command works with."""

from collections.abc import Mapping

from router.config.environment import VARIABLES, value_of

__all__ = ["HELP", "config_path"]

HELP = "the configuration (default: $ROUTER_CONFIG, else config/router.yaml)"


def config_path(given: str | None, variables: Mapping[str, str]) -> str:
    """Return the file: the one named on the command line, else by ROUTER_CONFIG (or _FILE), else the usual one.

    Variables that contradict each other are left to the loading of the configuration, which tells every mistake.
    """
    try:
        named = value_of(variables, "ROUTER_CONFIG")
    except ValueError:
        named = None
    return given or (named or "").strip() or VARIABLES["ROUTER_CONFIG"][1]
