"""Operators of a file: their operands, the kernels that they need, and the subgraphs that they run."""

from __future__ import annotations

from collections.abc import Iterator

from skl2tflite.backends.tflite import shape_moves, shape_rules  # noqa: F401 - they register what they know
from skl2tflite.backends.tflite.constants import Constants
from skl2tflite.backends.tflite.operands import operands_of
from skl2tflite.backends.tflite.program import OperatorDef, Program, Subgraph
from skl2tflite.backends.tflite.schema import options_of
from skl2tflite.backends.tflite.shapes import alike, shape_fault
from skl2tflite.backends.tflite.targets import Target

# Which operand holds the data that an operator moves or computes on, where it is not the first.
DATA_OPERANDS = {"FILL": 1, "IF": 1, "ONE_HOT": 2, "SCATTER_ND": 1, "SELECT": 1, "SELECT_V2": 1, "SPLIT": 1}
_CALLED = {
    "IF": ("thenSubgraphIndex", "elseSubgraphIndex"),
    "WHILE": ("condSubgraphIndex", "bodySubgraphIndex"),
    "CALL_ONCE": ("initSubgraphIndex",),
}


def calls(operator: OperatorDef) -> list[int]:
    """Return the subgraphs that an operator runs."""
    indices = (operator.options.get(key, 0) for key in _CALLED.get(operator.name, ()))
    return [index for index in indices if isinstance(index, int)]


def operator_faults(
    operator: OperatorDef, subgraph: Subgraph, program: Program, constants: Constants, target: Target
) -> Iterator[str]:
    """Say what is wrong with an operator whose indices are within its subgraph's tensors, or -1.

    Parameters
    ----------
    operator : OperatorDef
    subgraph : Subgraph
    program : Program
    constants : Constants
        Those of the program.
    target : Target
        The runtime that is to run it.
    """
    operands = operands_of(operator.name)
    if operands is None or not target.dtypes(operator.name):
        yield f"does not exist on target {target.name!r}"
        return
    faults = list(operands.faults(operator, subgraph)) or list(_kernel_faults(operator, subgraph, target))
    yield from faults
    if operator.table not in ("", options_of(operator.name)):
        yield f"has the options of another operator ({operator.table})"
    if not faults:
        yield from _call_faults(operator, subgraph, program)
        fault = shape_fault(operator, subgraph, constants)
        if fault:
            yield fault


def kernel_use(operator: OperatorDef, subgraph: Subgraph) -> tuple[str, int]:
    """Return the dtype by which a :class:`Target` lists an operator's kernel, and the highest rank of its tensors.

    That is the dtype of the operand that holds the data, as in ``float32``; of CAST both, as in ``int32->float32``.
    """
    tensors = [subgraph.tensors[index] if index != -1 else None for index in operator.inputs]
    results = [subgraph.tensors[index] for index in operator.outputs]
    position = DATA_OPERANDS.get(operator.name, 0)
    data = tensors[position] if position < len(tensors) else results[0]
    assert data is not None
    dtype = f"{data.dtype}->{results[0].dtype}" if operator.name == "CAST" else data.dtype
    return dtype, max(len(tensor.shape) for tensor in (*tensors, *results) if tensor is not None)


def _kernel_faults(operator: OperatorDef, subgraph: Subgraph, target: Target) -> Iterator[str]:
    """Compare an operator's dtype, rank and version with what the target has."""
    if not operator.outputs:
        yield "gives nothing"
        return
    operands = [None if index == -1 else subgraph.tensors[index] for index in operator.inputs]
    dtype, rank = kernel_use(operator, subgraph)
    if not target.supports(operator.name, dtype, rank):
        yield f"has no kernel for {dtype} of {rank} axes on target {target.name!r}"
        return
    options = operator.options
    needed = target.version(
        operator.name,
        dtype,
        rank=rank,
        broadcast=len(operands) > 1 and len({tensor.shape for tensor in operands[:2] if tensor is not None}) > 1,
        batch_dims=bool(options.get("batchDims")),
        keep_num_dims=bool(options.get("keepNumDims")),
        new_axis=bool(options.get("newAxisMask")),
        no_bias=operator.name == "FULLY_CONNECTED" and (len(operands) < 3 or operands[2] is None),
    )
    if operator.version < needed:
        yield f"is of version {operator.version}, and what it does needs {needed}"


def _call_faults(operator: OperatorDef, subgraph: Subgraph, program: Program) -> Iterator[str]:
    """Compare what an operator gives to subgraphs, and takes from them, with what they take and give."""
    given = operator.inputs[1:] if operator.name == "IF" else operator.inputs
    for key, called in zip(_CALLED.get(operator.name, ()), calls(operator), strict=True):
        if not 0 <= called < len(program.subgraphs):
            yield f"runs subgraph {called} of {len(program.subgraphs)}"
            continue
        inner = program.subgraphs[called]
        fits = _fit(subgraph, given, inner, inner.inputs)
        if key == "condSubgraphIndex":
            fits &= len(inner.outputs) == 1 and _dtypes(inner, inner.outputs) == ["bool"]
        else:
            fits &= _fit(subgraph, operator.outputs, inner, inner.outputs)
        if not fits:
            yield f"gives and takes other tensors than subgraph {called}, which it runs"


def _fit(outer: Subgraph, given: tuple[int, ...], inner: Subgraph, taken: list[int]) -> bool:
    if len(given) != len(taken) or _dtypes(outer, given) != _dtypes(inner, taken):
        return False
    pairs = zip(given, taken, strict=True)
    return all(alike(outer.tensors[a].shape, inner.tensors[b].shape) for a, b in pairs)


def _dtypes(subgraph: Subgraph, indices: tuple[int, ...] | list[int]) -> list[str]:
    count = len(subgraph.tensors)
    return [subgraph.tensors[index].dtype if 0 <= index < count else "" for index in indices]
