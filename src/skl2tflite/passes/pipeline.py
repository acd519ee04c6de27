"""The ordered list of passes, and how it is run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from skl2tflite.graph import Graph, ops
from skl2tflite.passes.activation import FUSE_ACTIVATIONS
from skl2tflite.passes.affine import FOLD_AFFINE
from skl2tflite.passes.algebra import SIMPLIFY
from skl2tflite.passes.base import Pass
from skl2tflite.passes.common_subexpressions import SHARE_COMMON
from skl2tflite.passes.constants import FOLD_CONSTANTS
from skl2tflite.passes.cuts import LOWER_CUTS
from skl2tflite.passes.merge_double_float import MERGE_PARTS
from skl2tflite.passes.text import COMPARE_TEXT
from skl2tflite.passes.thresholds import FOLD_THRESHOLDS

PASSES: tuple[Pass, ...] = (
    FOLD_THRESHOLDS,
    LOWER_CUTS,
    COMPARE_TEXT,
    FOLD_CONSTANTS,
    SIMPLIFY,
    MERGE_PARTS,
    FOLD_AFFINE,
    SHARE_COMMON,
    FUSE_ACTIVATIONS,
)
"""In order of execution. Code that no output depends on needs no pass: a graph is what its outputs reach."""

Precision = Literal["exact", "fast"]


@dataclass(frozen=True)
class PassRecord:
    """What one pass did to one graph."""

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
        Whether passes that change rounding run too.
    for_size : bool, default=False
        Whether those run that only make files smaller.

    Returns
    -------
    Graph
    list of PassRecord
    """
    records = []
    for step in PASSES:
        if not (step.exact or (for_size if step.for_size else precision == "fast")):
            continue
        before = _size(graph)
        graph, notes = step.function(graph)
        after = _size(graph)
        records.append(PassRecord(graph.name, step.name, (before, after), tuple(notes)))
    return graph, records


def _size(graph: Graph) -> int:
    """Number of operations that compute."""
    return sum(not isinstance(node.op, ops.Note) for node in graph.operations())
