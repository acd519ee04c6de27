"""The arguments of ``convert``, checked once, for Python and the command line alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import get_args

from skl2tflite.arguments import choice, shown, whole
from skl2tflite.backends.backend import Target
from skl2tflite.backends.registry import target_names, target_of
from skl2tflite.backends.tflite.program import MOST_ROWS
from skl2tflite.choices import Categories, Golden, Inputs, OptimizeFor, Precision, Text
from skl2tflite.errors import ConversionError
from skl2tflite.flow.column import TextInput
from skl2tflite.stored import MOST_CHARACTERS


@dataclass(frozen=True, kw_only=True)
class ConversionOptions:
    """How an estimator is to be converted: the arguments of :func:`skl2tflite.convert`, which describes them.

    Raises
    ------
    ConversionError
        Where an argument is not what it may be. Whether the estimator has the methods is not looked at here.
    """

    methods: Sequence[str] | None = None
    target: str = "litert"
    precision: Precision = "exact"
    optimize_for: OptimizeFor | None = None
    max_flash: int | None = None
    max_ram: int | None = None
    inputs: Inputs | None = None
    categories: Categories | None = None
    text: Text | None = None
    batch: int | None = None
    text_length: int | None = None
    golden: Golden | None = "auto"

    def __post_init__(self) -> None:
        runtime = self.runtime
        choice("precision", self.precision, get_args(Precision), ConversionError)
        if self.optimize_for is not None:
            choice("optimize_for", self.optimize_for, get_args(OptimizeFor), ConversionError)
        for name, most in (("max_flash", self.max_flash), ("max_ram", self.max_ram)):
            if most is not None:
                object.__setattr__(self, name, whole(name, most, 0, error=ConversionError))  # for JSON
                if not runtime.is_microcontroller:
                    raise ConversionError(
                        "max_flash and max_ram are for target='micro', whose devices have little of both"
                    )
        if self.inputs is not None:
            choice("inputs", self.inputs, get_args(Inputs), ConversionError)
        if self.categories is not None:
            choice("categories", self.categories, get_args(Categories), ConversionError)
        if self.text is not None:
            choice("text", self.text, get_args(Text), ConversionError)
        if self.golden is not None:
            choice("golden", self.golden, get_args(Golden), ConversionError)
        if self.batch is not None:
            object.__setattr__(self, "batch", whole("batch", self.batch, 1, MOST_ROWS, error=ConversionError))
            if runtime.fixed_batch is not None and not runtime.any_batch and self.batch != runtime.fixed_batch:
                raise ConversionError(f"target {self.target!r} takes one row at a time; leave out batch")
        if self.text_length is not None:
            length = whole("text_length", self.text_length, 1, MOST_CHARACTERS, error=ConversionError)
            object.__setattr__(self, "text_length", length)
            if not runtime.dynamic_lengths:
                raise ConversionError(
                    f"text_length is for files that take texts; those for target {self.target!r} take counts of terms"
                )

    def to_json(self) -> dict[str, object]:
        """Return the options as JSON keeps them, those at their defaults too."""
        fields = asdict(self)
        return {**fields, "methods": None if self.methods is None else list(self.methods)}

    @property
    def runtime(self) -> Target:
        """The runtime that the file is for."""
        *others, last = map(repr, target_names())
        if not isinstance(self.target, str):
            raise ConversionError(f"target is {', '.join(others)} or {last}, not {shown(self.target)}")
        try:
            return target_of(self.target)
        except KeyError:
            raise ConversionError(
                f"unknown target {self.target!r}; the targets are {', '.join([*others, last])}"
            ) from None

    @property
    def forest_layout(self) -> OptimizeFor:
        """What tree ensembles are laid out for: ``optimize_for``, or by default what suits the target."""
        if self.optimize_for is not None:
            return self.optimize_for
        return "size" if self.runtime.is_microcontroller else "latency"

    @property
    def text_input(self) -> TextInput:
        """What the file takes of texts: ``text``, or by default what the target can cut; counts instead of ids."""
        if self.runtime.dynamic_lengths:
            return self.text or "characters"
        return "characters" if self.text == "characters" else "counts"

    @property
    def rows_of_a_call(self) -> int | None:
        """Rows that a call of the file takes: ``batch``, or by default what the target needs; None for any number."""
        return self.runtime.fixed_batch if self.batch is None else self.batch

    @property
    def length_of_texts(self) -> int | None:
        """Length of a text in the file: ``text_length``, or by default what the target needs; None for any."""
        return self.runtime.text_length if self.text_length is None else self.text_length

    @property
    def examples(self) -> Golden | None:
        """What golden rows and typical values the file is to hold: by default made ones, none for microcontrollers."""
        if self.golden != "auto":
            return self.golden
        return None if self.runtime.is_microcontroller else "made"

    @property
    def is_limited(self) -> bool:
        """Whether the model may take so much flash or memory and no more."""
        return self.max_flash is not None or self.max_ram is not None


DEFAULTS = ConversionOptions()
"""The options of a call without any."""
