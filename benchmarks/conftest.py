"""Fixtures of the benchmarks, and the table at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from harness import Comparison, Results
from threadpoolctl import threadpool_limits

RESULTS = pytest.StashKey[Results]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = Results()


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Hold scikit-learn's BLAS and OpenMP to one thread, as the runtimes are: idle threads of theirs spin."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Comparison:
    """Measure a row: us and the peer in turn."""
    return Comparison(request, request.config.stash[RESULTS])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    results = config.stash[RESULTS]
    if not results.rows:
        return
    terminalreporter.section("ours against theirs, in turn, medians")
    width = shutil.get_terminal_size((140, 40)).columns
    terminalreporter.write(results.table(width, color=terminalreporter.hasmarkup))
    terminalreporter.write_line("")
    if any(result.skipped is None for result in results.rows):
        terminalreporter.write_line(f"saved {results.save()}")
