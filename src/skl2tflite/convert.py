"""From a fitted estimator to a checked model: the whole flow on one page."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters import METHODS, Converter, converter_for
from skl2tflite.converters.known import known_values
from skl2tflite.converters.trace import Traced, trace
from skl2tflite.errors import ConversionError, ConversionWarning, FidelityError, UnsupportedOnTarget
from skl2tflite.facts import MethodInfo, ModelFacts
from skl2tflite.features import (
    INPUT_NAME,
    LABELS_NAME,
    TEXT_NAME,
    ColumnSpec,
    Features,
    column_kinds,
    column_names,
    row_count,
)
from skl2tflite.features.texts import analyzer_of, described
from skl2tflite.forest.cost import OptimizeFor
from skl2tflite.graph import DType, Graph
from skl2tflite.graph.table import OneRowError, RetraceError, TextInput
from skl2tflite.model import TFLiteModel
from skl2tflite.passes import PassRecord, run_passes
from skl2tflite.passes.constants import fold_constants
from skl2tflite.passes.text import compare_text
from skl2tflite.passes.vocabulary import encode, words_of
from skl2tflite.runtime.micro import has_micro
from skl2tflite.sizes import check_budget
from skl2tflite.tflite import metadata
from skl2tflite.tflite.lowering import lower
from skl2tflite.tflite.lowering.emitter import WIDTHS
from skl2tflite.tflite.program import Program
from skl2tflite.tflite.targets import get_target
from skl2tflite.tflite.writer import write
from skl2tflite.verify import verify

Precision = Literal["exact", "fast"]
Inputs = Literal["matrix", "columns"]
Categories = Literal["strings", "codes"]
Text = Literal["characters", "tokens"]
_DTYPES = {"float": "float64", "int": "int64", "bool": "bool"}


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
    converter = converter_for(estimator)
    chosen = _choose_methods(converter, methods, several=target != "micro")
    batch = 1 if target == "micro" else None
    allowed = np.asarray(converter.nan_columns())
    nan = bool(allowed.all()) if allowed.all() or not allowed.any() else tuple(allowed.tolist())
    read_as: TextInput = "counts" if target == "micro" and text == "tokens" else text
    is_table = not converter.takes_texts and not converter.takes_labels and converter.record_separator is None
    hints = {} if X is None or not is_table else column_kinds(X)
    traced, kinds = _trace(converter, chosen, batch, inputs, hints, allowed, read_as)
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
    features = Features(
        converter.n_features,
        None if names is None else tuple(names),
        nan,
        columns,
        converter.needed_columns,
        known_values(demanded, _names(converter)),
        converter.takes_texts,
        converter.takes_labels,
        converter.record_separator,
    )
    return Plan(converter, features, traced, graphs, records)


class _EveryWord(frozenset[str]):
    """All words that there are."""

    def __contains__(self, word: object) -> bool:
        return True


EVERY_WORD = _EveryWord()


def _names(converter: Converter) -> list[str]:
    """Return the names of the columns' tensors."""
    if converter.takes_texts or converter.takes_labels:
        return [TEXT_NAME if converter.takes_texts else LABELS_NAME]
    return column_names(converter.feature_names, converter.n_features)


def text_features(estimator: Any) -> dict[int, frozenset[str] | None]:
    """Return which features of an estimator are text, each with what it is compared with.

    None marks those that nobody looks at: they may be text or numbers; texts that a vectorizer reads have every word.
    """
    converter = converter_for(estimator)
    methods = _choose_methods(converter, None, several=False)
    traced, kinds = _trace(converter, methods, None, None, {}, np.asarray(converter.nan_columns()))
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
    return {**dict.fromkeys(sorted(ignored)), **text}


def _trace(
    converter: Converter,
    methods: Sequence[str],
    batch: int | None,
    inputs: Inputs | None,
    hints: dict[int, DType],
    allows_nan: NDArray[np.bool_],
    text: TextInput = "characters",
) -> tuple[dict[str, Traced], dict[int, DType] | None]:
    """Record methods, and decide for a matrix (None) or for columns of what kinds.

    Columns, where one is text or holds numbers that float32 does not: so the data say, or an encoder's categories.
    """
    # Truth values that may be missing one day travel as numbers.
    allowed = np.broadcast_to(allows_nan, converter.n_features)
    hints = {i: kind for i, kind in hints.items() if i < len(allowed) and not (kind == DType.BOOL and allowed[i])}
    known = hints
    kinds: dict[int, DType] | None = None
    if inputs == "columns" or (inputs is None and DType.STRING in known.values()):
        kinds = dict(known)
    if converter.takes_texts:
        kinds = {0: DType.STRING}
    elif converter.takes_labels or converter.record_separator is not None:
        kinds = {}
    while True:
        try:
            return {method: trace(converter, method, batch, kinds, text) for method in methods}, kinds
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


