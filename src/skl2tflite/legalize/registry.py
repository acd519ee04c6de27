"""What a target says it has, and which function decomposes which operation that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from skl2tflite.graph.dtype import DType
from skl2tflite.graph.op import Op
from skl2tflite.graph.ops import Where
from skl2tflite.graph.tensor import Tensor

Decomposition: TypeAlias = Callable[..., Any]
_Function = TypeVar("_Function", bound=Decomposition)

_DECOMPOSITIONS: dict[tuple[type[Op], DType | None], Decomposition] = {}


class Capabilities(Protocol):
    """What legalization asks of a target."""

    def has(self, op: Op, operands: Sequence[Tensor]) -> bool:
        """Tell whether the target computes an operation of these operands by itself."""

    def describe_lack(self, op: Op, operands: Sequence[Tensor]) -> str:
        """Return a clause, without a full stop, that says what the target lacks for an operation."""


class NoDecompositionError(Exception):
    """Raised by a decomposition that does not apply to its operands; the message says when one would."""


def decomposes(*kinds: type[Op], dtype: DType | None = None) -> Callable[[_Function], _Function]:
    """Register the decorated function as what operations are made of on targets that lack them.

    It is called with the operands as tensors and the operation's attributes as keywords, and returns the results.

    Parameters
    ----------
    *kinds : type of Op
        The operations.
    dtype : DType, optional
        The kind of elements (:func:`element_kind`) that it is for; by default every kind that has none of its own.
    """

    def register(function: _Function) -> _Function:
        for kind in kinds:
            _DECOMPOSITIONS[kind, dtype] = function
        return function

    return register


def decomposition_of(op: Op, operands: Sequence[Tensor]) -> Decomposition | None:
    """Return what an operation is made of, None where nothing is registered."""
    own = _DECOMPOSITIONS.get((type(op), element_kind(op, operands)))
    return own or _DECOMPOSITIONS.get((type(op), None))


def element_kind(op: Op, operands: Sequence[Tensor]) -> DType:
    """Return the kind of elements that an operation moves or computes on: of a choice, that of the alternatives."""
    return operands[1 if isinstance(op, Where) else 0].dtype
