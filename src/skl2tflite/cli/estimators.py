"""Saved estimators: .skops files by a list of trusted types, pickles only on consent."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from skl2tflite.cli.console import one_line, warn
from skl2tflite.cli.trusted_types import TRUSTED
from skl2tflite.errors import InvalidFileError, InvalidInputError, MissingDependencyError

PICKLES = frozenset({".pkl", ".pickle", ".joblib"})
SKOPS = ".skops"


def is_estimator_file(path: Path) -> bool:
    """Whether a file's name says that it holds an estimator."""
    return path.suffix.lower() in {SKOPS, *PICKLES}


def read_estimator(path: Path, *, trust_pickle: bool = False, trusted_types: Collection[str] = ()) -> Any:
    """Read a saved estimator.

    Parameters
    ----------
    path : Path
        A .skops file; a .pkl, .pickle or .joblib file if pickles are trusted.
    trust_pickle : bool, default=False
        Whether to load pickles, which can run any code.
    trusted_types : collection of str
        Types that a .skops file may hold beyond the reviewed ones.

    Raises
    ------
    InvalidInputError
        Where the file is a pickle without consent, or holds types that are not trusted.
    InvalidFileError
        Where it is damaged or holds something else.
    OSError
        Where it cannot be read.
    """
    path.open("rb").close()  # the plainest error first
    suffix = path.suffix.lower()
    if suffix == SKOPS:
        estimator = _loaded(path, lambda: _load_skops(path, trusted_types))
    elif suffix not in PICKLES:
        raise InvalidInputError(
            f"{path}: estimators are read from .skops files (skops.io.dump), or .pkl and .joblib with --trust-pickle"
        )
    elif not trust_pickle:
        raise InvalidInputError(
            f"{path} is a pickle, and loading a pickle can run any code: give --trust-pickle if you made it, or save "
            "the model with skops.io.dump"
        )
    else:
        estimator = _loaded(path, lambda: _load_pickle(path))
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise InvalidFileError(f"{path} holds {_kind(estimator)}, not a scikit-learn estimator")
    return estimator


def _loaded(path: Path, load: Callable[[], Any]) -> Any:
    """Load, and turn whatever goes wrong into one line; versions that differ become one warning."""
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", InconsistentVersionWarning)
        try:
            estimator = load()
        except (InvalidInputError, InvalidFileError, MissingDependencyError, MemoryError):
            raise
        except Exception as error:  # a damaged or foreign file can raise anything
            raise InvalidFileError(
                f"{path} cannot be loaded: {type(error).__name__}: {one_line(error)}" + _older(caught)
            ) from error
    older = _older(caught)
    if older:
        warn(f"{path}{older}: its answers, and what is converted, may differ from what was fitted")
    return estimator


def _older(caught: list[warnings.WarningMessage]) -> str:
    """Say which version of scikit-learn a file was made with, if another is installed."""
    for entry in caught:
        original = getattr(entry.message, "original_sklearn_version", None)
        if original is not None:
            return f" was saved by scikit-learn {original}, and {entry.message.current_sklearn_version} is installed"  # type: ignore[union-attr]
    return ""


def _load_skops(path: Path, trusted_types: Collection[str]) -> Any:
    try:
        from skops import io
    except ImportError:
        raise MissingDependencyError(f"{path}: .skops files need skops; pip install 'skl2tflite[skops]'") from None
    from skl2tflite.cli.soundness import check_sound

    trusted = TRUSTED | set(trusted_types)
    try:
        unknown = sorted(set(io.get_untrusted_types(file=path)) - trusted)
        if unknown:
            raise InvalidInputError(
                f"{path} holds types that are not on the list of reviewed ones: {', '.join(unknown)}; if you trust the "
                f"file's maker, add {' '.join(f'--trust-type {name}' for name in unknown)}"
            )
        estimator = io.load(path, trusted=sorted(trusted))
    except BadZipFile:
        raise InvalidFileError(f"{path} is not a .skops file, or it is truncated") from None
    try:
        check_sound(estimator)
    except InvalidFileError as error:
        raise InvalidFileError(f"{path} is {error}") from None
    return estimator


def _load_pickle(path: Path) -> Any:
    import joblib

    return joblib.load(path)


def _kind(value: Any) -> str:
    name = type(value).__qualname__
    return f"the class {value.__qualname__}" if isinstance(value, type) else f"a {name}"