def _columns(converter: Converter, traced: Mapping[str, Traced], kinds: Mapping[int, DType]) -> tuple[ColumnSpec, ...]:
    """Return the columns that some method takes."""
    names = _names(converter)
    taken = {name: tensor for result in traced.values() for name, tensor in result.graph.inputs.items()}
    terms = {name: terms for result in traced.values() for name, terms in result.terms.items()}
    twice = sorted(name for name in taken if names.count(name) > 1)
    if twice:
        raise ConversionError(f"more than one column is called {twice[0]!r}; a tensor for each needs distinct names")
    columns = [
        ColumnSpec(names[feature], feature, WIDTHS[kind] if taken[names[feature]].ndim == 1 else "characters")
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


def convert(
    estimator: Any,
    X: Any = None,
    *,
    methods: Sequence[str] | None = None,
    target: str = "litert",
    precision: Precision = "exact",
    optimize_for: OptimizeFor | None = None,
    max_flash: int | None = None,
    max_ram: int | None = None,
    inputs: Inputs | None = None,
    categories: Categories = "strings",
    text: Text = "characters",
) -> TFLiteModel:
    """Convert a fitted scikit-learn estimator, whole pipelines included, to a .tflite model.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : array-like or DataFrame of shape (n_rows, n_features), optional
        Rows on which the model is compared with the estimator, method by method; a few dozen that the
        model will meet in use. Without them nothing is compared.
    methods : sequence of str, optional
        Methods to convert, the main one first. By default those that a user of such an estimator calls
        (``predict_proba`` and ``predict`` of a classifier); for ``target="micro"`` the first of these.
    target : {"litert", "micro"}
        Runtime that the file is for: LiteRT on phones, boards, servers and in browsers, or TensorFlow Lite
        Micro, whose files take one row at a time and hold one method.
    precision : {"exact", "fast"}
        ``"fast"`` allows rewriting that changes rounding (scaling folded into weights).
    optimize_for : {"latency", "throughput", "size"}, optional
        What tree ensembles are laid out for: one row at a time, hundreds of rows at once, or a small file.
        The answers are the same. By default ``"size"`` for ``target="micro"``, else ``"latency"``.
    max_flash, max_ram : int, optional
        For ``target="micro"``: bytes of flash that the model, TFLM and its kernels may take, and bytes of its
        arena. See :meth:`TFLiteModel.sizes`.
    inputs : {"matrix", "columns"}, optional
        One tensor ``X`` of shape (n_rows, n_features), or one of shape (n_rows,) for each column that the model uses,
        named by it. By default a matrix where all is numeric, columns where X or an encoder's categories hold text,
        or whole numbers that float32 does not.
    categories : {"strings", "codes"}
        How columns of text travel: as tensors of strings, or as int32 codes, positions in the vocabulary that the
        file carries for each column (-1: unknown). Files for ``target="micro"`` have codes always.
    text : {"characters", "tokens"}
        How texts travel that a vectorizer reads: as code points, which the file itself cuts into terms, or as the ids
        of terms, positions in the vocabulary that the file carries (-1: unknown; for HashingVectorizer their hashes).
        The app cuts the texts then; :meth:`TFLiteModel.predict` leaves it to scikit-learn. Files for
        ``target="micro"`` take the terms' counts instead of ids.

    Returns
    -------
    TFLiteModel

    Raises
    ------
    ConversionError
        Where the estimator cannot be converted faithfully; the message says what, where and what to do.
    BudgetError
        Where the model takes more flash or memory than it may.
    FidelityError
        Where the model differs from the estimator on X by more than the contract allows.
    InvalidInputError
        Where X is not what the estimator takes.

    Warns
    -----
    ConversionWarning
        Where a file for TensorFlow Lite Micro was compared on LiteRT, as ``tflite-micro`` is not installed.
    """
    runtime = _target(target)
    if precision not in ("exact", "fast"):
        raise ConversionError(f"precision is 'exact' or 'fast', not {precision!r}")
    if optimize_for is None:
        optimize_for = "size" if target == "micro" else "latency"
    if optimize_for not in ("latency", "throughput", "size"):
        raise ConversionError(f"optimize_for is 'latency', 'throughput' or 'size', not {optimize_for!r}")
    if target != "micro" and (max_flash is not None or max_ram is not None):
        raise ConversionError("max_flash and max_ram are for target='micro', whose devices have little of both")
    if inputs not in (None, "matrix", "columns"):
        raise ConversionError(f"inputs is 'matrix' or 'columns', not {inputs!r}")
    if categories not in ("strings", "codes"):
        raise ConversionError(f"categories is 'strings' or 'codes', not {categories!r}")
    if text not in ("characters", "tokens"):
        raise ConversionError(f"text is 'characters' or 'tokens', not {text!r}")
    planned = plan(
        estimator,
        X,
        methods=methods,
        target=target,
        precision=precision,
        inputs=inputs,
        categories=categories,
        optimize_for=optimize_for,
        text=text,
    )
    if X is not None:
        planned.features.tensors(X)  # refuse what scikit-learn refuses, before any work
    program = Program(description=f"{type(estimator).__name__}, converted by skl2tflite")
    for graph in planned.graphs.values():
        lower(graph, program, runtime, optimize_for)
    classes = planned.converter.labels("predict")
    facts = ModelFacts(
        _describe(estimator),
        target,
        planned.features,
        {method: _method_info(method, traced, planned.features) for method, traced in planned.traced.items()},
        {package: _version(package) for package in ("skl2tflite", "scikit-learn")},
        # A file for a microcontroller ends where the model ends: its labels are among the facts.
        tuple(classes) if classes is not None and target == "micro" else None,
    )
    files = facts.attach(program, None if target == "micro" else classes)
    content = metadata.append_files(write(program), files)
    analyzers = {c.name: c.analyzer for c in planned.features.columns or () if c.analyzer is not None}
    model = TFLiteModel(content, analyzers=analyzers)  # which checks the file's structure
    if max_flash is not None or max_ram is not None:
        check_budget(model.sizes(), max_flash, max_ram)
    if X is not None and row_count(X):
        if target == "micro" and not has_micro():
            warnings.warn(
                "the file was compared on LiteRT, not on TensorFlow Lite Micro: pip install 'skl2tflite[micro]'",
                ConversionWarning,
                stacklevel=2,
            )
        report = verify(model, estimator, X)
        if not report.faithful:
            raise FidelityError(f"the converted model is not faithful: {report.summary()}", report)
    return model


@cache
def _version(package: str) -> str:
    return version(package)


def _target(name: str) -> Any:
    try:
        return get_target(name)
    except ValueError as error:
        raise ConversionError(str(error)) from None


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


def _method_info(method: str, traced: Traced, features: Features) -> MethodInfo:
    output = next(iter(traced.graph.outputs.values()))
    if traced.labels is not None:
        dtype = np.result_type(*(c.dtype for c in traced.labels)).str
    else:
        dtype = traced.label_dtype or _DTYPES[output.dtype]
        if method in ("transform", "inverse_transform") and dtype == "float64":
            dtype = "float32"  # scikit-learn's transformers keep the float32 that they are given
    labels = None if traced.labels is None else tuple(traced.labels)
    matrix = traced.graph.inputs.get(INPUT_NAME)
    columns = features.count if matrix is None or matrix.ndim == 1 else matrix.shape[1]
    return MethodInfo(
        tuple(traced.graph.outputs),
        traced.is_list,
        dtype,
        labels,
        None if columns == features.count else columns,
        tuple(_DTYPES[output.dtype] for output in traced.graph.outputs.values()) if traced.is_tuple else None,
        tuple(traced.constants),
    )


def _describe(estimator: Any) -> str:
    """Return an estimator's name, a pipeline's with its last step's."""
    name = type(estimator).__name__
    steps = getattr(estimator, "steps", None)
    return f"{name}({', '.join(type(step).__name__ for _, step in steps)})" if steps else name
