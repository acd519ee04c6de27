"""Compare batches of rows, in this process or in others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from joblib import Parallel, delayed, effective_n_jobs

from skl2tflite.conversion import Conversion
from skl2tflite.model import TFLiteModel
from skl2tflite.reports import MethodReport
from skl2tflite.tracing.rows_at_hand import rows_at_hand
from skl2tflite.verify.compare import check_methods, on_runtimes
from skl2tflite.verify.made_rows import compare_made


class Batch(NamedTuple):
    """Rows that are compared at once.

    Attributes
    ----------
    X : array-like or DataFrame
    made : bool
        Whether they were made from the model.
    """

    X: Any
    made: bool


@dataclass
class Judge:
    """Compares batches; it can be pickled, to do so in another process.

    Parameters
    ----------
    model : TFLiteModel
    estimator : estimator
    tolerance : float or None
        That of the estimator's converter where None.
    runtimes : tuple of str
        What runs the file; empty for its own runtime alone.
    """

    model: TFLiteModel
    estimator: Any
    tolerance: float | None
    runtimes: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("model", "estimator", "tolerance", "runtimes")}

    @cached_property
    def conversion(self) -> Conversion:
        """The estimator and its converter, made once in each process."""
        return Conversion(self.estimator)

    @cached_property
    def models(self) -> list[TFLiteModel]:
        """The file on each runtime, its own first."""
        return [self.model, *(self.model.on(runtime) for runtime in self.runtimes[1:])]

    def compare(self, batch: Batch) -> list[MethodReport]:
        """Return the report of each method, on each runtime."""
        conversion = self.conversion.with_rows(batch.X)
        with conversion.guarded(), rows_at_hand(batch.X, alone=True):
            check_methods(self.model, conversion)
            if batch.made:
                return compare_made(self.models, conversion, self.tolerance)
            return on_runtimes(self.models, conversion, self.tolerance)

    def compare_all(self, batches: Iterable[Batch], n_jobs: int | None) -> Iterator[list[MethodReport]]:
        """Yield the reports of batches in their order, while no more than a few batches are held.

        Parameters
        ----------
        batches : iterable of Batch
        n_jobs : int or None
            Processes, as joblib counts them.
        """
        if effective_n_jobs(n_jobs) == 1:
            yield from map(self.compare, batches)
            return
        pool = Parallel(n_jobs=n_jobs, return_as="generator", pre_dispatch="2 * n_jobs", batch_size=1)
        yield from pool(delayed(self.compare)(batch) for batch in batches)
