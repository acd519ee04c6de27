"""The ordered list of passes, and the function that runs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from skl2tflite.choices import Precision
from skl2tflite.graph import Graph, ops
from skl2tflite.passes.activation import FUSE_ACTIVATIONS
from skl2tflite.passes.affine import FOLD_AFFINE
from skl2tflite.passes.algebra import SIMPLIFY
from skl2tflite.passes.base import Pass
from skl2tflite.passes.common_subexpressions import COMMON_SUBEXPRESSIONS
from skl2tflite.passes.constants import FOLD_CONSTANTS
from skl2tflite.passes.cuts import LOWER_CUTS
from skl2tflite.passes.lookups import LOOK_UP
from skl2tflite.passes.merge_double_float import MERGE_DOUBLE_FLOAT
from skl2tflite.passes.periodic import TABULATE
from skl2tflite.passes.text import COMPARE_TEXT
from skl2tflite.passes.thresholds import FOLD_THRESHOLDS

PASSES: tuple[Pass, ...] = (
    FOLD_THRESHOLDS,
    TABULATE,
    LOWER_CUTS,
    COMPARE_TEXT,
    FOLD_CONSTANTS,
    SIMPLIFY,
    MERGE_DOUBLE_FLOAT,
    FOLD_AFFINE,
    COMMON_SUBEXPRESSIONS,
    FUSE_ACTIVATIONS,
)
"""All passes in the order of execution. Dead code needs no pass, as a graph consists of what its outputs depend on."""
LAST_PASSES: tuple[Pass, ...] = (LOOK_UP,)
"""Passes that run when text has its codes. They may add the terms of a sum in another order."""


@dataclass(frozen=True)
class PassRecord:
    """What one pass did to one graph: the number of operations before and after, and its notes."""

    graph: str
    name: str
    operations: tuple[int, int]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        before, after = self.operations
        counted = Counter(self.notes)
        details = "; ".join(f"{note} (×{n})" if n > 1 else note for note, n in counted.items())
        return f"{self.graph}: {self.name}: {before} → {after} operations" + (f" ({details})" if details else "")


def run_passes(graph: Graph, precision: Precision = "exact", for_size: bool = False) -> tuple[Graph, list[PassRecord]]:
    """Run all passes in order.

    Parameters
    ----------
    graph : Graph
    precision : {"exact", "fast"}
        Whether passes that change rounding run as well.
    for_size : bool, default=False
        Whether passes run whose only use is a smaller file.

    Returns
    -------
    Graph
    list of PassRecord
    """
    steps = [step for step in PASSES if step.exact or (for_size if step.for_size else precision == "fast")]
    return _run(graph, steps)


def run_last_passes(graph: Graph) -> tuple[Graph, list[PassRecord]]:
    """Run the passes that need text to have its codes, where it travels as such."""
    return _run(graph, LAST_PASSES)


def _run(graph: Graph, steps: Sequence[Pass]) -> tuple[Graph, list[PassRecord]]:
    records = []
    for step in steps:
        before = _size(graph)
        graph, notes = step.function(graph)
        after = _size(graph)
        records.append(PassRecord(graph.name, step.name, (before, after), tuple(notes)))
    return graph, records


def _size(graph: Graph) -> int:
    """Return the number of operations, without notes."""
    return sum(not isinstance(node.op, ops.Note) for node in graph.operations())
