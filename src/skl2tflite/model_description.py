"""A model in a few lines, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from skl2tflite.backends.tflite.min_runtime import needed
from skl2tflite.backends.tflite.program import Program
from skl2tflite.escaping import shortened, terminal
from skl2tflite.model_metadata import ModelFacts
from skl2tflite.sizes import sizes_of

STRINGS_NEED = "LiteRT's Interpreter: CompiledModel, LiteRT.js and plugins take no strings (categories='codes')"
"""What runs a file that takes strings."""


def count_operators(program: Program) -> Counter[str]:
    """Count a file's operators by name."""
    return Counter(op.name for subgraph in program.subgraphs for op in subgraph.operators)


def describe(heading: str, content: bytes, program: Program, facts: ModelFacts) -> str:
    """Return what a person wants to know of a model, in a few lines.

    Parameters
    ----------
    heading : str
        The first line.
    content : bytes
        The file.
    program : Program
        What is in it.
    facts : ModelFacts
        What it says of its estimator.
    """
    features = facts.features
    lines = [heading]
    names = None if features.names is None else [shortened(name) for name in features.names]
    called, summary = features.rows.summary(features.count, names)
    lines.append(f"{called:12}{summary}")
    for signature in program.signatures:
        tensors = program.subgraphs[signature.subgraph].tensors

        def show(entries: Mapping[str, int], tensors: Any = tensors) -> str:
            return ", ".join(
                f"{shortened(name)} {tensors[i].dtype}[{', '.join(_lengths(tensors[i].shape))}]"
                for name, i in entries.items()
            )

        lines.append(f"signature   {signature.key}({show(signature.inputs)}) → {show(signature.outputs)}")
    if facts.examples is not None:
        lines += [
            f"{title:12}{text}" for title, text in facts.examples.lines(list(map(shortened, features.names_of_values)))
        ]
    if program.takes_strings:
        lines.append(f"needs       {STRINGS_NEED}")
    if facts.runtime.has_older_releases:
        lines.append(f"runs on     {needed(program, facts.nan_operators)}")
    for name, info in facts.methods.items():
        if info.sentinel is not None:
            lines.append(f"no answer   {name} gives {info.sentinel:.0f}: {info.reason}")
    counts = count_operators(program)
    lines.append(f"operators   {sum(counts.values())}: " + ", ".join(f"{n}×{c}" for n, c in counts.most_common()))
    sizes = sorted(((len(b), i) for i, b in enumerate(program.buffers) if b), reverse=True)
    shown = ", ".join(f"{_users(program, i)} {size:,}" for size, i in sizes[:5])
    rest = f", {len(sizes) - 5} more {sum(size for size, _ in sizes[5:]):,}" if len(sizes) > 5 else ""
    lines.append(f"bytes       {len(content):,}: {shown}{rest}")
    if facts.runtime.is_microcontroller:
        lines += [f"{name:12}{text}" for name, text in sizes_of(content).lines()]
    return "\n".join(map(terminal, lines))


def _lengths(shape: Sequence[int]) -> list[str]:
    """Return the lengths of axes in words: the first that is unknown counts rows, one behind it a text's entries."""
    return [str(n) if n >= 0 else "rows" if axis == 0 else "length" for axis, n in enumerate(shape)]


def _users(program: Program, buffer: int) -> str:
    """Return the name of what uses a buffer first."""
    for name, index in program.metadata.items():
        if index == buffer:
            return name
    for subgraph in program.subgraphs:
        for tensor in subgraph.tensors:
            if tensor.buffer == buffer:
                return f"{tensor.dtype}{list(tensor.shape)}"
    return f"buffer {buffer}"
