"""The same estimators as Keras models and SavedModels, for teams that train, serve or convert with TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skl2tflite.answering import Answering
from skl2tflite.arguments import path as path_of
from skl2tflite.arguments import shown
from skl2tflite.backends.backend import Runner, Target
from skl2tflite.backends.keras.target import KERAS
from skl2tflite.conversion import Conversion
from skl2tflite.convert import check_rows, compared, facts_of
from skl2tflite.errors import ConversionError
from skl2tflite.lazily import cached_property
from skl2tflite.model_metadata import ModelFacts
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

if TYPE_CHECKING:
    from skl2tflite.backends.keras.program import KerasProgram


def to_keras(estimator: Any, X: Any = None, *, methods: Sequence[str] | None = None, trainable: bool = False) -> Any:
    """Convert a fitted scikit-learn estimator, whole pipelines included, to a functional Keras model.

    The model is made of Keras's own layers and operations. What ``model.save`` writes loads in a process without this
    package, on other backends of Keras too. Needs Keras 3 (``pip install 'skl2tflite[keras]'``).

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : array-like or DataFrame of shape (n_rows, n_features), optional
        Rows on which the model is compared with the estimator, method by method.
    methods : sequence of str, optional
        Methods to convert, each an output of the model; by default those of :func:`skl2tflite.convert`.
    trainable : bool, default=False
        Whether the Dense layers, which hold coefficients of linear models, networks, projections and discriminants,
        may be trained. All other numbers of the estimator are weights that are not trained.

    Returns
    -------
    keras.Model
        Its inputs have the names of :func:`skl2tflite.convert`'s: ``X``, or those of the columns. Its outputs have the
        methods' names. Labels that are no integers are positions in ``estimator.classes_``.

    Raises
    ------
    ConversionError
        Where the estimator cannot be converted faithfully, needs loops or lengths known only at run time, as texts do,
        or Keras is not installed.
    FidelityError
        Where the model differs from the estimator on X by more than the contract allows.
    InvalidInputError
        Where X is not what the estimator takes, or has no rows.
    EstimatorError
        Where the estimator itself raises an exception, which is quoted.
    """
    if not isinstance(trainable, bool):
        raise ConversionError(f"trainable is True or False, not {shown(trainable)}")
    answers = converted(estimator, X, methods, trainable)
    model = answers.program.model()
    if answers.program.has_strings:
        model.save = _refuse_to_save
    return model


def to_saved_model(
    estimator: Any, path: str | os.PathLike[str], X: Any = None, *, methods: Sequence[str] | None = None
) -> Path:
    """Convert a fitted scikit-learn estimator to a SavedModel, which TensorFlow alone loads and TF Serving serves.

    It has a signature for each method, with the method's name, and ``serving_default``, which gives the outputs of all.
    The inputs are ``X``, or a tensor for each column, with the column's name; text is a tensor of strings.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    path : path-like
        The folder to write, which is not there yet.
    X : array-like or DataFrame of shape (n_rows, n_features), optional
        Rows on which the model is compared with the estimator, method by method.
    methods : sequence of str, optional
        Methods to convert; by default those of :func:`skl2tflite.convert`.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ConversionError
        As :func:`to_keras`, and where Keras does not run on TensorFlow.
    FileExistsError
        Where there is something at the path.
    FidelityError, InvalidInputError, EstimatorError
        As :func:`to_keras`.
    """
    folder = path_of("path", path)
    if folder.exists():
        raise FileExistsError(f"{folder} exists; give the path of a new folder")
    answers = converted(estimator, X, methods)
    from skl2tflite.backends.keras.saved_model import write_saved_model

    write_saved_model(answers.program, folder)
    return folder


@dataclass(frozen=True, kw_only=True)
class _KerasOptions(ConversionOptions):
    """Options for which the runtime is Keras."""

    @property
    def runtime(self) -> Target:
        """What the model is for."""
        return KERAS


class _KerasFacts(ModelFacts):
    """Facts of a model that is for Keras."""

    @property
    def runtime(self) -> Target:
        """What the model is for."""
        return KERAS


class KerasAnswers(Answering):
    """A Keras program that answers like the estimator, to be compared with it.

    Parameters
    ----------
    facts : ModelFacts
    program : KerasProgram
    """

    def __init__(self, facts: ModelFacts, program: KerasProgram) -> None:
        self.facts = facts
        self.program = program

    @property
    def _inputs_of(self) -> dict[str, frozenset[str]]:
        return {method: frozenset(names) for method, names in self.program.inputs_of.items()}

    @cached_property
    def _runner(self) -> Runner:
        from skl2tflite.backends.keras.runner import KerasRunner

        return KerasRunner(self.program)


def converted(
    estimator: Any, X: Any = None, methods: Sequence[str] | None = None, trainable: bool = False
) -> KerasAnswers:
    """Return an estimator's methods as a Keras program, compared with the estimator where there are rows.

    Parameters
    ----------
    estimator : estimator
    X : array-like or DataFrame, optional
    methods : sequence of str, optional
    trainable : bool, default=False
        As of :func:`to_keras`, like its errors.
    """
    options = _KerasOptions(methods=methods, categories="strings")
    conversion = Conversion(estimator, X)
    check_rows(X)
    try:
        import keras  # noqa: F401
    except ImportError as error:
        raise ConversionError(f"Keras cannot be imported ({error}): pip install 'skl2tflite[keras]'") from None
    from skl2tflite.backends.keras.capabilities import KerasOperations
    from skl2tflite.backends.keras.lowering import lower
    from skl2tflite.backends.keras.program import KerasProgram

    with conversion.guarded():
        planned = plan(conversion, options)
        if X is not None:
            planned.features.tensors(X)
        program = KerasProgram(type(conversion.estimator).__name__, trainable)
        for graph in planned.graphs.values():
            lower(graph, program, KerasOperations(), options.forest_layout)
        facts, _ = facts_of(planned, conversion.estimator, KERAS)
        answers = KerasAnswers(_KerasFacts(**{each.name: getattr(facts, each.name) for each in fields(facts)}), program)
        if X is not None:
            compared(answers, conversion)
    return answers


def _refuse_to_save(*_: object, **__: object) -> None:
    """Stand in for ``model.save`` of a model with text, of which Keras would leave an empty file."""
    raise ConversionError(
        "a .keras file holds no text, and the model compares columns with texts; write it with "
        "skl2tflite.to_saved_model, or encode these columns before"
    )
