"""Which function writes which operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value
from skl2tflite.graph.dtype import Spec
from skl2tflite.graph.op import Op

Results: TypeAlias = Value | Sequence[Value]
Lowering: TypeAlias = Callable[[Emitter, Any, Sequence[Value], Sequence[Spec]], Results]
_Function = TypeVar("_Function", bound=Lowering)

_LOWERINGS: dict[type[Op], Lowering] = {}


def lowers(*kinds: type[Op]) -> Callable[[_Function], _Function]:
    """Register the decorated function as the lowering of operations: it writes them into a subgraph.

    It is called with the emitter, the operation, its operands and the specs of its outputs, and returns
    the outputs' values.
    """

    def register(function: _Function) -> _Function:
        for kind in kinds:
            _LOWERINGS[kind] = function
        return function

    return register


def has_lowering(op: Op) -> bool:
    """Tell whether an operation has a lowering."""
    return any(kind in _LOWERINGS for kind in type(op).__mro__)


def lowering_of(op: Op) -> Lowering:
    """Return the lowering of an operation, or of the nearest class it inherits from."""
    for kind in type(op).__mro__:
        if kind in _LOWERINGS:
            return _LOWERINGS[kind]
    raise LookupError(f"no lowering is registered for {op.name}")
