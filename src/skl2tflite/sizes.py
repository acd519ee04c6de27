"""What a file costs on a microcontroller: flash and memory, and what takes most of both."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from skl2tflite.backends.tflite.constants import ITEM_SIZES
from skl2tflite.backends.tflite.program import Program, TensorDef
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.strip import strip
from skl2tflite.errors import BudgetError, MissingDependencyError
from skl2tflite.runtime.micro import has_micro, smallest_arena

_LOOKED_UP = frozenset({"GATHER", "GATHER_ND", "EMBEDDING_LOOKUP"})
_SHOWN = 3


@dataclass(frozen=True)
class Sizes:
    """Bytes that a model takes on a device that runs it on TensorFlow Lite Micro.

    Attributes
    ----------
    tables : int
        Constants in which positions are looked up: nodes of trees, labels, bins.
    constants : int
        All other constants: weights, support vectors, means.
    graph : int
        Operators, tensors and what holds them together.
    metadata : int
        What only hosts read; it is in the file, and bundles leave it out of the flash.
    interpreter : int
        TFLM itself, measured on a Cortex-M4F; an estimate for any other.
    kernels : int
        TFLM's kernels for the operators used, likewise.
    arena : int or None
        Working memory: the least that suffices on a 64-bit host, which a 32-bit device stays below. None
        where ``tflite-micro`` is not installed to find it.
    n_operators : int
        Number of operators, of any kind.
    by_constant, by_kernel, by_result : tuple of (str, int)
        Bytes of each constant and kernel, in flash, and of each input and result, in the arena; the largest first.
        The arena holds those results that are needed at the same time, and what TFLM notes of each operator and tensor.
    """

    tables: int
    constants: int
    graph: int
    metadata: int
    interpreter: int
    kernels: int
    arena: int | None
    n_operators: int
    by_constant: tuple[tuple[str, int], ...]
    by_kernel: tuple[tuple[str, int], ...]
    by_result: tuple[tuple[str, int], ...]

    @property
    def model(self) -> int:
        """Bytes of the array that goes into the flash."""
        return self.tables + self.constants + self.graph

    @property
    def flash(self) -> int:
        """Bytes of flash: the model, TFLM and its kernels."""
        return self.model + self.interpreter + self.kernels

    def lines(self) -> list[tuple[str, str]]:
        """Return names and texts for people."""
        model = f"tables {self.tables:,}, constants {self.constants:,}, graph {self.graph:,}"
        code = f"TFLM about {self.interpreter:,}, kernels about {self.kernels:,}"
        arena = (
            "unknown: pip install 'skl2tflite[micro]'" if self.arena is None else f"{self.arena:,} (on a 64-bit host)"
        )
        return [
            ("flash", f"about {self.flash:,}: model {self.model:,} ({model}), {code}"),
            ("arena", arena),
            ("largest", f"{_listed(self.by_constant)}; kernels {_listed(self.by_kernel)}"),
            ("", f"in the arena {_listed(self.by_result)}; {self.n_operators} operators"),
        ]

    def __str__(self) -> str:
        return "\n".join(f"{name:8}{text}" for name, text in self.lines())


def sizes_of(content: bytes) -> Sizes:
    """Return what a file costs on a microcontroller.

    Parameters
    ----------
    content : bytes
        A file for the target ``"micro"``.

    Returns
    -------
    Sizes
    """
    stripped = strip(content)
    program = read(stripped)
    constants, tables = _constants(program)
    in_tables = sum(len(program.buffers[buffer]) for buffer in tables)
    in_buffers = sum(map(len, program.buffers))
    operators = [operator.name for subgraph in program.subgraphs for operator in subgraph.operators]
    kernels = _kernels(set(operators))
    return Sizes(
        in_tables,
        in_buffers - in_tables,
        len(stripped) - in_buffers,
        len(content) - len(stripped),
        _code().interpreter,
        sum(kernels.values()),
        smallest_arena(stripped) if has_micro() else None,
        len(operators),
        _largest_first(constants),
        _largest_first({name or "what several share": size for name, size in kernels.items()}),
        _largest_first(_results(program)),
    )


def _constants(program: Program) -> tuple[dict[str, int], set[int]]:
    """Return the bytes of each constant, under a name for people, and the buffers of those that are looked up in."""
    tables: set[int] = set()
    users: dict[int, str] = {}
    for subgraph in program.subgraphs:
        for operator in subgraph.operators:
            constants = [subgraph.tensors[index] for index in operator.inputs if index >= 0]
            if operator.name in _LOOKED_UP:
                tables.add(constants[0].buffer)
            for tensor in constants:
                users.setdefault(tensor.buffer, f"{operator.name} {{}} {_kind(tensor)}")
    tables.discard(0)
    users.pop(0, None)
    sizes: dict[str, int] = {}
    for buffer, name in users.items():
        shown = name.format("table" if buffer in tables else "constant")
        sizes[shown] = sizes.get(shown, 0) + len(program.buffers[buffer])
    return sizes, tables


def _results(program: Program) -> dict[str, int]:
    """Return the bytes of each input and result, under a name for people."""
    sizes: dict[str, int] = {}
    for subgraph in program.subgraphs:
        makers = {index: operator.name for operator in subgraph.operators for index in operator.outputs}
        for index, tensor in enumerate(subgraph.tensors):
            if not tensor.buffer:
                name = f"{makers.get(index, 'input')} {_kind(tensor)}"
                sizes[name] = math.prod(tensor.shape) * ITEM_SIZES[tensor.dtype]
    return sizes


def _kind(tensor: TensorDef) -> str:
    return f"{tensor.dtype}[{', '.join(map(str, tensor.shape))}]"


def _largest_first(sizes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(sizes.items(), key=lambda part: -part[1]))


def _kernels(operators: Set[str]) -> dict[str, int]:
    """Return the bytes that each operator's kernel adds, and under the empty name those that several share."""
    added = dict.fromkeys(sorted(operators), 0) | {"": 0}
    for size, needed_by in _code().kernels:
        users = operators & needed_by
        if users:
            added[next(iter(users)) if len(users) == 1 else ""] += size
    return added


