"""What an estimator tells of the columns of its rows, for whoever reads rows from files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from skl2tflite.converters import converter_for
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.features import Reading, readings_of
from skl2tflite.flow.column import ColumnType
from skl2tflite.graph import DType
from skl2tflite.passes.constants import fold_constants
from skl2tflite.passes.text import compare_text
from skl2tflite.passes.vocabulary import words_of
from skl2tflite.plan.chosen_methods import choose_methods
from skl2tflite.plan.column_specs import input_names
from skl2tflite.plan.recording import record
from skl2tflite.tracing.kept_dictionaries import kept_dictionaries
from skl2tflite.tracing.rows_at_hand import rows_at_hand


class _EveryWord(frozenset[str]):
    """A set that contains every word."""

    def __contains__(self, word: object) -> bool:
        return True


EVERY_WORD = _EveryWord()


class ColumnHints(NamedTuple):
    """What an estimator tells of the columns of its rows.

    Attributes
    ----------
    text : dict of int to set of str or None
        Features that are text, each with what it is compared with. None marks those that nobody looks at: they may be
        text or numbers; texts that a vectorizer reads have every word.
    readings : tuple of Reading
        Features that must be categoricals of a DataFrame, or must not be.
    """

    text: dict[int, frozenset[str] | None]
    readings: tuple[Reading, ...]


def column_hints(estimator: Any, types: Mapping[int, ColumnType] | None = None) -> ColumnHints:
    """Return what an estimator tells of the columns of its rows.

    Parameters
    ----------
    estimator : estimator
    types : mapping of int to ColumnType, optional
        What is known of the columns besides.

    Raises
    ------
    UnplacedCategoriesError
        Where it does not tell which columns are categoricals.
    """
    converter = converter_for(estimator)
    methods = choose_methods(converter, None, several=False)
    with rows_at_hand(None, alone=True), kept_dictionaries(estimator):
        allowed = np.asarray(converter.nan_columns())
        recorded = record(converter, methods, InputLayout(types=types), allowed)
    traced, kinds = recorded.traced, recorded.binding.kinds
    needed = converter.needed_columns
    ignored = set() if needed is None else set(range(converter.n_features)) - set(needed)
    if kinds is not None:
        ignored |= set(range(converter.n_features)) - kinds.keys()
    graphs = [compare_text(result.graph)[0] for result in traced.values()]
    words = words_of(fold_constants(graph)[0] for graph in graphs)
    names = input_names(converter)
    read = {name for graph in graphs for name, x in graph.inputs.items() if x.ndim == 2 and x.dtype == DType.INT}
    text = {
        i: EVERY_WORD if names[i] in read else frozenset(words.get(names[i], ()))
        for i, kind in (kinds or {}).items()
        if kind == DType.STRING
    }
    readings = readings_of((each for result in traced.values() for each in result.call.readings), converter.n_features)
    return ColumnHints({**dict.fromkeys(sorted(ignored)), **text}, readings)
