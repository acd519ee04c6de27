"""The plan of a file: the graphs of its methods after all passes, and the columns that it takes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.backend import Target
from skl2tflite.conversion import Conversion
from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_graph import Traced
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.errors import ConversionError, ConversionWarning, UnsupportedOnTarget
from skl2tflite.features import (
    ColumnSpec,
    Features,
    reading,
    readings_of,
)
from skl2tflite.graph import Graph
from skl2tflite.legalize import with_infinite_operands
from skl2tflite.options import DEFAULTS, ConversionOptions
from skl2tflite.passes import PassRecord, run_last_passes, run_passes
from skl2tflite.passes.booleans import booleans_as_integers
from skl2tflite.passes.vocabulary import encode
from skl2tflite.plan.chosen_methods import choose_methods
from skl2tflite.plan.column_specs import column_specs, input_names
from skl2tflite.plan.recording import Recorded, record
from skl2tflite.plan.row_form import row_form
from skl2tflite.tracing.category_constraints import allowed_values
from skl2tflite.tracing.rows_at_hand import rows_at_hand

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character in UTF-16, which UTF-8 does not hold."""


@dataclass(frozen=True)
class Plan:
    """Everything about a conversion that comes before operators: for inspection and tests."""

    converter: Converter
    features: Features
    traced: dict[str, Traced]
    graphs: dict[str, Graph]
    records: list[PassRecord]


def plan(conversion: Conversion, options: ConversionOptions = DEFAULTS) -> Plan:
    """Record an estimator's methods and rewrite their graphs."""
    target, X = options.runtime, conversion.X
    with rows_at_hand(X):
        converter = conversion.converter
        if X is not None:
            with reading(X):
                seen = converter.rows.seen_in(X)
            converter.learn_rows(seen)
        chosen = choose_methods(converter, options.methods, several=not target.holds_one_method)
        allowed = np.asarray(converter.nan_columns())
        with reading(X):
            hints, types, sparse = ({}, None, False) if X is None else converter.rows.columns_in(X)
        layout = InputLayout(
            batch=options.rows_of_a_call,
            text=options.text_input,
            text_length=options.length_of_texts,
            sparse=sparse,
            types=types,
            allows_nan=tuple(np.broadcast_to(allowed, converter.n_features).tolist()),
        )
        recorded = record(converter, chosen, layout, allowed, options.inputs, hints)
    _check_lengths(converter, recorded, target)
    _check_kinds(converter, recorded)
    graphs, columns, records = _rewritten(converter, recorded, options)
    features = _features(converter, recorded, columns, allowed)
    traced = recorded.traced
    narrow = (each for method, result in traced.items() if method != "inverse_transform" for each in result.call.narrow)
    with reading(X):
        features = features.with_narrow(dict.fromkeys(narrow), X)
    return Plan(converter, features, traced, graphs, records)


def _check_lengths(converter: Converter, recorded: Recorded, target: Target) -> None:
    """Refuse inputs whose lengths are known only at run time, where a target has none of those.

    Parameters
    ----------
    converter : Converter
    recorded : Recorded
    target : Target
    """
    if target.dynamic_inputs:
        return
    if converter.rows.unbounded:
        raise UnsupportedOnTarget(
            f"{converter.path} takes {converter.rows.unbounded}, and target {target.name!r} has no arrays of any length"
        )
    if any(None in x.shape for each in recorded.traced.values() for x in each.graph.inputs.values()):
        raise UnsupportedOnTarget(
            f"{converter.path} reads texts, and target {target.name!r} cannot cut them into terms; leave out "
            "text='characters', then the file takes the counts of the terms of its vocabulary"
        )


def _check_kinds(converter: Converter, recorded: Recorded) -> None:
    """Refuse columns not known to be text or numbers, where the file would depend on which of the two they are.

    Parameters
    ----------
    converter : Converter
    recorded : Recorded
    """
    traced = [each for method, each in recorded.traced.items() if method != "inverse_transform"]
    unknown = frozenset[str]().union(*(each.only_missing for each in traced))
    for name in sorted(unknown):
        if all(name in each.only_missing for each in traced):
            raise ConversionError(
                f"{converter.path} only tests whether values of column {name!r} are missing, and a file needs to "
                "know whether these are text or numbers; give convert rows, which show it"
            )


