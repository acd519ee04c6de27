"""Saved estimators: .skops files of trusted types, files of boosting libraries, and pickles if the user trusts them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from skl2tflite.cli.boosters import LIBRARIES, read_booster
from skl2tflite.cli.console import one_line, warn
from skl2tflite.cli.trusted_types import BOOSTERS, TRUSTED, with_boosters
from skl2tflite.errors import InvalidFileError, InvalidInputError, MissingDependencyError

PICKLES = frozenset({".pkl", ".pickle", ".joblib"})
SKOPS = ".skops"


def is_estimator_file(path: Path) -> bool:
    """Whether a file's name says that it holds an estimator."""
    return path.suffix.lower() in {SKOPS, *PICKLES, *LIBRARIES}


def read_estimator(path: Path, *, trust_pickle: bool = False, trusted_types: Collection[str] = ()) -> Any:
    """Read a saved estimator.

    Parameters
    ----------
    path : Path
        A .skops file; a .pkl, .pickle or .joblib file if pickles are trusted; or what XGBoost (.json, .ubj), LightGBM
        (.txt) and CatBoost (.cbm, .json) save.
    trust_pickle : bool, default=False
        Whether to load pickles, which can run any code.
    trusted_types : collection of str
        Types that a .skops file may hold beyond the reviewed ones, or "xgboost", "lightgbm" or "catboost" for a model
        of that library.

    Raises
    ------
    InvalidInputError
        Where the file is a pickle without consent, or holds types that are not trusted.
    InvalidFileError
        Where it is damaged or holds something else.
    OSError
        Where it cannot be read.
    """
    from skl2tflite.converters.third_party.support.boosters import as_estimator

    if path.exists() and not path.is_file() and not path.is_dir():
        raise InvalidFileError(f"{path} is no regular file; save the model in one")
    path.open("rb").close()  # a file that is not there, or not readable, is reported as such
    suffix = path.suffix.lower()
    if suffix == SKOPS:
        estimator = _loaded(path, lambda: _load_skops(path, trusted_types))
    elif suffix in LIBRARIES:
        estimator = read_booster(path)
    elif suffix not in PICKLES:
        raise InvalidInputError(
            f"{path}: estimators are read from .skops files (skops.io.dump), or .pkl and .joblib with --trust-pickle; "
            "boosters from XGBoost's .json and .ubj, LightGBM's .txt, CatBoost's .cbm"
        )
    elif not trust_pickle:
        raise InvalidInputError(
            f"{path} is a pickle, and loading a pickle can run any code: give --trust-pickle if you made it, or save "
            "the model with skops.io.dump"
        )
    else:
        estimator = _loaded(path, lambda: _load_pickle(path))
    estimator = as_estimator(estimator)
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise InvalidFileError(f"{path} holds {_kind(estimator)}, not a scikit-learn estimator")
    return estimator


def _loaded(path: Path, load: Callable[[], Any]) -> Any:
    """Return what ``load`` gives. Any exception becomes an InvalidFileError; another version becomes a warning."""
    from sklearn.exceptions import InconsistentVersionWarning

    from skl2tflite.converters.core.saved_versions import saved_by

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", InconsistentVersionWarning)
        try:
            estimator = load()
        except (InvalidInputError, InvalidFileError, MissingDependencyError):
            raise
        except MemoryError:
            raise InvalidFileError(f"{path} cannot be loaded: there is not enough memory for what it holds") from None
        except RecursionError:
            raise InvalidFileError(
                f"{path} cannot be loaded: its parts are nested more deeply than Python follows"
            ) from None
        except Exception as error:  # a damaged or foreign file can raise anything
            version = _version(caught) or _version_within(path)
            raise InvalidFileError(
                f"{path} cannot be loaded: {type(error).__name__}: {one_line(error)}"
                + (f"; {_other_version(version)}" if version else "")
            ) from error
    version = _version(caught)
    saved_by.set(version)
    if version:
        warn(f"{path}: its answers may differ from those of the model that was fitted; {_other_version(version)}")
    return estimator


def _version(caught: list[warnings.WarningMessage]) -> str:
    """Return the version of scikit-learn that a file was made with, if another is installed; else nothing."""
    versions = [getattr(entry.message, "original_sklearn_version", None) for entry in caught]
    return next((str(version) for version in versions if version is not None), "")


def _version_within(path: Path) -> str:
    """Return the same from the bytes of a file that cannot be loaded: parts fail before scikit-learn warns of them."""
    from sklearn import __version__

    content = path.read_bytes()
    if path.suffix.lower() == SKOPS:
        with suppress(Exception), ZipFile(path) as archive:
            content = archive.read("schema.json")
    found = re.search(rb"_sklearn_version.{1,200}?(\d+\.\d+(?:\.\w+)*)", content, flags=re.DOTALL)
    version = found[1].decode() if found else ""
    return "" if version == __version__ else version


def _other_version(version: str) -> str:
    """Say which version of scikit-learn a file was made with, where another is installed, and what to do."""
    from sklearn import __version__

    return (
        f"it was saved by scikit-learn {version}, and {__version__} is installed: convert it where {version} is, "
        "or fit it again"
    )


def _load_skops(path: Path, trusted_types: Collection[str]) -> Any:
    try:
        from skops import io
    except ImportError:
        raise MissingDependencyError(f"{path}: .skops files need skops; pip install 'skl2tflite[skops]'") from None
    from skl2tflite.cli.integrity import check_sound
    from skl2tflite.unpacked_sizes import check_skops

    trusted = TRUSTED | with_boosters(trusted_types)
    try:
        check_skops(path)
        unknown = set(io.get_untrusted_types(file=path)) - trusted
        if unknown:
            raise _untrusted(path, unknown)
        estimator = io.load(path, trusted=sorted(trusted))
    except BadZipFile:
        raise InvalidFileError(f"{path} is not a .skops file, or it is truncated") from None
    try:
        check_sound(estimator)
    except InvalidFileError as error:
        raise InvalidFileError(f"{path} is {error}") from None
    return estimator


def _untrusted(path: Path, types: Collection[str]) -> InvalidInputError:
    """Return the error that names all types that are not trusted; those of a boosting library by the library's name."""
    libraries = sorted(
        library
        for library, names in BOOSTERS.items()
        if any(name.startswith(f"{library}.") for name in names & set(types))
    )
    others = sorted(set(types).difference(*BOOSTERS.values()))
    reasons = [f"types that are not on the list of reviewed ones: {', '.join(others)}"] if others else []
    if libraries:
        reasons.append(
            f"a model of {', '.join(libraries)}, which the library loads from bytes that nobody looks at before"
        )
    return InvalidInputError(
        f"{path} holds {'; and '.join(reasons)}; if you trust the file's maker, add "
        + " ".join(f"--trust-type {name}" for name in [*others, *libraries])
    )


def _load_pickle(path: Path) -> Any:
    import joblib

    return joblib.load(path)


def _kind(value: Any) -> str:
    name = type(value).__qualname__
    return f"the class {value.__qualname__}" if isinstance(value, type) else f"a {name}"
