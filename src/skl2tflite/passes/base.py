"""The type of a pass: a name, a summary, and a function from graph to graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from skl2tflite.graph import Graph


@dataclass(frozen=True)
class Pass:
    """A rewriting of graphs.

    Attributes
    ----------
    name : str
        As listed by ``skl2tflite inspect --passes``.
    summary : str
        What it does, in a sentence.
    function : callable
        Takes a graph, returns the rewritten graph and notes that say what was done, or why something was not.
    exact : bool
        Whether every result keeps its bits. Other passes run only under ``precision="fast"`` or, with ``for_size``,
        where a small file is wanted; those that run last, when text has its codes, only round sums otherwise.
    for_size : bool
        Whether it runs only where a small file is wanted, under either precision: on microcontrollers, for example.
    """

    name: str
    summary: str
    function: Callable[[Graph], tuple[Graph, list[str]]]
    exact: bool = True
    for_size: bool = False
