"""Releases of the runtime in environments of their own, for tests that ``make test-runtimes`` runs: it makes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.older_runtime import OlderRuntime, home_of

collect_ignore_glob = [] if "TEST_RUNTIMES" in os.environ else ["test_*.py"]
FOLDER = Path(__file__).parents[2] / ".runtimes"
RELEASES = ("2.14.0", "LiteRT 1.0.1")


@pytest.fixture(scope="session")
def releases() -> Iterator[dict[str, list[OlderRuntime]]]:
    """Releases by their names on the scale, each with XNNPACK and without."""
    pythons = {release: home_of(FOLDER, release) / "bin" / "python" for release in RELEASES}
    made = {
        release: [OlderRuntime(python, xnnpack) for xnnpack in (True, False)] for release, python in pythons.items()
    }
    yield made
    for runtimes in made.values():
        for runtime in runtimes:
            runtime.close()
