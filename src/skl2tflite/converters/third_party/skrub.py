"""Transformers of the package skrub (:mod:`skrub`): columns by name, and tables made of numbers and categories."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import skrub
from numpy.typing import NDArray
from sklearn.preprocessing import OneHotEncoder
from skrub._apply_to_each_col import ApplyToEachCol
from skrub._apply_to_sub_frame import ApplyToSubFrame
from skrub._check_input import CheckInputDataFrame
from skrub._clean_categories import CleanCategories
from skrub._clean_null_strings import CleanNullStrings
from skrub._single_column_transformer import is_single_column_transformer
from skrub._squashing_scaler import _MinMaxScaler
from skrub._table_vectorizer import PassThrough
from skrub._to_str import ToStr

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.refusals import refuses
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.user_estimators import RecordedTransformer
from skl2tflite.converters.third_party.support.picked_columns import PickedConverter
from skl2tflite.flow.column import NAN, Column, KindError, MadeColumn
from skl2tflite.flow.renamed import MISSING_TEXT, Categorical, named, renamed
from skl2tflite.flow.table import Table, TableLike, as_matrix
from skl2tflite.graph import DType, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_values import is_missing
from skl2tflite.tracing.pandas.dtypes import as_category


@converts(skrub.SelectCols)
class SelectColsConverter(PickedConverter):
    """Columns by name."""

    def kept(self, names: Sequence[str]) -> Sequence[Any]:
        chosen: Sequence[Any] = self.estimator.columns_
        return chosen


@converts(skrub.DropCols)
class DropColsConverter(PickedConverter):
    """All columns but some."""

    def kept(self, names: Sequence[str]) -> Sequence[Any]:
        chosen: Sequence[Any] = self.estimator.kept_cols_
        return chosen


class Cleaned(MadeColumn):
    """A text column in which skrub treats white space as missing, which a graph cannot detect."""


class ColumnConverter(TransformerConverter):
    """A transformer of a single column; subclasses give ``columns``."""

    takes_tables = True
    exact = TRANSFORM

    def check_fitted(self) -> None:
        """Do nothing: the estimator that contains it is checked."""

    def columns(self, column: Column) -> list[Column]:
        """Return the columns that a column becomes."""
        raise NotImplementedError

    def transform(self, X: Any) -> Any:
        try:
            made = self.columns(X)
        except KindError as error:
            raise self.refuse(f"reads something else than it was fitted on: {error.reason}") from None
        return Table(made)

    def _strings(self, column: Column) -> Any:
        strings = column.strings()
        missing = xp.any(xp.expand_dims(strings, 1) == MISSING_TEXT, axis=1)
        return xp.where(missing, NAN, strings)

    def _cleaned(self, like: Column, strings: Any) -> Column:
        return (Cleaned if isinstance(like, Cleaned) else MadeColumn)(like.name, as_tensor(strings))


@converts(PassThrough)
class PassThroughConverter(ColumnConverter):
    """The column itself."""

    def columns(self, column: Column) -> list[Column]:
        return [column]


@converts(skrub.Drop, skrub.DropUninformative)
class DropConverter(ColumnConverter):
    """Nothing, or the column itself."""

    def columns(self, column: Column) -> list[Column]:
        return [] if getattr(self.estimator, "drop_", True) else [column]


@converts(CleanNullStrings)
class CleanNullStringsConverter(ColumnConverter):
    """Text with the strings that mean a missing value replaced by NaN."""

    def columns(self, column: Column) -> list[Column]:
        strings = column.strings()
        null = xp.any(xp.expand_dims(strings, 1) == np.array(self.estimator.null_strings_, object), axis=1)
        return [Cleaned(column.name, as_tensor(xp.where(null, NAN, strings)))]


@converts(ToStr)
class ToStrConverter(ColumnConverter):
    """Text as it is, with NaN for all missing values."""

    def columns(self, column: Column) -> list[Column]:
        return [self._cleaned(column, self._strings(column))]


@converts(CleanCategories)
class CleanCategoriesConverter(ColumnConverter):
    """Leaves categories as they are. Others than text are refused, as skrub turns them into text."""

    def columns(self, column: Column) -> list[Column]:
        categories = getattr(column.dtype, "categories", None)
        if categories is None:
            raise self.refuse(f"has categories in column {column.name!r} that are not known", "give convert rows")
        if not all(isinstance(category, str) for category in categories):
            raise self.refuse(f"makes text of the categories of column {column.name!r}", "use text as categories")
        return [column]


@converts(skrub.ToCategorical)
class ToCategoricalConverter(ColumnConverter):
    """Text as categories."""

    def columns(self, column: Column) -> list[Column]:
        if column.categories is not None:
            return [column]
        text = MadeColumn(column.name, column.strings())
        return [as_category(text, "category")]


@converts(skrub.ToFloat)
class ToFloatConverter(ColumnConverter):
    """Numbers and booleans as numbers."""

    def columns(self, column: Column) -> list[Column]:
        if self.estimator._needs_str_replace:
            raise self.refuse("reads numbers out of text, which no graph does", "make numbers of it before")
        if column.kind in (None, DType.FLOAT) and not isinstance(column, Categorical):
            return [column]
        return [MadeColumn(column.name, column.numbers())]


@converts(ApplyToEachCol)
class ApplyToEachColConverter(TransformerConverter):
    """Each column by a transformer of its own, or none."""

    takes_tables = True

    @cached_property
    def parts(self) -> dict[str, Converter]:
        """Converters of the transformers, by the column's name."""
        fitted = self.estimator.transformers_.items()
        return {name: self.sub(transformer, f".transformers_[{name!r}]") for name, transformer in fitted}

    def check(self) -> None:
        """Make the converters of all parts, which refuse what cannot be converted."""
        assert self.parts is not None

    def transform(self, X: TableLike) -> TableLike:
        names = list(self.estimator.all_inputs_)
        table = renamed(X, names) if isinstance(X, Table) else Table.of_matrix(X, names)
        made: list[Column] = []
        for name, column in zip(names, table.columns, strict=True):
            part = self.parts.get(name)
            if part is None or self.estimator.keep_original:
                made.append(column)
            if part is not None:
                made += self._transformed(part, column)
        if made == list(table.columns):
            return table
        named_columns = zip(made, self.estimator.all_outputs_, strict=True)
        return Table([named(column, name) for column, name in named_columns])

    def _transformed(self, part: Converter, column: Column) -> Sequence[Column]:
        if is_single_column_transformer(part.estimator):
            result = part.method("transform")(column)
        else:
            if isinstance(column, Cleaned) and isinstance(part.estimator, OneHotEncoder):
                _check_missing(part)
            result = part.method("transform")(Table([column]))
        if isinstance(result, Table):
            return result.columns
        made = as_tensor(as_matrix(result))
        made = as_tensor(xp.expand_dims(made, 1)) if made.ndim == 1 else made
        return Table.of_matrix(made, [f"{column.name}_{i}" for i in range(made.shape[1] or 0)]).columns

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns whose transformers take NaN."""
        allowed: NDArray[np.bool_] = np.ones(len(self.estimator.all_inputs_), dtype=bool)
        for i, name in enumerate(self.estimator.all_inputs_):
            part = self.parts.get(name)
            if part is None or isinstance(part, ColumnConverter):
                allowed[i] = not clean
            else:
                allowed[i] = bool(np.all(part.nan_columns(clean)))
        return allowed


def _check_missing(encoder: Converter) -> None:
    """Refuse an encoder that has a category for missing text: skrub treats white space as missing, a graph cannot."""
    categories = encoder.estimator.categories_[0]
    if any(is_missing(category) for category in categories):
        raise encoder.refuse(
            "encodes missing text as a category of its own, and skrub takes any white space for missing, which a graph "
            "does not see",
            "fill the missing text before (SimpleImputer(strategy='constant', fill_value='missing'))",
        )


@converts(ApplyToSubFrame)
class ApplyToSubFrameConverter(TransformerConverter):
    """One transformer of some columns; its results follow the other columns."""

    takes_tables = True

    @cached_property
    def part(self) -> Converter | None:
        """Converter of the transformer, None where it has no columns."""
        fitted = self.estimator.transformer_
        return None if fitted is None else self.sub(fitted, ".transformer_")

    def check(self) -> None:
        """Make the converter of the transformer, which refuses what cannot be converted."""
        assert self.part is not None or not self.estimator._columns

    def transform(self, X: TableLike) -> TableLike:
        names = list(self.estimator.all_inputs_)
        table = renamed(X, names) if isinstance(X, Table) else Table.of_matrix(X, names)
        chosen = [names.index(name) for name in self.estimator._columns]
        rest = [i for i in range(len(names)) if self.estimator.keep_original or i not in chosen]
        passing = table.take(rest)
        if self.part is None:
            return passing
        made = self.part.method("transform")(table.take(chosen))
        outputs = self.estimator._transformed_output_names
        made = renamed(made, outputs) if isinstance(made, Table) else Table.of_matrix(as_matrix(made), outputs)
        return Table([*passing.columns, *made.columns])

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns that pass unchanged, and those in which the transformer takes NaN."""
        names = list(self.estimator.all_inputs_)
        allowed: NDArray[np.bool_] = np.full(len(names), not clean)
        if self.part is not None:
            chosen = [names.index(name) for name in self.estimator._columns]
            taken = np.broadcast_to(self.part.nan_columns(clean), len(chosen))
            allowed[chosen] = taken & allowed[chosen] if self.estimator.keep_original else taken
        return allowed


