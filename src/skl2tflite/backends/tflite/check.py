"""The structural checker: no runtime validates a file, so every file we write passes here first."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from skl2tflite.backends.tflite.program import DYNAMIC, OperatorDef, Program, Subgraph
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.targets import MOST_JOINED, Target
from skl2tflite.backends.tflite.writer import ALIGNMENT
from skl2tflite.errors import InvalidFileError

ITEM_SIZES = {
    "float32": 4, "float64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "bool": 1, "qint8": 1, "qint32": 4,
}  # fmt: skip
OUTPUT_DTYPES = ("float32", "int32", "bool", "string")
# Which operand holds the data that an operator moves or computes on, where it is not the first.
DATA_OPERANDS = {"FILL": 1, "IF": 1, "ONE_HOT": 2, "SCATTER_ND": 1, "SELECT": 1, "SELECT_V2": 1, "SPLIT": 1}
# Operators whose output has no shape before it runs; as the last operator they give silent garbage.
DYNAMIC_OPERATORS = frozenset({"WHERE", "RANGE", "TOPK_V2", "UNIQUE", "SEGMENT_SUM", "SLICE"})


def check(content: bytes, target: Target) -> Program:
    """Read a file and raise where its structure is wrong; return what was read.

    Checked are: indices, order of operators, one producer for each tensor, constants' sizes against their
    shapes, alignment of buffers, operators' dtypes and versions against the target, and that no output is
    a tensor whose shape is known only after it has run.

    Raises
    ------
    InvalidFileError
        With the faults that were found.
    """
    program = read(content)
    check_program(program, content, target)
    return program


def check_program(program: Program, content: bytes, target: Target) -> None:
    """Raise where the structure of a program, read from this content, is wrong; see :func:`check`."""
    faults = [*_faults(program, target), *_misaligned(program, content)]
    if faults:
        shown = "; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if len(faults) > 5 else "")
        raise InvalidFileError(f"the file is malformed: {shown}")


def _micro_faults(program: Program) -> Iterator[str]:
    """What TensorFlow Lite Micro does not even look at: it runs subgraph 0, for the shapes that are declared."""
    if [signature.subgraph for signature in program.signatures] not in ([], [0]):
        yield "target 'micro' runs subgraph 0 alone"
    for subgraph in program.subgraphs:
        for tensor in subgraph.tensors:
            if DYNAMIC in tensor.shape or (0 in tensor.shape and not tensor.buffer):
                yield f"tensor {tensor.name!r} of shape {tensor.shape} has no fixed elements on target 'micro'"
        for operator in subgraph.operators:
            if operator.name == "CONCATENATION" and len(operator.inputs) > MOST_JOINED:
                yield f"CONCATENATION joins {len(operator.inputs)} tensors, and {MOST_JOINED} at most on target 'micro'"


def _unfixed(program: Program, target: Target) -> Iterator[str]:
    """What a runtime that allocates inputs and outputs by the file alone cannot take or give."""
    inner = {index for subgraph in program.subgraphs for operator in subgraph.operators for index in _calls(operator)}
    for number, subgraph in enumerate(program.subgraphs):
        for index in [] if number in inner else [*subgraph.inputs, *subgraph.outputs]:
            tensor = subgraph.tensors[index] if 0 <= index < len(subgraph.tensors) else None
            if tensor and (DYNAMIC in tensor.shape or (tensor.dtype == "bool" and not target.has_bool_inputs)):
                found = f"{tensor.dtype}{list(tensor.shape)}"
                yield f"tensor {tensor.name!r} is {found}, which target {target.name!r} neither takes nor gives"


def _faults(program: Program, target: Target) -> Iterator[str]:
    if target.is_microcontroller:
        yield from _micro_faults(program)
    elif not target.dynamic_inputs:
        yield from _unfixed(program, target)
    if not program.buffers or program.buffers[0]:
        yield "buffer 0 is not empty"
    if not program.subgraphs:
        yield "there is no subgraph"
    inner = {index for subgraph in program.subgraphs for operator in subgraph.operators for index in _calls(operator)}
    for index, subgraph in enumerate(program.subgraphs):
        for fault in _subgraph_faults(subgraph, program, target, index in inner):
            yield f"subgraph {subgraph.name!r}: {fault}"
    used: set[int] = set()
    keys = [signature.key for signature in program.signatures]
    if len(set(keys)) < len(keys):
        yield f"two signatures have one key: {', '.join(map(repr, keys))}"
    for signature in program.signatures:
        if not 0 <= signature.subgraph < len(program.subgraphs):
            yield f"signature {signature.key!r} names subgraph {signature.subgraph}"
            continue
        if signature.subgraph in used:
            yield f"signature {signature.key!r} shares its subgraph with another"
        used.add(signature.subgraph)
        subgraph = program.subgraphs[signature.subgraph]
        if sorted(signature.inputs.values()) != sorted(subgraph.inputs):
            yield f"signature {signature.key!r} does not name its subgraph's inputs"
        if sorted(signature.outputs.values()) != sorted(subgraph.outputs):
            yield f"signature {signature.key!r} does not name its subgraph's outputs"
    for start in range(len(program.subgraphs)):
        if start in _reached(program, start):
            yield f"subgraph {program.subgraphs[start].name!r} runs itself"
    for name, buffer in program.metadata.items():
        if not 0 < buffer < len(program.buffers):
            yield f"metadata {name!r} names buffer {buffer}"


def _calls(operator: OperatorDef) -> list[int]:
    """Return the subgraphs that an operator runs."""
    indices = (operator.options.get(key) for key in ("condSubgraphIndex", "bodySubgraphIndex"))
    return [index for index in indices if isinstance(index, int)]


def _reached(program: Program, start: int) -> set[int]:
    """Return the subgraphs that one of them runs, at any depth."""
    reached: set[int] = set()
    ahead = [start]
    while ahead:
        index = ahead.pop()
        if 0 <= index < len(program.subgraphs):
            called = {inner for operator in program.subgraphs[index].operators for inner in _calls(operator)}
            ahead += called - reached
            reached |= called
    return reached


def _subgraph_faults(subgraph: Subgraph, program: Program, target: Target, inner: bool) -> Iterator[str]:
    count = len(subgraph.tensors)
    ready = set(subgraph.inputs)
    for index, tensor in enumerate(subgraph.tensors):
        if not 0 <= tensor.buffer < len(program.buffers):
            yield f"tensor {tensor.name!r} names buffer {tensor.buffer}"
        elif tensor.buffer:
            ready.add(index)
            size = len(program.buffers[tensor.buffer])
            if DYNAMIC in tensor.shape:
                yield f"constant {tensor.name!r} has an unknown axis"
            elif tensor.dtype in ITEM_SIZES and size != math.prod(tensor.shape) * ITEM_SIZES[tensor.dtype]:
                yield f"constant {tensor.name!r} of {tensor.dtype}{list(tensor.shape)} has {size} bytes"
        if any(n < DYNAMIC for n in tensor.shape):
            yield f"tensor {tensor.name!r} has shape {tensor.shape}"
    for index in subgraph.inputs:
        if not 0 <= index < count:
            yield f"input {index} is no tensor of {count}"
        elif subgraph.tensors[index].buffer:
            yield f"input {subgraph.tensors[index].name!r} is a constant"
    dynamic: set[int] = set()
    for number, operator in enumerate(subgraph.operators):
        place = f"operator {number} ({operator.name})"
        for index in operator.inputs:
            if not -1 <= index < count:
                yield f"{place} reads tensor {index} of {count}"
            elif index >= 0 and index not in ready:
                yield f"{place} reads {subgraph.tensors[index].name!r} before it is computed"
        for index in operator.outputs:
            if not 0 <= index < count:
                yield f"{place} writes tensor {index} of {count}"
            elif index in ready:
                yield f"{place} writes {subgraph.tensors[index].name!r}, which already has a value"
        ready.update(operator.outputs)
        if operator.name in DYNAMIC_OPERATORS:
            dynamic.update(operator.outputs)
        if all(0 <= index < count for index in (*operator.inputs, *operator.outputs) if index != -1):
            for fault in _kernel_faults(operator, subgraph, target):
                yield f"{place} {fault}"
        for called in _calls(operator):
            if not 0 <= called < len(program.subgraphs):
                yield f"{place} runs subgraph {called} of {len(program.subgraphs)}"
    for index in subgraph.outputs:
        if not 0 <= index < count or index not in ready:
            yield f"output {index} is never computed"
        elif index in dynamic:
            yield f"output {subgraph.tensors[index].name!r} has no shape before it is computed"
        elif not inner and subgraph.tensors[index].dtype not in OUTPUT_DTYPES:
            yield f"output {subgraph.tensors[index].name!r} is {subgraph.tensors[index].dtype}"


def kernel_use(operator: OperatorDef, subgraph: Subgraph) -> tuple[str, int]:
    """Return the dtype for which an operator needs a kernel, as a :class:`Target` names it, and the highest rank."""
    tensors = [subgraph.tensors[index] if index != -1 else None for index in operator.inputs]
    results = [subgraph.tensors[index] for index in operator.outputs if index != -1]
    position = DATA_OPERANDS.get(operator.name, 0)
    data = tensors[position] if position < len(tensors) else results[0]
    assert data is not None
    dtype = f"{data.dtype}->{results[0].dtype}" if operator.name == "CAST" else data.dtype
    return dtype, max(len(tensor.shape) for tensor in (*tensors, *results) if tensor is not None)


def _kernel_faults(operator: OperatorDef, subgraph: Subgraph, target: Target) -> Iterator[str]:
    """Compare an operator's dtype, rank and version with what the target has."""
    if not target.dtypes(operator.name):
        yield f"does not exist on target {target.name!r}"
        return
    operands = [None if index == -1 else subgraph.tensors[index] for index in operator.inputs]
    results = [subgraph.tensors[index] for index in operator.outputs if index != -1]
    if not results:
        yield "gives nothing"
        return
    position = DATA_OPERANDS.get(operator.name, 0)
    data = operands[position] if position < len(operands) else results[0]
    if data is None:
        yield f"lacks operand {position}"
        return
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


def _misaligned(program: Program, content: bytes) -> Iterator[str]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAsModel(content, 0)
    base = np.frombuffer(content, np.uint8).ctypes.data
    for index, buffer in enumerate(program.buffers):
        if buffer and (model.Buffers(index).DataAsNumpy().ctypes.data - base) % ALIGNMENT:
            yield f"buffer {index} does not start at a multiple of {ALIGNMENT} bytes"
