"""The one place where parts meet: start, reload, drain, stop."""

from router.app.reload import Configuration
from router.app.router import Router

__all__ = ["Configuration", "Router"]
