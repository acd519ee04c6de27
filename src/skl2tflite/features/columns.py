"""A column that has an input tensor of its own, and how its cells become the elements of that tensor."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import floats, objects
from skl2tflite.features.known import Known
from skl2tflite.features.missing import nan_refused
from skl2tflite.features.text_codes import codes_of
from skl2tflite.features.texts import (
    Analyzer,
    Rows,
    analyzer_parameters,
    characters,
    counts,
    rebuilt,
    token_ids,
)
from skl2tflite.flow.column import FOREIGN, NA, NAN, NONE, RESERVED
from skl2tflite.lazily import cached_property
from skl2tflite.stored import Column

UNKNOWN_CODE = -1
"""Code of a text that is not in the vocabulary."""
MISSING_CODES: dict[str, int] = {NAN: -2, NONE: -3, NA: -4}
"""Codes of missing values, by the string that stands for each in a tensor of strings."""
PADDING = -1
"""Fills up texts that a vectorizer reads to a fixed length."""
CODES = "codes"
READ = ("characters", "tokens", "counts")
"""The dtypes of :class:`ColumnSpec` for texts that a vectorizer reads."""
DTYPES = ("float32", "int32", "bool", "truth", "string", *READ)
"""All dtypes of :class:`ColumnSpec`."""
INT32 = np.iinfo(np.int32)
NO_LABEL = int(INT32.min)
"""Fills up sets of labels that are integers to one length; sets of text are filled up with ``FOREIGN``."""


@dataclass(frozen=True)
class ColumnSpec:
    """One column of the rows that a model takes, in a tensor of its own.

    Parameters
    ----------
    name : str
        Name of the tensor: that of the column.
    feature : int
        Which feature it is.
    dtype : {"float32", "int32", "bool", "truth", "string", "characters", "tokens", "counts"}
        ``"truth"`` is for booleans that travel as int32, 0 or 1. The last three are for texts that a vectorizer
        reads: their code points, or the ids of their terms, in an int32 tensor of shape (1, length), or the counts of
        these, in a float32 tensor of shape (1, n_terms).
    categories : tuple of str, optional
        Of ``"int32"``: the texts that the model knows; the tensor holds positions in this tuple, and the column text.
        Of ``"tokens"`` and ``"counts"``: the vectorizer's vocabulary; None where ids are the terms' hashes.
    parameters : dict, optional
        Of tokens: the parameters of scikit-learn's analyzer, which makes terms of a text; None where some are
        functions, which cannot be written to a file.
    analyzer : callable, optional
        Of tokens: the analyzer itself. It is not kept in files.
    missing : str, optional
        Of numbers: the text that stands for NaN in rows.
    digits : bool, default=False
        Of text: whether cells may be integers too, which become the text of their digits, and nothing may be
        missing (CatBoost).
    length : int, optional
        Of texts that a vectorizer reads: how many numbers the tensor holds of each, where that is fixed.
    """

    name: str
    feature: int
    dtype: str
    categories: tuple[str, ...] | None = None
    parameters: Mapping[str, Any] | None = None
    analyzer: Analyzer | None = field(default=None, compare=False, repr=False)
    missing: str | None = None
    digits: bool = False
    length: int | None = None

    @property
    def is_read(self) -> bool:
        """Whether a vectorizer reads the column's texts."""
        return self.dtype in READ

    @property
    def holds_text(self) -> bool:
        """Whether the column's cells are text, sent as strings or as codes."""
        return not self.is_read and (self.dtype == "string" or self.categories is not None)

    @property
    def as_strings(self) -> ColumnSpec:
        """The same column with its text sent as strings, and booleans as such."""
        if self.dtype == "truth":
            return replace(self, dtype="bool")
        return self if self.categories is None or self.is_read else replace(self, dtype="string", categories=None)

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {**self._vocabulary, **MISSING_CODES}

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return {text: code for code, text in enumerate(self.categories or ())}

    @cached_property
    def _ids(self) -> dict[str, int] | None:
        return None if self.categories is None else {term: i for i, term in enumerate(self.categories)}

    def texts(self, column: Iterable[object]) -> Rows:
        """Return texts as a vectorizer's input holds them, each of shape (1, length).

        Raises
        ------
        InvalidInputError
            Where one is no text, or nothing here makes terms of it.
        """
        about = f"column {self.name!r}"
        column = list(column)
        read = [characters(text, about) for text in column]
        if self.dtype == "characters":
            return self._of_one_length(read)
        analyzer = self.analyzer
        if analyzer is None and self.parameters is not None:
            analyzer = rebuilt(self.parameters)
            object.__setattr__(self, "analyzer", analyzer)
        if analyzer is None:
            raise InvalidInputError(
                f"the file holds no analyzer of {about}, for it was made of functions of your own: run it with the ids "
                "of tokens, or load it with analyzers={" + repr(self.name) + ": vectorizer.build_analyzer()}"
            )
        ids = [token_ids(analyzer(str(text)), self._ids) for text in column]
        if self.dtype == "tokens":
            return self._of_one_length(ids)
        n_terms = len(self.categories or ())
        return np.concatenate([np.empty((0, n_terms), np.float32), *(counts(each, n_terms) for each in ids)])

    def _of_one_length(self, texts: list[NDArray[np.int32]]) -> Rows:
        """Return what inputs hold of texts, filled up by -1 where their length is fixed."""
        if self.length is None:
            return texts
        filled = np.full((len(texts), self.length), PADDING, np.int32)
        for row, text in enumerate(texts):
            if text.size > self.length:
                raise InvalidInputError(
                    f"column {self.name!r} holds a text of {text.size} {self.dtype} (row {row}), and the file takes "
                    f"{self.length} at most; convert with a greater text_length"
                )
            filled[row, : text.size] = text[0]
        return filled

    def sets(self, rows: Iterable[tuple[Any, ...]], labels: Sequence[str | int]) -> NDArray[Any]:
        """Return sets of labels as an array of shape (n_rows, length).

        Sets are filled up to one length with a value that is no label. It also replaces labels that are unknown.

        Parameters
        ----------
        rows : iterable of tuple
        labels : sequence of str or int
            Those that the model knows.

        Warns
        -----
        UserWarning
            Where others are among them, as scikit-learn does.

        Raises
        ------
        InvalidInputError
            Where something cannot be a label.
        """
        padding: Any = NO_LABEL if not self.holds_text else FOREIGN if self.dtype == "string" else UNKNOWN_CODE
        held = {label: label if self.categories is None else self._codes[str(label)] for label in labels}
        rows = list(rows)
        filled = np.full(
            (len(rows), max([1, *map(len, rows)])), padding, dtype=object if padding == FOREIGN else np.int32
        )
        unknown: set[Any] = set()
        for at, row in enumerate(rows):
            try:
                unknown.update(label for label in row if label not in held)
            except TypeError as error:
                raise InvalidInputError(f"row {at} holds what can be no label: {error}") from None
            filled[at, : len(row)] = [held.get(label, padding) for label in row]
        if unknown:
            warnings.warn(f"unknown class(es) {sorted(unknown, key=str)} will be ignored", stacklevel=2)
        return filled

    def tensor(self, column: Any, allows_nan: bool, known: Known | None = None) -> NDArray[Any]:
        """Return a column's cells as the tensor holds them.

        Parameters
        ----------
        column : Series or ndarray of shape (n_rows,)
        allows_nan : bool
            Whether scikit-learn takes NaN there.
        known : Known, optional
            Categories, where it takes no others.

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse a cell, or the tensor cannot hold it.
        """
        if self.holds_text:
            if self.dtype != "string" and not self.digits:
                return self._text_codes(objects(column), allows_nan, known)
            texts = as_text(objects(column)) if not self.digits else self._texts_or_digits(objects(column))
            if not allows_nan and NAN in texts:
                raise self._missing(texts.index(NAN))
            if known is not None:
                known.check(np.array(texts, dtype=object), f"feature {self.name!r}")
            if self.dtype == "string":
                return np.array(texts, dtype=object)
            return np.array([self._codes.get(text, UNKNOWN_CODE) for text in texts], dtype=np.int32)
        if self.dtype == "int32":
            whole = self._integers(column)
            if known is not None:
                known.check(whole, f"feature {self.name!r}")
            return whole
        if self.missing is not None:
            cells = [np.nan if isinstance(cell, str) and cell == self.missing else cell for cell in objects(column)]
            column = np.array([*cells, None], dtype=object)[:-1]
        numbers = floats(column)
        if numbers is None:
            raise InvalidInputError(f"column {self.name!r} holds values that are not numbers; the model takes numbers")
        missing = np.isnan(numbers)
        is_truth = self.dtype in ("bool", "truth")
        if missing.any() and (is_truth or not allows_nan):
            raise self._missing(int(missing.argmax()))
        if is_truth:
            if not np.isin(numbers, (0.0, 1.0)).all():
                raise InvalidInputError(f"column {self.name!r} holds numbers; the model takes booleans")
            return numbers.astype(np.int32 if self.dtype == "truth" else np.bool_)
        with np.errstate(over="ignore"):
            rounded = numbers.astype(np.float32)
        if np.isinf(rounded).any():
            raise InvalidInputError(
                f"X contains infinity or a value too large for float32 (row {int(np.isinf(rounded).argmax())}, "
                f"feature {self.name!r})"
            )
        if known is not None:
            known.check(rounded, f"feature {self.name!r}")
        return rounded

    def _text_codes(self, cells: NDArray[Any], allows_nan: bool, known: Known | None) -> NDArray[np.int32]:
        """Return the codes of cells; only those that are not in the vocabulary are looked at one by one.

        Parameters
        ----------
        cells : ndarray of object, shape (n_rows,)
        allows_nan : bool
        known : Known or None
            As in :meth:`tensor`.
        """
        codes = codes_of(cells, self._vocabulary)
        if known is not None and not known.has_all(self.categories or ()):
            rest = np.arange(len(cells))
        else:
            rest = np.flatnonzero(codes < 0)
        if rest.size:
            texts = as_text(cells[rest])
            if not allows_nan and NAN in texts:
                raise self._missing(int(rest[texts.index(NAN)]))
            if known is not None:
                known.check(np.array(texts, dtype=object), f"feature {self.name!r}")
            codes[rest] = [self._codes.get(text, UNKNOWN_CODE) for text in texts]
        return codes

    def _texts_or_digits(self, cells: NDArray[Any]) -> list[str]:
        """Return cells that are text or integers as text."""
        texts = as_text(np.array([_as_digits(cell) for cell in cells.tolist()] + [None], dtype=object)[:-1])
        for row, text in enumerate(texts):
            if text.startswith(RESERVED):
                raise InvalidInputError(
                    f"column {self.name!r} holds {cells[row]!r} (row {row}), and its categories are text or "
                    "integers; put an imputer in front for what is missing"
                )
        return texts

    def _integers(self, column: Any) -> NDArray[np.int32]:
        cells = objects(column)
        try:
            whole = [int(cell) for cell in cells]
            same = all(number == cell for number, cell in zip(whole, cells, strict=True))
        except (TypeError, ValueError, OverflowError):
            same = False
        if not same:
            raise InvalidInputError(f"column {self.name!r} holds values that are not integers, or misses some")
        if whole and not (INT32.min <= min(whole) and max(whole) <= INT32.max):
            raise InvalidInputError(f"column {self.name!r} holds integers beyond 32 bits; the model takes int32")
        return np.array(whole, dtype=np.int32)

    def _missing(self, row: int) -> InvalidInputError:
        return nan_refused(row, f"feature {self.name!r}")

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        fields: dict[str, object] = {"name": self.name, "feature": self.feature, "dtype": self.dtype}
        if self.categories is not None:
            fields["categories"] = list(self.categories)
        if self.parameters is not None:
            fields["parameters"] = dict(self.parameters)
        if self.missing is not None:
            fields["missing"] = self.missing
        if self.digits:
            fields["digits"] = True
        if self.length is not None:
            fields["length"] = self.length
        return fields

    @classmethod
    def from_facts(cls, facts: Column) -> ColumnSpec:
        """Return what :meth:`to_json` wrote."""
        return cls(
            facts.name,
            facts.feature,
            facts.dtype,
            facts.categories,
            None if facts.parameters is None else analyzer_parameters(facts.parameters),
            missing=facts.missing,
            digits=facts.digits,
            length=facts.length,
        )


