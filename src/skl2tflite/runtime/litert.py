"""Run a .tflite file on LiteRT, the CPU runtime of phones, boards and browsers."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import Any
from weakref import WeakSet

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from skl2tflite.errors import InvalidFileError, InvalidInputError


class LiteRTRunner:
    """Runs the signatures of a file; safe to use from several threads and after a fork, and picklable.

    An interpreter is not thread-safe, so each call borrows one that no other call uses, and a new one is
    made when all are lent. A call that is interrupted does not give its interpreter back.

    Parameters
    ----------
    content : bytes
        The file.
    num_threads : int, default=1
        Threads that one call may use.
    rows_per_call : int, default=4096
        More rows are run in several calls, to bound the memory of what lies between.
    xnnpack : bool, default=True
        Whether LiteRT may hand operators to XNNPACK, as it does by default; else its own kernels compute all.

    Raises
    ------
    InvalidFileError
        Where LiteRT does not accept the file.
    """

    def __init__(self, content: bytes, num_threads: int = 1, rows_per_call: int = 4096, xnnpack: bool = True) -> None:
        self.content = content
        self.num_threads = num_threads
        self.rows_per_call = rows_per_call
        self.xnnpack = xnnpack
        self._idle: SimpleQueue[_Interpreter] = SimpleQueue()
        self._idle.put(_Interpreter(content, num_threads, xnnpack))
        _runners.add(self)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "content": self.content,
            "num_threads": self.num_threads,
            "rows_per_call": self.rows_per_call,
            "xnnpack": self.xnnpack,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    @property
    def signatures(self) -> tuple[str, ...]:
        """Keys of the file's signatures."""
        interpreter = self._borrow()
        keys = tuple(interpreter.signatures)
        self._idle.put(interpreter)
        return keys

    def run(self, signature: str, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run one signature on any number of rows.

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
        """
        interpreter = self._borrow()
        try:
            answer = interpreter.run(signature, inputs, self.rows_per_call)
        except InvalidInputError:
            self._idle.put(interpreter)
            raise
        self._idle.put(interpreter)
        return answer

    def _borrow(self) -> _Interpreter:
        try:
            return self._idle.get_nowait()
        except Empty:
            return _Interpreter(self.content, self.num_threads, self.xnnpack)

    def _begin_anew(self) -> None:
        """In a forked child: interpreters are neither used nor freed, for it has none of their threads."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._idle))
        self._idle = SimpleQueue()


_runners: WeakSet[LiteRTRunner] = WeakSet()


def _begin_anew() -> None:
    for runner in list(_runners):
        runner._begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


class _Interpreter:
    """One LiteRT interpreter and what it declares of its signatures."""

    def __init__(self, content: bytes, num_threads: int, xnnpack: bool) -> None:
        resolver = OpResolverType.AUTO if xnnpack else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        try:
            self._interpreter = Interpreter(
                model_content=content, num_threads=num_threads, experimental_op_resolver_type=resolver
            )
            keys = self._interpreter.get_signature_list()
            self.signatures = {key: _Signature(self._interpreter, key) for key in keys}
        except (ValueError, RuntimeError) as error:
            raise InvalidFileError(f"LiteRT does not accept the file: {error}") from None

    def run(self, key: str, inputs: Mapping[str, NDArray[Any]], rows_per_call: int) -> dict[str, NDArray[Any]]:
        if key not in self.signatures:
            raise InvalidInputError(f"the file has no signature {key!r}; it has {', '.join(self.signatures)}")
        return self.signatures[key].run(inputs, rows_per_call)


class _Signature:
    """One signature of one interpreter, its checks done before the runtime sees any data."""

    def __init__(self, interpreter: Any, key: str) -> None:
        self.key = key
        self._runner = interpreter.get_signature_runner(key)
        self._inputs = self._runner.get_input_details()
        self._outputs = self._runner.get_output_details()

    def run(self, inputs: Mapping[str, NDArray[Any]], rows_per_call: int) -> dict[str, NDArray[Any]]:
        rows = self._check(inputs)
        try:
            return self._run(inputs, rows, rows_per_call)
        except RuntimeError as error:
            raise InvalidInputError(f"LiteRT cannot run {self.key} on these inputs: {error}") from None

    def _run(self, inputs: Mapping[str, NDArray[Any]], rows: int | None, rows_per_call: int) -> dict[str, NDArray[Any]]:
        if rows == 0:
            return {name: self._empty(details) for name, details in self._outputs.items()}
        if rows is None or rows <= rows_per_call:
            return dict(self._runner(**inputs))
        parts = []
        for start in range(0, rows, rows_per_call):
            part = {name: array[start : start + rows_per_call] for name, array in inputs.items()}
            parts.append(self._runner(**part))
        return {name: np.concatenate([part[name] for part in parts]) for name in self._outputs}

    def _check(self, inputs: Mapping[str, NDArray[Any]]) -> int | None:
        """Raise where arrays do not fit: LiteRT lets a wrong feature count through and computes nonsense."""
        if inputs.keys() != self._inputs.keys():
            raise InvalidInputError(
                f"{self.key} takes the inputs {', '.join(self._inputs)}, not {', '.join(inputs) or 'none'}"
            )
        rows: int | None = None
        for name, array in inputs.items():
            details = self._inputs[name]
            expected = details["shape_signature"]
            if array.dtype != details["dtype"] and details["dtype"] is not np.bytes_:
                raise InvalidInputError(f"input {name!r} is {np.dtype(details['dtype']).name}, not {array.dtype.name}")
            if array.ndim != len(expected) or any(n not in (-1, m) for n, m in zip(expected, array.shape, strict=True)):
                shape = ", ".join("rows" if n < 0 else str(n) for n in expected)
                raise InvalidInputError(f"input {name!r} has shape {array.shape}, expected ({shape})")
            if len(expected) and expected[0] < 0:
                if rows is not None and rows != array.shape[0]:
                    raise InvalidInputError(f"inputs differ in their number of rows: {rows}, {array.shape[0]}")
                rows = array.shape[0]
        return rows

    @staticmethod
    def _empty(details: Mapping[str, Any]) -> NDArray[Any]:
        shape = [0 if n < 0 else int(n) for n in details["shape_signature"]]
        return np.empty(shape, dtype=details["dtype"])
