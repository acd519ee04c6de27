"""What comes before operators: methods recorded as graphs, columns decided, passes run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.arguments import shown
from skl2tflite.backends.tflite.lowering.emitter import WIDTHS
from skl2tflite.converters import METHODS, Converter, converter_for
from skl2tflite.converters.core.method_graph import Traced, trace
from skl2tflite.converters.third_party.support.boosters import as_estimator
from skl2tflite.errors import ConversionError, UnsupportedOnTarget
from skl2tflite.features import (
    ColumnSpec,
    Features,
    Form,
    Reading,
    column_names,
    reading,
    readings_of,
)
from skl2tflite.features.texts import analyzer_of, described
from skl2tflite.flow.column import AbsentError, ColumnType, OneRowError, RetraceError, TextInput
from skl2tflite.forest.cost import OptimizeFor
from skl2tflite.graph import DType, Graph
from skl2tflite.passes import PassRecord, Precision, run_passes
from skl2tflite.passes.constants import fold_constants
from skl2tflite.passes.text import compare_text
from skl2tflite.passes.vocabulary import encode, words_of
from skl2tflite.tracing.category_constraints import allowed_values
from skl2tflite.tracing.rows_at_hand import rows_at_hand

Inputs = Literal["matrix", "columns"]
Categories = Literal["strings", "codes"]
Text = Literal["characters", "tokens"]


@dataclass(frozen=True)
class Plan:
    """Everything about a conversion that comes before operators: for inspection and tests."""

    converter: Converter
    features: Features
    traced: dict[str, Traced]
    graphs: dict[str, Graph]
    records: list[PassRecord]


def plan(
    estimator: Any,
    X: Any = None,
    *,
    methods: Sequence[str] | None = None,
    target: str = "litert",
    precision: Precision = "exact",
    inputs: Inputs | None = None,
    categories: Categories = "strings",
    optimize_for: OptimizeFor | None = None,
    text: Text = "characters",
) -> Plan:
    """Trace an estimator's methods and rewrite their graphs; parameters as in :func:`convert`."""
    with rows_at_hand(X):
        converter = converter_for(as_estimator(estimator))
        if X is not None:
            with reading(X):
                seen = converter.rows.seen_in(X)
            converter.learn_rows(seen)
        chosen = _choose_methods(converter, methods, several=target != "micro")
        batch = 1 if target == "micro" else None
        allowed = np.asarray(converter.nan_columns())
        nan = bool(allowed.all()) if allowed.all() or not allowed.any() else tuple(allowed.tolist())
        read_as: TextInput = "counts" if target == "micro" and text == "tokens" else text
        with reading(X):
            hints, types, sparse = ({}, None, False) if X is None else converter.rows.columns_in(X)
        traced, kinds, absent_is_nan = _trace(converter, chosen, batch, inputs, hints, allowed, read_as, sparse, types)
    if target == "micro" and converter.rows.unbounded:
        raise UnsupportedOnTarget(
            f"{converter.path} takes {converter.rows.unbounded}, and target 'micro' has no arrays of any length"
        )
    if target == "micro" and any(None in x.shape for t in traced.values() for x in t.graph.inputs.values()):
        raise UnsupportedOnTarget(
            f"{converter.path} reads texts, and target 'micro' cannot cut them into terms; use text='tokens', then the "
            "file takes the counts of the terms of its vocabulary"
        )
    columns = None if kinds is None else _columns(converter, traced, kinds)
    graphs: dict[str, Graph] = {}
    records: list[PassRecord] = []
    # Several methods share the leaves' values as the most exact of them needs them.
    for_size = target == "micro" or (optimize_for == "size" and len(chosen) == 1)
    for method, result in traced.items():
        graphs[method], done = run_passes(result.graph, precision, for_size)
        records += done
    if columns is not None and (categories == "codes" or target == "micro"):
        graphs, columns = encode(graphs, columns)
    names = converter.feature_names
    demanded = [each for method, result in traced.items() if method != "inverse_transform" for each in result.demands]
    form = _form(converter, traced, batch, kinds, sparse, absent_is_nan)
    features = Features(
        converter.n_features,
        None if names is None else tuple(names),
        False if any(result.confuses_nan for result in traced.values()) else nan,
        columns,
        converter.needed_columns,
        allowed_values(demanded, _names(converter)),
        sparse,
        form.absent_is_nan,
        form.only,
        readings_of((each for result in traced.values() for each in result.readings), converter.n_features),
        read=_read(traced),
        tells_stored_zeros=form.tells_stored_zeros,
        rows=converter.rows,
    )
    narrow = (each for method, result in traced.items() if method != "inverse_transform" for each in result.narrow)
    with reading(X):
        features = features.with_narrow(dict.fromkeys(narrow), X)
    return Plan(converter, features, traced, graphs, records)


