"""Check that models give the same bytes in every process, Python version, hash seed and number of threads.

Files that take texts hold what Unicode says of characters: those differ between Pythons that have other versions of it.

Models are fitted once and pickled, then converted in fresh processes, each with another hash seed, other numbers of
threads and another ``n_jobs``, and one of another Python version where one can be had. Needs what the tests need.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OPTIONS: tuple[dict[str, Any], ...] = ({}, {"target": "micro"})
"""Options that each model is converted with."""
LIBRARIES = ("OMP", "OPENBLAS", "MKL")


@dataclass(frozen=True)
class Process:
    """How a process differs from others.

    Attributes
    ----------
    hash_seed : str
        Python's, of which the order of sets depends.
    threads : int
        Of OpenMP and BLAS.
    n_jobs : int or None
        Parameter of the estimators that have it.
    """

    hash_seed: str
    threads: int
    n_jobs: int | None = None

    def __str__(self) -> str:
        return f"hash seed {self.hash_seed}, {self.threads} threads, n_jobs={self.n_jobs}"


PROCESSES = (Process("0", 1), Process("1", 2, 2), Process("4294967295", 4, 1))


def fit(folder: Path, every: int) -> int:
    """Fit models, keep them in a folder with rows to convert them by, and return how many cannot be kept.

    Parameters
    ----------
    folder : Path
    every : int
        Take one of so many configurations that the tests compare.
    """
    from tests.estimators.case import data
    from tests.estimators.table import CASES
    from tests.estimators.test_sweep import fitted
    from tests.reproducible.large_models import large_models

    lost = 0
    models = {case.id: (fitted(case), data(case.data).X_test) for case in CASES[::every]} | large_models()
    for number, (name, model) in enumerate(models.items()):
        try:
            content = pickle.dumps((name, *model))
        except (AttributeError, pickle.PicklingError):  # a function without a name
            lost += 1
            continue
        (folder / f"{number:04}.pickle").write_bytes(content)
    return lost


def convert(folder: Path, n_jobs: int | None) -> dict[str, list[str]]:
    """Convert the models of a folder, and return a hash of each file, or what is refused, and the version of Unicode.

    Parameters
    ----------
    folder : Path
    n_jobs : int or None
        Parameter of the estimators that have it.
    """
    import skl2tflite

    found = {}
    for path in sorted(folder.glob("*.pickle")):
        name, estimator, rows = pickle.loads(path.read_bytes())
        if n_jobs is not None:
            asked = [parameter for parameter in estimator.get_params() if parameter.split("__")[-1] == "n_jobs"]
            estimator.set_params(**dict.fromkeys(asked, n_jobs))
        for options in OPTIONS:
            unicode = ""
            try:
                model = skl2tflite.convert(estimator, rows, **options)
                content, unicode = bytes(model), model.facts.versions.get("Unicode", "")
            except skl2tflite.errors.ConversionError as error:
                content = str(error).encode()
            found[f"{name} {options or ''}"] = [hashlib.sha256(content).hexdigest(), unicode]
    return found


def converted_by(python: str | Path, process: Process, folder: Path) -> dict[str, list[str]]:
    """Return what :func:`convert` gives in a fresh process.

    Parameters
    ----------
    python : path-like
        The Python that runs it.
    process : Process
    folder : Path
        That of the models.
    """
    threads = {f"{library}_NUM_THREADS": str(process.threads) for library in LIBRARIES}
    environment = {**os.environ, **threads, "PYTHONHASHSEED": process.hash_seed, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
    command = [str(python), __file__, "--convert", str(folder), "--n-jobs", json.dumps(process.n_jobs)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    if ran.returncode:
        raise SystemExit(f"{python} ({process}) failed:\n{ran.stderr}")
    hashes: dict[str, list[str]] = json.loads(ran.stdout.splitlines()[-1])
    return hashes


def _compare(name: str, hashes: Mapping[str, list[str]], expected: Mapping[str, list[str]]) -> int:
    """Report which files differ, and return their number.

    Parameters
    ----------
    name : str
        What they were converted by.
    hashes, expected : mapping
        What :func:`convert` gave.
    """
    others = [model for model, (_, unicode) in expected.items() if unicode and hashes[model][1] not in ("", unicode)]
    differ = [model for model in expected if model not in others and hashes[model] != expected[model]]
    compared = len(expected) - len(others)
    print(f"{name}: {compared - len(differ)} of {compared} files the same", flush=True)
    if others:
        print(f"    not compared: {len(others)} of texts, as this Python has another version of Unicode")
    for model in differ:
        print(f"    differs: {model}")
    return len(differ)


def main() -> int:
    """Compare, report, and return the exit status: 1 where files differ."""
    from other_python import other_python

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, help="folder of an environment of another Python, made where it is not")
    parser.add_argument(
        "--every", type=int, default=20, help="take one of so many configurations (default: %(default)s)"
    )
    parser.add_argument("--convert", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--n-jobs", type=json.loads, help=argparse.SUPPRESS)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if given.convert is not None:
        print(json.dumps(convert(given.convert, given.n_jobs)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder)
        lost = fit(models, given.every)
        first, *others = PROCESSES
        expected = converted_by(sys.executable, first, models)
        print(
            f"{len(expected)} files of {len(list(models.iterdir()))} models ({lost} hold functions and do not travel)"
        )
        differ = sum(_compare(str(each), converted_by(sys.executable, each, models), expected) for each in others)
        python = None if given.other is None else other_python(given.other)
        if python is not None:
            version = subprocess.run([str(python), "--version"], capture_output=True, text=True, check=True).stdout
            differ += _compare(version.strip(), converted_by(python, first, models), expected)
        elif given.other is not None:
            print("another Python with these packages is not to be had here: only this one was compared")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT)]
    sys.exit(main())
