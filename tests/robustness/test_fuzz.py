"""The fuzzer itself: it makes the same case again, and tells each way to go wrong from the others."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from fuzz.memory import ALWAYS
from fuzz.mutations.choice import make_case
from fuzz.process import Run
from fuzz.report import Report
from fuzz.seeds import Seed, make_seeds
from fuzz.uses import use, write_companions
from fuzz.workers import Pool

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured by Linux' /proc")


@cache
def seeds() -> list[Seed]:
    return make_seeds()


def misbehave(seed: Seed, content: bytes, folder: Path, variant: int, say: Callable[[str], None]) -> bool:
    """Do with a few cases what no file may bring about, and with all others nothing."""
    say("work")
    if variant == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    elif variant == 2:
        time.sleep(60)
    elif variant == 3:
        assert b"\1" * (ALWAYS + 20 * len(content) + (8 << 20))
    elif variant == 4:
        raise KeyError("name")
    return False


@needs_linux
def test_each_way_to_go_wrong_is_told_and_the_rest_goes_on(tmp_path):
    pool = Pool(Run(seeds(), use=misbehave, longest=1.0), tmp_path, 2)
    found = {outcome.number: outcome for outcome in pool.outcomes(range(8))}
    assert {number: found[number].symptom for number in range(8)} == {
        0: "", 1: "death", 2: "hang", 3: "memory", 4: "raw", 5: "", 6: "", 7: "",
    }  # fmt: skip
    assert {found[number].step for number in range(1, 5)} == {"work"}
    assert "KeyError" in found[4].detail
    assert "test_fuzz.py" in found[2].detail
    report = Report()
    for outcome in found.values():
        report.add(outcome, outcome if outcome.symptom else None)
    assert report.lines(0.5)[0] == (
        "8 damaged files in 0.5 minutes: 1 deaths, 1 hangs, 1 raw exceptions, 1 beyond their memory"
    )


def test_cases_come_again():
    for number in range(60):
        case = make_case(seeds(), 0, number)
        assert make_case(seeds(), 0, number) == case
    assert make_case(seeds(), 1, 0) != make_case(seeds(), 0, 0)


def test_sound_seeds_are_taken(tmp_path):
    write_companions(tmp_path)
    for seed in seeds():
        assert use(seed, seed.content, tmp_path, 2, lambda step: None), seed.name