@converts(skrub.SquashingScaler, _MinMaxScaler)
class SquashingScalerConverter(RecordedTransformer):
    """Transformers whose own NumPy code is recorded."""


@converts(CheckInputDataFrame)
class CheckInputDataFrameConverter(TransformerConverter):
    """The columns under names that are unique."""

    takes_tables = True
    exact = TRANSFORM

    def transform(self, X: TableLike) -> TableLike:
        names = self.estimator.feature_names_out_
        return renamed(X, names) if isinstance(X, Table) else Table.of_matrix(X, names)

    def nan_columns(self, clean: bool = False) -> bool:
        """All: no value is read."""
        return not clean


@converts(skrub.TableVectorizer, skrub.Cleaner)
class TableVectorizerConverter(DelegatingConverter):
    """The pipeline within, of steps that each work on some columns."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator._pipeline, "._pipeline")

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All; if ``clean``, the columns that are one-hot encoded."""
        if not clean:
            return True
        kinds = getattr(self.estimator, "column_to_kind_", {})
        encoded = [kinds.get(name) == "low_cardinality" for name in self.estimator.feature_names_in_]
        return np.array(encoded, dtype=bool)


@converts(skrub.ApplyToCols)
class ApplyToColsConverter(DelegatingConverter):
    """The transformer within."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator._wrapped_transformer, "._wrapped_transformer")


_TEXT = "it cuts text into characters, which no graph does; use OneHotEncoder, or a vectorizer of scikit-learn"
for _of_text in (skrub.StringEncoder, skrub.GapEncoder, skrub.MinHashEncoder, skrub.SimilarityEncoder):
    refuses(_of_text, _TEXT)
for _of_dates in (skrub.DatetimeEncoder, skrub.ToDatetime, skrub.DurationToFloat):
    refuses(_of_dates, "it reads dates, and a file takes numbers and text")
