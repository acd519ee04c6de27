"""A model of scikit-learn that runs on LiteRT. It needs NumPy and ai-edge-litert, and no scikit-learn.

The files beside this one, of the same name, are the model (.tflite) and what it takes and gives (.json).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

UNKNOWN, NAN, NONE, NA = -1, -2, -3, -4
"""Codes of texts that are in no vocabulary, and of missing values."""
ROWS_OF_A_CALL = 4096
"""More rows are run in several calls, where a call may have any number."""


class NoAnswerError(ValueError):
    """scikit-learn raises an error for some rows, and so does the model.

    Attributes
    ----------
    rows : list of int
        Positions of these rows.
    """

    def __init__(self, rows: list[int], reason: str) -> None:
        super().__init__(f"there is no answer for rows {rows[:5]}: {reason}")
        self.rows = rows


class Model:
    """The model. It has the methods of the estimator that it was converted with, such as ``predict``.

    Rows are a DataFrame, one dict or a list of dicts by the names of the features, or an array; of a model of texts,
    a list of texts. In dicts None stands for a missing value. Methods raise ValueError for rows that it does not take.

    Parameters
    ----------
    path : path-like, optional
        The .tflite file; by default the one beside this module.
    check : bool, default=True
        Whether to compare golden rows with the answers that the runtime must give.

    Raises
    ------
    RuntimeError
        Where the file is another one than the contract is of, or the runtime gives other answers.
    """

    def __init__(self, path: str | Path | None = None, check: bool = True) -> None:
        path = Path(__file__).with_suffix(".tflite") if path is None else Path(path)
        content = path.read_bytes()
        self.contract: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if hashlib.sha256(content).hexdigest() != self.contract["sha256"]:
            raise RuntimeError(f"{path.name} is damaged, or {path.with_suffix('.json').name} is of another file")
        self._methods = {method["name"]: method for method in self.contract["methods"]}
        self._interpreter = Interpreter(model_content=content)
        self._signatures = {name: self._interpreter.get_signature_runner(name) for name in self._methods}
        self._lock = threading.Lock()
        if check:
            self.check()

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods, the main one first."""
        return tuple(self._methods)

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_methods", ()):
            return partial(self.answers, name)
        raise AttributeError(f"the model has no {name!r}; it has {', '.join(self.__dict__.get('_methods', ()))}")

    def answers(self, method: str, rows: Any) -> Any:
        """Return what scikit-learn's method returns: labels or numbers, a list of arrays where it returns a list."""
        outputs = self.outputs(method, rows)
        found = [_decoded(spec, outputs[spec["name"]]) for spec in self._methods[method]["outputs"]]
        return found[0] if self._methods[method]["returns"] == "array" else found

    def labels(self, rows: Any) -> list[Any]:
        """Return the label of each row: what ``predict`` gives, or else the label that the first output tells."""
        if "predict" in self._methods:
            labels: list[Any] = np.asarray(self.answers("predict", rows)).tolist()
            return labels
        main = self.methods[0]
        spec = self._methods[main]["outputs"][0]
        values = self.outputs(main, rows)[spec["name"]]
        if spec["label_rule"] not in ("greatest", "positive"):
            raise ValueError(f"{main} gives no labels")
        at = values.argmax(axis=-1) if spec["label_rule"] == "greatest" else (values > 0).astype(int)
        return [spec["axis_labels"][i] for i in at]

    def outputs(self, method: str, rows: Any) -> dict[str, np.ndarray]:
        """Return what the file's output tensors hold for some rows, by name.

        Raises
        ------
        NoAnswerError
            Where scikit-learn raises an error for some of them.
        """
        spec = self._methods[method]
        results = self._run(method, self.tensors(method, rows))
        if spec["no_answer"] is not None:
            first = results[spec["outputs"][0]["name"]]
            mark = spec["no_answer"]["mark"]
            held = np.isnan(first) if mark is None else first == float(mark)
            without = np.flatnonzero(held.reshape(len(first), -1).all(axis=1))
            if without.size:
                raise NoAnswerError(without.tolist(), spec["no_answer"]["reason"])
        return results

    def check(self) -> None:
        """Compare golden rows with the answers that the runtime must give; files without any are not compared.

        Raises
        ------
        RuntimeError
            Where an input or an answer is another one.
        """
        golden = self.contract["golden"]
        for method, expected in (golden or {"outputs": {}})["outputs"].items():
            tensors = self.tensors(method, list(golden["rows"]))
            for name, held in tensors.items():
                for row, want in zip(held, golden["inputs"][name], strict=True):
                    if not _agree(np.asarray(row).ravel(), _array(want), 0.0):
                        raise RuntimeError(f"golden rows become other values of the input {name!r} than they should")
            results = self._run(method, tensors)
            for name, want in expected.items():
                allowed = golden["allowed"][method].get(name, 0.0)
                got = results[name].reshape(len(want), -1)
                if not _agree(got, np.array([_array(row) for row in want]), np.asarray(allowed)):
                    raise RuntimeError(f"{method} gives other answers for the golden rows here than it should")

    def tensors(self, method: str, rows: Any) -> dict[str, Any]:
        """Return what the input tensors hold of rows: an array, or a list of arrays of shape (1, length), of texts."""
        spec = self._methods[method]
        features = self.contract["features"] if spec["features"] is None else spec["features"]
        columns = _columns(rows, features, self.contract["rows"])
        return {each["name"]: _encoded(each, features, columns) for each in spec["inputs"]}

    def _run(self, method: str, tensors: Mapping[str, Any]) -> dict[str, np.ndarray]:
        outputs = {each["name"]: each for each in self._methods[method]["outputs"]}
        count = len(next(iter(tensors.values())))
        if not count:
            return {n: np.empty([0, *(d or 0 for d in o["shape"][1:])], o["dtype"]) for n, o in outputs.items()}
        batch = self.contract["batch"]
        parts = []
        with self._lock:
            for start in range(0, count, batch or ROWS_OF_A_CALL):
                fed = {name: _part(rows, start, batch) for name, rows in tensors.items()}
                parts.append(self._signatures[method](**fed))
        return {name: np.concatenate([part[name] for part in parts])[:count] for name in outputs}


