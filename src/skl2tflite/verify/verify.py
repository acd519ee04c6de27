"""Compare a model with the estimator it came from, method by method and row by row."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from skl2tflite.arguments import path as path_of
from skl2tflite.arguments import positive, shown, whole
from skl2tflite.errors import InvalidInputError, VerificationInterrupted
from skl2tflite.estimator_digest import estimator_digest
from skl2tflite.model import TFLiteModel
from skl2tflite.reports import Report
from skl2tflite.reports.conversion_report import file_digest
from skl2tflite.row_files import row_batches
from skl2tflite.verify.batches import BATCH_ROWS, batches_of, not_empty
from skl2tflite.verify.checkpoint import Progress, next_digest
from skl2tflite.verify.judging import Batch, Judge
from skl2tflite.verify.probe import Sample, probing_rows


def verify(
    model: TFLiteModel,
    estimator: Any,
    X: Any = None,
    *,
    tolerance: float | None = None,
    probe: bool = False,
    n_jobs: int | None = None,
    batch_rows: int = BATCH_ROWS,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Report:
    """Compare a model with its estimator on rows.

    The reference is the estimator on the rows as they are given, where float32 holds all their numbers exactly; else
    on the rows rounded to float32, which is all that a file can take in, or on the rows as given, whichever the file
    agrees with. Where the estimator loses digits of float32 rows by computing in float32 too, it is its answer for
    the same numbers in float64.
    Labels and other integers must be equal, values within ``tolerance`` of their column's greatest
    magnitude among the rows of a batch. A row beyond that is looked at again: if moving the inputs and the estimator's
    parameters by one float32 ulp moves its answer as far, no float32 file can be held to more. Where that turns a label
    or another decision, the row is a near tie and counted apart. So is a row that has neighbours equally far, of
    which scikit-learn counts others than the file does.

    Parameters
    ----------
    model : TFLiteModel
    estimator : estimator
        The one that the model was converted from.
    X : array-like or DataFrame of shape (n_rows, n_features), iterator of such, or path, optional
        Rows; batches of rows; or a CSV or Parquet file (.npy of images, .jsonl of dicts), whose columns are chosen by
        the names of the estimator's features. Of batches and files a few at a time are held in memory. May be left
        out with ``probe=True``.
    tolerance : float, optional
        That of the estimator's converter: 1e-6 for nearly all.
    probe : bool, default=False
        Whether rows made from the model are compared as well, and the file runs on every runtime that is installed:
        on LiteRT with XNNPACK and without, and on TensorFlow Lite Micro if it is for that. The rows lie on each
        threshold, bin edge and category and one float32 ulp to each side, where classes meet, at the corners of the
        ranges of X and beyond, and hold NaN where the estimator takes it.
    n_jobs : int, optional
        Processes that compare batches, as joblib counts them; -1 for all cores. It changes no result.
    batch_rows : int, default=8192
        Most rows that are compared at once.
    checkpoint : path-like, optional
        A file that keeps what has been compared; where there is one, the comparison goes on from it, with the same
        arguments and rows.
    progress : callable, optional
        Called with the number of rows compared so far, after each batch: probing a large forest takes minutes.

    Returns
    -------
    Report

    Raises
    ------
    InvalidInputError
        Where X is not what the estimator takes, or the model was not converted from such an estimator.
    EstimatorError
        Where the estimator raises an exception; of that kind.
    VerificationInterrupted
        On Ctrl-C: a KeyboardInterrupt that has the report of what was compared until then.
    """
    if not isinstance(model, TFLiteModel):
        raise InvalidInputError(f"model is a TFLiteModel, as convert and load give it, not {shown(model)}")
    if tolerance is not None:
        tolerance = positive("tolerance", tolerance)
    if n_jobs is not None and whole("n_jobs", n_jobs, -(2**31)) == 0:
        raise InvalidInputError("n_jobs is a number of processes, or -1 for all cores, not 0")
    if progress is not None and not callable(progress):
        raise InvalidInputError(f"progress is a function of a number of rows, not {shown(progress)}")
    size = whole("batch_rows", batch_rows, 1)
    path = None if checkpoint is None else path_of("checkpoint", checkpoint)
    judge = Judge(model, estimator, tolerance, model.runtimes if probe else ())
    sample = Sample()
    if isinstance(X, str | os.PathLike):
        X = row_batches(_file_of(X), judge.conversion.estimator, size=size)
    rows_given = sample.seen(batches_of(X, size)) if probe else batches_of(X, size)
    given = () if X is None and probe else not_empty(rows_given, "X has no rows to compare on")
    batches: Iterator[Batch] = (Batch(rows, False) for rows in given)
    if probe:
        batches = not_empty(_followed(batches, judge, sample), "no rows can be made for this model: give rows (X)")
    state = Progress({})
    if path is not None:
        subject = {
            "model": file_digest(bytes(model)),
            "estimator": estimator_digest(estimator),
            "tolerance": tolerance,
            "probe": bool(probe),
            "batch_rows": size,
        }
        state = Progress(subject).resumed(path)
    return _run(judge, batches, n_jobs, state, path, progress)


def _file_of(X: str | os.PathLike[str]) -> Path:
    """Return the path of a file of rows, or raise."""
    path = path_of("X", X)
    try:
        is_file = path.is_file()
    except OSError:  # its name is too long
        is_file = False
    if not is_file:
        raise InvalidInputError(f"X is {shown(X)}, and there is no such file of rows; give rows, or name a file")
    return path


def _followed(batches: Iterator[Batch], judge: Judge, sample: Sample) -> Iterator[Batch]:
    """Yield batches, and then rows made from the model and from a sample of what was given."""
    yield from batches
    for rows in probing_rows(judge.model, judge.conversion, sample):
        yield Batch(rows, True)


def _run(
    judge: Judge,
    batches: Iterator[Batch],
    n_jobs: int | None,
    state: Progress,
    path: Path | None,
    progress: Callable[[int], object] | None,
) -> Report:
    """Compare batches one after another, those apart that have been compared before.

    Parameters
    ----------
    judge : Judge
    batches : iterator of Batch
    n_jobs : int or None
    state : Progress
        What has been compared before.
    path : Path or None
        Where that is kept.
    progress : callable or None
        Called with the number of rows compared so far.
    """
    digests: deque[str] = deque([""])

    def digested() -> Iterator[Batch]:
        """Yield batches, of which each adds the digest of all rows so far."""
        for batch in batches:
            digests.append(next_digest(digests[-1], batch.X) if path is not None else "")
            yield batch

    stream = digested()
    for _ in islice(stream, state.batches):
        digests.popleft()
    if digests[-1] != state.rows_digest:
        raise InvalidInputError(f"{path} is of a comparison on other rows; name another file, or remove it")
    try:
        for reports in judge.compare_all(stream, n_jobs):
            digests.popleft()
            state.add(reports, digests[0])
            if path is not None:
                state.save(path)
            if progress is not None:
                progress(state.rows)
    except KeyboardInterrupt:
        raise VerificationInterrupted(state.report(interrupted=True)) from None
    return state.report()