@dataclass(frozen=True)
class _Code:
    """Measured sizes of TFLM's code: without kernels, and of what any of some operators need."""

    interpreter: int
    kernels: tuple[tuple[int, frozenset[str]], ...]


@cache
def _code() -> _Code:
    """Read the measurements: on a Cortex-M4F, all of it compiled by gcc 12.2 with -Os, symbol by symbol."""
    text = files("skl2tflite.backends.tflite").joinpath("flash.json").read_text(encoding="utf-8")
    measured = json.loads(text)
    kernels = tuple((size, frozenset(operators)) for size, operators in measured["kernels"])
    return _Code(measured["interpreter"], kernels)


def check_budget(sizes: Sizes, max_flash: int | None = None, max_ram: int | None = None) -> None:
    """Raise where a model costs more than there is.

    Parameters
    ----------
    sizes : Sizes
    max_flash, max_ram : int, optional
        Bytes for the model with TFLM and its kernels, and for the arena.

    Raises
    ------
    BudgetError
        With what costs most and what would help.
    MissingDependencyError
        Where memory is limited and ``tflite-micro`` is not installed.
    """
    if max_flash is not None and sizes.flash > max_flash:
        raise BudgetError(
            f"the model needs about {sizes.flash:,} bytes of flash and max_flash is {max_flash:,}: "
            f"tables {sizes.tables:,}, constants {sizes.constants:,}, graph {sizes.graph:,}, TFLM "
            f"{sizes.interpreter:,}, its kernels {sizes.kernels:,}; largest: {_listed(sizes.by_constant)}; kernels "
            f"{_listed(sizes.by_kernel)}. "
            f"{_flash_advice(sizes, max_flash)}"
        )
    if max_ram is None:
        return
    if sizes.arena is None:
        raise MissingDependencyError("finding the arena's size needs TFLM: pip install 'skl2tflite[micro]'")
    if sizes.arena > max_ram:
        raise BudgetError(
            f"the model needs an arena of up to {sizes.arena:,} bytes and max_ram is {max_ram:,}: "
            f"{sizes.n_operators} operators; largest results: {_listed(sizes.by_result)}. {_memory_advice(sizes)}"
        )


def _listed(parts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in parts[:_SHOWN])


def _flash_advice(sizes: Sizes, max_flash: int) -> str:
    if sizes.interpreter + sizes.kernels >= max_flash:
        return "TFLM and its kernels alone are too large for it: an estimator that needs fewer operators may fit"
    if sizes.tables >= sizes.constants:
        return "Fewer or shallower trees (n_estimators, max_depth, max_leaf_nodes, min_samples_leaf) take less"
    return "Fewer support vectors or training rows, smaller layers, fewer features or components take less"


def _memory_advice(sizes: Sizes) -> str:
    assert sizes.arena is not None
    if sizes.by_result[0][1] > sizes.arena // 4:
        return "Fewer support vectors or training rows, smaller layers, fewer trees take less"
    return "It grows with the number of operators: shallower trees, fewer steps of preprocessing take less"
