"""Which case has which number: the same file for the same seed of random numbers and number, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from fuzz.mutations.archives import tail, zipped
from fuzz.mutations.bytewise import bytewise
from fuzz.mutations.digests import dropped, redone
from fuzz.mutations.facts import facts
from fuzz.mutations.fields import fields
from fuzz.mutations.heads import heads
from fuzz.mutations.tables import tables
from fuzz.seeds import Seed

Mutate = Callable[[Seed, Random], tuple[bytes, str]]

OF_MODELS: tuple[tuple[Mutate, int], ...] = ((bytewise, 18), (fields, 25), (tables, 32), (facts, 21), (tail, 4))
"""Ways for converted models, and how often each is taken of a hundred times."""
MODELS = 0.92
"""The share of cases that are converted models; the rest are files of estimators and rows."""
DIGESTS = (65, 20, 15)
"""How often of a hundred times a damaged model has a digest of its own, none, and that of the sound file."""


@dataclass(frozen=True)
class Case:
    """A damaged file.

    Attributes
    ----------
    number : int
    seed : Seed
        What it was made from.
    way : str
        The kind of damage.
    done : str
        What was done, in words.
    content : bytes
    """

    number: int
    seed: Seed
    way: str
    done: str
    content: bytes


def make_case(seeds: Sequence[Seed], run: int, number: int) -> Case:
    """Return a case of a run.

    Parameters
    ----------
    seeds : sequence of Seed
    run : int
        What the run's random numbers start from.
    number : int
    """
    random = Random(f"{run} {number}")
    models = random.random() < MODELS
    chosen = [seed for seed in seeds if seed.is_model == models] or list(seeds)
    seed = random.choices(chosen, [1 if "micro" in seed.name else 3 for seed in chosen])[0]
    if seed.is_model:
        ways, weights = zip(*OF_MODELS, strict=True)
        way: Mutate = random.choices(ways, weights)[0]
    else:
        way = random.choice((heads, zipped if seed.suffix == ".skops" else heads, bytewise))
    content, done = way(seed, random)
    if seed.is_model:
        (digest,) = random.choices((redone, dropped, bytes), DIGESTS)
        content = digest(content)
    return Case(number, seed, way.__name__, done, content)