def as_text(cells: NDArray[Any]) -> list[str]:
    """Return cells as strings: text as it is, and the string that is reserved for whatever else a cell may be."""
    texts = [cell if type(cell) is str else _stand_in(cell) for cell in cells.tolist()]
    try:
        joined = "".join(texts)
        joined.encode()
        reserved = any(character in joined for character in RESERVED)
    except UnicodeEncodeError:
        reserved = True
    if reserved:
        texts = [
            FOREIGN if isinstance(cell, str) and not sendable(text) else text
            for text, cell in zip(texts, cells.tolist(), strict=True)
        ]
    return texts


def _as_digits(cell: object) -> object:
    return str(int(cell)) if isinstance(cell, int | np.integer | np.bool_) else cell


def is_nan(cell: object) -> bool:
    """Whether a cell is the float NaN."""
    return isinstance(cell, float | np.floating) and bool(np.isnan(cell))


def sendable(text: str) -> bool:
    """Whether a tensor of strings can hold a text as it is: it is valid UTF-8 and begins with no reserved character."""
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return not text.startswith(RESERVED)


def _stand_in(cell: object) -> str:
    if isinstance(cell, str):
        return str(cell)
    if cell is None:
        return NONE
    if is_nan(cell):
        return NAN
    return NA if type(cell).__name__ == "NAType" else FOREIGN
