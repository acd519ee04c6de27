"""Processes that use damaged files, one after another; one that dies or hangs is replaced."""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from pathlib import Path

import skl2tflite
from fuzz.memory import Peak, address_space, allowed
from fuzz.mutations.choice import make_case
from fuzz.outcomes import LONGEST, Outcome
from fuzz.seeds import Seed
from fuzz.uses import use, write_companions
from skl2tflite.runtime import micro

ADDRESS_SPACE = 4 << 30
"""Bytes of address space beyond what a process has when it starts."""
PATIENCE = LONGEST + 2.0
"""Seconds after which a process is ended."""
WARMED_BY = ("pipeline", "texts", "micro tree")
"""Seeds that each process uses first."""
PACKAGE = str(Path(skl2tflite.__file__).parent)


def work(seeds: Sequence[Seed], run: int, folder: str, connection: Connection) -> None:
    """Use the cases whose numbers come, each told by its steps and its outcome, until none comes.

    Parameters
    ----------
    seeds : sequence of Seed
    run : int
        What the run's random numbers start from.
    folder : str
        A folder of this process's own.
    connection : Connection
        Gives numbers of cases, of sound seeds as negative ones (-1 is the first). Takes pairs of a step's name and
        None, or of "" and an outcome.
    """
    os.setpgid(0, 0)
    log = os.open(f"{folder}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    faulthandler.enable(log)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = address_space(os.getpid()) + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    warnings.simplefilter("ignore")
    for name in WARMED_BY:  # what is loaded at the first call counts for no file
        number = next(i for i, seed in enumerate(seeds) if seed.name == name)
        use(seeds[number], seeds[number].content, Path(folder), 0, lambda step: None)
    while (number := connection.recv()) is not None:
        os.ftruncate(log, 0)
        connection.send(("", _used(seeds, run, number, Path(folder), connection, log)))


def _used(seeds: Sequence[Seed], run: int, number: int, folder: Path, connection: Connection, log: int) -> Outcome:
    if number < 0:
        seed, way, done = seeds[-1 - number], "sound", ""
        content = seed.content
    else:
        case = make_case(seeds, run, number)
        seed, way, done, content = case.seed, case.way, case.done, case.content
    steps: list[tuple[float, str]] = []

    def say(name: str) -> None:
        steps.append((time.perf_counter(), name))
        connection.send((name, None))

    status, detail = "refused", ""
    peak, start = Peak(_processes), time.perf_counter()
    faulthandler.dump_traceback_later(LONGEST, file=log)
    try:
        status = "taken" if use(seed, content, folder, max(number, 0), say) else "refused"
    except Exception as error:
        status, detail = "raw", _described(error)
    faulthandler.cancel_dump_traceback_later()
    memory = peak.bytes()
    end = time.perf_counter()
    took = [(after - before, name) for (before, name), (after, _) in pairwise([*steps, (end, "")])]
    if end - start > LONGEST and not detail:
        detail = _last_words((folder / "log").read_text(errors="replace"))
    step = steps[-1][1] if status == "raw" else max(took)[1]
    return Outcome(number, seed.name, way, done, status, step, detail, end - start, memory, allowed(len(content)))


def _processes() -> list[int]:
    """Return this process, and TFLM's where it has one."""
    worker = micro._worker
    return [os.getpid(), *([worker._process.pid] if worker is not None and worker.alive else [])]


def _described(error: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(PACKAGE)]
    place = f" at {Path(frames[-1].filename).relative_to(PACKAGE)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}: {error!s:.1500}"


class _Worker:
    """One process, the case that it has, and what it has said."""

    def __init__(self, pool: Pool, place: int) -> None:
        self.folder = pool.folder / str(place)
        self.folder.mkdir(exist_ok=True)
        (self.folder / "log").write_bytes(b"")
        for sound in pool.folder.glob("*.*"):
            with contextlib.suppress(FileExistsError):
                os.link(sound, self.folder / sound.name)
        self.connection, theirs = pool.context.Pipe()
        self.process = pool.context.Process(
            target=work, args=(pool.seeds, pool.run, str(self.folder), theirs), daemon=True
        )
        self.process.start()
        theirs.close()
        self.number: int | None = None
        self.step = ""
        self.deadline = 0.0

    def give(self, number: int) -> None:
        self.number, self.step = number, "start"
        self.deadline = time.monotonic() + PATIENCE + 10.0  # it may have to start
        self.connection.send(number)

    def heard(self) -> Outcome | None:
        """Return the outcome that the process has sent, None where it has told a step; EOFError where it has died."""
        name, outcome = self.connection.recv()
        if outcome is None:
            if self.step == "start":
                self.deadline = time.monotonic() + PATIENCE
            self.step = name
        return outcome

    def end(self) -> str:
        """End the process, and return what it said last."""
        if self.number is None and self.process.is_alive():
            with contextlib.suppress(BrokenPipeError):
                self.connection.send(None)
            self.process.join(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.join()
        self.connection.close()
        return (self.folder / "log").read_text(errors="replace")


class Pool:
    """Processes that use cases.

    Parameters
    ----------
    seeds : sequence of Seed
    run : int
        What the run's random numbers start from.
    folder : Path
        An empty folder for all files.
    jobs : int
        How many processes.
    """

    def __init__(self, seeds: Sequence[Seed], run: int, folder: Path, jobs: int) -> None:
        self.seeds, self.run, self.folder, self.jobs = seeds, run, folder, jobs
        write_companions(folder)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["fuzz.workers"])

    def outcomes(self, numbers: Iterable[int]) -> Iterator[Outcome]:
        """Yield what comes of cases, in the order in which they end; ``close`` ends it early."""
        ahead = iter(numbers)
        workers: dict[int, _Worker] = {}
        try:
            for place in range(self.jobs):
                self._next(workers, place, ahead)
            while workers:
                ready = wait([worker.connection for worker in workers.values()], timeout=0.2)
                for place, worker in list(workers.items()):
                    outcome = self._heard(worker, worker.connection in ready)
                    if outcome is not None:
                        if outcome.status in ("death", "hang"):
                            del workers[place]
                        yield outcome
                        self._next(workers, place, ahead)
        finally:
            for worker in workers.values():
                worker.end()

    def _next(self, workers: dict[int, _Worker], place: int, ahead: Iterator[int]) -> None:
        number = next(ahead, None)
        if number is not None:
            if place not in workers:
                workers[place] = _Worker(self, place)
            workers[place].give(number)
        elif place in workers:
            workers[place].number = None
            workers.pop(place).end()

    def _heard(self, worker: _Worker, ready: bool) -> Outcome | None:
        if ready:
            try:
                return worker.heard()
            except (EOFError, ConnectionResetError):
                return self._ended(worker, "death")
        return self._ended(worker, "hang") if time.monotonic() > worker.deadline else None

    def _ended(self, worker: _Worker, status: str) -> Outcome:
        """Return the outcome of a case whose process has died or does not answer."""
        if status == "death":
            worker.process.join(5)  # the status of one that is killed here would say nothing
        code = worker.process.exitcode
        words = _last_words(worker.end())
        number = worker.number or 0
        case = make_case(self.seeds, self.run, number) if number >= 0 else None
        seed, way, done = ("", "sound", "") if case is None else (case.seed.name, case.way, case.done)
        return Outcome(number, seed, way, done, status, worker.step, f"exit code {code}: {words}", PATIENCE)


def _last_words(log: str) -> str:
    """Return the innermost places of our own code in a traceback that ``faulthandler`` wrote, or the last lines."""
    frames = [line.strip() for line in log.splitlines() if line.lstrip().startswith("File ")]
    ours = [line.replace(PACKAGE + "/", "") for line in frames if PACKAGE in line]
    first = ours[0] if ours else ""
    return f"{first}\n{log[-3000:]}"
