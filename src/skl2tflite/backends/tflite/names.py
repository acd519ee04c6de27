"""Names of a file's tensors, for people who look at it in a viewer and for tools that need all names, each once."""

from __future__ import annotations

import re
from dataclasses import replace

from skl2tflite.backends.tflite.program import Program, Subgraph

_STEP = re.compile(r"\[(?:'([^']*)'|\"([^\"]*)\"|([^\]]*))\]")


def name_tensors(program: Program) -> None:
    """Name each tensor that has no name yet after the step and the operation that it comes from, as ``scaler/divide``.

    Names are unique within a subgraph; those of inputs and outputs stay.

    Parameters
    ----------
    program : Program
        Changed in place.
    """
    for subgraph in program.subgraphs:
        _name_tensors(subgraph)


def _name_tensors(subgraph: Subgraph) -> None:
    tensors = subgraph.tensors
    used = {tensor.name for tensor in tensors if tensor.name}
    counts: dict[str, int] = {}

    def name(index: int, wanted: str) -> None:
        if index == -1 or tensors[index].name:
            return
        unique = wanted
        while unique in used:
            counts[wanted] = counts.get(wanted, 0) + 1
            unique = f"{wanted}_{counts[wanted]}"
        used.add(unique)
        tensors[index] = replace(tensors[index], name=unique)

    for operator in subgraph.operators:
        origin = short(operator.origin or operator.name.lower())
        for index in operator.inputs:
            name(index, f"{origin}/constant" if index != -1 and tensors[index].buffer else origin)
        for index in operator.outputs:
            name(index, origin)
    for index in (*subgraph.inputs, *subgraph.outputs):
        name(index, "input" if index in subgraph.inputs else "output")


def short(origin: str) -> str:
    """Return an origin by the steps of its place: ``Pipeline['scaler']/divide`` is ``scaler/divide``."""
    place, _, operation = origin.rpartition("/")
    steps = [next(filter(None, groups), "") for groups in _STEP.findall(place)]
    return "/".join([*(steps or filter(None, [place])), operation])
