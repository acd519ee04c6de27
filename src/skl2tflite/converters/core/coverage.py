"""Which methods of which estimators convert: the data of ``skl2tflite supported`` and of the docs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.refusals import is_inference, refused, why_not
from skl2tflite.converters.core.registry import OPTIONAL, registered
from skl2tflite.method_arguments import ARGUMENTS, METHODS, offers


@dataclass(frozen=True)
class Support:
    """Which methods of an estimator convert, and why the others do not.

    Attributes
    ----------
    estimator : str
        Name of the class.
    module : str
        Where users import it from.
    exact : tuple of str
        Methods that give the same bits, or the same labels.
    close : tuple of str
        Methods that give values within ``tolerance``.
    tolerance : float
        As a fraction of the greatest magnitude in a column.
    delegates : bool
        Whether its methods and their accuracy are those of the estimators within.
    targets : tuple of str
        Runtimes that its files are for.
    refused : dict of str to str
        Other public methods that answer for new rows, and why they do not convert.
    reason : str
        Why no method converts; empty where some do.
    """

    estimator: str
    module: str
    exact: tuple[str, ...]
    close: tuple[str, ...]
    tolerance: float
    delegates: bool
    targets: tuple[str, ...]
    refused: dict[str, str]
    reason: str = ""

    @property
    def methods(self) -> tuple[str, ...]:
        """All methods that convert."""
        return tuple(method for method in METHODS if method in self.exact + self.close)


def support_of(estimator: type, converter: type[Converter] | None) -> Support:
    """Return which methods of an estimator class convert with a converter class, or why none does."""
    name, module = estimator.__name__, _public_module(estimator)
    public = [method for method in dir(estimator) if is_inference(method) and _is_method(estimator, method)]
    reasons = {method: reason for method in public if (reason := why_not(estimator, method))}
    if converter is None:
        return Support(name, module, (), (), 0.0, False, (), reasons, why_not(estimator) or "it does not convert yet")
    delegates = hasattr(converter, "inner") or hasattr(converter, "last")
    public += [method for method in ARGUMENTS if offers(estimator, method)]
    methods = [m for m in METHODS if m not in reasons and m in public and (delegates or hasattr(converter, m))]
    of_others = converter.contract is not Converter.contract
    kept = frozenset[str]() if of_others else converter.exact
    tolerance = Converter.tolerance if isinstance(converter.tolerance, property) else converter.tolerance
    exact = tuple(method for method in methods if method in kept)
    close = tuple(method for method in methods if method not in kept)
    return Support(name, module, exact, close, tolerance, delegates, converter.runs_on, reasons)


def survey() -> list[Support]:
    """Return the support of every estimator: scikit-learn's, then those of installed packages."""
    from sklearn.utils import all_estimators

    for package in sorted(OPTIONAL):
        if find_spec(package):
            import_module(package)
    converters = registered()
    classes = {estimator for _, estimator in all_estimators()} | converters.keys() | refused().keys()
    public = [estimator for estimator in classes if not estimator.__name__.startswith("_")]
    entries = [support_of(estimator, converters.get(estimator)) for estimator in public]
    return sorted(entries, key=lambda entry: (not entry.module.startswith("sklearn"), entry.module, entry.estimator))


def _is_method(estimator: type, name: str) -> bool:
    """Return whether an attribute of a class is a method, even one that is available for some parameters only."""
    attribute = next(base.__dict__[name] for base in estimator.__mro__ if name in base.__dict__)
    return callable(attribute) or hasattr(attribute, "fn") or isinstance(attribute, staticmethod | classmethod)


def _public_module(estimator: type) -> str:
    """Return the module that users import an estimator from: two levels deep in scikit-learn, one in other packages."""
    parts = [part for part in estimator.__module__.split(".") if not part.startswith("_")]
    return ".".join(parts[: 2 if parts[0] == "sklearn" else 1 if parts[0] in OPTIONAL else None])
