"""From a fitted estimator to a checked model: the whole flow on one page."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import Any
from unicodedata import unidata_version

import numpy as np
from numpy.typing import NDArray

from skl2tflite import digest
from skl2tflite.answering import Answering
from skl2tflite.backends.backend import Target
from skl2tflite.backends.registry import backend_of
from skl2tflite.backends.tflite.names import name_tensors
from skl2tflite.choices import Categories, Golden, Inputs, OptimizeFor, Precision, Text
from skl2tflite.conversion import Conversion
from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_graph import Traced
from skl2tflite.errors import ConversionError, ConversionWarning, FidelityError, InvalidInputError
from skl2tflite.estimator_digest import estimator_digest
from skl2tflite.examples import Examples
from skl2tflite.features import (
    INPUT_NAME,
    LABELS_NAME,
    ColumnSpec,
    Features,
    Known,
    check_columns,
    check_given,
    reading,
    row_count,
)
from skl2tflite.file_metadata import add_metadata
from skl2tflite.golden import checked, examples_of
from skl2tflite.method_output import GIVE_LABELS
from skl2tflite.model import TFLiteModel
from skl2tflite.model_metadata import ModelFacts
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import Plan, plan
from skl2tflite.reports import ConversionReport
from skl2tflite.reports.conversion_report import file_digest
from skl2tflite.runtime.micro import has_micro
from skl2tflite.sizes import check_budget
from skl2tflite.verify import Report, compare
from skl2tflite.verify.integer_arithmetic import computes_in_integers


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
    categories: Categories | None = None,
    text: Text | None = None,
    batch: int | None = None,
    text_length: int | None = None,
    min_runtime: str | None = None,
    names: bool = False,
    golden: Golden | None = "auto",
) -> TFLiteModel:
    """Convert a fitted scikit-learn estimator, whole pipelines included, to a .tflite model.

    Parameters
    ----------
    estimator : estimator
        Fitted. Boosters of XGBoost and LightGBM too, whose method is ``predict``.
    X : array-like or DataFrame of shape (n_rows, n_features), optional
        Rows on which the model is compared with the estimator, method by method: at least one, and better a few
        dozen that are like those in use. Without them nothing is compared. They also tell what an estimator does
        not learn: the size of images, the names of the features for FeatureHasher.
    methods : sequence of str, optional
        Methods to convert. A runtime without signatures sees only the first. By default those that are usual for
        the estimator (``predict_proba`` and ``predict`` of a classifier); for ``target="micro"`` the first of these.
    target : {"litert", "web", "micro"}
        Runtime that the file is for: LiteRT on phones, boards and servers; LiteRT.js in browsers, whose files have
        fixed shapes (one row and texts of 1024 characters by default), codes for text, and float32 and int32 alone; or
        TensorFlow Lite Micro, whose files take one row at a time and hold one method.
    precision : {"exact", "fast"}
        ``"fast"`` allows rewriting that changes rounding (scaling folded into weights).
    optimize_for : {"latency", "throughput", "size"}, optional
        What tree ensembles are laid out for: one row at a time, hundreds of rows at once, or a small file.
        The answers are the same. By default ``"size"`` for ``target="micro"``, else ``"latency"``.
    max_flash, max_ram : int, optional
        For ``target="micro"``: bytes of flash that the model, TFLM and its kernels may take, and bytes of its
        arena. See :meth:`TFLiteModel.sizes`.
    inputs : {"matrix", "columns"}, optional
        One tensor ``X`` of shape (n_rows, n_features), or one of shape (n_rows,) for each column that the model reads,
        with the column's name. By default columns if X or the categories of a step hold text, or integers that
        float32 does not hold; otherwise a matrix.
    categories : {"codes", "strings"}, optional
        What the file takes for columns of text: int32 codes, or tensors of strings, which LiteRT's Interpreter takes,
        but neither its ``CompiledModel`` nor other runtimes. A code is the position of the text in the vocabulary that
        the file holds for the column, or -1. By default codes.
    text : {"characters", "tokens"}, optional
        What the file takes for texts that a vectorizer reads. ``"characters"``: code points, which the file itself
        cuts into terms. ``"tokens"``: ids of the terms, which the app cuts (:meth:`TFLiteModel.predict` calls
        scikit-learn's analyzer). An id is the position of the term in the vocabulary that the file holds, or -1; for
        HashingVectorizer it is the term's hash. By default ``"characters"``. Files for ``target="micro"`` take the
        number of times that each term of the vocabulary is in the text.
    batch : int, optional
        Rows that each call of the file takes, for runtimes and apps that cannot resize its inputs: inputs and outputs
        then have fixed shapes. :meth:`TFLiteModel.predict` still takes any number of rows. By default a call may have
        any number; files for ``target="micro"`` take one, and so do those that cut texts.
    text_length : int, optional
        The most characters (or tokens) of a text, where the file is to have a fixed length for texts too: shorter ones
        are followed by -1, which changes no answer. By default a text may have any length.
    min_runtime : str, optional
        The oldest runtime that is to run the file, as all later ones: ``"2.14"`` is a version of TensorFlow Lite,
        ``"LiteRT 1.0.1"`` one of LiteRT. What these lack is spelt otherwise, or refused. By default the file takes what
        suits today's LiteRT best, and :attr:`TFLiteModel.min_runtime` says what it needs.
    names : bool, default=False
        Whether every tensor of the file is to have a name, by the step and the operation that it comes from
        (``"scaler/divide"``): viewers show them, and some tools need all names to be there, each once.
    golden : {"auto", "made", "rows"}, optional
        What the file holds for forms, and for apps that check themselves: a typical value of each feature, the range
        of its numbers without the least and the greatest ones, and at most five golden rows with the answers that a
        runtime must give. ``"made"`` rows are drawn column by column from quantiles of X and rounded, texts from the
        vocabulary. No row of X is copied; where the columns have few values, a made row may equal one. ``"rows"`` are
        rows of X; None leaves all of it out. By default they are made, and left out of files for ``target="micro"``.
        Without X there are none, nor where X has fewer than five rows.

    Returns
    -------
    TFLiteModel

    Raises
    ------
    ConversionError
        Where the estimator cannot be converted faithfully; the message says what, where and what to do.
    BudgetError
        Where the model takes more flash or memory than ``max_flash`` or ``max_ram``.
    FidelityError
        Where the model differs from the estimator on X by more than the contract allows.
    InvalidInputError
        Where X is not what the estimator takes, or has no rows.
    EstimatorError
        Where the estimator itself, or a converter of another package, raises an exception, which is quoted.
    DefectError
        Where this package has a defect; please report it.

    Warns
    -----
    ConversionWarning
        Where a file for TensorFlow Lite Micro was compared on LiteRT, as ``tflite-micro`` is not installed, or where
        columns of text travel as strings as codes cannot stand for them.
    """
    options = ConversionOptions(
        methods=methods,
        target=target,
        precision=precision,
        optimize_for=optimize_for,
        max_flash=max_flash,
        max_ram=max_ram,
        inputs=inputs,
        categories=categories,
        text=text,
        batch=batch,
        text_length=text_length,
        min_runtime=min_runtime,
        names=names,
        golden=golden,
    )
    return convert_and_compare(Conversion(estimator, X), options)[0]


def convert_and_compare(conversion: Conversion, options: ConversionOptions) -> tuple[TFLiteModel, Report | None]:
    """Convert an estimator, and compare the model with it where there are rows; errors as of :func:`convert`.

    Parameters
    ----------
    conversion : Conversion
        The estimator, and rows to compare on.
    options : ConversionOptions

    Returns
    -------
    model : TFLiteModel
    report : Report or None
        What the comparison found; None without rows.
    """
    X, runtime = conversion.X, options.runtime
    check_rows(X)
    with conversion.guarded():
        planned = plan(conversion, options)
        if X is not None:
            planned.features.tensors(X)  # refuse what scikit-learn refuses, before any work
        examples = None if X is None or options.examples is None else examples_of(planned, X, options.examples)
        model = _written(planned, conversion.estimator, options, examples)
        if options.is_limited:
            check_budget(model.sizes(), options.max_flash, options.max_ram)
        if X is None:
            return _reported(model, conversion, options, None), None
        if runtime.is_microcontroller and not has_micro():
            warnings.warn(
                "the file was compared on LiteRT, not on TensorFlow Lite Micro: pip install 'skl2tflite[micro]'",
                ConversionWarning,
                stacklevel=3,
            )
        report = compared(model, conversion)
        if examples is not None and (fine := checked(model, examples)) is not examples:
            model = _written(planned, conversion.estimator, options, fine)
        return _reported(model, conversion, options, report), report


def check_rows(X: Any) -> None:
    """Raise where rows to compare on are none, or not what an estimator takes."""
    if X is None:
        return
    check_given(X)
    check_columns(X)
    with reading(X):
        if row_count(X) == 0:
            raise InvalidInputError("X has no rows to compare on; leave it out to convert without comparing")


def compared(model: Answering, conversion: Conversion) -> Report:
    """Return what comparing a model with its estimator finds; raise where the model is not faithful."""
    report = compare(model, conversion)
    if not report.faithful:
        reason = computes_in_integers(conversion, model.methods)
        if reason is not None:
            raise ConversionError(reason)
        raise FidelityError(f"the converted model is not faithful: {report.summary()}", report)
    return report


def _reported(
    model: TFLiteModel, conversion: Conversion, options: ConversionOptions, compared: Report | None
) -> TFLiteModel:
    """Return a model with the report of what made it.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
    options : ConversionOptions
    compared : Report or None
        What comparing it found.
    """
    versions = {package: _version(package) for package in ("skl2tflite", "scikit-learn", "numpy", "ai-edge-litert")}
    model.report = ConversionReport(
        estimator=model.facts.estimator,
        estimator_digest=estimator_digest(conversion.estimator),
        file_digest=file_digest(bytes(model)),
        versions={"python": platform.python_version(), **versions},
        options=options.to_json(),
        comparison=compared,
    )
    return model


def _written(
    planned: Plan, estimator: Any, options: ConversionOptions, examples: Examples | None = None
) -> TFLiteModel:
    """Return the model whose file holds what was planned.

    Parameters
    ----------
    planned : Plan
    estimator : estimator
    options : ConversionOptions
    examples : Examples, optional
        Typical values and golden rows that the file holds.
    """
    runtime = options.runtime
    backend = backend_of(runtime.name)
    program = backend.new_program(f"{type(estimator).__name__}, converted by skl2tflite")
    for graph in planned.graphs.values():
        backend.lower(graph, program, runtime, options.forest_layout)
    if options.names:
        name_tensors(program)
    facts, classes = facts_of(planned, estimator, runtime, examples)
    if runtime.has_older_releases:
        facts = replace(facts, nan_operators=tuple(sorted(program.nan_operators)))
    files = add_metadata(program, facts, None if runtime.is_microcontroller else classes)
    content = digest.sealed(backend.write(program, files), facts.to_bytes())
    analyzers = {c.name: c.analyzer for c in planned.features.columns or () if c.analyzer is not None}
    return TFLiteModel(content, analyzers=analyzers)  # which checks the file's structure


def facts_of(
    planned: Plan, estimator: Any, runtime: Target, examples: Examples | None = None
) -> tuple[ModelFacts, tuple[NDArray[Any], ...] | None]:
    """Return what is known of an estimator, and the labels of a classifier.

    Parameters
    ----------
    planned : Plan
    estimator : estimator
    runtime : Target
        What the model is for.
    examples : Examples, optional
        Typical values and golden rows that the file holds.
    """
    labels = [planned.converter.labels(m) for m in GIVE_LABELS if m == "predict" or m in planned.traced]
    classes = next((each for each in labels if each is not None), None)
    if any(np.ndim(each) != 1 for each in classes or ()):
        raise ConversionError(f"{planned.converter.path} has classes_ that are no list of labels; fit it again")
    facts = ModelFacts(
        estimator=_describe(estimator),
        target=runtime.name,
        features=planned.features,
        methods={method: traced.output for method, traced in planned.traced.items()},
        versions=_versions(planned.features),
        # A file for a microcontroller ends where the model ends: its labels are among the facts.
        classes=tuple(classes) if classes is not None and runtime.is_microcontroller else None,
        takes=_taken_by_inverses(planned),
        examples=examples,
    )
    return facts, None if classes is None else tuple(classes)


def _versions(features: Features) -> dict[str, str]:
    """Return the versions on which a file depends: of Unicode, Python's, where it tells characters apart."""
    versions = {package: _version(package) for package in ("skl2tflite", "scikit-learn")}
    tells_characters = features.reads_texts and features.text_input == "characters"
    return {**versions, "Unicode": unidata_version} if tells_characters else versions


@cache
def _version(package: str) -> str:
    return version(package)


def _taken_by_inverses(planned: Plan) -> dict[str, Features]:
    """Return what rows ``inverse_transform`` takes, by its name, where they are not as those of the model."""
    traced = planned.traced.get("inverse_transform")
    features = None if traced is None else _of_inverse(planned.converter, traced, planned.features)
    return {} if features is None else {"inverse_transform": features}


def _of_inverse(converter: Converter, traced: Traced, features: Features) -> Features | None:
    """Return what rows an inverse takes, None where they are as those of the model.

    Parameters
    ----------
    converter : Converter
    traced : Traced
        Of ``inverse_transform``.
    features : Features
        What rows the model takes.
    """
    labels = converter.labels("inverse_transform")
    if not converter.inverse_rows.is_table:
        positions = [Known(0, tuple(range(len(each)))) for each in labels or ()]
        column = ColumnSpec(LABELS_NAME, 0, "int32")
        return Features(1, columns=(column,), known=tuple(positions), rows=converter.inverse_rows)
    count = traced.graph.inputs[INPUT_NAME].shape[1] or 0
    a_matrix = features.columns is None and features.rows.is_table and not features.known
    alike = a_matrix and count == features.count and labels is None and traced.call.narrow == features.narrow
    return None if alike else Features(count, allows_nan=converter.inverse_takes_nan, narrow=traced.call.narrow)


def _describe(estimator: Any) -> str:
    """Return an estimator's name, a pipeline's with its last step's."""
    name = type(estimator).__name__
    steps = getattr(estimator, "steps", None)
    return f"{name}({', '.join(type(step).__name__ for _, step in steps)})" if steps else name
