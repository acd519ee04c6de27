"""Damage to a file's tables that leaves it a sound FlatBuffer: operators, tensors, buffers, signatures, metadata."""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from fuzz.mutations.packing import info_of, packed, unpacked
from fuzz.mutations.values import EDGES, HOSTILE, whole
from fuzz.seeds import Seed

CODES = sorted(value for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_"))
TYPES = sorted(value for name, value in vars(schema.TensorType).items() if not name.startswith("_"))
Way = Callable[[Any, Random], str | None]
"""Changes a model, and says how; None where it finds nothing to change."""


def _graph(model: Any, random: Random) -> Any:
    return random.choice(model.subgraphs)


def _operator(model: Any, random: Random) -> Any:
    return random.choice(_graph(model, random).operators)


def _vector(random: Random, owner: Any, name: str, most: int) -> str:
    """Change a vector of integers: an entry taken out, added, exchanged or changed."""
    held = getattr(owner, name)
    old = [] if held is None else [int(n) for n in held]
    new, way = list(old), random.randrange(5)
    place = random.randrange(len(new) + 1)
    if way == 0 and new:
        del new[min(place, len(new) - 1)]
    elif way == 1:
        new.insert(place, random.randrange(-1, max(most, 1)))
    elif way == 2 and len(new) > 1:
        random.shuffle(new)
    elif new:
        place = min(place, len(new) - 1)
        new[place] = random.randrange(-1, max(most, 1)) if random.random() < 0.7 else whole(random, new[place])
    else:
        new = [0]
    setattr(owner, name, np.array(new, np.int32))
    return f"{name} {old} becomes {new}"


def operands(model: Any, random: Random) -> str:
    """Change what an operator reads or writes."""
    graph = _graph(model, random)
    operator = random.choice(graph.operators)
    name = random.choice(("inputs", "inputs", "inputs", "outputs"))
    return f"operator {graph.operators.index(operator)}: " + _vector(random, operator, name, len(graph.tensors))


def operators(model: Any, random: Random) -> str:
    """Take an operator out, repeat it, or change the order."""
    steps = _graph(model, random).operators
    place, way = random.randrange(len(steps)), random.randrange(3)
    if way == 0:
        del steps[place]
    elif way == 1:
        steps.insert(random.randrange(len(steps) + 1), steps[place])
    else:
        other = random.randrange(len(steps))
        steps[place], steps[other] = steps[other], steps[place]
    return f"operator {place} {('deleted', 'repeated', 'moved')[way]}"


def code(model: Any, random: Random) -> str:
    """Make another operator of one, or of all that have its code."""
    if random.random() < 0.5:
        operator = _operator(model, random)
        operator.opcodeIndex = random.choice(
            (random.randrange(len(model.operatorCodes)), whole(random, operator.opcodeIndex))
        )
        return f"an operator has code {operator.opcodeIndex}"
    entry = random.choice(model.operatorCodes)
    if random.random() < 0.3:
        entry.version = whole(random, entry.version)
        return f"a code has version {entry.version}"
    entry.builtinCode = random.choice(CODES) if random.random() < 0.8 else whole(random, entry.builtinCode)
    entry.deprecatedBuiltinCode = min(entry.builtinCode, 127) if entry.builtinCode >= 0 else 0
    return f"a code becomes {entry.builtinCode}"


def shape(model: Any, random: Random) -> str:
    """Change a tensor's shape."""
    tensor = random.choice(_graph(model, random).tensors)
    name = "shape" if tensor.shapeSignature is None or random.random() < 0.5 else "shapeSignature"
    return f"tensor {tensor.name}: " + _vector(random, tensor, name, 40)


def resized(model: Any, random: Random) -> str | None:
    """Change a constant's shape, and its bytes with it."""
    constants = [t for t in _graph(model, random).tensors if model.buffers[t.buffer].data is not None and len(t.shape)]
    if not constants:
        return None
    tensor = random.choice(constants)
    data = np.asarray(model.buffers[tensor.buffer].data, np.uint8)
    axis = random.randrange(len(tensor.shape))
    old = int(tensor.shape[axis])
    if not old:
        return None
    new = max(0, old + random.choice((-1, 1, 1, 5)))
    tensor.shape = np.array([*tensor.shape[:axis], new, *tensor.shape[axis + 1 :]], np.int32)
    model.buffers[tensor.buffer].data = np.resize(data, len(data) // old * new)
    return f"constant {tensor.name} has {new} for {old} along axis {axis}"


def dtype(model: Any, random: Random) -> str:
    """Change a tensor's type, or what else is said of it."""
    tensor = random.choice(_graph(model, random).tensors)
    way = random.randrange(5)
    if way < 3:
        tensor.type = random.choice((*TYPES, schema.TensorType.INT32, schema.TensorType.FLOAT32))
        return f"tensor {tensor.name} has type {tensor.type}"
    if way == 3:
        tensor.isVariable = not tensor.isVariable
        tensor.hasRank = random.random() < 0.5
        return f"tensor {tensor.name} is a variable: {tensor.isVariable}"
    parameters = schema.QuantizationParametersT()
    parameters.scale = np.array(random.choice(([], [0.0], [1.0], [1.0, 2.0], [float("nan")])), np.float32)
    parameters.zeroPoint = np.array(random.choice(([], [0], [2**40], [0, 1])), np.int64)
    parameters.quantizedDimension = random.choice(EDGES[:15])
    tensor.quantization = parameters
    return f"tensor {tensor.name} is quantized by {parameters.scale}"


def buffer_of(model: Any, random: Random) -> str:
    """Give a tensor another buffer."""
    tensor = random.choice(_graph(model, random).tensors)
    tensor.buffer = (
        random.randrange(len(model.buffers)) if random.random() < 0.8 else whole(random, tensor.buffer) & 0xFFFFFFFF
    )
    return f"tensor {tensor.name} has buffer {tensor.buffer}"


def data(model: Any, random: Random) -> str | None:
    """Change a constant's content: integers are positions, axes, shapes."""
    constants = [t for graph in model.subgraphs for t in graph.tensors if model.buffers[t.buffer].data is not None]
    numbers = [t for t in constants if t.type != schema.TensorType.FLOAT32]
    if not constants:
        return None
    tensor = random.choice(numbers if numbers and random.random() < 0.8 else constants)
    held = model.buffers[tensor.buffer]
    content = bytearray(np.asarray(held.data, np.uint8).tobytes())
    way = random.randrange(8)
    if way == 0:
        held.data = np.frombuffer(bytes(content[: random.randrange(len(content))]), np.uint8)
        return f"constant {tensor.name} has {len(held.data)} of {len(content)} bytes"
    if way == 1:
        held.offset, held.size = random.choice(EDGES) & 0xFFFFFFFF, random.choice(EDGES) & 0xFFFFFFFF
        return f"constant {tensor.name} lies at {held.offset}, of {held.size} bytes"
    size = {schema.TensorType.INT8: 1, schema.TensorType.BOOL: 1, schema.TensorType.INT64: 8}.get(tensor.type, 4)
    for _ in range(random.choice((1, 1, 3))):
        place = random.randrange(max(1, len(content) // size)) * size
        old = int.from_bytes(content[place : place + size], "little", signed=True)
        content[place : place + size] = whole(random, old, size).to_bytes(size, "little", signed=True)
    held.data = np.frombuffer(bytes(content), np.uint8)
    return f"constant {tensor.name} has other numbers"


def options(model: Any, random: Random) -> str | None:
    """Change an operator's options, or give it those of another."""
    graph = _graph(model, random)
    operator = random.choice(graph.operators)
    number = graph.operators.index(operator)
    held = operator.builtinOptions if operator.builtinOptions is not None else operator.builtinOptions2
    way = random.randrange(6)
    if way == 0:
        other = random.choice(graph.operators)
        operator.builtinOptions, operator.builtinOptionsType = other.builtinOptions, other.builtinOptionsType
        return f"operator {number} has the options of {graph.operators.index(other)}"
    if way == 1:
        operator.builtinOptions, operator.builtinOptionsType = None, 0
        operator.builtinOptions2, operator.builtinOptions2Type = None, 0
        return f"operator {number} has no options"
    if held is None or not vars(held):
        return None
    name = random.choice(sorted(vars(held)))
    old = getattr(held, name)
    if isinstance(old, bool):
        setattr(held, name, not old)
    elif isinstance(old, int):
        setattr(held, name, random.choice((whole(random, old), random.randrange(12))))
    elif isinstance(old, float):
        setattr(held, name, random.choice((0.0, -1.0, float("nan"), 1e30)))
    elif isinstance(old, np.ndarray):
        return f"operator {number}: " + _vector(random, held, name, 12)
    else:
        return None
    return f"operator {number}: {name} {old} becomes {getattr(held, name)}"


def sides(model: Any, random: Random) -> str:
    """Change what a subgraph takes or gives."""
    graph = _graph(model, random)
    return f"subgraph {graph.name}: " + _vector(random, graph, random.choice(("inputs", "outputs")), len(graph.tensors))


def subgraphs(model: Any, random: Random) -> str:
    """Take a subgraph out, repeat it, or exchange two."""
    place, way = random.randrange(len(model.subgraphs)), random.randrange(3)
    if way == 0:
        del model.subgraphs[place]
    elif way == 1:
        model.subgraphs.append(model.subgraphs[place])
    else:
        random.shuffle(model.subgraphs)
    return f"subgraph {place} {('deleted', 'repeated', 'moved')[way]}"


def signatures(model: Any, random: Random) -> str:
    """Change what a signature names."""
    signature = random.choice(model.signatureDefs)
    way = random.randrange(5)
    if way == 0:
        signature.subgraphIndex = whole(random, signature.subgraphIndex) & 0xFFFFFFFF
        return f"signature {signature.signatureKey} runs subgraph {signature.subgraphIndex}"
    if way == 1:
        signature.signatureKey = random.choice(HOSTILE)
        return f"a signature is {signature.signatureKey!r:.40}"
    entries = random.choice((signature.inputs, signature.outputs)) or signature.outputs
    entry = random.choice(entries)
    if way == 2:
        entry.tensorIndex = whole(random, entry.tensorIndex) & 0xFFFFFFFF
    elif way == 3:
        entry.name = random.choice((*HOSTILE, random.choice(entries).name))
    elif random.random() < 0.5:
        entries.remove(entry)
    else:
        entries.append(entry)
    return f"{signature.signatureKey}: {len(entries)} entries, {entry.name!r:.40} is tensor {entry.tensorIndex}"


def names(model: Any, random: Random) -> str:
    """Give a tensor, a subgraph or the model a hostile name."""
    graph = _graph(model, random)
    owner = random.choice((random.choice(graph.tensors), graph))
    owner.name = random.choice(HOSTILE)
    if random.random() < 0.2:
        model.description = random.choice(HOSTILE)
    return f"a name is {owner.name!r:.40}"


def attached(model: Any, random: Random) -> str:
    """Change the entries of metadata, and what they say."""
    way = random.randrange(4)
    entry = random.choice(model.metadata)
    if way == 0:
        entry.buffer = whole(random, entry.buffer) & 0xFFFFFFFF
        return f"metadata {entry.name} is buffer {entry.buffer}"
    if way == 1:
        entry.name = random.choice(HOSTILE)
        return f"metadata is {entry.name!r:.40}"
    if way == 2:
        model.metadata.append(entry)
        return f"metadata {entry.name} twice"
    buffer, _ = info_of(model)
    content = bytearray(np.asarray(buffer.data, np.uint8).tobytes())
    place = random.randrange(0, len(content) - 4, 4)
    struct.pack_into("<i", content, place, random.choice([edge for edge in EDGES if abs(edge) < 2**31]))
    buffer.data = np.frombuffer(bytes(content), np.uint8)
    return f"byte {place} of the metadata"


def anything(model: Any, random: Random) -> str | None:
    """Change any field of any table."""
    owner, path = model, "model"
    while True:
        inner: dict[str, Any] = {}
        for name, value in vars(owner).items():
            if isinstance(value, list) and value and hasattr(value[0], "Pack"):
                inner[f"{name}[]"] = value
            elif hasattr(value, "Pack"):
                inner[name] = value
        if not inner or random.random() < 0.25:
            break
        name = random.choice(sorted(inner))
        owner = random.choice(inner[name]) if isinstance(inner[name], list) else inner[name]
        path += f".{name}"
    name = random.choice(sorted(vars(owner)))
    old = getattr(owner, name)
    if isinstance(old, bool):
        setattr(owner, name, not old)
    elif isinstance(old, int):
        setattr(owner, name, whole(random, old))
    elif isinstance(old, bytes | str):
        setattr(owner, name, random.choice(HOSTILE))
    elif old is not None:
        setattr(owner, name, None)
    else:
        return None
    return f"{path}.{name} {old!r:.40} becomes {getattr(owner, name)!r:.40}"


WAYS: tuple[Way, ...] = (
    operands, operands, operands, operators, code, code, shape, shape, resized, dtype, dtype, buffer_of,
    data, data, data, options, options, sides, subgraphs, signatures, signatures, names, attached, anything, anything,
)  # fmt: skip


def tables(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Change a file's tables in a few ways."""
    while True:
        model, done = unpacked(seed.content), []
        try:
            for _ in range(random.choice((1, 1, 1, 2, 3))):
                way = random.choice(WAYS)
                said = way(model, random)
                if said is not None:
                    done.append(f"{way.__name__}: {said}")
            if done:
                return packed(model, seed.content), ", ".join(done)
        except (struct.error, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            continue  # what cannot be written, or was taken out before; draw again
