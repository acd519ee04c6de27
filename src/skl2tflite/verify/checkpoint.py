"""What has been compared so far, in memory and in a file from which a comparison goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from skl2tflite.errors import InvalidFileError, InvalidInputError
from skl2tflite.reports import MethodReport, Report, merged
from skl2tflite.whole_files import write_whole

FORMAT = 1
"""Version of the file's layout."""


@dataclass
class Progress:
    """What has been compared so far.

    Parameters
    ----------
    subject : dict of str to object
        What is compared, and how: another comparison cannot go on from here.
    batches : int
        Batches compared.
    rows_digest : str
        Digest of their rows.
    found : dict of tuple to MethodReport
        By method, origin of the rows, and runtime.
    """

    subject: dict[str, Any]
    batches: int = 0
    rows_digest: str = ""
    found: dict[tuple[str, str, str], MethodReport] = field(default_factory=dict)

    def add(self, reports: Sequence[MethodReport], rows_digest: str) -> None:
        """Take in what was found in the next batch; ``rows_digest`` is that of all rows so far."""
        for report in reports:
            key = (report.method, report.origin, report.runtime)
            before = self.found.get(key)
            if before is None:
                self.found[key] = report
                continue
            start = before.rows
            self.found[key] = merged([before, report.at(np.arange(start, start + max(1, report.rows)))])
        self.batches += 1
        self.rows_digest = rows_digest

    @property
    def rows(self) -> int:
        """Number of rows compared so far, those made from the model among them."""
        report = self.report()
        return report.rows + report.made_rows

    def report(self, interrupted: bool = False) -> Report:
        """Return the report of all that has been compared, rows that were given first."""
        reports = sorted(self.found.values(), key=lambda each: each.is_made)
        return Report(tuple(reports), interrupted)

    def save(self, path: Path) -> None:
        """Write the state as JSON: whole, or not at all."""
        state = {
            "format": FORMAT,
            "subject": self.subject,
            "batches": self.batches,
            "rows_digest": self.rows_digest,
            "report": self.report().to_dict(),
        }
        write_whole(path, json.dumps(state).encode())

    def resumed(self, path: Path) -> Progress:
        """Return the state that a file holds, or this one where there is no file yet.

        Raises
        ------
        InvalidFileError
            Where it holds no state.
        InvalidInputError
            Where it is that of another comparison.
        """
        if not path.exists():
            return self
        try:
            state = json.loads(path.read_bytes())
            subject, version = state["subject"], state["format"]
            reports = Report.from_dict(state["report"]).methods
            batches, digest = int(state["batches"]), str(state["rows_digest"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidFileError(f"{path} holds no comparison to go on with ({type(error).__name__})") from None
        other = [name for name in self.subject if subject.get(name) != self.subject[name]]
        if version != FORMAT or other:
            what = f"another {other[0]}" if other else "another version of skl2tflite"
            raise InvalidInputError(f"{path} is of a comparison with {what}; name another file, or remove it")
        found = {(each.method, each.origin, each.runtime): each for each in reports}
        return replace(self, batches=batches, rows_digest=digest, found=found)


def next_digest(before: str, X: Any) -> str:
    """Return the digest of rows followed by others."""
    return hashlib.sha256(f"{before} {joblib.hash(X, hash_name='sha1')}".encode()).hexdigest()