class _EveryWord(frozenset[str]):
    """All words that there are."""

    def __contains__(self, word: object) -> bool:
        return True


EVERY_WORD = _EveryWord()


def _names(converter: Converter) -> list[str]:
    """Return the names of the columns' tensors."""
    return converter.rows.tensor_names(converter.feature_names, converter.n_features)


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
    methods = _choose_methods(converter, None, several=False)
    with rows_at_hand(None, alone=True):
        allowed = np.asarray(converter.nan_columns())
        traced, kinds, _ = _trace(converter, methods, None, None, {}, allowed, types=types)
    needed = converter.needed_columns
    ignored = set() if needed is None else set(range(converter.n_features)) - set(needed)
    if kinds is not None:
        ignored |= set(range(converter.n_features)) - kinds.keys()
    graphs = [compare_text(result.graph)[0] for result in traced.values()]
    words = words_of(fold_constants(graph)[0] for graph in graphs)
    names = _names(converter)
    read = {name for graph in graphs for name, x in graph.inputs.items() if x.ndim == 2 and x.dtype == DType.INT}
    text = {
        i: EVERY_WORD if names[i] in read else frozenset(words.get(names[i], ()))
        for i, kind in (kinds or {}).items()
        if kind == DType.STRING
    }
    readings = readings_of((each for result in traced.values() for each in result.readings), converter.n_features)
    return ColumnHints({**dict.fromkeys(sorted(ignored)), **text}, readings)


def _trace(
    converter: Converter,
    methods: Sequence[str],
    batch: int | None,
    inputs: Inputs | None,
    hints: dict[int, DType],
    allows_nan: NDArray[np.bool_],
    text: TextInput = "characters",
    sparse: bool = False,
    types: Mapping[int, ColumnType] | None = None,
) -> tuple[dict[str, Traced], dict[int, DType] | None, bool]:
    """Record methods, and decide for a matrix (None) or for columns of what kinds.

    Last, whether the input has NaN for what a sparse matrix of rows does not hold.

    Columns, where one is text or holds numbers that float32 does not: so the data say, or an encoder's categories.
    """
    missing = False
    # Truth values that may be missing one day travel as numbers.
    allowed = np.broadcast_to(allows_nan, converter.n_features)
    hints = {i: kind for i, kind in hints.items() if i < len(allowed) and not (kind == DType.BOOL and allowed[i])}
    known = hints
    kinds: dict[int, DType] | None = None
    if inputs == "columns" or (inputs is None and DType.STRING in known.values()):
        kinds = dict(known)
    if inputs == "columns" and converter.rows.undivided:
        raise ConversionError(
            f"{converter.path} takes {converter.rows.undivided}, which are no columns; leave out inputs='columns'"
        )
    kinds = converter.rows.input_kinds(kinds)
    while True:
        try:
            traced = {
                method: trace(converter, method, batch, kinds, text, sparse, missing, types) for method in methods
            }
            return traced, kinds, missing and sparse
        except AbsentError:
            if (rows := converter.rows.with_nan_for_absent()) is not None:
                converter.learn_rows(rows)
            missing = True
        except ConversionError:
            # Text that the estimator does not take: the rows are at fault, and refused as such, if it converts else.
            if DType.STRING not in hints.values():
                raise
            hints = known = {i: kind for i, kind in hints.items() if kind != DType.STRING}
            kinds = dict(known) if inputs == "columns" else None
        except RetraceError as change:
            if inputs == "matrix":
                names = column_names(converter.feature_names, converter.n_features)
                raise ConversionError(
                    f"{converter.path} needs column {names[change.feature]!r} as {change.kind} values, which a matrix "
                    "of float32 cannot hold; use inputs='columns'"
                ) from None
            known = {**known, change.feature: change.kind}
            kinds = dict(known)
            if isinstance(change, OneRowError):
                batch = 1


def _read(traced: Mapping[str, Traced]) -> tuple[int, ...] | None:
    """Return the features of a matrix that some method looks at, None for all of them."""
    asked = [result.asked for method, result in traced.items() if method != "inverse_transform"]
    if not asked or None in asked:
        return None
    return tuple(sorted(set().union(*(each for each in asked if each is not None))))


class _RowForm(NamedTuple):
    """Which rows a model takes, dense and sparse ones, and what its input holds for what sparse rows do not.

    Attributes
    ----------
    only : {"dense", "sparse"}, optional
        The form that rows must have; None where the same graphs are right for either.
    absent_is_nan : bool
        Whether the input has NaN for absent entries of sparse rows; else 0.
    tells_stored_zeros : bool
        Whether a zero that sparse rows hold is no absent entry to the estimator, though it is one to the model.
    """

    only: Form | None = None
    absent_is_nan: bool = False
    tells_stored_zeros: bool = False