def _part(rows: Any, start: int, batch: int | None) -> np.ndarray:
    """Return what one call takes: so many rows where their number is fixed, the last of them repeated."""
    if isinstance(rows, list):
        return np.asarray(rows[start])
    part = rows[start : start + (batch or ROWS_OF_A_CALL)]
    missing = (batch or 0) - len(part)
    return np.asarray(part if missing <= 0 else np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]))


def _columns(rows: Any, features: list[dict[str, Any]], kind: str) -> list[Any]:
    """Return the cells of each feature."""
    if getattr(rows, "columns", None) is not None:
        return [_of_frame(rows, feature) for feature in features]
    if isinstance(rows, Mapping):
        rows = [rows]
    if not isinstance(rows, np.ndarray):
        rows = list(rows) if isinstance(rows, Iterable) and not isinstance(rows, str | bytes) else None
        if rows is None:
            raise ValueError("rows are a DataFrame, a dict, a list of dicts or texts, or an array")
    if len(rows) and all(isinstance(row, Mapping) for row in rows):
        return _of_dicts(rows, features, kind)
    if len(features) == 1 and (not len(rows) or np.ndim(rows[0]) == 0):
        return [rows]
    array = rows if isinstance(rows, np.ndarray) else np.array([*rows, None], dtype=object)[:-1]
    if array.dtype == object and array.ndim == 1:
        array = np.array([list(row) for row in array], dtype=object).reshape(
            len(array), -1 if len(array) else len(features)
        )
    if array.ndim != 2 or array.shape[1] != len(features):
        raise ValueError(f"rows have the shape {array.shape}, and the model takes {len(features)} features")
    return list(array.T)


def _of_frame(frame: Any, feature: dict[str, Any]) -> list[Any]:
    name = feature["name"]
    if name not in list(frame.columns):
        if feature["absent"] != "not read":
            raise ValueError(f"the column {name!r} is missing")
        return [None] * len(frame)
    column = frame[name]
    if getattr(column, "columns", None) is not None:
        raise ValueError(f"there are several columns {name!r}")
    return list(column)


def _of_dicts(rows: list[Mapping[str, Any]], features: list[dict[str, Any]], kind: str) -> list[list[Any]]:
    """Return the cells of each feature; NaN for what a dict lacks, or holds None for."""
    names = {feature["name"] for feature in features}
    for number, row in enumerate(rows):
        unknown = None if kind == "records" else next((name for name in row if name not in names), None)
        if unknown is not None:
            raise ValueError(f"row {number} has {unknown!r}, which is no feature of the model")
    cells = [[row.get(feature["name"]) for row in rows] for feature in features]
    return [[float("nan") if cell is None else cell for cell in column] for column in cells]


def _encoded(spec: dict[str, Any], features: list[dict[str, Any]], columns: list[Any]) -> Any:
    """Return what an input tensor holds of columns."""
    encoding = spec["encoding"]
    if encoding == "matrix":
        count = max(len(column) for column in columns)
        matrix = np.zeros((count, len(features)), np.float32)
        for at, feature in enumerate(features):
            if feature["absent"] != "not read":
                matrix[:, at] = _numbers(columns[at], feature)
        return matrix
    (at,) = spec["features"]
    feature, cells = features[at], columns[at]
    if encoding == "number":
        return _numbers(cells, feature)
    if encoding == "code":
        codes = {text: code for code, text in enumerate(feature["categories"])}
        return np.array([_code(cell, row, feature, codes) for row, cell in enumerate(cells)], np.int32)
    if encoding == "characters":
        return _characters(cells, spec, feature["name"])
    return _whole(cells, feature, spec["dtype"], np.iinfo(np.int32) if encoding == "integer" else None)


