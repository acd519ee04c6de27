"""What a process does that uses damaged files, one after another."""

from __future__ import annotations

import faulthandler
import os
import resource
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

import skl2tflite
from fuzz.memory import Peak, address_space, allowed
from fuzz.mutations.choice import Case, make_case
from fuzz.outcomes import Outcome
from fuzz.seeds import Seed
from fuzz.uses import use

ADDRESS_SPACE = 4 << 30
"""Bytes of address space beyond what a process has when it starts."""
WARMED_BY = ("pipeline", "texts", "micro tree", "saved pipeline", "rows in columns")
"""Seeds that each process uses first: what is loaded at the first call counts for no file."""
PACKAGE = str(Path(skl2tflite.__file__).parent)
Use = Callable[[Seed, bytes, Path, int, Callable[[str], None]], bool]


@dataclass(frozen=True)
class Run:
    """What all processes of a run go by.

    Attributes
    ----------
    seeds : sequence of Seed
    random : int
        What the run's random numbers start from.
    use : callable
        What is done with a file, as :func:`fuzz.uses.use`.
    longest : float
        Seconds that it may take.
    """

    seeds: Sequence[Seed]
    random: int = 0
    use: Use = use
    longest: float = 5.0

    def case(self, number: int) -> Case:
        """Return a case by its number; a sound seed by a negative one, of which -1 is the first."""
        if number >= 0:
            return make_case(self.seeds, self.random, number)
        seed = self.seeds[-1 - number]
        return Case(number, seed, "sound", "", seed.content)


def work(run: Run, folder: str, connection: Connection) -> None:
    """Use the cases whose numbers come, until none comes.

    Parameters
    ----------
    run : Run
    folder : str
        A folder of this process's own.
    connection : Connection
        Gives numbers of cases. Takes pairs: a step's name and None before each step, "" and an outcome at the end.
    """
    os.setpgid(0, 0)
    log = os.open(f"{folder}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    faulthandler.enable(log)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = address_space(os.getpid()) + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    warnings.simplefilter("ignore")
    for seed in run.seeds:
        if seed.name in WARMED_BY:
            run.use(seed, seed.content, Path(folder), 0, lambda step: None)
    while (number := connection.recv()) is not None:
        os.ftruncate(log, 0)
        connection.send(("", _used(run, run.case(number), Path(folder), connection)))


def _used(run: Run, case: Case, folder: Path, connection: Connection) -> Outcome:
    """Return what comes of a case.

    Parameters
    ----------
    run : Run
    case : Case
    folder : Path
    connection : Connection
        Is told the steps.
    """
    steps: list[tuple[float, str]] = []

    def say(name: str) -> None:
        steps.append((time.perf_counter(), name))
        connection.send((name, None))

    say("start")
    status, detail = "refused", ""
    peak, start = Peak(_processes), time.perf_counter()
    faulthandler.dump_traceback_later(run.longest, file=2)
    try:
        status = "taken" if run.use(case.seed, case.content, folder, max(case.number, 0), say) else "refused"
    except Exception as error:
        status, detail = "raw", _described(error)
    faulthandler.cancel_dump_traceback_later()
    memory = peak.bytes()
    end = time.perf_counter()
    took = [(after - before, name) for (before, name), (after, _) in pairwise([*steps, (end, "")])]
    if end - start > run.longest and not detail:
        detail = last_words((folder / "log").read_text(errors="replace"))
    return Outcome(
        case.number,
        case.seed.name,
        case.way,
        case.done,
        status,
        step=steps[-1][1] if status == "raw" else max(took)[1],
        detail=detail,
        seconds=end - start,
        longest=run.longest,
        memory=memory,
        limit=allowed(len(case.content)),
    )


def _processes() -> list[int]:
    """Return this process and those that it has started: TFLM's."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [os.getpid(), *map(int, children.split())]


def _described(error: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(PACKAGE)]
    place = f" at {Path(frames[-1].filename).relative_to(PACKAGE)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}: {error!s:.1500}"


def last_words(log: str) -> str:
    """Return the innermost places of our own code in a traceback that ``faulthandler`` wrote, or the last lines."""
    frames = [line.strip() for line in log.splitlines() if line.lstrip().startswith("File ")]
    ours = [line.replace(PACKAGE + "/", "") for line in frames if PACKAGE in line]
    first = ours[0] if ours else ""
    return f"{first}\n{log[-3000:]}"
