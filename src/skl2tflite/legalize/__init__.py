"""What operations are made of where a target lacks them: graphs rewritten into graphs that the target can compute.

A *decomposition* is a function of tensors, written like any formula of the package, that computes what one operation
does by other operations. :func:`decomposes` registers it for the operation and, where that matters, for one kind of
elements; :func:`legalize` puts it in the place of each operation that a target says it lacks (:class:`Capabilities`).
All backends share the decompositions.

Legalization comes last. Decompositions rely on rounding (``(1 + x) - 1`` is what ``1 + x`` has kept of x), so nothing
may simplify their result: a :class:`LegalGraph` cannot be rewritten. Computing equal things once would be harmless.

What does not concern operations stays in a backend: the dtype in which its file stores a constant table, the additional
operators with which one of its kernels gives the right result, and the detours that make a kernel faster or
more exact.
"""

from skl2tflite.legalize import (  # noqa: F401 - they register
    along_axes,
    elementwise,
    forest,
    integers,
    not_a_number,
    positions,
    powers,
)
from skl2tflite.legalize.driver import LegalGraph, legalize
from skl2tflite.legalize.infinite_operands import with_infinite_operands
from skl2tflite.legalize.infinities import compares_with_infinity
from skl2tflite.legalize.registry import Capabilities, NoDecompositionError, decomposes, decomposition_of, element_kind

__all__ = [
    "Capabilities",
    "LegalGraph",
    "NoDecompositionError",
    "compares_with_infinity",
    "decomposes",
    "decomposition_of",
    "element_kind",
    "legalize",
    "with_infinite_operands",
]
