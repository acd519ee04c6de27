"""The registry of converters by the class of the estimator, to which other packages can add their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any, TypeVar

from skl2tflite.arguments import shown
from skl2tflite.converters.core.refusals import why_not
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError

if TYPE_CHECKING:
    from skl2tflite.converters.core.base import Converter

_Class = TypeVar("_Class", bound=type)

_CONVERTERS: dict[type, type[Any]] = {}

PACKAGE = "skl2tflite.converters"
OPTIONAL = frozenset(
    {
        *("catboost", "category_encoders", "feature_engine", "imblearn", "lightgbm", "mlxtend", "sklego", "skrub"),
        "xgboost",
    }
)
"""Packages whose converters are in ``third_party``, in the module of the same name, imported once the package is."""

ENTRY_POINTS = PACKAGE
"""Packages list modules of converters under this entry-point group."""


def converts(*estimators: type) -> Callable[[_Class], _Class]:
    """Register the decorated converter class for estimator classes.

    Raises
    ------
    ConversionError
        Where one is no class.

    Examples
    --------
    >>> import skl2tflite
    >>> @skl2tflite.converts(MyTransformer)          # doctest: +SKIP
    ... class MyTransformerConverter(skl2tflite.TransformerConverter):
    ...     def transform(self, X):
    ...         return X * self.estimator.factor_
    """
    for estimator in estimators:
        if not isinstance(estimator, type):
            raise ConversionError(f"converts takes classes of estimators, not {shown(estimator)}")

    def register(converter: _Class) -> _Class:
        for estimator in estimators:
            _CONVERTERS[estimator] = converter
        return converter

    return register


@cache
def load_converters() -> None:
    """Import the converters of scikit-learn's estimators."""
    package = import_module(f"{PACKAGE}.sklearn")
    for module in sorted(info.name for info in walk_packages(package.__path__, f"{package.__name__}.")):
        import_module(module)


def load_third_party(package: str) -> None:
    """Import the converters in ``third_party`` of another package's estimators."""
    import_module(f"{PACKAGE}.third_party.{package}")


@cache
def load_packages() -> dict[str, str]:
    """Import the converter modules of installed packages, and return what went wrong, by entry point.

    They are imported once an estimator is met that has no converter here.
    """
    failed = {}
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            entry.load()
        except Exception as error:  # another package's module may raise anything
            failed[f"{entry.name} = {entry.value}"] = f"{type(error).__name__}: {error}"
    return failed


def registered() -> dict[type, type[Any]]:
    """Return every registered estimator class and its converter class."""
    load_converters()
    load_packages()
    for package in sorted(OPTIONAL & sys.modules.keys()):
        load_third_party(package)
    return dict(_CONVERTERS)


def converter_for(estimator: Any, path: str = "") -> Converter:
    """Make the converter of a fitted estimator.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    path : str
        Where it stands in the model, as a Python expression: ``"pipe['scale']"``.

    Raises
    ------
    UnsupportedEstimatorError
        Where no converter is registered for exactly this class: a subclass may compute otherwise.
    """
    load_converters()
    if not hasattr(estimator, "fit"):
        place = path or type(estimator).__name__
        raise ConversionError(f"{place}: {shown(estimator)} is no estimator; give a fitted scikit-learn estimator")
    if isinstance(estimator, type):
        raise ConversionError(f"{path or estimator.__name__} is a class; give a fitted instance of it")
    path = path or type(estimator).__name__
    module = type(estimator).__module__.split(".")[0]
    if module in OPTIONAL:
        load_third_party(module)
    kind = _CONVERTERS.get(type(estimator))
    failed = {} if kind is not None else load_packages()
    kind = kind or _CONVERTERS.get(type(estimator))
    if kind is None and (reason := why_not(type(estimator))):
        raise UnsupportedEstimatorError(f"{path}: {type(estimator).__name__} cannot be converted: {reason}")
    if kind is None:
        raise UnsupportedEstimatorError(
            f"no converter for {type(estimator).__module__}.{type(estimator).__qualname__} at {path}; "
            + (
                "`skl2tflite supported` lists what converts"
                if module == "sklearn" or module in OPTIONAL
                else f"register one with @skl2tflite.converts({type(estimator).__name__}), or, where its methods are "
                f"NumPy code, call skl2tflite.trace({type(estimator).__name__})"
            )
            + "".join(
                f"; the converters of entry point '{name}' could not be loaded ({why})" for name, why in failed.items()
            )
        )
    converter: Converter = kind(estimator, path)
    return converter
