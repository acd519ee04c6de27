"""What is in a .tflite file, whoever wrote it, as lines of text and as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from skl2tflite.backends.tflite.min_runtime import needed
from skl2tflite.backends.tflite.operands import operands_of
from skl2tflite.sizes import sizes_of

if TYPE_CHECKING:
    from skl2tflite.backends.tflite.program import Program, Subgraph
    from skl2tflite.model_file import ModelFile
    from skl2tflite.model_metadata import ModelFacts

_SHOWN = 8
"""How many names, labels or buffers are shown; the rest is counted."""


def summary(file: ModelFile) -> list[tuple[str, str]]:
    """Return the lines that describe a file, each as a title and a text."""
    from skl2tflite.model_description import STRINGS_NEED

    content, program, facts = file.content, file.program, file.facts
    lines = []
    if facts is None:
        lines.append(("written by", f"another tool ({program.description or 'no description'})"))
    else:
        lines.append(("estimator", facts.estimator))
        lines.append(("written by", ", ".join(f"{name} {number}" for name, number in facts.versions.items())))
        lines.append(("target", facts.target))
        names = facts.features.names
        lines.append(("features", f"{facts.features.count}" + (f": {_listed(names)}" if names else "")))
        lines += [("labels", _listed([str(label) for label in labels])) for labels in _labels(facts)]
    lines += [("signature", line) for line in _signatures(program)]
    if facts is not None and facts.examples is not None:
        lines += facts.examples.lines(facts.features.names_of_values)
    if program.takes_strings:
        lines.append(("needs", STRINGS_NEED))
    if facts is not None:
        if facts.runtime.has_older_releases:
            lines.append(("runs on", str(needed(program, facts.nan_operators))))
        methods = facts.methods.items()
        lines += [
            ("no answer", f"{n} gives {i.sentinel:.0f}: {i.reason}") for n, i in methods if i.sentinel is not None
        ]
    counts = Counter(operator.name for subgraph in program.subgraphs for operator in subgraph.operators)
    lines.append(("operators", f"{sum(counts.values())}: " + ", ".join(f"{n}×{c}" for n, c in counts.most_common())))
    lines.append(("bytes", f"{len(content):,}: {_listed([f'{name} {n:,}' for name, n in _buffers(program)])}"))
    lines.append(("digest", _digest(facts)))
    lines += [("warning", doubt) for doubt in doubts(program)]
    if facts is not None and facts.runtime.is_microcontroller:
        lines += sizes_of(content).lines()
    return lines


def doubts(program: Program) -> list[str]:
    """Say which operators have operands that they do not take: a runtime may crash on them, whoever wrote the file."""
    found = []
    for subgraph in program.subgraphs:
        for number, operator in enumerate(subgraph.operators):
            operands = operands_of(operator.name)
            faults = () if operands is None else operands.count_faults(operator)
            found += [f"subgraph {subgraph.name!r}, operator {number} ({operator.name}) {fault}" for fault in faults]
    return found if len(found) <= _SHOWN else [*found[:_SHOWN], f"{len(found) - _SHOWN} more such operators"]


def _digest(facts: ModelFacts | None) -> str:
    """Say whether damage to the file would be seen."""
    if facts is None:
        return "none: damage to a file of another tool cannot be told"
    if facts.digest is None:
        return "none, as in files of skl2tflite's first versions: damage cannot be told; convert again for one"
    return f"sha256 {facts.digest}, which the file's bytes have"


def _labels(facts: ModelFacts) -> tuple[Any, ...]:
    return next((info.labels for info in facts.methods.values() if info.labels is not None), ())


def _signatures(program: Program) -> list[str]:
    if program.signatures:
        return [
            f"{s.key}({_tensors(program.subgraphs[s.subgraph], s.inputs)}) → "
            f"{_tensors(program.subgraphs[s.subgraph], s.outputs)}"
            for s in program.signatures
        ]
    lines = []
    for subgraph in program.subgraphs:
        sides = [{subgraph.tensors[i].name: i for i in side} for side in (subgraph.inputs, subgraph.outputs)]
        lines.append(f"none: ({_tensors(subgraph, sides[0])}) → {_tensors(subgraph, sides[1])}")
    return lines


def _tensors(subgraph: Subgraph, entries: Any) -> str:
    return ", ".join(f"{name} {spec(subgraph, index)}" for name, index in entries.items())


def spec(subgraph: Subgraph, index: int) -> str:
    """Return a tensor's dtype and shape; an axis without a length is called ``rows``."""
    tensor = subgraph.tensors[index]
    return f"{tensor.dtype}[{', '.join('rows' if n < 0 else str(n) for n in tensor.shape)}]"


def _buffers(program: Program) -> list[tuple[str, int]]:
    """Return the sizes of the buffers, the largest first, each with the name of its first user."""
    users = {index: name for name, index in program.metadata.items()}
    for subgraph in program.subgraphs:
        for index, tensor in enumerate(subgraph.tensors):
            users.setdefault(tensor.buffer, spec(subgraph, index))
    sizes = [(users.get(i, f"buffer {i}"), len(buffer)) for i, buffer in enumerate(program.buffers) if buffer]
    return sorted(sizes, key=lambda entry: -entry[1])


def _listed(names: Any) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def as_json(file: ModelFile) -> dict[str, object]:
    """Return what is in a file as JSON holds it."""
    program, facts = file.program, file.facts
    return {
        "bytes": len(file.content),
        "description": program.description,
        "estimator": facts and facts.estimator,
        "target": facts and facts.target,
        "versions": facts and dict(facts.versions),
        "digest": facts and facts.digest,
        "min_runtime": None if facts is None else _min_runtime(program, facts),
        "warnings": doubts(program),
        "features": facts and facts.features.to_json(),
        "examples": facts and facts.examples and facts.examples.to_json(),
        "methods": facts and {name: facts.method_to_json(name) for name in facts.methods},
        "signatures": [
            {
                "key": s.key,
                "subgraph": s.subgraph,
                "inputs": _tensors_json(program.subgraphs[s.subgraph], s.inputs),
                "outputs": _tensors_json(program.subgraphs[s.subgraph], s.outputs),
            }
            for s in program.signatures
        ],
        "subgraphs": [_subgraph_json(subgraph) for subgraph in program.subgraphs],
        "buffers": [{"used_by": name, "bytes": size} for name, size in _buffers(program)],
    }


def _min_runtime(program: Program, facts: ModelFacts) -> dict[str, object] | None:
    if not facts.runtime.has_older_releases:
        return None
    found = needed(program, facts.nan_operators)
    return {"version": found.version, "holes": list(found.holes), "reasons": list(found.reasons)}


def _tensors_json(subgraph: Subgraph, entries: Any) -> list[dict[str, object]]:
    return [
        {"name": name, "dtype": subgraph.tensors[i].dtype, "shape": list(subgraph.tensors[i].shape)}
        for name, i in entries.items()
    ]


def _subgraph_json(subgraph: Subgraph) -> dict[str, object]:
    return {
        "name": subgraph.name,
        "operators": [
            {"name": o.name, "version": o.version, "inputs": list(o.inputs), "outputs": list(o.outputs)}
            for o in subgraph.operators
        ],
        "tensors": [
            {
                "name": t.name,
                "dtype": t.dtype,
                "shape": list(t.shape),
                **({} if t.quantization is None else {"quantization": asdict(t.quantization)}),
            }
            for t in subgraph.tensors
        ],
    }