def _numbers(cells: Any, feature: dict[str, Any]) -> np.ndarray:
    """Return cells as float32 numbers."""
    text = feature["missing_text"]
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiub":
        numbers = cells.astype(np.float64)
    else:
        numbers = np.array([_number(cell, row, feature["name"], text) for row, cell in enumerate(cells)], np.float64)
    missing = np.isnan(numbers)
    if missing.any() and feature["absent"] == "refused":
        raise ValueError(f"row {int(missing.argmax())} misses a value for {feature['name']!r}")
    if feature["absent"] == "zero":
        numbers[missing] = 0.0
    with np.errstate(over="ignore"):
        held = numbers.astype(np.float32)
    if np.isinf(held).any():
        raise ValueError(f"row {int(np.isinf(held).argmax())}: {feature['name']!r} is too large for float32")
    if feature["only"] is not None:
        known = np.array([value for value in feature["only"] if value is not None], np.float64)
        wrong = ~(np.isin(held.astype(np.float64), known) | np.isnan(held))
        if wrong.any():
            raise ValueError(f"row {int(wrong.argmax())}: {feature['name']!r} is none of {feature['only']}")
    return held


def _number(cell: Any, row: int, name: str, missing_text: str | None) -> float:
    if _is_missing(cell) or (missing_text is not None and isinstance(cell, str) and cell == missing_text):
        return float("nan")
    if not isinstance(cell, bool | int | float | np.bool_ | np.integer | np.floating):
        raise ValueError(f"row {row}: {name!r} is {cell!r:.40}, expected a number")
    return float(cell)


def _whole(cells: Any, feature: dict[str, Any], dtype: str, limits: Any) -> np.ndarray:
    """Return cells as whole numbers, or as truth values where there are no limits."""
    low, high = (0, 1) if limits is None else (int(limits.min), int(limits.max))
    held = []
    for row, cell in enumerate(cells):
        if _is_missing(cell):
            raise ValueError(f"row {row} misses a value for {feature['name']!r}")
        number = _number(cell, row, feature["name"], None)
        if not low <= number <= high or number != int(number):
            expected = "a truth value" if limits is None else "a whole number of 32 bits"
            raise ValueError(f"row {row}: {feature['name']!r} is {cell!r:.40}, expected {expected}")
        held.append(int(number))
    if feature["only"] is not None and not set(held) <= set(feature["only"]):
        raise ValueError(f"{feature['name']!r} holds others than {feature['only']}")
    return np.array(held, dtype)


def _code(cell: Any, row: int, feature: dict[str, Any], codes: dict[str, int]) -> int:
    """Return the code of a text, of a missing value, or of what is neither."""
    name, only = feature["name"], feature["only"]
    if feature["whole_numbers"] and isinstance(cell, bool | int | np.integer | np.bool_):
        cell = str(int(cell))
    if _is_missing(cell):
        if feature["absent"] == "unknown":
            return UNKNOWN
        if feature["absent"] == "refused" or (only is not None and None not in only):
            raise ValueError(f"row {row} misses a value for {name!r}")
        return NONE if cell is None else NAN if isinstance(cell, float | np.floating) else NA
    if only is not None and (not isinstance(cell, str) or cell not in only):
        raise ValueError(f"row {row}: {name!r} is {cell!r:.40}, which the model does not know")
    return codes.get(str(cell), UNKNOWN) if isinstance(cell, str) else UNKNOWN


def _characters(cells: Any, spec: dict[str, Any], name: str) -> Any:
    """Return texts as code points, filled up where their length is fixed."""
    texts = []
    for row, cell in enumerate(cells):
        if not isinstance(cell, str):
            raise ValueError(f"row {row}: {name!r} is {cell!r:.40}, expected a text")
        texts.append(np.frombuffer(cell.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32))
    length = spec["length"]
    if length is None:
        return [text[np.newaxis] for text in texts]
    filled = np.full((len(texts), length), spec["padding"], np.int32)
    for row, text in enumerate(texts):
        if len(text) > length:
            raise ValueError(f"row {row}: the text of {name!r} has {len(text)} characters, and the file takes {length}")
        filled[row, : len(text)] = text
    return filled


def _decoded(spec: dict[str, Any], values: np.ndarray) -> np.ndarray:
    """Return labels for positions, numbers in scikit-learn's dtype for all else."""
    tables = spec["value_labels"]
    if tables is None:
        return values.astype(spec["returned_as"])
    if values.ndim == 1:
        return np.array([*(tables[0][i] for i in values), None], dtype=object)[:-1]
    rows = [[table[i] for table, i in zip(tables, row, strict=True)] for row in values]
    return np.array(rows, dtype=object).reshape(values.shape)


def _is_missing(cell: Any) -> bool:
    missing = cell is None or type(cell).__name__ == "NAType"
    return missing or (isinstance(cell, float | np.floating) and bool(np.isnan(cell)))


def _array(values: list[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values])


def _agree(got: np.ndarray, want: np.ndarray, allowed: Any) -> bool:
    """Whether two arrays of one shape differ by no more than is allowed, and have NaN in the same places."""
    if got.shape != want.shape:
        return False
    a, b = got.astype(np.float64), want.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return bool(((np.abs(a - b) <= allowed) | (np.isnan(a) & np.isnan(b)) | (a == b)).all())


if __name__ == "__main__":
    model = Model()
    for example in (model.contract["golden"] or {"rows": []})["rows"]:
        print(example, "→", {name: model.answers(name, example) for name in model.methods})
