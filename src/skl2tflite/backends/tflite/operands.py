"""How many operands and results each builtin operator has, which may be absent, and of which dtypes they are.

Runtimes believe a file here: some kernels read an operand without asking whether there is one. ``operators.json`` has
a signature for every operator of the schema, after LiteRT's kernels and the types that its converter gives
(``scripts/make_format_tables.py`` writes it). ``T`` is
one dtype that all places of that name share. ``?`` marks an operand that may be absent, ``+`` one or more, ``*`` any
number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from skl2tflite.backends.tflite.program import OperatorDef, Subgraph

_SAME, _ANY = "T", "any"


@dataclass(frozen=True)
class Place:
    """One operand or result, or the last ones."""

    dtypes: frozenset[str]
    is_optional: bool
    repeats: str

    def takes(self, dtype: str, shared: str | None) -> bool:
        """Whether a dtype may be here, where ``T`` is another one already."""
        if _ANY in self.dtypes or dtype in self.dtypes or (_SAME in self.dtypes and shared in (None, dtype)):
            return True
        return dtype.startswith("q") and dtype[1:] in self.dtypes

    def __str__(self) -> str:
        return " or ".join(sorted(self.dtypes))


@dataclass(frozen=True)
class Side:
    """All operands, or all results."""

    places: tuple[Place, ...]

    @property
    def least(self) -> int:
        """The least number of them."""
        places = list(self.places)
        while places and (places[-1].is_optional or places[-1].repeats == "*"):
            places.pop()
        return len(places)

    @property
    def most(self) -> int | None:
        """The greatest number; None where there is none."""
        return None if any(place.repeats for place in self.places) else len(self.places)

    def place(self, index: int) -> Place:
        """Return what is said of the operand at an index."""
        return self.places[min(index, len(self.places) - 1)]

    def count_fault(self, count: int, what: str) -> str:
        """Say what is wrong with a number of operands, nothing where it is right."""
        if self.least <= count and (self.most is None or count <= self.most):
            return ""
        most = f" to {self.most}" if self.most is not None else " or more"
        return f"has {count} {what}, expected {self.least}{'' if self.most == self.least else most}"


@dataclass(frozen=True)
class Operands:
    """The operands and results of an operator."""

    inputs: Side
    outputs: Side

    def faults(self, operator: OperatorDef, subgraph: Subgraph) -> Iterator[str]:
        """Say what an operator has otherwise; its indices are within the subgraph's tensors, or -1."""
        wrong = list(self.count_faults(operator))
        yield from wrong
        shared: str | None = None
        for side, indices, what in (
            (self.inputs, operator.inputs, "operand"),
            (self.outputs, operator.outputs, "result"),
        ):
            for position, index in enumerate(() if wrong else indices):
                if index == -1:
                    continue
                place, dtype = side.place(position), subgraph.tensors[index].dtype
                if not place.takes(dtype, shared):
                    expected = str(place).replace(_SAME, shared or _SAME)
                    yield f"has {dtype} as {what} {position}, expected {expected}"
                elif _SAME in place.dtypes and shared is None:
                    shared = dtype

    def count_faults(self, operator: OperatorDef) -> Iterator[str]:
        """Say how an operator has too many operands or results, too few, or lacks one that it needs."""
        for side, indices, what in (
            (self.inputs, operator.inputs, "operand"),
            (self.outputs, operator.outputs, "result"),
        ):
            fault = side.count_fault(len(indices), f"{what}s")
            if fault:
                yield fault
                continue
            for position, index in enumerate(indices):
                if index == -1 and not side.place(position).is_optional:
                    yield f"lacks {what} {position}"


@dataclass(frozen=True)
class _Alternatives(Operands):
    """The operands of an operator of which there is more than one form."""

    others: tuple[Operands, ...] = ()

    def faults(self, operator: OperatorDef, subgraph: Subgraph) -> Iterator[str]:
        """Say what is otherwise than in the first form, where it is in all."""
        if all(any(other.faults(operator, subgraph)) for other in self.others):
            yield from super().faults(operator, subgraph)

    def count_faults(self, operator: OperatorDef) -> Iterator[str]:
        """Say what is otherwise than in the first form, where it is in all."""
        if all(any(other.count_faults(operator)) for other in self.others):
            yield from super().count_faults(operator)


def operands_of(name: str) -> Operands | None:
    """Return what the operands of an operator are, None where the schema does not know it."""
    return _table().get(name)


@cache
def _table() -> Mapping[str, Operands]:
    text = files(__package__).joinpath("operators.json").read_text(encoding="utf-8")
    signatures: dict[str, str | list[str]] = json.loads(text)["operators"]
    return {name: _operands(signature) for name, signature in signatures.items()}


def _operands(signature: str | Sequence[str]) -> Operands:
    if not isinstance(signature, str):
        first, *others = map(_operands, signature)
        return _Alternatives(first.inputs, first.outputs, tuple(others))
    inputs, _, outputs = signature.partition("->")
    return Operands(_side(inputs), _side(outputs))


def _side(text: str) -> Side:
    return Side(tuple(_place(part.strip()) for part in text.split(",") if part.strip()))


def _place(text: str) -> Place:
    dtypes = text.rstrip("?+*")
    marks = text[len(dtypes) :]
    return Place(frozenset(dtypes.split("|")), "?" in marks, marks.replace("?", ""))