def _form(
    converter: Converter,
    traced: Mapping[str, Traced],
    batch: int | None,
    kinds: dict[int, DType] | None,
    sparse: bool,
    absent_is_nan: bool,
) -> _RowForm:
    """Return which rows the graphs are right for, by recording the methods once more for rows of the other form.

    Parameters
    ----------
    converter : Converter
    traced : mapping of str to Traced
        The methods, as recorded for rows of the form that ``sparse`` says.
    batch : int, optional
    kinds : dict of int to DType, optional
        None where the features are one matrix.
    sparse : bool
    absent_is_nan : bool
        Whether the methods were recorded for an input with NaN for absent entries.
    """
    readers = [is_sparse for each in traced.values() for is_sparse in each.absent_readers]
    if kinds is not None or not (sparse or readers):
        return _RowForm(None, absent_is_nan)
    for other_absent_is_nan in (False, True):
        try:
            others = [
                trace(converter, method, batch, None, "characters", not sparse, other_absent_is_nan)
                for method in traced
            ]
        except AbsentError:
            if all(readers):
                return _RowForm(None, False, tells_stored_zeros=True)
            continue
        except (ConversionError, RetraceError):
            break
        if all(str(a.graph) == str(b.graph) for a, b in zip(traced.values(), others, strict=True)):
            return _RowForm(None, absent_is_nan if sparse else other_absent_is_nan)
        break
    if not sparse and all(readers):
        return _RowForm()
    return _RowForm("sparse" if sparse else "dense", absent_is_nan)


def _columns(converter: Converter, traced: Mapping[str, Traced], kinds: Mapping[int, DType]) -> tuple[ColumnSpec, ...]:
    """Return the columns that some method takes."""
    names = _names(converter)
    taken = {name: tensor for result in traced.values() for name, tensor in result.graph.inputs.items()}
    terms = {name: terms for result in traced.values() for name, terms in result.terms.items()}
    twice = sorted(name for name in taken if names.count(name) > 1)
    if twice:
        raise ConversionError(f"more than one column is called {twice[0]!r}; a tensor for each needs distinct names")
    in_characters = [name for name, tensor in taken.items() if tensor.ndim > converter.rows.column_axes]
    missing = {name: text for result in traced.values() for name, text in result.missing.items()}
    columns = [
        ColumnSpec(
            names[feature],
            feature,
            "characters" if names[feature] in in_characters else WIDTHS[kind],
            missing=missing.get(names[feature]),
            digits=any(names[feature] in result.digits for result in traced.values()),
        )
        for feature, kind in sorted(kinds.items())
        if names[feature] in taken and names[feature] not in terms
    ]
    for name, read in terms.items():
        broken = next((term for term in read.vocabulary or () if "\n" in term or "\r" in term), None)
        if broken is not None:
            raise ConversionError(
                f"the vectorizer of {name!r} has the term {broken!r}, and a vocabulary has one on each line; use "
                "text='characters'"
            )
        dtype = "counts" if taken[name].dtype == DType.FLOAT else "tokens"
        columns.append(
            ColumnSpec(name, read.feature, dtype, read.vocabulary, described(read), analyzer_of(read.vectorizer))
        )
    return tuple(columns)


def _choose_methods(converter: Converter, methods: Sequence[str] | None, several: bool) -> tuple[str, ...]:
    if methods is None:
        chosen = tuple(name for name in converter.default_methods if converter.has(name))
        chosen = chosen or converter.methods[:1]
        if not chosen:
            raise ConversionError(f"{converter.path} has no inference method that can be converted")
        return chosen if several else chosen[:1]
    if isinstance(methods, str) or not isinstance(methods, Sequence):
        example = methods if isinstance(methods, str) else "predict"
        raise ConversionError(f"methods is a sequence of names, as methods=({example!r},)")
    for name in methods:
        if not isinstance(name, str):
            raise ConversionError(f"methods is a sequence of names, and {shown(name)} is none")
        if name not in METHODS and not hasattr(converter.estimator, name):
            raise ConversionError(f"{name!r} is no inference method; these are: {', '.join(METHODS)}")
        converter.method(name)
    if not methods:
        raise ConversionError("methods is empty; name at least one")
    if not several and len(set(methods)) > 1:
        raise ConversionError(
            f"a file for target 'micro' holds one method, not {', '.join(methods)}: TensorFlow Lite Micro runs a "
            f"file's first subgraph only; convert each to a file of its own, as methods=({methods[0]!r},)"
        )
    return tuple(dict.fromkeys(methods))
