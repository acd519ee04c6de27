"""What each runtime can execute.

The facts are in ``capabilities.json``, measured by ``scripts/probe_targets.py``: which operators a runtime
has for which dtypes, up to which rank they compute correctly, and which operator version a file must name.
An integer dtype means plain integers: a kernel that needs quantization parameters is no support for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from skl2tflite.backends.tflite.releases import from_release, lacking, losing_nan, release_of, releases
from skl2tflite.errors import UnsupportedOnTarget

__all__ = ["MOST_JOINED", "TARGETS", "Target", "get_target"]

MOST_JOINED = 10
"""Operands that TFLM's CONCATENATION takes (``kMaxInputNum`` of its kernel)."""

_Kernels: TypeAlias = Mapping[str, Mapping[str, tuple[int, int]]]
_Rules: TypeAlias = Mapping[str, Mapping[str, int | Mapping[str, int]]]


@dataclass(frozen=True)
class Target:
    """A runtime and what it can execute.

    Operators are named as in the TFLite schema (``"SELECT_V2"``), dtypes as in NumPy (``"float32"``,
    ``"int32"``, ``"bool"``, ``"int8"``, ``"int16"``, ``"int64"``) plus ``"string"``. The dtype of an operator
    is that of the data it moves or computes on: the operands of a comparison, the table of a GATHER, the
    branches of a SELECT. CAST has two, written ``"float32->int32"``.

    Parameters
    ----------
    name : str
        ``"litert"``, the LiteRT interpreter with or without XNNPACK, ``"micro"``, TensorFlow Lite Micro, or ``"web"``,
        LiteRT.js in its builds for processors with and without relaxed SIMD.
    fixed_batch : int, optional
        Number of rows of every call, by default; None where a call may have any number.
    any_batch : bool, default=True
        Whether a file may be written for another fixed number of rows.
    text_length : int, optional
        Code points of a text in a file, by default; None where texts may have any length.
    holds_one_method : bool, default=False
        Whether the runtime runs a file's first subgraph only, so that a file holds one method.
    has_strings : bool, default=True
        Whether it has tensors of strings.
    dynamic_lengths : bool, default=True
        Whether lengths of arrays may be known only at run time, as those of texts are.
    is_microcontroller : bool, default=False
        Whether it runs on microcontrollers, which have little flash and memory: every byte of a file counts there, and
        what only hosts read is left out of it.
    has_xnnpack : bool, default=True
        Whether XNNPACK's kernels, which round otherwise than the runtime's own, may compute an operator.
    max_concatenated : int, optional
        Operands that CONCATENATION takes; None for any number.
    has_empty_tensors : bool, default=True
        Whether tensors may have no elements.
    dynamic_inputs : bool, default=True
        Whether a call may decide about lengths of inputs, such as the number of rows.
    has_bool_inputs : bool, default=True
        Whether inputs and outputs may hold booleans; else they are integers, 0 and 1.
    saturates : bool, default=False
        Whether sums and products stop at the greatest float32 number, where others give infinity.
    has_older_releases : bool, default=False
        Whether apps have older releases of the runtime than today's, which were measured.
    oldest : str, optional
        The oldest of them that is to run the file, as all later ones are; None where today's alone has to.
    """

    name: str
    fixed_batch: int | None = None
    any_batch: bool = True
    text_length: int | None = None
    holds_one_method: bool = False
    has_strings: bool = True
    dynamic_lengths: bool = True
    is_microcontroller: bool = False
    has_xnnpack: bool = True
    max_concatenated: int | None = None
    has_empty_tensors: bool = True
    dynamic_inputs: bool = True
    has_bool_inputs: bool = True
    saturates: bool = False
    has_older_releases: bool = False
    oldest: str | None = None

    def since(self, version: str) -> Target:
        """Return the target with what all releases have from a version on.

        Raises
        ------
        ValueError
            Where that is no version, or older than all that were measured.
        """
        return replace(self, oldest=release_of(version))

    def lacking(self, operator: str, dtype: str, rank: int, broadcast: bool = False) -> tuple[str, ...]:
        """Return the releases, of those that are to run the file, that do not compute an operator right.

        Parameters
        ----------
        operator : str
        dtype : str
        rank : int
            Highest rank among the operator's operands and results.
        broadcast : bool, default=False
            Whether the first two operands differ in shape.
        """
        return () if self.oldest is None else lacking(operator, dtype, rank, self.oldest, broadcast)

    def runs_everywhere(self, operator: str, dtype: str, rank: int, broadcast: bool = False) -> bool:
        """Tell whether all releases that were measured compute an operator right; parameters as :meth:`lacking` has."""
        return not self.has_older_releases or not lacking(operator, dtype, rank, releases()[0], broadcast)

    @property
    def _kernels(self) -> _Kernels:
        return cast("_Kernels", _capabilities()["targets"][self.name])

    @property
    def operators(self) -> frozenset[str]:
        """Names of the operators that the runtime has."""
        return frozenset(self._kernels)

    def supports(self, operator: str, dtype: str, rank: int | None = None) -> bool:
        """Tell whether the runtime has a correct kernel.

        Parameters
        ----------
        operator : str
        dtype : str
        rank : int, optional
            Highest rank among the operator's data operands and results. Not checked when absent.

        Returns
        -------
        bool
        """
        limits = self._kernels.get(operator, {}).get(dtype)
        if limits is None or (rank is not None and rank > limits[1]):
            return False
        return not self.lacking(operator, dtype, 1 if rank is None else rank)

    def loses_nan(self, operator: str, rank: int) -> bool:
        """Tell whether a kernel was found to give numbers for NaN, where the operator and NumPy give NaN.

        Where older releases are to run the file, whether a kernel of one of them was.

        Parameters
        ----------
        operator : str
        rank : int
            Highest rank among the operator's operands.

        Returns
        -------
        bool
        """
        highest: int = _capabilities()["loses_nan"].get(self.name, {}).get(operator, 0)
        if self.oldest is not None and not set(from_release(self.oldest)).isdisjoint(losing_nan(operator)):
            return True
        return rank <= highest

    def version(self, operator: str, dtype: str, *, rank: int | None = None, **rules: bool) -> int:
        """Return the lowest operator version that has what the operator needs.

        Older runtimes then refuse the file instead of misreading it.

        Parameters
        ----------
        operator : str
        dtype : str
        rank : int, optional
            Highest rank among the operator's operands; some operators need a newer version above rank 4.
        **rules : bool
            Features of this use of the operator that may need a newer version: ``broadcast`` (operands differ
            in shape), ``batch_dims`` (not zero), ``int16_indices``, ``no_bias``, ``keep_num_dims``,
            ``new_axis``. An operator to which a feature means nothing ignores it.

        Returns
        -------
        int

        Raises
        ------
        UnsupportedOnTarget
            If the runtime has no such kernel.
        ValueError
            If no operator knows a rule.
        """
        limits = self._kernels.get(operator, {}).get(dtype)
        if limits is None:
            raise UnsupportedOnTarget(f"target {self.name!r} has no {operator} for {dtype}")
        known = cast("_Rules", _capabilities()["rules"])
        unknown = rules.keys() - {rule for of_operator in known.values() for rule in of_operator}
        if unknown:
            raise ValueError(f"no operator has a version rule {sorted(unknown)[0]!r}")
        active = {rule for rule, holds in rules.items() if holds} | {"rank"}
        version = limits[0]
        for rule, needed in known.get(operator, {}).items():
            if rule not in active:
                continue
            if isinstance(needed, int):
                version = max(version, needed)
            else:  # {rank from which: version}
                version = max([version, *(v for r, v in needed.items() if (rank or 0) >= int(r))])
        return version

    def max_rank(self, operator: str, dtype: str | None = None) -> int:
        """Return the highest rank with correct results, 0 when the runtime lacks the operator.

        Parameters
        ----------
        operator : str
        dtype : str, optional
            Without it, the rank that every dtype of the operator reaches.

        Returns
        -------
        int
            At most 8, the highest rank measured.
        """
        kernels = self._kernels.get(operator, {})
        if dtype is not None:
            return kernels[dtype][1] if dtype in kernels else 0
        return min((rank for _, rank in kernels.values()), default=0)

    def dtypes(self, operator: str) -> frozenset[str]:
        """Return the dtypes for which the runtime has the operator, empty when it lacks the operator.

        Parameters
        ----------
        operator : str

        Returns
        -------
        frozenset of str
        """
        return frozenset(self._kernels.get(operator, {}))


_LITERT = Target("litert", has_older_releases=True)
_MICRO = Target(
    "micro",
    fixed_batch=1,
    any_batch=False,
    holds_one_method=True,
    has_strings=False,
    dynamic_lengths=False,
    is_microcontroller=True,
    has_xnnpack=False,
    max_concatenated=MOST_JOINED,
    has_empty_tensors=False,
    dynamic_inputs=False,
    saturates=True,
)
_WEB = Target("web", fixed_batch=1, text_length=1024, has_strings=False, dynamic_inputs=False, has_bool_inputs=False)
TARGETS: Mapping[str, Target] = MappingProxyType({target.name: target for target in (_LITERT, _MICRO, _WEB)})


def get_target(name: str) -> Target:
    """Return the target of that name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Target

    Raises
    ------
    ValueError
        If there is no such target.
    """
    try:
        return TARGETS[name]
    except KeyError:
        known = ", ".join(repr(known) for known in TARGETS)
        raise ValueError(f"unknown target {name!r}; the targets are {known}") from None


@cache
def _capabilities() -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath("capabilities.json").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, Any]]", json.loads(text))
