"""The graph of a method that is compared."""

from __future__ import annotations

from skl2tflite.converters.core.method_graph import trace
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.features import column_types
from skl2tflite.flow.column import ColumnType
from skl2tflite.graph import Graph
from skl2tflite.passes import run_passes
from skl2tflite.verify.comparison import Comparison


def recorded(comparison: Comparison, folded: bool = False) -> Graph:
    """Return a method's graph, as the model's features are given.

    Parameters
    ----------
    comparison : Comparison
    folded : bool, default=False
        Whether it is that after all passes, in which comparisons are made of the inputs, as in the file; else what is
        computed in the order of the formula.
    """
    features, converter = comparison.model.facts.features_of(comparison.method).as_strings, comparison.converter
    types = column_types(comparison.X)
    key = (
        comparison.method,
        folded,
        features.text_length,
        tuple((i, str(each.dtype), each.categories) for i, each in types.items()),
    )
    kept = comparison.conversion.graphs
    if key in kept:
        return kept[key]
    given = types | {i: ColumnType(None, each) for i, each in features.categories.items()}
    layout = InputLayout(
        batch=1 if features.reads_texts else None,
        columns=features.kinds is not None,
        kinds=features.kinds or {},
        text=features.text_input,
        text_length=features.text_length,
        sparse=features.is_sparse,
        types=None if features.reads_texts else given,
    )
    absent_is_nan = features.absent_is_nan or features.rows.has_nan_for_absent
    graph = trace(converter, comparison.method, layout, absent_is_nan).graph
    kept[key] = run_passes(graph)[0] if folded else graph
    return kept[key]
