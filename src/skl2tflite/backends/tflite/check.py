"""The structural checker: no runtime validates a file, so every file we write passes here first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from skl2tflite.backends.tflite.check_operators import calls, operator_faults
from skl2tflite.backends.tflite.constants import Constants, row_bytes
from skl2tflite.backends.tflite.program import DYNAMIC, Program, Subgraph
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.schema import TENSOR_TYPES
from skl2tflite.backends.tflite.targets import MOST_JOINED, Target
from skl2tflite.backends.tflite.writer import ALIGNMENT, LARGEST_FILE
from skl2tflite.errors import InvalidFileError

OUTPUT_DTYPES = ("float32", "int32", "bool", "string")
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
    check_program(program, target)
    return program


def check_program(program: Program, target: Target) -> None:
    """Raise where the structure of a program that was read is wrong; see :func:`check`."""
    faults = [*_faults(program, target), *_misaligned(program)]
    if faults:
        shown = "; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if len(faults) > 5 else "")
        raise InvalidFileError(f"the file is malformed: {shown}")


def check_references(program: Program) -> None:
    """Raise where a program, whoever wrote it, refers to tensors, subgraphs or buffers that do not exist.

    Raises
    ------
    InvalidFileError
    """
    sides: list[tuple[int, Iterable[int]]] = []
    for index, subgraph in enumerate(program.subgraphs):
        sides += [(index, subgraph.inputs), (index, subgraph.outputs)]
        for operator in subgraph.operators:
            sides += [(index, [i for i in operator.inputs if i != -1]), (index, operator.outputs)]
        if any(tensor.buffer >= len(program.buffers) for tensor in subgraph.tensors):
            raise InvalidFileError("the .tflite file is damaged: it refers to buffers that do not exist")
    for signature in program.signatures:
        sides += [(signature.subgraph, each.values()) for each in (signature.inputs, signature.outputs)]
        if signature.subgraph >= len(program.subgraphs):
            raise InvalidFileError("the .tflite file is damaged: it refers to subgraphs that do not exist")
    for index, tensors in sides:
        if any(not 0 <= i < len(program.subgraphs[index].tensors) for i in tensors):
            raise InvalidFileError("the .tflite file is damaged: it refers to tensors that do not exist")


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
    inner = {index for subgraph in program.subgraphs for operator in subgraph.operators for index in calls(operator)}
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
    for part in program.left_out:
        yield f"it holds {part}, which skl2tflite never writes"
    if not program.buffers or program.buffers[0]:
        yield "buffer 0 is not empty"
    if not program.subgraphs:
        yield "there is no subgraph"
    inner = {index for subgraph in program.subgraphs for operator in subgraph.operators for index in calls(operator)}
    constants = Constants(program)
    for index, subgraph in enumerate(program.subgraphs):
        for fault in _subgraph_faults(subgraph, program, constants, target, index in inner):
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
            continue
        used.add(signature.subgraph)
        subgraph = program.subgraphs[signature.subgraph]
        if sorted(signature.inputs.values()) != sorted(subgraph.inputs):
            yield f"signature {signature.key!r} does not name its subgraph's inputs"
        if sorted(signature.outputs.values()) != sorted(subgraph.outputs):
            yield f"signature {signature.key!r} does not name its subgraph's outputs"
    if used:
        for unused in sorted(set(range(len(program.subgraphs))) - used - inner):
            yield f"nothing runs subgraph {unused}"
    called = {i: {n for each in graph.operators for n in calls(each)} for i, graph in enumerate(program.subgraphs)}
    try:
        TopologicalSorter(called).prepare()
    except CycleError as error:
        yield f"subgraph {program.subgraphs[error.args[1][0]].name!r} runs itself"
    for name, buffer in program.metadata.items():
        if not 0 < buffer < len(program.buffers):
            yield f"metadata {name!r} names buffer {buffer}"


def _tensor_faults(subgraph: Subgraph, program: Program, constants: Constants) -> Iterator[str]:
    """Say what is wrong with a subgraph's tensors.

    Parameters
    ----------
    subgraph : Subgraph
    program : Program
    constants : Constants
        Those of the program.
    """
    for tensor in subgraph.tensors:
        if not 0 <= tensor.buffer < len(program.buffers):
            yield f"tensor {tensor.name!r} names buffer {tensor.buffer}"
        elif tensor.buffer:
            fault = constants.fault(tensor)
            if fault:
                yield fault
        if tensor.dtype not in TENSOR_TYPES:
            yield f"tensor {tensor.name!r} holds {tensor.dtype}"
        if tensor.quantization is not None:
            yield f"tensor {tensor.name!r} is quantized with another scale than 1"
        if row_bytes(tensor) > LARGEST_FILE:
            yield f"tensor {tensor.name!r} of {tensor.dtype}{list(tensor.shape)} has more than 2 GiB"
        if any(n < DYNAMIC for n in tensor.shape):
            yield f"tensor {tensor.name!r} has shape {tensor.shape}"


def _subgraph_faults(
    subgraph: Subgraph, program: Program, constants: Constants, target: Target, inner: bool
) -> Iterator[str]:
    """Say what is wrong with a subgraph.

    Parameters
    ----------
    subgraph : Subgraph
    program : Program
    constants : Constants
        Those of the program.
    target : Target
    inner : bool
        Whether an operator runs it.
    """
    faults = list(_tensor_faults(subgraph, program, constants))
    if faults:
        yield from faults
        return  # what operators make of such tensors cannot be told
    count = len(subgraph.tensors)
    ready = {*subgraph.inputs, *(index for index, tensor in enumerate(subgraph.tensors) if tensor.buffer)}
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
            for fault in operator_faults(operator, subgraph, program, constants, target):
                yield f"{place} {fault}"
    for index in subgraph.outputs:
        if not 0 <= index < count or index not in ready:
            yield f"output {index} is never computed"
        elif index in dynamic:
            yield f"output {subgraph.tensors[index].name!r} has no shape before it is computed"
        elif not inner and subgraph.tensors[index].dtype not in OUTPUT_DTYPES:
            yield f"output {subgraph.tensors[index].name!r} is {subgraph.tensors[index].dtype}"


def _misaligned(program: Program) -> Iterator[str]:
    for index, (place, buffer) in enumerate(zip(program.places, program.buffers, strict=True)):
        if buffer and place % ALIGNMENT:
            yield f"buffer {index} does not start at a multiple of {ALIGNMENT} bytes"
