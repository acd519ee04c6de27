"""Releases of TensorFlow Lite Micro (TFLM) that platforms install, often years old: what they lack, what replaces it.

A kernel of an old release may return ``kTfLiteOk`` for a dtype that it does not know, and leave its output as it was.
So every operator is checked before it is written. What a release lacks was read in its source, and in that of its
kernels of CMSIS-NN where it has these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from skl2tflite.backends.tflite.check_operators import kernel_use
from skl2tflite.backends.tflite.program import OperatorDef, Program, Subgraph, TensorDef, buffer_content
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.strip import strip
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import UnsupportedOnTarget

_EVERY = frozenset({""})


@dataclass(frozen=True)
class Library:
    """A release of TFLM that some platform installs.

    Attributes
    ----------
    name : str
    lacks : mapping of str to frozenset of str
        Operators, each with the dtypes for which this release has no kernel, though today's TFLM has one.
    casts_bool : bool
        Whether CAST takes and gives bool.
    most_axes : int
        Highest rank for which its kernels broadcast their operands.
    """

    name: str
    lacks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    casts_bool: bool = True
    most_axes: int = 7


_OLD = {
    "REDUCE_ALL": _EVERY,
    "REDUCE_MIN": _EVERY,
    "REVERSE_V2": _EVERY,
    "SUB": frozenset({"int32"}),
    "MAXIMUM": frozenset({"int16"}),
    "MINIMUM": frozenset({"int16"}),
    "PACK": frozenset({"int16"}),
    "UNPACK": frozenset({"int16"}),
    "TRANSPOSE": frozenset({"int16"}),
}
TODAY = Library("TFLM")
ZEPHYR = Library("Zephyr's module tflite-micro of June 2024", _OLD, most_axes=4)
ARDUINO = Library(
    "the Arduino library Chirale_TensorFLowLite 2.0.0",
    _OLD
    | {
        "BATCH_MATMUL": _EVERY,
        "ADD": frozenset({"int32"}),
        "DIV": frozenset({"int32"}),
        "EXPAND_DIMS": frozenset({"int16"}),
        "SLICE": frozenset({"bool"}),
    },
    casts_bool=False,
    most_axes=4,
)
_BROADCASTING = frozenset(
    {"ADD", "SUB", "MUL", "DIV", "EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL",
     "SQUARED_DIFFERENCE"}
)  # fmt: skip


def flashed(content: bytes, library: Library) -> bytes:
    """Return what is written to flash memory: the file without metadata, for the kernels that a library has.

    Raises
    ------
    UnsupportedOnTarget
        Where the library lacks a kernel, and nothing here replaces its operator.
    """
    content = strip(content)
    program = read(content)
    if not library.casts_bool:
        program = _without_bool_casts(program)
        content = write(program, lean=True)
    lacking = sorted({lack for subgraph in program.subgraphs for lack in _lacking(subgraph, library)})
    if lacking:
        raise UnsupportedOnTarget(
            f"{library.name} lacks {', '.join(lacking)}, which the model needs; bundle it for a platform that has "
            "TFLM as it is today: tflm or esp-idf"
        )
    return content


def _lacking(subgraph: Subgraph, library: Library) -> Iterator[str]:
    for operator in subgraph.operators:
        dtype, rank = kernel_use(operator, subgraph)
        lacks = library.lacks.get(operator.name, frozenset())
        if lacks == _EVERY:
            yield operator.name
        elif dtype in lacks:
            yield f"{operator.name} of {dtype}"
        elif operator.name in _BROADCASTING and rank > library.most_axes:
            yield f"{operator.name} of {rank} axes"


def _without_bool_casts(program: Program) -> Program:
    """Return a program with SELECT_V2 in place of CAST from bool, and NOT_EQUAL in place of CAST to bool."""
    made = Program()
    for subgraph in program.subgraphs:
        tensors = [
            replace(t, buffer=made.add_buffer(program.buffers[t.buffer]) if t.buffer else 0) for t in subgraph.tensors
        ]
        copy = Subgraph("", tensors, [], subgraph.inputs, subgraph.outputs)
        for operator in subgraph.operators:
            copy.operators += _without_bool_cast(operator, copy, made)
        made.subgraphs.append(copy)
    return made


def _without_bool_cast(operator: OperatorDef, subgraph: Subgraph, program: Program) -> Iterator[OperatorDef]:
    """Yield the operators that take an operator's place: itself, if it is no CAST from or to bool."""
    source, result = (subgraph.tensors[side[0]] for side in (operator.inputs, operator.outputs))
    if operator.name != "CAST" or "bool" not in (source.dtype, result.dtype):
        yield operator
    elif result.dtype == "bool":
        zero = _scalar(0, source.dtype, subgraph, program)
        yield OperatorDef("NOT_EQUAL", 1, (operator.inputs[0], zero), operator.outputs)
    else:
        # SELECT_V2 has no int32.
        dtype = "float32" if result.dtype == "int32" else result.dtype
        one, zero = (_scalar(value, dtype, subgraph, program) for value in (1, 0))
        chosen = operator.outputs[0]
        if dtype != result.dtype:
            subgraph.tensors.append(TensorDef("", dtype, result.shape))
            chosen = len(subgraph.tensors) - 1
        yield OperatorDef("SELECT_V2", 1, (operator.inputs[0], one, zero), (chosen,))
        if dtype != result.dtype:
            yield OperatorDef("CAST", operator.version, (chosen,), operator.outputs)


def _scalar(value: int, dtype: str, subgraph: Subgraph, program: Program) -> int:
    """Return the index of a constant's tensor, which is made once for each value and dtype."""
    tensor = TensorDef("", dtype, (1,), program.add_buffer(buffer_content(np.array([value], dtype))))
    if tensor not in subgraph.tensors:
        subgraph.tensors.append(tensor)
    return subgraph.tensors.index(tensor)
