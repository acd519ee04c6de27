"""Processes that use damaged files; one that dies or hangs is replaced."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import wait
from pathlib import Path

from fuzz.outcomes import Outcome
from fuzz.process import Run, last_words, work
from fuzz.uses import write_companions

GRACE = 2.0
"""Seconds beyond those that a case may take, after which its process is ended."""
STARTING = 60.0
"""Seconds that a process may take before it begins with its case: it may have to start."""


class _Worker:
    """One process, the case that it has, and what it has said."""

    def __init__(self, pool: Pool, place: int) -> None:
        self.run = pool.run
        self.folder = pool.folder / str(place)
        self.folder.mkdir(exist_ok=True)
        (self.folder / "log").write_bytes(b"")
        for sound in pool.folder.glob("*.*"):
            with contextlib.suppress(FileExistsError):
                os.link(sound, self.folder / sound.name)
        self.connection, theirs = pool.context.Pipe()
        self.process = pool.context.Process(target=work, args=(pool.run, str(self.folder), theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.number: int | None = None
        self.step = ""
        self.deadline = 0.0

    def give(self, number: int) -> None:
        self.number, self.step = number, ""
        self.deadline = time.monotonic() + STARTING
        self.connection.send(number)

    def heard(self) -> Outcome | None:
        """Return the outcome that the process has sent, None where it has told a step; EOFError where it has died."""
        name, outcome = self.connection.recv()
        if outcome is None:
            if not self.step:
                self.deadline = time.monotonic() + self.run.longest + GRACE
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
    run : Run
    folder : Path
        An empty folder for all files.
    jobs : int
        How many processes.
    """

    def __init__(self, run: Run, folder: Path, jobs: int) -> None:
        self.run, self.folder, self.jobs = run, folder, jobs
        write_companions(folder)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["fuzz.process"])

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
        words = last_words(worker.end())
        case = self.run.case(worker.number or 0)
        detail = f"exit code {code}: {words}"
        return Outcome(case.number, case.seed.name, case.way, case.done, status, worker.step, detail)
