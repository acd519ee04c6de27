"""The other side of :mod:`skl2tflite.runtime.micro`: a process of its own that runs files on TFLM.

TFLM does not validate a file: a wrong one kills the process that runs it. So this script is started apart,
needs nothing of the package, and answers requests on its standard input and output: pickled tuples of a
command, its arguments and the seconds that it may take, each behind its length in eight bytes.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

USUAL_ARENA, LARGEST_ARENA = 1 << 22, 1 << 28
ARENA_STEP = 16
"""TFLM aligns what it places in the arena to so many bytes."""
KEPT = 8
"""Interpreters that are kept for further calls."""


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    content = pickle.dumps(message)
    left = memoryview(struct.pack("<Q", len(content)) + content)
    while left:
        left = left[stream.write(left) :]  # a stream without a buffer may take a part
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; None where the other side has gone."""
    head = _read(stream, 8)
    content = None if head is None else _read(stream, struct.unpack("<Q", head)[0])
    return None if content is None else pickle.loads(content)


def _read(stream: IO[bytes], count: int) -> bytes | None:
    """Read so many bytes, None where the other side has gone before."""
    parts = []
    while count > 0:
        part = stream.read(count)
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


class Worker:
    """The interpreters, and what can be asked of them."""

    def __init__(self) -> None:
        self.interpreters: dict[str, Any] = {}
        self.seconds = 0.0

    def limit(self) -> None:
        """Give what follows the time that a request may take, of the processor alone; then the system ends the process.

        No Python code could: it does not run while TFLM does.
        """
        signal.setitimer(signal.ITIMER_PROF, self.seconds)

    def answer(self, command: str, arguments: tuple[Any, ...], seconds: float) -> Any:
        """Do what is asked. Each row, and each try of an arena, may take so many seconds."""
        self.seconds = seconds
        self.limit()
        try:
            return getattr(self, command)(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def load(self, key: str, content: bytes, arena_size: int) -> None:
        """Make an interpreter; RuntimeError where the arena is too small or a kernel is missing."""
        while len(self.interpreters) >= KEPT:
            del self.interpreters[next(iter(self.interpreters))]
        self.interpreters[key] = _load(content, arena_size)

    def run(self, key: str, inputs: list[NDArray[Any]], outputs: int) -> list[NDArray[Any]] | None:
        """Run row by row, for TFLM's files have batch 1; None where there is no such interpreter (any more)."""
        interpreter = self.interpreters.pop(key, None)
        if interpreter is None:
            return None
        self.interpreters[key] = interpreter  # the last one used goes last
        results: list[list[NDArray[Any]]] = [[] for _ in range(outputs)]
        for row in range(len(inputs[0])):
            self.limit()
            for index, array in enumerate(inputs):
                interpreter.set_input(array[row : row + 1], index)
            interpreter.invoke()
            for index in range(outputs):
                results[index].append(np.array(interpreter.get_output(index)))
        return [np.concatenate(rows) for rows in results]

    def smallest_arena(self, content: bytes) -> int:
        """Return the smallest arena, in steps of 16 bytes, in which the file loads.

        Found by trying: what the interpreter reports as used is less, as planning needs memory of its own.
        """
        from tflite_micro.python.tflite_micro import runtime  # noqa: F401 - once, before there are children

        def fits(size: int) -> bool:
            # In a child: where memory ends in the wrong place, TFLM reads through a null pointer.
            child = os.fork()
            if child == 0:
                try:
                    self.limit()  # a child begins without one
                    _load(content, size)
                    os._exit(0)
                finally:
                    os._exit(1)
            status = os.waitpid(child, 0)[1]
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
                raise RuntimeError(f"it does not load within {self.seconds:g} seconds")
            return status == 0

        high = USUAL_ARENA if fits(USUAL_ARENA) else LARGEST_ARENA
        if high == LARGEST_ARENA and not fits(high):
            raise RuntimeError("the file does not load, whatever the arena")
        low = high // 2
        while low >= ARENA_STEP and fits(low):
            high, low = low, low // 2
        while high - low > ARENA_STEP:
            middle = (low + high) // (2 * ARENA_STEP) * ARENA_STEP
            if fits(middle):
                high = middle
            else:
                low = middle
        return high


def _load(content: bytes, arena_size: int) -> Any:
    from tflite_micro.python.tflite_micro import runtime

    return runtime.Interpreter.from_bytes(content, arena_size=arena_size)


def main() -> None:
    """Answer requests until the other side goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the other side, which ends this one if need be
    # Answers have a stream of their own: what TFLM prints must not get between them.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    worker = Worker()
    while (request := receive(sys.stdin.buffer)) is not None:
        try:
            send(answers, ("ok", worker.answer(*request)))
        except Exception as error:
            send(answers, ("error", str(error)))


if __name__ == "__main__":
    main()
