"""Releases of TensorFlow Lite Micro (TFLM) that platforms install, often years old: what they lack, what replaces it.

A kernel of an old release may return ``kTfLiteOk`` for a dtype that it does not know, and leave its output as it was.
So every operator is checked before it is written. What a release lacks was read in its source, and in that of its
kernels of CMSIS-NN where it has these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from skl2tflite.backends.tflite.check_operators import kernel_use
from skl2tflite.backends.tflite.program import Subgraph
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.strip import strip
from skl2tflite.backends.tflite.writer import write
from skl2tflite.bundle.micro.replacements import needs_replacements, with_replacements
from skl2tflite.errors import UnsupportedOnTarget

EVERY = frozenset({""})
"""In place of dtypes: the release lacks the operator altogether."""


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

    @property
    def replaced(self) -> frozenset[str]:
        """Names of the operators that are replaced where they can be."""
        absent = {name for name, dtypes in self.lacks.items() if dtypes == EVERY}
        return frozenset(absent if self.casts_bool else absent | {"CAST"})


_OLD = {
    "REDUCE_ALL": EVERY,
    "REDUCE_MIN": EVERY,
    "REVERSE_V2": EVERY,
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
        "BATCH_MATMUL": EVERY,
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
    if needs_replacements(program, library.replaced):
        program = with_replacements(program, library.replaced)
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
        if lacks == EVERY:
            yield operator.name
        elif dtype in lacks:
            yield f"{operator.name} of {dtype}"
        elif operator.name in _BROADCASTING and rank > library.most_axes:
            yield f"{operator.name} of {rank} axes"