def _rewritten(
    converter: Converter, recorded: Recorded, options: ConversionOptions
) -> tuple[dict[str, Graph], tuple[ColumnSpec, ...] | None, list[PassRecord]]:
    """Return the graphs after all passes, the columns that they take, if they do, and what the passes did.

    Parameters
    ----------
    converter : Converter
    recorded : Recorded
    options : ConversionOptions
    """
    traced, kinds, target = recorded.traced, recorded.binding.kinds, options.runtime
    columns = None if kinds is None else column_specs(converter, traced, kinds)
    graphs: dict[str, Graph] = {}
    records: list[PassRecord] = []
    # Several methods share the leaves' values as the most exact of them needs them.
    for_size = target.is_microcontroller or (options.forest_layout == "size" and len(traced) == 1)
    for method, result in traced.items():
        graph = with_infinite_operands(result.graph) if target.saturates else result.graph
        graphs[method], done = run_passes(graph, options.precision, for_size)
        records += done
    if columns is not None and (options.categories != "strings" or not target.has_strings):
        try:
            graphs, columns = encode(graphs, columns)
        except ConversionError as error:  # codes do not tell all that the model asks
            if options.categories == "codes" or not target.has_strings:
                raise
            warnings.warn(
                f"columns of text travel as strings, which only LiteRT's Interpreter takes: {error}",
                ConversionWarning,
                stacklevel=4,
            )
    if not target.has_bool_inputs:
        graphs, columns = booleans_as_integers(graphs, columns)
    for method, graph in graphs.items():
        graphs[method], done = run_last_passes(graph)
        records += done
    return graphs, columns, records


def _features(
    converter: Converter,
    recorded: Recorded,
    columns: tuple[ColumnSpec, ...] | None,
    allows_nan: NDArray[np.bool_],
) -> Features:
    """Return what rows the model takes.

    Parameters
    ----------
    converter : Converter
    recorded : Recorded
    columns : tuple of ColumnSpec or None
        Where each feature is an input: those that the file takes.
    allows_nan : ndarray of bool, of shape () or (n_features,)
        Which features may hold NaN.
    """
    traced, names = recorded.traced, converter.feature_names
    unwritten = next((name for name in names or () if _SURROGATE.search(name)), None)
    if unwritten is not None:
        raise ConversionError(f"the feature {unwritten!r} has a name that no text in UTF-8 can be; rename it")
    cut = next((name for name in names or () if "\0" in name), None)
    if cut is not None and columns is not None:
        raise ConversionError(
            f"the feature {cut!r} has a NUL in its name, at which a runtime ends the name of its input; rename it"
        )
    demanded = [each for method, result in traced.items() if method != "inverse_transform" for each in result.demands]
    all_alike = allows_nan.all() or not allows_nan.any()
    nan = bool(allows_nan.all()) if all_alike else tuple(allows_nan.tolist())
    form = row_form(converter, recorded)
    return Features(
        converter.n_features,
        None if names is None else tuple(names),
        False if any(result.confuses_nan for result in traced.values()) else nan,
        columns,
        converter.needed_columns,
        allowed_values(demanded, input_names(converter)),
        recorded.layout.sparse,
        form.absent_is_nan,
        form.only,
        readings_of((each for result in traced.values() for each in result.call.readings), converter.n_features),
        read=_read(traced),
        tells_stored_zeros=form.tells_stored_zeros,
        rows=recorded.rows,
    )


def _read(traced: Mapping[str, Traced]) -> tuple[int, ...] | None:
    """Return the features of a matrix that some method looks at, None for all of them."""
    asked = [result.asked for method, result in traced.items() if method != "inverse_transform"]
    if not asked or None in asked:
        return None
    return tuple(sorted(set().union(*(each for each in asked if each is not None))))
