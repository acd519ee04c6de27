"""A converted model: the bytes of a .tflite file that runs like the estimator it came from."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.answering import Answering
from skl2tflite.arguments import MOST_THREADS, choice, functions, shown, whole
from skl2tflite.arguments import path as path_of
from skl2tflite.backends.backend import Runner
from skl2tflite.backends.registry import backend_of
from skl2tflite.backends.tflite.min_runtime import MinRuntime, needed
from skl2tflite.backends.tflite.writer import LARGEST_FILE
from skl2tflite.errors import InvalidFileError
from skl2tflite.escaping import terminal
from skl2tflite.lazily import cached_property
from skl2tflite.method_arguments import ARGUMENTS
from skl2tflite.model_description import count_operators, describe
from skl2tflite.model_file import open_model
from skl2tflite.reports import ConversionReport
from skl2tflite.sizes import Sizes, sizes_of
from skl2tflite.whole_files import read_whole, write_whole


class _Method:
    """A method that a model has only if it was converted with it."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, model: TFLiteModel | None, owner: type) -> Callable[[Any], Any]:
        if model is None:
            return self  # type: ignore[return-value]
        spelled = {argument: method for method, (name, argument) in ARGUMENTS.items() if name == self.name}
        if not any(method in model.methods for method in spelled.values()):
            model._require(self.name)
        return partial(self._run, model, spelled) if spelled else partial(model.run, self.name)

    def _run(self, model: TFLiteModel, spelled: Mapping[str, str], X: Any, **arguments: bool) -> Any:
        """Run the method, or the one that an argument makes of it."""
        for argument in arguments.keys() - spelled.keys():
            raise TypeError(f"{self.name}() got an unexpected keyword argument {argument!r}")
        asked = [spelled[argument] for argument, given in arguments.items() if given]
        return model.run(asked[0] if asked else self.name, X)


