"""A TFLite file before it is packed: typed operators, tensors and shared buffers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

MOST_ROWS = 2**16
"""Rows of a call of a fixed size, for which a call takes memory."""
DYNAMIC = -1
"""The length of an axis that is known only at run time."""


@dataclass(frozen=True, slots=True)
class Quantization:
    """What the integers of a tensor stand for: ``scale * (n - zero_point)``, of one scale or of one along an axis."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int = 0


@dataclass(frozen=True, slots=True)
class TensorDef:
    """A tensor of a subgraph; ``shape`` holds -1 for the batch, ``buffer`` 0 for what is computed.

    Dtypes that begin with "q" are quantized with scale 1 and zero point 0, all others as ``quantization`` says.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    buffer: int = 0
    quantization: Quantization | None = None


@dataclass(frozen=True, slots=True)
class OperatorDef:
    """One operator: its schema name, version, tensors and options, and the table of these where it was read.

    ``origin`` is what it computes, by the estimator's place and the operation's name, where that is known.
    """

    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, object] = field(default_factory=dict)
    table: str = field(default="", compare=False)
    origin: str = field(default="", compare=False, repr=False)


@dataclass(slots=True)
class Subgraph:
    """Operators in order of execution, and the tensors between them."""

    name: str
    tensors: list[TensorDef] = field(default_factory=list)
    operators: list[OperatorDef] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Signature:
    """A method a caller can run: a key, and the names of a subgraph's inputs and outputs."""

    key: str
    subgraph: int
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]


@dataclass(slots=True)
class Program:
    """The content of a file: subgraphs, signatures, and buffers that all of them share.

    ``buffers[0]`` is empty, as the format demands. Equal content is stored once. Of a program that was read,
    ``places`` says where in the file the buffers are, and ``left_out`` what the file holds beside. Of one that is
    written, ``nan_operators`` are those that NaN may reach, of all that older releases lose it in.
    """

    subgraphs: list[Subgraph] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    buffers: list[bytes] = field(default_factory=lambda: [b""])
    metadata: dict[str, int] = field(default_factory=dict)
    description: str = ""
    places: list[int] = field(default_factory=list, compare=False)
    left_out: list[str] = field(default_factory=list, compare=False)
    nan_operators: set[str] = field(default_factory=set, compare=False)
    _known: dict[bytes, int] = field(default_factory=dict)

    def tensors(self, side: Literal["inputs", "outputs"]) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Return dtype and shape of the inputs or outputs of all signatures, by name; -1 is the batch."""
        found = {}
        for signature in self.signatures:
            tensors = self.subgraphs[signature.subgraph].tensors
            for name, index in (signature.inputs if side == "inputs" else signature.outputs).items():
                found[name] = (tensors[index].dtype, tensors[index].shape)
        return found

    @property
    def batch(self) -> int | None:
        """Rows of every call; None where it may be any number."""
        first = {shape[0] for _, shape in self.tensors("inputs").values() if shape}
        return None if DYNAMIC in first or not first else max(first)

    @property
    def takes_strings(self) -> bool:
        """Whether an input is a tensor of strings, which of LiteRT's interfaces its Interpreter takes alone."""
        return any(dtype == "string" for dtype, _ in self.tensors("inputs").values())

    def add_buffer(self, content: bytes) -> int:
        """Return the index of a buffer with this content, adding it where there is none."""
        key = hashlib.blake2b(content, digest_size=32).digest()
        if key not in self._known:
            self.buffers.append(content)
            self._known[key] = len(self.buffers) - 1
        return self._known[key]

    def add_subgraph(self, subgraph: Subgraph) -> int:
        """Return the index of a subgraph of such operators on the same buffers, adding it where there is none."""
        for index, other in enumerate(self.subgraphs):
            if str(other) == str(subgraph):  # options hold arrays, which know no equality
                return index
        self.subgraphs.append(subgraph)
        return len(self.subgraphs) - 1

    def add_metadata(self, name: str, content: bytes) -> None:
        """Attach a named buffer to the file."""
        self.metadata[name] = self.add_buffer(content)


def buffer_content(array: NDArray[Any]) -> bytes:
    """Return an array as it lies in a buffer: little-endian and dense, strings with their offsets."""
    if array.dtype.kind in "USO":
        return _string_content(array)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()


def _string_content(array: NDArray[Any]) -> bytes:
    """Pack strings as the runtime's string_util does: count, offsets, then the UTF-8 bytes."""
    items = [item if isinstance(item, bytes) else str(item).encode() for item in array.ravel()]
    offsets = np.cumsum([4 * (len(items) + 2), *(len(item) for item in items)])
    return np.concatenate([[len(items)], offsets]).astype("<i4").tobytes() + b"".join(items)
