"""Converters lie where scikit-learn and other packages have the estimators: at the same names of modules."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules, walk_packages

import pytest
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401 - or they are hidden

from skl2tflite.converters import registered, sklearn, third_party
from skl2tflite.converters.core.registry import OPTIONAL, load_third_party

ROOM = sklearn.__name__
SUPPORT = "support"
"""What converters of other packages are made of."""
CONVERTERS = {
    estimator: converter
    for estimator, converter in registered().items()
    if estimator.__module__.split(".")[0] == "sklearn" and converter.__module__.startswith("skl2tflite.")
}
MODULES = [info.name for info in walk_packages(sklearn.__path__, f"{ROOM}.") if not info.ispkg]


def public_module(estimator: type) -> str:
    """Return the module in which scikit-learn documents a class: the path up to the first private name."""
    parts = estimator.__module__.split(".")
    private = next((i for i, part in enumerate(parts) if part.startswith("_")), len(parts))
    return ".".join(parts[:private])


@pytest.mark.parametrize("estimator", CONVERTERS, ids=lambda estimator: estimator.__name__)
def test_a_converter_lies_in_the_module_of_its_estimator(estimator: type) -> None:
    public = public_module(estimator)
    if not estimator.__name__.startswith("_"):
        assert vars(import_module(public))[estimator.__name__] is estimator
    room = public.replace("sklearn", ROOM, 1)
    module = CONVERTERS[estimator].__module__
    assert module == room or module.startswith(f"{room}.")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_converters_of_its_own(module: str) -> None:
    assert module in {converter.__module__ for converter in CONVERTERS.values()}


@pytest.mark.parametrize("name", sorted(info.name for info in iter_modules(sklearn.__path__)))
def test_a_room_has_the_name_of_a_module_of_scikit_learn(name: str) -> None:
    assert not name.startswith("_")
    assert find_spec(f"sklearn.{name}") is not None


def test_modules_of_other_packages_have_their_names() -> None:
    names = {info.name for info in iter_modules(third_party.__path__)}
    assert names == {*OPTIONAL, SUPPORT}


@pytest.mark.parametrize("name", sorted(OPTIONAL))
def test_a_module_of_another_package_has_converters_of_its_estimators(name: str) -> None:
    pytest.importorskip(name)
    load_third_party(name)
    own = {est for est, converter in registered().items() if converter.__module__ == f"{third_party.__name__}.{name}"}
    assert own
    assert {estimator.__module__.split(".")[0] for estimator in own} <= {name, "skl2tflite"}


def test_support_has_no_converters_of_its_own() -> None:
    for name in OPTIONAL & {info.name for info in iter_modules()}:
        load_third_party(name)
    room = f"{third_party.__name__}.{SUPPORT}."
    assert not [converter for converter in registered().values() if converter.__module__.startswith(room)]
