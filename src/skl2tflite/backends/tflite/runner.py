"""Which runtime runs a file, and in how many calls."""

from __future__ import annotations

import math

from skl2tflite.backends.tflite.program import DYNAMIC, MOST_ROWS, Program
from skl2tflite.backends.tflite.targets import Target
from skl2tflite.errors import InvalidFileError
from skl2tflite.runtime.litert import LiteRTRunner
from skl2tflite.runtime.micro import MicroRunner, has_micro
from skl2tflite.runtime.rows import FixedBatch

ELEMENTS_PER_CALL = 2**18
"""Bound on the largest intermediate tensor of one call and thread, so that caches hold it.

Measured on 10 000 rows, against 2**24: support vectors, forests and neighbours take a half to nine tenths of the time.
"""


def runtimes_of(target: Target) -> tuple[str, ...]:
    """Return what can run the files of a target, the runtime that they are for first, if it is installed."""
    micro = ("TFLM",) if target.is_microcontroller and has_micro() else ()
    return (*micro, "LiteRT", "without XNNPACK")


def make_runner(
    content: bytes,
    program: Program,
    target: Target,
    num_threads: int = 1,
    runtime: str | None = None,
) -> LiteRTRunner | MicroRunner | FixedBatch:
    """Return what runs a file: TFLM for its files, or LiteRT where that is not installed, as it has the same operators.

    Parameters
    ----------
    content : bytes
        The file.
    program : Program
        What it holds.
    target : Target
        What it is for.
    num_threads : int, default=1
        Threads that one call may use.
    runtime : {"TFLM", "LiteRT", "without XNNPACK"}, optional
        Another of those that can run the target's files.
    """
    runtime = runtime or runtimes_of(target)[0]
    if runtime == "TFLM":
        (signature,) = program.signatures
        return MicroRunner(content, signature.key, program.tensors("inputs"), program.tensors("outputs"))
    xnnpack = runtime == "LiteRT"
    if program.batch is not None:
        if program.batch > MOST_ROWS:
            raise InvalidFileError(f"the file takes {program.batch:,} rows a call; {MOST_ROWS:,} at most are possible")
        return FixedBatch(LiteRTRunner(content, num_threads, xnnpack=xnnpack), program.batch)
    shapes = [tensor.shape for subgraph in program.subgraphs for tensor in subgraph.tensors if DYNAMIC in tensor.shape]
    largest = max((math.prod(n for n in shape if n != DYNAMIC) for shape in shapes), default=1)
    return LiteRTRunner(content, num_threads, max(1, ELEMENTS_PER_CALL * num_threads // max(1, largest)), xnnpack)
