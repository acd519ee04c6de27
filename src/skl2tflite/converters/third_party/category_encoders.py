"""Encoders of the package category_encoders, as tables of what they give for every category of a column."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import category_encoders as ce
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skl2tflite.converters.core.refusals import refuses
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.preprocessing.encoders import CategoriesConverter
from skl2tflite.flow.renamed import renamed
from skl2tflite.flow.table import Table, TableLike
from skl2tflite.graph import DType, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_values import category_kind, unknown_value

MISSING = (np.nan, None, pd.NA)
"""The values that the package treats as missing, all alike."""
MISSING_OF = {DType.STRING: len(MISSING), DType.FLOAT: 1, DType.INT: 0}
"""How many of these a column of each dtype can hold."""
NAMES = (
    "BackwardDifferenceEncoder", "BaseNEncoder", "BinaryEncoder", "CatBoostEncoder", "CountEncoder", "GLMMEncoder",
    "GrayEncoder", "HelmertEncoder", "JamesSteinEncoder", "LeaveOneOutEncoder", "MEstimateEncoder", "OneHotEncoder",
    "OrdinalEncoder", "PolynomialEncoder", "QuantileEncoder", "RankHotEncoder", "SumEncoder", "TargetEncoder",
    "WOEEncoder",
)  # fmt: skip


def installed() -> Iterator[type]:
    """Yield the encoders that the installed version has, and whose own dependencies are installed."""
    for name in NAMES:
        try:
            yield getattr(ce, name)
        except (AttributeError, ImportError):  # GLMMEncoder needs statsmodels
            continue


@converts(*installed())
class CategoryEncoderConverter(CategoriesConverter):
    """Encoders of each column by itself.

    The encoder is called with every category, an unknown and a missing value of each column, and the results become
    tables. Where it raises an exception, the file gives NaN. ``transform`` is the one without targets, as for new rows.
    """

    def check(self) -> None:
        for strategy in ("handle_unknown", "handle_missing"):
            if callable(getattr(self.estimator, strategy, None)):
                raise self.refuse(f"{strategy} is a function of the value", "use a number, or 'value'")
        super().check()
        self._check_columns_apart()

    @cached_property
    def names(self) -> list[Any]:
        """Names of the columns, as the encoder has them: numbers, where it was fitted on an array."""
        return list(self.estimator.feature_names_in_)

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns, where they have any."""
        return [str(name) for name in self.names] if any(isinstance(name, str) for name in self.names) else None

    @property
    def n_features(self) -> int:
        """Number of columns of the input."""
        return len(self.names)

    @cached_property
    def encoded_features(self) -> list[int]:
        """Positions of the columns that are encoded; the others pass unchanged."""
        encoded = set(self.estimator.cols)
        return [i for i, name in enumerate(self.names) if name in encoded]

    @cached_property
    def listed(self) -> list[NDArray[Any]]:
        """Categories of each column, missing ones last; none where the column passes unchanged."""
        found = _mappings(self.estimator)
        lists = []
        for i, name in enumerate(self.names):
            known = [*found.get(name, ()), *getattr(self.estimator, "min_group_lumping_", {}).get(name, ())]
            known += getattr(self.estimator, "_min_group_categories", {}).get(name, ())
            unique = dict.fromkeys(c for c in known if not pd.isna(c)) if i in self.encoded_features else {}
            categories = np.empty(len(unique), dtype=object)
            categories[:] = list(unique)
            lists.append(categories)
        return [self._completed(c) for c in lists]

    @staticmethod
    def _completed(categories: NDArray[Any]) -> NDArray[Any]:
        """Return categories with numbers sorted (they are looked up by bisection) and missing values appended."""
        ordered = categories
        if not any(isinstance(c, str) for c in categories):
            ordered = np.array(sorted(categories), dtype=object)
            if all(float(c).is_integer() for c in ordered):  # integers beside NaN become floats in pandas
                ordered = np.array([int(c) for c in ordered], dtype=object)
        if not len(ordered):
            return ordered
        return np.array([*ordered, *MISSING[: MISSING_OF[category_kind(ordered)]]], dtype=object)

    @cached_property
    def probes(self) -> list[tuple[int, list[Any]]]:
        """For each column, the values that the encoder is called with: categories, a missing and an unknown value."""
        probes: list[tuple[int, list[Any]]] = []
        for i, (categories, kind) in enumerate(zip(self.listed, self.kinds, strict=True)):
            if i not in self.encoded_features:
                probes.append((i, [1.0]))
            elif not len(categories):
                probes.append((i, [np.nan, "?"]))
            else:
                known = categories[: len(categories) - MISSING_OF[kind]]
                probes.append((i, [*known, np.nan, unknown_value(known, kind)]))
        return probes

    def ask_encoder(self, rows: list[list[Any]]) -> NDArray[np.float64]:
        """Return the encoder's result for rows; NaN in rows for which it raises an exception."""
        cells = {name: [row[i] for row in rows] for i, name in enumerate(self.names)}
        frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in cells.items()})
        for i, name in enumerate(self.names):
            if i not in self.encoded_features:
                frame[name] = frame[name].astype(float)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return np.array(self.estimator.transform(frame), dtype=np.float64)  # pandas' own may be read-only
            except ValueError:
                if len(rows) == 1:
                    return np.full((1, self.width), np.nan)
                half = len(rows) // 2
                return np.vstack([self.ask_encoder(part) for part in (rows[:half], rows[half:])])

    @cached_property
    def width(self) -> int:
        """Number of columns that the encoder gives."""
        return len(self.estimator.get_feature_names_out())

    @cached_property
    def base(self) -> list[Any]:
        """A row of known categories, in which one value at a time is changed."""
        return [0.0 if i not in self.encoded_features else values[0] for i, values in self.probes]

    @cached_property
    def tables(self) -> list[NDArray[np.float64]]:
        """For each column, the encoder's results for the base row with each probe in that column."""
        rows = [[*self.base[:i], value, *self.base[i + 1 :]] for i, values in self.probes for value in values]
        answers = self.ask_encoder(rows)
        return np.split(answers, np.cumsum([len(values) for _, values in self.probes])[:-1])

    @cached_property
    def sources(self) -> NDArray[np.intp]:
        """Input column that each output column depends on; -1 for constants."""
        base = self.ask_encoder([self.base])
        sources = np.full(self.width, -1)
        for i, answers in enumerate(self.tables):
            raised = np.isnan(answers).all(axis=1) & (self.width > 1)
            changes = ((answers != base) & ~(np.isnan(answers) & np.isnan(base)))[~raised].any(axis=0)
            if (changes & (sources >= 0)).any():
                raise self.refuse("encodes several columns into one", "encode each by itself")
            sources[changes] = i
        return sources

    def _check_columns_apart(self) -> None:
        """Check on mixed rows that the tables of single columns give what the encoder gives."""
        random = np.random.default_rng(0)
        rows = [[values[random.integers(len(values))] for _, values in self.probes] for _ in range(8)]
        expected = self.ask_encoder(rows)
        for row, want in zip(rows, expected, strict=True):
            got = self.ask_encoder([self.base])[0]
            for source in {int(s) for s in self.sources if s >= 0}:
                values = self.probes[source][1]
                at = next(i for i, value in enumerate(values) if value is row[source])
                got[self.sources == source] = self.tables[source][at][self.sources == source]
            if not np.isnan(want).all() and not np.array_equal(got, want, equal_nan=True):
                raise self.refuse("does not encode each column by itself", "encode them one by one")

    @property
    def refuses_unknown(self) -> bool:
        """False: where the encoder refuses unknown values, the tables hold NaN."""
        return False

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns in which the encoder takes missing values and, if ``clean``, gives numbers for them."""
        allowed = np.ones(self.n_features, dtype=bool)
        for i, (_, values) in enumerate(self.probes):
            if i not in self.encoded_features:
                allowed[i] = not clean
                continue
            at = next(j for j, value in enumerate(values) if value is np.nan)
            own = self.tables[i][:, self.sources == i]
            raised = bool(np.isnan(self.tables[i][at]).all())
            allowed[i] = not raised and not (clean and np.isnan(own[: at + 1]).any())
        return allowed

    def transform(self, X: TableLike) -> Any:
        parts: list[Any] = []
        whole = all(self._is_whole(i) for i in range(self.n_features))
        start = 0
        while start < self.width:
            stop, source = start + 1, int(self.sources[start])
            while stop < self.width and self.sources[stop] == source:
                stop += 1
            parts.append(self._part(X, source, slice(start, stop), whole))
            start = stop
        result: Any = Table.join(parts) if any(isinstance(part, Table) for part in parts) else xp.concat(parts, axis=1)
        return self._named(result) if self.estimator.return_df else result

    def _named(self, result: Any) -> Any:
        """Return the columns of a DataFrame under the names that the encoder gives them."""
        names = list(map(str, self.estimator.get_feature_names_out()))
        if isinstance(result, Table):
            return renamed(result, names)
        return Table.of_matrix(result, names) if isinstance(result, Tensor) else result

    def _is_whole(self, feature: int) -> bool:
        return feature in self.encoded_features and bool(np.all(self.tables[feature] % 1 == 0))

    def _part(self, X: TableLike, source: int, at: slice, whole: bool) -> TableLike:
        if source < 0:
            row = self.ask_encoder([self.base])[0, at]
            like = X[0].values if isinstance(X, Table) else X
            return xp.broadcast_rows(row.astype(int) if whole else row, like)
        if source not in self.encoded_features:
            if isinstance(X, np.ndarray):
                return X[:, [source]].astype(np.float64)
            return X.take([source]) if isinstance(X, Table) else X[:, [source]]
        rows = self.tables[source][:, at]
        known = len(self.probes[source][1]) - 2
        if known < 1:
            raise self.refuse(f"column {self.names[source]!r} held nothing but missing values", "leave it out")
        missing = [known] * (len(self.listed[source]) - known)
        table = rows[[*range(known), *missing, known + 1]]
        return xp.take(table.astype(int) if whole else table, self.positions(X, source), axis=0)


def _mappings(encoder: Any) -> dict[Any, list[Any]]:
    """Return the categories that an encoder has learnt for each column."""
    mapping = getattr(encoder, "ordinal_encoder", encoder).mapping
    if isinstance(mapping, dict):
        return {name: list(values.index) for name, values in mapping.items()}
    return {entry["col"]: list(entry["mapping"].index) for entry in mapping or ()}


refuses(
    ce.HashingEncoder,
    "it takes a cryptographic digest of each value, unknown ones too, which no graph can; "
    "use category_encoders.BinaryEncoder, or sklearn's OrdinalEncoder with max_categories",
)
