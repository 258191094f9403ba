"""Programs that some tests need: skipped with the reason where one is missing, a failure with REQUIRE_ALL=1."""

import os
import shutil

import pytest


def need(program: str, package: str) -> str:
    """Return the path of a program; skips the test, or fails it with REQUIRE_ALL=1, when it is not installed."""
    path = shutil.which(program)
    if path is None:
        reason = f"{program} is not installed: apt-get install {package}"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{reason} (REQUIRE_ALL=1)")
        pytest.skip(reason)
    return path
