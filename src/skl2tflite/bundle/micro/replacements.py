"""Operators that an old release of TensorFlow Lite Micro lacks, spelt in others that it has, with the same answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from skl2tflite.backends.tflite.program import OperatorDef, Program, Subgraph, TensorDef, buffer_content


def needs_replacements(program: Program, lacking: Collection[str]) -> bool:
    """Return whether :func:`with_replacements` would replace any operator of a program.

    Parameters
    ----------
    program : Program
    lacking : collection of str
        Names of operators.
    """
    return any(_is_replaced(op, subgraph, lacking) for subgraph in program.subgraphs for op in subgraph.operators)


def with_replacements(program: Program, lacking: Collection[str]) -> Program:
    """Return a program that does without some operators, where others can replace them.

    Parameters
    ----------
    program : Program
        Without metadata.
    lacking : collection of str
        Names of operators; CAST is replaced from and to bool, and REDUCE_MIN of float32.
    """
    made = Program()
    for subgraph in program.subgraphs:
        tensors = [
            replace(t, buffer=made.add_buffer(program.buffers[t.buffer]) if t.buffer else 0) for t in subgraph.tensors
        ]
        copy = Subgraph("", tensors, [], subgraph.inputs, subgraph.outputs)
        for operator in subgraph.operators:
            if _is_replaced(operator, subgraph, lacking):
                copy.operators += _REPLACEMENTS[operator.name](operator, _Tensors(copy, made))
            else:
                copy.operators.append(operator)
        made.subgraphs.append(copy)
    return made


def _is_replaced(operator: OperatorDef, subgraph: Subgraph, lacking: Collection[str]) -> bool:
    """Return whether an operator is one that is lacking, and that others can replace.

    Parameters
    ----------
    operator : OperatorDef
    subgraph : Subgraph
        Where it stands.
    lacking : collection of str
        Names of operators; CAST is only lacking from and to bool, and REDUCE_MIN is only replaced for float32.
    """
    dtypes = {subgraph.tensors[side[0]].dtype for side in (operator.inputs, operator.outputs)}
    if operator.name not in lacking or operator.name not in _REPLACEMENTS:
        return False
    return {"CAST": "bool" in dtypes, "REDUCE_MIN": dtypes == {"float32"}}.get(operator.name, True)


@dataclass(frozen=True)
class _Tensors:
    """The tensors of a subgraph, to which replacements add theirs."""

    subgraph: Subgraph
    program: Program

    def __getitem__(self, index: int) -> TensorDef:
        return self.subgraph.tensors[index]

    def between(self, dtype: str, like: int) -> int:
        """Return the index of a new tensor of the shape of another."""
        self.subgraph.tensors.append(TensorDef("", dtype, self[like].shape))
        return len(self.subgraph.tensors) - 1

    def scalar(self, value: float, dtype: str) -> int:
        """Return the index of a constant's tensor, which is made once for each value and dtype."""
        content = self.program.add_buffer(buffer_content(np.array([value], dtype)))
        tensor, tensors = TensorDef("", dtype, (1,), content), self.subgraph.tensors
        if tensor not in tensors:
            tensors.append(tensor)
        return tensors.index(tensor)


def _cast(operator: OperatorDef, tensors: _Tensors) -> Iterator[OperatorDef]:
    """SELECT_V2 in place of CAST from bool, and NOT_EQUAL in place of CAST to bool."""
    (source,), (result,) = operator.inputs, operator.outputs
    dtype = tensors[result].dtype
    if dtype == "bool":
        zero = tensors.scalar(0, tensors[source].dtype)
        yield OperatorDef("NOT_EQUAL", 1, (source, zero), operator.outputs)
        return
    width = "float32" if dtype == "int32" else dtype  # SELECT_V2 has no int32
    chosen = result if width == dtype else tensors.between(width, result)
    yield OperatorDef("SELECT_V2", 1, (source, tensors.scalar(1, width), tensors.scalar(0, width)), (chosen,))
    if chosen != result:
        yield OperatorDef("CAST", operator.version, (chosen,), operator.outputs)


def _reduce_all(operator: OperatorDef, tensors: _Tensors) -> Iterator[OperatorDef]:
    """All are true where the greatest of 1 for each that is false, and 0 for others, is less than 1."""
    (source, axes), (result,) = operator.inputs, operator.outputs
    false, most = tensors.between("float32", source), tensors.between("float32", result)
    one, zero = tensors.scalar(1, "float32"), tensors.scalar(0, "float32")
    yield OperatorDef("SELECT_V2", 1, (source, zero, one), (false,))
    yield OperatorDef("REDUCE_MAX", 1, (false, axes), (most,), operator.options)
    yield OperatorDef("LESS", 1, (most, one), (result,))


def _reduce_min(operator: OperatorDef, tensors: _Tensors) -> Iterator[OperatorDef]:
    """The least number is the greatest of all with their signs changed, with its sign changed."""
    (source, axes), (result,) = operator.inputs, operator.outputs
    negative, most = tensors.between("float32", source), tensors.between("float32", result)
    yield OperatorDef("NEG", 1, (source,), (negative,))
    yield OperatorDef("REDUCE_MAX", 1, (negative, axes), (most,), operator.options)
    yield OperatorDef("NEG", 1, (most,), (result,))


_REPLACEMENTS: Mapping[str, Callable[[OperatorDef, _Tensors], Iterator[OperatorDef]]] = {
    "CAST": _cast,
    "REDUCE_ALL": _reduce_all,
    "REDUCE_MIN": _reduce_min,
}
