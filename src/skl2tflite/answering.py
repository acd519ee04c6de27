"""What answers like an estimator, whatever runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from skl2tflite.arguments import shown
from skl2tflite.backends.backend import Runner
from skl2tflite.errors import InvalidFileError, UnsupportedMethodError
from skl2tflite.model_metadata import ModelFacts


class Answering:
    """Something with the methods of an estimator, which some runtime computes.

    Attributes
    ----------
    facts : ModelFacts
        What is known of the estimator.
    runtime : str or None
        What runs it, where there is more than one that can.
    """

    facts: ModelFacts
    runtime: str | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that the model has, the main one first."""
        return tuple(self.facts.methods)

    @property
    def batch(self) -> int | None:
        """Rows that each call of the runtime takes; None where it may be any number."""
        return None

    @property
    def _inputs_of(self) -> dict[str, frozenset[str]]:
        """Names of the inputs that each method takes: not every method looks at every column."""
        raise NotImplementedError

    @property
    def _runner(self) -> Runner:
        """What computes the methods."""
        raise NotImplementedError

    def run(self, method: str, X: Any) -> Any:
        """Run a method by name.

        Parameters
        ----------
        method : str
        X : array-like or DataFrame of shape (n_rows, n_features)

        Returns
        -------
        ndarray, or list or tuple of ndarray
            As the estimator's method returns.

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse the rows.
        NoAnswerError
            Where it would once it has looked at them; of that kind.
        UnsupportedMethodError
            Where the model was converted without that method.
        """
        results = self.outputs_of(method, X)
        try:
            return self.facts.methods[method].decode(results)
        except (IndexError, ValueError, OverflowError) as error:
            raise InvalidFileError(f"the file gives other outputs than its facts about {method} say: {error}") from None

    def outputs_of(self, method: str, X: Any) -> dict[str, NDArray[Any]]:
        """Run a method and return the tensors that the file gives; parameters and errors as :meth:`run` has."""
        self._require(method)
        results = self.run_tensors(method, self.facts.features_of(method).tensors(X))
        self.facts.methods[method].check(results)
        return results

    def run_tensors(self, method: str, tensors: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Run a method on what the input tensors are to hold, others among it than the method takes, as they are."""
        taken = self._inputs_of[method]
        return self._runner.run(method, {name: x for name, x in tensors.items() if name in taken})

    def _require(self, method: str) -> None:
        if not isinstance(method, str) or method not in self.methods:
            raise UnsupportedMethodError(
                f"this model has no {shown(method)}; it was converted with methods={self.methods!r}"
            )
