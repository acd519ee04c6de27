"""What made a file: versions, options, the estimator's digest, and whether it was compared."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skl2tflite.arguments import path as path_of
from skl2tflite.errors import InvalidFileError
from skl2tflite.reports.report import Report
from skl2tflite.whole_files import write_whole

FORMAT = 1
"""Version of the JSON document's layout."""
SUFFIX = ".report.json"
"""What is appended to the name of a .tflite file for the report beside it."""


@dataclass(frozen=True)
class ConversionReport:
    """What made a file. It is not in the file's bytes, which depend on the estimator and the options alone.

    Attributes
    ----------
    estimator : str
        Its name; a pipeline's with those of its steps.
    estimator_digest : str
        SHA-256 of its parameters and fitted state (:func:`skl2tflite.estimator_digest.estimator_digest`).
    file_digest : str
        SHA-256 of the .tflite file.
    versions : mapping of str to str
        Versions of Python and of the packages that took part.
    options : mapping of str to object
        The arguments of :func:`skl2tflite.convert`, but for the estimator and its rows.
    comparison : Report or None
        The comparison with scikit-learn on the rows that were given; None without rows.
    """

    estimator: str
    estimator_digest: str
    file_digest: str
    versions: Mapping[str, str]
    options: Mapping[str, Any]
    comparison: Report | None

    @property
    def rows(self) -> int:
        """Number of rows on which the file was compared."""
        return 0 if self.comparison is None else self.comparison.rows

    def __str__(self) -> str:
        return f"{self.estimator}, {self.result}"

    @property
    def result(self) -> str:
        """Whether the file was compared, on how many rows, and with what result, in words."""
        if self.comparison is None:
            return "not compared: it was converted without rows"
        return f"compared with scikit-learn on {self.rows:,} rows: {self.comparison.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON keeps it."""
        return {
            "format": FORMAT,
            "estimator": self.estimator,
            "estimator_digest": self.estimator_digest,
            "file_digest": self.file_digest,
            "versions": dict(self.versions),
            "options": dict(self.options),
            "comparison": None if self.comparison is None else self.comparison.to_dict(),
        }

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the report as a JSON document: whole, or not at all.

        ``skl2tflite inspect model.tflite`` reads that beside the file, ``model.tflite.report.json``.

        Parameters
        ----------
        path : path-like

        Returns
        -------
        Path
            Where it was written.
        """
        target = path_of("path", path)
        write_whole(target, (json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n").encode())
        return target

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ConversionReport:
        """Return what :meth:`save` wrote.

        Raises
        ------
        InvalidFileError
            Where the file holds something else.
        OSError
            Where it cannot be read.
        """
        content = path_of("path", path).read_bytes()
        try:
            data = json.loads(content)
            if data.pop("format") != FORMAT:
                raise InvalidFileError(f"{path} was written by another version of skl2tflite; convert again")
            compared = data.pop("comparison")
            report = cls(**data, comparison=None if compared is None else Report.from_dict(compared))
            if not all(isinstance(each, str) for each in (report.file_digest, report.estimator)):
                raise TypeError("digests and names are text")
            return report
        except InvalidFileError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidFileError(f"{path} is no report of a conversion, or is damaged") from None


def file_digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def report_beside(path: Path, content: bytes) -> ConversionReport | None:
    """Return the report that lies beside a .tflite file and is of these bytes; None where there is none.

    Parameters
    ----------
    path : Path
        Of the .tflite file.
    content : bytes
        What it holds.
    """
    beside = path.with_name(path.name + SUFFIX)
    if not beside.is_file():
        return None
    report = ConversionReport.read(beside)
    return report if report.file_digest == file_digest(content) else None