class TFLiteModel(Answering):
    """A .tflite file that runs like the estimator it was converted from.

    Methods are scikit-learn's, with its shapes, dtypes and labels; a model has those it was converted with.
    It may be used from several threads, copied and pickled.

    Parameters
    ----------
    content : bytes
        The file.
    num_threads : int, default=1
        Threads that one call may use.
    analyzers : dict of str to callable, optional
        What makes terms of texts for inputs of tokens, by the inputs' names: functions are not kept in files.
    report : ConversionReport, optional
        What made the file.
    runtime : str, optional
        What runs it: one of ``runtimes``, by default the first.

    Attributes
    ----------
    report : ConversionReport or None
        What made the file, and whether it was compared with scikit-learn; None of a file that was loaded.

    Raises
    ------
    InvalidFileError
        Where the bytes are not a file that this package wrote, or it is damaged.
    InvalidInputError
        Where another argument is not what it should be.
    """

    def __init__(
        self,
        content: bytes,
        num_threads: int = 1,
        analyzers: Mapping[str, Callable[[str], Iterable[str]]] | None = None,
        report: ConversionReport | None = None,
        runtime: str | None = None,
    ) -> None:
        if not isinstance(content, bytes | bytearray | memoryview):
            raise InvalidFileError(f"content is the bytes of a file, not {shown(content)}")
        self._content = bytes(content)
        self.num_threads = whole("num_threads", num_threads, 1, MOST_THREADS)
        self.analyzers = functions("analyzers", analyzers)
        self.report = report
        self.runtime = runtime
        self._program, self.facts = open_model(self._content)
        if self.analyzers:
            self.facts = replace(self.facts, features=self.facts.features.with_analyzers(self.analyzers))

    # --- what it holds ------------------------------------------------------------------------------

    @property
    def signatures(self) -> tuple[str, ...]:
        """Keys of the file's signatures: the methods' names."""
        return tuple(signature.key for signature in self._program.signatures)

    @property
    def inputs(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Dtype and shape of each input tensor; -1 is the batch."""
        return self._program.tensors("inputs")

    @property
    def outputs(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Dtype and shape of each output tensor of all signatures; -1 is the batch."""
        return self._program.tensors("outputs")

    @property
    def batch(self) -> int | None:
        """Rows that each call of the file takes; None where it may be any number. The methods here take any."""
        return self._program.batch

    @property
    def min_runtime(self) -> MinRuntime | None:
        """The releases of the runtime that run the file, as were measured; None where it is not for LiteRT."""
        return needed(self._program, self.facts.nan_operators) if self.facts.runtime.has_older_releases else None

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the features, where the estimator was fitted on a DataFrame."""
        if self.facts.features.names is None:
            raise AttributeError("the estimator was fitted without feature names")
        return np.array(self.facts.features.names, dtype=object)

    @property
    def n_features_in_(self) -> int:
        """Number of features."""
        return self.facts.features.count

    @property
    def classes_(self) -> Any:
        """Labels, as in scikit-learn, where the file holds a table of them."""
        info = self.facts.methods.get("predict")
        labels = self.facts.classes or (None if info is None else info.labels)
        if labels is None:
            raise AttributeError("the file holds no table of labels: predict gives them directly")
        return labels[0] if len(labels) == 1 else list(labels)

    def operators(self) -> Counter[str]:
        """Count the file's operators by name."""
        return count_operators(self._program)

    def sizes(self) -> Sizes:
        """Return what the model costs on a microcontroller; for files of ``target="micro"``.

        Raises
        ------
        InvalidFileError
            Where the file is for another runtime.
        """
        if not self.facts.runtime.is_microcontroller:
            raise InvalidFileError(f"the file is for the target {self.facts.target!r}; convert with target='micro'")
        return sizes_of(self._content)

    def __bytes__(self) -> bytes:
        return self._content

    def __len__(self) -> int:
        return len(self._content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TFLiteModel) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "content": self._content,
            "num_threads": self.num_threads,
            "analyzers": self.analyzers,
            "report": self.report,
            "runtime": self.runtime,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def __repr__(self) -> str:
        size = len(self._content)
        return terminal(f"<TFLiteModel of {self.facts.estimator}: {', '.join(self.methods)}; {size:,} bytes>")

    def __str__(self) -> str:
        return describe(repr(self), self._content, self._program, self.facts)

    @cached_property
    def _inputs_of(self) -> dict[str, frozenset[str]]:
        """Names of the inputs that each method takes: not every method looks at every column."""
        return {signature.key: frozenset(signature.inputs) for signature in self._program.signatures}

    # --- running ------------------------------------------------------------------------------------

    @cached_property
    def _runner(self) -> Runner:
        backend, target = backend_of(self.facts.target), self.facts.runtime
        return backend.runner(self._content, self._program, target, self.num_threads, self.runtime)

    @property
    def runtimes(self) -> tuple[str, ...]:
        """Names of what can run the file here, what it is for first: "TFLM", "LiteRT", "without XNNPACK"."""
        return backend_of(self.facts.target).runtimes(self.facts.runtime)

    def on(self, runtime: str) -> TFLiteModel:
        """Return the same model, run by one of its ``runtimes``.

        Raises
        ------
        InvalidInputError
            Where it is none of them.
        """
        choice("runtime", runtime, self.runtimes)
        return TFLiteModel(self._content, self.num_threads, self.analyzers, self.report, runtime)

    predict = _Method("Labels or values of each row; with ``return_std=True`` as ``predict_std``, where it has that.")
    predict_proba = _Method("Probability of each class for each row; a list of them for several outputs.")
    predict_log_proba = _Method("Logarithm of the probabilities.")
    decision_function = _Method("Scores of each row.")
    score_samples = _Method("Score of each row.")
    mahalanobis = _Method("Squared Mahalanobis distance of each row.")
    predict_joint_log_proba = _Method("Logarithm of the joint probability of each row and each class.")
    transform = _Method("Transformed rows.")
    inverse_transform = _Method("Rows before they were transformed.")
    apply = _Method("Leaf that each row reaches in each tree.")
    decision_path = _Method("Nodes that each row passes; of forests, also the column where each tree's begin.")
    kneighbors = _Method("Distances from the nearest neighbours of each row, and their positions.")
    radius_neighbors = _Method("Distances from the neighbours of each row within the radius, and their positions.")
    predict_std = _Method("Values of each row and their standard deviations: ``predict(X, return_std=True)``.")
    latent_mean_and_variance = _Method("Mean and variance of a Gaussian process before it becomes probabilities.")

    # --- files --------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file: whole, or not at all.

        Parameters
        ----------
        path : path-like

        Returns
        -------
        Path
            Where it was written.

        Raises
        ------
        InvalidInputError
            Where the path is none, or that of a device.
        OSError
            Where the folder does not exist or cannot be written to.
        """
        target = path_of("path", path)
        write_whole(target, self._content)
        return target


def load(
    path: str | os.PathLike[str],
    num_threads: int = 1,
    analyzers: Mapping[str, Callable[[str], Iterable[str]]] | None = None,
) -> TFLiteModel:
    """Read a file that :meth:`TFLiteModel.save` wrote.

    Parameters
    ----------
    path : path-like
    num_threads : int, default=1
        Threads that one call may use.
    analyzers : dict of str to callable, optional
        What makes terms of texts, where the file takes tokens and the vectorizer's functions were of one's own.

    Returns
    -------
    TFLiteModel

    Raises
    ------
    InvalidFileError
        Where the file is truncated, foreign or not a .tflite file at all.
    InvalidInputError
        Where an argument is not what it should be.
    OSError
        Where it cannot be read.
    """
    content = read_whole(path_of("path", path), LARGEST_FILE)
    try:
        return TFLiteModel(content, num_threads, analyzers)
    except InvalidFileError as error:
        raise InvalidFileError(f"{path}: {error}") from None
