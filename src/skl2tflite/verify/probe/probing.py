"""The rows that are made from a model, in batches of one kind each: errors are judged by the magnitudes of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.conversion import Conversion
from skl2tflite.errors import Skl2TFLiteError
from skl2tflite.features import Features
from skl2tflite.model import TFLiteModel
from skl2tflite.tracing.rows_at_hand import rows_at_hand
from skl2tflite.verify.answers import answer_of, dense
from skl2tflite.verify.comparison import Comparison
from skl2tflite.verify.probe.boundaries import rows_between_classes
from skl2tflite.verify.probe.critical_values import CriticalValues, exact_number
from skl2tflite.verify.probe.forest_rows import rows_at_nodes
from skl2tflite.verify.probe.sample import Sample
from skl2tflite.verify.probe.template import Cells, Template
from skl2tflite.verify.recorded import recorded

CHANGES_AT_ONCE = 2048
"""Number of rows of a batch that have one cell replaced."""
BEYOND = (1.0, 10.0)
"""How far beyond its range a column goes, in multiples of the range; each is a batch of its own. Farther out float32
tells no neighbours apart, of which there are too many to try all choices."""
MOST_CORNERS = 256
ZEROS = (0.0, -0.0, float(np.finfo(np.float32).tiny))
UNKNOWN_TEXTS = ("", " ", "no such category", "Ünbekannt 🙂")


def probing_rows(model: TFLiteModel, conversion: Conversion, sample: Sample) -> Iterator[Any]:
    """Yield batches of rows made from a model; none where its rows are no table.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
        Of its estimator.
    sample : Sample
        What was seen of the rows that were given.
    """
    features = model.facts.features
    if not features.rows.is_table:
        return
    with conversion.guarded():
        critical = critical_values(model, conversion, sample)
        template = Template.of(sample, features, critical)
    if template is None or not len(template):
        return
    known = {known.feature for known in features.known}
    for cells in _numbers(template, critical, features, known):
        yield template.with_numbers(template.beside_base(cells))
    for found in critical.forests:
        for cells in rows_at_nodes(found, template):
            yield template.with_numbers(template.beside_base(cells))
    changes = _other_cells(template, critical, features, known)
    for start in range(0, len(changes), CHANGES_AT_ONCE):
        yield template.with_cells(changes[start : start + CHANGES_AT_ONCE])
    for cells in _ends(template, critical, sample, known):
        yield template.with_numbers(template.beside_base(cells))
    between = _between_classes(conversion, template)
    if between is not None:
        yield template.with_numbers(template.beside_base(between))


def critical_values(model: TFLiteModel, conversion: Conversion, sample: Sample) -> CriticalValues:
    """Return what a model compares its columns with.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
    sample : Sample
    """
    found, features = CriticalValues(), model.facts.features
    rows = sample.rows if sample.rows is not None else np.empty((0, features.count))
    with rows_at_hand(sample.rows, alone=True):
        for folded in (False, True):
            for method in model.methods:
                if method != "inverse_transform":
                    graph = recorded(Comparison(model, conversion, method, rows, 0.0), folded)
                    found.add_graph(graph, features.as_strings, folded)
            if not folded:
                found.add_known(features)
    return found


def _numbers(template: Template, critical: CriticalValues, features: Features, known: set[int]) -> Iterator[Cells]:
    """Yield rows with one number on a threshold, bin edge or category, or one float32 number beside it.

    Parameters
    ----------
    template : Template
    critical : CriticalValues
    features : Features
    known : set of int
        Features of which scikit-learn refuses all but the known categories.
    """
    changes: list[tuple[int, float]] = []
    allows_nan = np.broadcast_to(np.asarray(features.allows_nan), features.count)
    for column in np.flatnonzero(template.numeric).tolist():
        own = critical.categories[column]
        exact = [exact_number(value, template.numbers[:, column]) for value in sorted(own)]
        values = [value for value in exact if value is not None]
        if column not in known:
            unheld = critical.undecided[column] | {value for value in own if exact_number(value) != value}
            beside = [*_beside(critical.bounds[column]), *_beside(own), *ZEROS]
            values += [value for value in beside if value not in unheld]
        changes += [(column, value) for value in template.allowed(column, values)]
        if allows_nan[column] and not template.whole[column] and column not in known:
            changes += [(column, np.nan)] * 2
    for start in range(0, len(changes), CHANGES_AT_ONCE):
        yield template.one_by_one(changes[start : start + CHANGES_AT_ONCE])


def _beside(values: Iterable[float]) -> list[float]:
    """Return float32 numbers and their neighbours, without those that overflow."""
    with np.errstate(over="ignore"):
        exact = np.array(sorted(values), dtype=np.float64).astype(np.float32)
        ends = [np.nextafter(exact, np.float32(end)) for end in (-np.inf, np.inf)]
    every = np.concatenate([exact, *ends]).astype(np.float64)
    return [float(value) for value in np.unique(every[np.isfinite(every)])]


def _other_cells(
    template: Template, critical: CriticalValues, features: Features, known: set[int]
) -> Sequence[tuple[int, Any]]:
    """Return cells that are no numbers: each category, others, booleans and what is missing.

    Parameters
    ----------
    template : Template
    critical : CriticalValues
    features : Features
    known : set of int
        Features of which scikit-learn refuses all but the known categories.
    """
    changes: list[tuple[int, Any]] = []
    allows_nan = np.broadcast_to(np.asarray(features.allows_nan), features.count)
    for column in np.flatnonzero(~template.numeric).tolist():
        if template.kinds[column] == "b":
            changes += [(column, value) for value in (False, True)]
            continue
        dtype = template.rows.dtypes.iloc[column] if hasattr(template.rows, "iloc") else None
        fixed = getattr(dtype, "categories", None)
        texts = sorted(critical.texts[column]) if fixed is None else list(fixed)
        changes += [(column, text) for text in texts]
        if fixed is None and column not in known and texts:
            changes += [(column, text) for text in UNKNOWN_TEXTS if text not in texts]
        if allows_nan[column] and column not in known:
            changes.append((column, np.nan))
    return changes


def _ends(template: Template, critical: CriticalValues, sample: Sample, known: set[int]) -> Iterator[Cells]:
    """Yield rows at the corners of the columns' ranges, and beyond them.

    Parameters
    ----------
    template : Template
    critical : CriticalValues
    sample : Sample
    known : set of int
        Features that have categories, and no range.
    """
    columns = [i for i in np.flatnonzero(template.numeric).tolist() if i not in known and not critical.categories[i]]
    low, high = np.zeros(template.width), np.zeros(template.width)
    for i in columns:
        ends = [*critical.bounds[i], *sample.ranges.get(i, ())] or [-1.0, 1.0]
        low[i], high[i] = min(ends), max(ends)
    replaced = np.isin(np.arange(template.width), columns)
    if not replaced.any():
        return
    generator = np.random.default_rng(0)
    sides = generator.integers(0, 2, (min(MOST_CORNERS, 2 ** min(len(columns), 8)), template.width)).astype(bool)
    sides[0], sides[-1] = False, True
    yield _corner_rows(template, np.where(sides, high, low), replaced)
    width = np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
    for times in BEYOND:
        with np.errstate(over="ignore"):
            outside = np.where(sides, high + times * width, low - times * width)
        yield _corner_rows(template, outside, replaced)
        one = [(i, end) for i in columns for end in (low[i] - times * width[i], high[i] + times * width[i])]
        fitting = [(i, value) for i, end in one for value in template.allowed(i, [_float32(end)]) if np.isfinite(value)]
        yield template.one_by_one(fitting[:CHANGES_AT_ONCE])


def _corner_rows(template: Template, numbers: NDArray[np.float64], replaced: NDArray[np.bool_]) -> Cells:
    """Return rows with all numbers replaced.

    Parameters
    ----------
    template : Template
    numbers : ndarray of shape (n_rows, n_features)
    replaced : ndarray of bool, of shape (n_features,)
    """
    held = np.array([[_float32(value) for value in row] for row in numbers])
    for column in np.flatnonzero(template.whole & replaced):
        whole = template.allowed(int(column), np.unique(held[:, column]).tolist()) or [0.0]
        held[:, column] = np.array(whole)[np.abs(held[:, [column]] - np.array(whole)).argmin(axis=1)]
    kept = np.broadcast_to(replaced, held.shape) & np.isfinite(held)
    return Cells(np.arange(len(held)) % len(template), held, kept)


def _float32(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(value))


def _between_classes(conversion: Conversion, template: Template) -> Cells | None:
    """Return rows where classes meet, None where there are no labels.

    Parameters
    ----------
    conversion : Conversion
    template : Template
    """
    if not conversion.converter.has("predict"):
        return None

    def labels(cells: Cells) -> NDArray[Any] | None:
        try:
            with conversion.guarded():
                answer = dense(answer_of(conversion, "predict", template.with_numbers(cells)))
        except (Skl2TFLiteError, ValueError):
            return None
        return None if answer.dtype.kind == "f" else answer

    return rows_between_classes(template, labels)
