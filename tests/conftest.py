"""What makes a run repeatable: one thread for each process of the runner, and the same random numbers every time."""

from __future__ import annotations

import os

for library in ("OMP", "OPENBLAS", "MKL"):  # read when the libraries are loaded: before NumPy is imported
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


def seed() -> None:
    """Seed the random numbers that ``random_state=None`` draws."""
    np.random.seed(0)  # noqa: NPY002


seed()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Seed before a test's fixtures are made."""
    seed()
