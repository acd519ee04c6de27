"""Keep LiteRT from overwriting numbers that are still needed.

LiteRT computes some operators in place: the output takes the buffer of an input that nothing else reads. A RESHAPE only
gives its input another shape, in the same buffer. Where an output of an operator in place is reshaped, LiteRT counts
the readers of the first tensor of the chain, and not those of the output: an operator behind the RESHAPE may then
overwrite what others still read. A copy in front of that RESHAPE keeps them apart. (XNNPACK plans its buffers
otherwise, but takes no integers.)
"""

from __future__ import annotations

from collections import Counter

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value
from skl2tflite.backends.tflite.lowering.indexing import strided_slice
from skl2tflite.backends.tflite.program import DYNAMIC, OperatorDef, Program, Subgraph
from skl2tflite.backends.tflite.targets import Target

IN_PLACE = frozenset({"ADD", "SUB", "MUL", "DIV", "SOFTMAX"})
"""Operators whose output may take the buffer of an input (measured: a test holds every operator against it)."""
SAME_BUFFER = frozenset({"RESHAPE"})
"""Operators whose output is their input, in another shape."""


def keep_apart(program: Program, subgraph: Subgraph, target: Target) -> None:
    """Copy what is reshaped and then overwritten while others still read it.

    Parameters
    ----------
    program : Program
    subgraph : Subgraph
        Changed in place.
    target : Target
        TFLM shares no buffers.
    """
    if target.is_microcontroller:
        return
    reads = Counter(index for operator in subgraph.operators for index in operator.inputs) + Counter(subgraph.outputs)
    made = {index: operator.name for operator in subgraph.operators for index in operator.outputs}
    risky = [
        operator
        for operator in subgraph.operators
        if operator.name in SAME_BUFFER
        and made.get(operator.inputs[0]) in IN_PLACE | SAME_BUFFER
        and reads[operator.inputs[0]] > 1
        and _is_overwritten(operator.outputs[0], subgraph)
    ]
    emitter = Emitter(program, target, subgraph.name)
    emitter.subgraph = subgraph
    for operator in risky:
        _copy_before(emitter, operator)


def _is_overwritten(index: int, subgraph: Subgraph) -> bool:
    """Whether an operator in place reads a tensor, or one in the same buffer."""
    readers = [operator for operator in subgraph.operators if index in operator.inputs]
    return any(
        reader.name in IN_PLACE or (reader.name in SAME_BUFFER and _is_overwritten(reader.outputs[0], subgraph))
        for reader in readers
    )


def _copy_before(emitter: Emitter, operator: OperatorDef) -> None:
    """Let an operator read a copy of its first input."""
    operators, tensor = emitter.subgraph.operators, emitter.subgraph.tensors[operator.inputs[0]]
    shape = tuple(None if length == DYNAMIC else length for length in tensor.shape)
    source = Value(tensor.dtype, shape, operator.inputs[0])
    copy = strided_slice(emitter, source, [(None, None, None)] * len(shape), shape)
    written = operators.pop()
    at = operators.index(operator)
    inputs = (copy.index, *operator.inputs[1:])
    operators[at] = OperatorDef(operator.name, operator.version, inputs, operator.outputs, operator.options)
    operators.insert(at, written)
