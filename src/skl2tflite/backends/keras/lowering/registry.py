"""Which function spells which operation in Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from skl2tflite.graph.op import Op

Spelling: TypeAlias = Callable[..., Any]
_Function = TypeVar("_Function", bound=Spelling)

_SPELLINGS: dict[type[Op], Spelling] = {}


def spells(*kinds: type[Op]) -> Callable[[_Function], _Function]:
    """Register the decorated function as the spelling of operations.

    It is called with the builder, the operation, its operands (Keras tensors, or arrays where they are constants) and
    the specs of its outputs, and returns a Keras tensor, or several.
    """

    def register(function: _Function) -> _Function:
        for kind in kinds:
            _SPELLINGS[kind] = function
        return function

    return register


def has_spelling(op: Op) -> bool:
    """Tell whether an operation has a spelling."""
    return type(op) in _SPELLINGS


def spelling_of(op: Op) -> Spelling:
    """Return the spelling of an operation."""
    return _SPELLINGS[type(op)]
