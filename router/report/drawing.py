"""Drawing charts as SVG and PNG, with vl-convert: the extra `charts`, imported only when something is drawn."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from router.errors import RouterError

VERSION = "6.4"
"""Of Vega-Lite; the same as the specs' schema and the browser's."""
SCALE = 2.0


class NoChartsError(RouterError):
    """Charts cannot be drawn; the message says what to install, or what is wrong with the spec."""


def svg(spec: Mapping[str, Any]) -> bytes:
    """Return a chart as SVG (UTF-8). Raises NoChartsError. It never asks another host for anything."""
    drawer = _drawer()
    try:
        drawn: str = drawer.vegalite_to_svg(dict(spec), vl_version=VERSION, allowed_base_urls=[])
    except ValueError as error:
        raise _refused(error) from None
    return drawn.encode()


def png(spec: Mapping[str, Any]) -> bytes:
    """Return a chart as PNG, twice as large as its spec says. Raises NoChartsError."""
    drawer = _drawer()
    try:
        drawn: bytes = drawer.vegalite_to_png(dict(spec), vl_version=VERSION, scale=SCALE, allowed_base_urls=[])
    except ValueError as error:
        raise _refused(error) from None
    return drawn


def _drawer() -> ModuleType:
    try:
        import vl_convert
    except ImportError:
        raise NoChartsError("charts cannot be drawn: pip install 'slo-alert-router[charts]'") from None
    return vl_convert


def _refused(error: ValueError) -> NoChartsError:
    first = str(error).strip().splitlines()
    return NoChartsError(f"a chart cannot be drawn: {first[0][:200] if first else 'no reason given'}")
