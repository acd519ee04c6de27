"""Text as integer codes: the vocabulary of each text column, and comparisons of codes in place of strings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import ConversionError
from skl2tflite.features import MISSING_CODES, ColumnSpec
from skl2tflite.graph import DType, Graph, Input, Node, Tensor, as_tensor, input_tensor, ops
from skl2tflite.passes.text import COMPARISONS


def encode(
    graphs: Mapping[str, Graph], columns: Sequence[ColumnSpec]
) -> tuple[dict[str, Graph], tuple[ColumnSpec, ...]]:
    """Replace text inputs by inputs of codes: positions in the sorted list of all texts that a column is compared with.

    Parameters
    ----------
    graphs : mapping of str to Graph
        A model's methods, after the passes.
    columns : sequence of ColumnSpec

    Returns
    -------
    dict of str to Graph
    tuple of ColumnSpec
        The columns with their vocabularies.

    Raises
    ------
    ConversionError
        Where text is used in other ways than compared with constants.
    """
    words = words_of(graphs.values())
    vocabularies = {
        column.name: tuple(sorted(words.get(column.name, ()))) for column in columns if column.dtype == "string"
    }
    for name, texts in vocabularies.items():
        broken = next((text for text in texts if "\n" in text or "\r" in text), None)
        if broken is not None:
            raise ConversionError(
                f"column {name!r} has the category {broken!r}, and a vocabulary has one on each line; "
                "use categories='strings', or take the line breaks out"
            )
    encoded = {name: _encode(graph, vocabularies) for name, graph in graphs.items()}
    specs = tuple(
        replace(column, dtype="int32", categories=vocabularies[column.name]) if column.dtype == "string" else column
        for column in columns
    )
    return encoded, specs


def words_of(graphs: Iterable[Graph]) -> dict[str, set[str]]:
    """Return the texts that graphs compare each of their inputs with, after the passes.

    Raises
    ------
    ConversionError
        Where text is used in other ways than compared with constants.
    """
    words: dict[str, set[str]] = {}
    for graph in graphs:
        for node in graph.operations():
            found = _comparison(node, node.inputs)
            if found is not None:
                name, texts = found
                words.setdefault(name, set()).update(set(texts.ravel().tolist()) - MISSING_CODES.keys())
    return words


def _encode(graph: Graph, vocabularies: Mapping[str, Sequence[str]]) -> Graph:
    codes = {
        name: {**MISSING_CODES, **{text: code for code, text in enumerate(texts)}}
        for name, texts in vocabularies.items()
    }
    inputs = {
        name: input_tensor(name, DType.INT, tensor.shape) if name in codes else tensor
        for name, tensor in graph.inputs.items()
    }

    def rule(node: Node, operands: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        if isinstance(node.op, Input) and node.op.key in codes:
            return (inputs[node.op.key],)
        found = _comparison(node, node.inputs)
        if found is None:
            return None
        name, texts = found
        numbers = np.array([codes[name][text] for text in texts.ravel().tolist()], dtype=np.int64).reshape(texts.shape)
        column = next(x for x in operands if x.constant is None)
        return Node(node.op, (column, as_tensor(numbers)), node.source).outputs

    rewritten = graph.rewrite(rule)
    return Graph(graph.name, inputs, rewritten.outputs)


def _comparison(node: Node, operands: Sequence[Tensor]) -> tuple[str, NDArray[np.object_]] | None:
    """Return the input that a node compares with constant texts, and these; None where it does something else."""
    if not isinstance(node.op, COMPARISONS) or operands[0].dtype != DType.STRING:
        return None
    column, constant = operands if operands[0].constant is None else operands[::-1]
    while isinstance(column.node.op, ops.Reshape | ops.Slice):
        column = column.node.inputs[0]
    if constant.constant is None or not isinstance(column.node.op, Input):
        raise ConversionError(
            f"text is compared with text that is known only at run time, which codes cannot tell [{node.source}]"
        )
    return column.node.op.key, constant.constant
