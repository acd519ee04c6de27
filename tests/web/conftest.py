"""LiteRT.js in Node, in each of its builds, for tests that ``make test-web`` runs; it installs the package first."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from scripts.litert_js import BUILDS, LiteRTJS

collect_ignore_glob = [] if "TEST_WEB" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session", params=BUILDS)
def js(request: pytest.FixtureRequest) -> Iterator[LiteRTJS]:
    """LiteRT.js in one of its builds."""
    process = LiteRTJS(request.param)
    yield process
    process.close()


@pytest.fixture(scope="session")
def both() -> Iterator[list[LiteRTJS]]:
    """LiteRT.js in both of its builds."""
    processes = [LiteRTJS(build) for build in BUILDS]
    yield processes
    for process in processes:
        process.close()
