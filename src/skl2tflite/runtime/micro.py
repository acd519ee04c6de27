"""Run a .tflite file on TensorFlow Lite Micro, in a process of its own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidFileError, InvalidInputError, MissingDependencyError
from skl2tflite.runtime.micro_worker import receive, send

DEFAULT_ARENA = 1 << 24
"""Bytes of working memory; generous, for on a host it costs nothing."""

TIME_LIMIT = 60.0
"""Seconds of the processor that one row may take, or loading a file: a file may hold a loop that does not end."""

TensorSpecs = Mapping[str, tuple[str, tuple[int, ...]]]


def has_micro() -> bool:
    """Whether the package ``tflite-micro`` is installed."""
    return find_spec("tflite_micro") is not None


class MicroRunner:
    """Runs a file of one signature on TFLM's interpreter (reference kernels, as built for the host).

    A wrong file kills the process that runs it, so TFLM has one of its own, which all runners share; it is
    started at the first call, and again after a crash. Calls take turns; a runner can be pickled.

    Parameters
    ----------
    content : bytes
        The file.
    signature : str
        Key of its signature.
    inputs, outputs : mapping of str to (str, tuple of int)
        Dtype and shape of the inputs and outputs of subgraph 0, in its order: TFLM knows no names.
    arena_size : int, default=16 MiB
        Bytes of working memory.

    Raises
    ------
    MissingDependencyError
        Where the package ``tflite-micro`` is not installed.
    """

    def __init__(
        self,
        content: bytes,
        signature: str,
        inputs: TensorSpecs,
        outputs: TensorSpecs,
        arena_size: int = DEFAULT_ARENA,
    ) -> None:
        _require_micro()
        self.content = content
        self.signature = signature
        self.inputs = dict(inputs)
        self.outputs = dict(outputs)
        self.arena_size = arena_size
        self._key = f"{arena_size}-{hashlib.blake2b(content, digest_size=16).hexdigest()}"

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("content", "signature", "inputs", "outputs", "arena_size")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    @property
    def signatures(self) -> tuple[str, ...]:
        """Keys of the file's signatures: one."""
        return (self.signature,)

    def run(self, signature: str, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run the file on any number of rows, one after another.

        Parameters
        ----------
        signature : str
            Its key.
        inputs : mapping of str to ndarray
            One array for each input, in the input's dtype, rows on the first axis.

        Returns
        -------
        dict of str to ndarray
            One array for each output.

        Raises
        ------
        InvalidInputError
            Where inputs are missing, differ in shape or dtype from what the file declares, or hold what an
            operator refuses (a position beyond a table, an integer divided by zero).
        InvalidFileError
            Where TFLM refuses the file, or dies of it.
        """
        if signature != self.signature:
            raise InvalidInputError(f"the file has no signature {signature!r}; it has {self.signature}")
        arrays = self._check(inputs)
        if not len(arrays[0]):
            return {name: np.empty((0, *shape[1:]), dtype) for name, (dtype, shape) in self.outputs.items()}
        with _turn:
            worker = _the_worker()
            results = worker.ask("run", self._key, arrays, len(self.outputs))
            if results is None:
                worker.ask("load", self._key, self.content, self.arena_size)
                results = worker.ask("run", self._key, arrays, len(self.outputs))
        return dict(zip(self.outputs, results, strict=True))

    def _check(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the arrays in order, or raise where they do not fit: TFLM would read them as they are."""
        if inputs.keys() != self.inputs.keys():
            raise InvalidInputError(
                f"{self.signature} takes the inputs {', '.join(self.inputs)}, not {', '.join(inputs) or 'none'}"
            )
        rows: int | None = None
        for name, (dtype, shape) in self.inputs.items():
            array = inputs[name]
            if array.dtype != dtype:
                raise InvalidInputError(f"input {name!r} is {dtype}, not {array.dtype.name}")
            if array.ndim != len(shape) or array.shape[1:] != shape[1:]:
                expected = ", ".join(["rows", *map(str, shape[1:])])
                raise InvalidInputError(f"input {name!r} has shape {array.shape}, expected ({expected})")
            if rows is not None and rows != len(array):
                raise InvalidInputError(f"inputs differ in their number of rows: {rows}, {len(array)}")
            rows = len(array)
        return [np.ascontiguousarray(inputs[name]) for name in self.inputs]


def smallest_arena(content: bytes) -> int:
    """Return the smallest arena, in bytes, in which a file runs on TFLM on this host.

    Found by bisection, in steps of 16 bytes. A 32-bit device needs less, for its pointers are half as long.

    Raises
    ------
    InvalidFileError
        Where TFLM does not run the file in any arena.
    MissingDependencyError
        Where the package ``tflite-micro`` is not installed.
    """
    _require_micro()
    with _turn:
        return int(_the_worker().ask("smallest_arena", content))


def _require_micro() -> None:
    if not has_micro():
        raise MissingDependencyError(
            "running files on TensorFlow Lite Micro needs the package tflite-micro: pip install 'skl2tflite[micro]'"
        )


_turn = threading.Lock()
_worker: _Worker | None = None


def _begin_anew() -> None:
    """In a forked child: no thread of it is inside TFLM, whoever held the lock, and the process is its parent's."""
    global _turn, _worker
    _turn = threading.Lock()
    _worker = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def _the_worker() -> _Worker:
    """Return the process that all runners of this process share; a forked child gets one of its own."""
    global _worker
    if _worker is None or _worker.owner != os.getpid() or not _worker.alive:
        _worker = _Worker()
    return _worker


class _Worker:
    """TFLM's process and its log.

    Its streams have no buffers: a buffer has a lock, which a forked child would find taken, and what is left in it.
    """

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._log = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as the process
        script = Path(__file__).with_name("micro_worker.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, bufsize=0
        )
        self._finish = weakref.finalize(self, _end, self._process, self._log, self.owner)

    @property
    def alive(self) -> bool:
        """Whether it has neither been ended nor died."""
        return self._finish.alive and self._process.poll() is None

    def ask(self, command: str, *arguments: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        before = os.fstat(self._log.fileno()).st_size
        try:
            send(self._process.stdin, (command, arguments, TIME_LIMIT))
            answer = receive(self._process.stdout)
        except BrokenPipeError:
            answer = None
        except BaseException:
            self._process.kill()  # interrupted: half a message lies in the pipe
            self._finish()
            raise
        if answer is None:
            status = self._process.wait()
            words = self._last_words(before)
            self._finish()
            if status == -signal.SIGPROF:
                raise InvalidFileError(f"TFLM gives no answer within {TIME_LIMIT:g} seconds")
            raise InvalidFileError(f"TFLM crashed on the file (exit status {status})" + (f": {words}" if words else ""))
        kind, result = answer
        if kind == "error":
            words = self._last_words(before) or result
            if command == "run":
                raise InvalidInputError(f"TFLM cannot run the file on these inputs: {words}")
            raise InvalidFileError(f"TFLM does not accept the file: {words}")
        return result

    def _last_words(self, start: int) -> str:
        """Return what was printed last, since a place in the log."""
        self._log.seek(start)
        lines = [line.strip() for line in self._log.read().decode(errors="replace").splitlines()]
        return "; ".join([line for line in lines if line][-2:])


def _end(process: subprocess.Popen[bytes], log: Any, owner: int) -> None:
    """End a process by closing its input; a forked child leaves its parent's alone."""
    if os.getpid() != owner:
        return
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()
