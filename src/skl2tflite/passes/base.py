"""What a pass is: a name, a sentence, and a function from graph to graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from skl2tflite.graph import Graph


@dataclass(frozen=True)
class Pass:
    """A rewrite of graphs.

    Attributes
    ----------
    name : str
        As listed by ``skl2tflite inspect --passes``.
    summary : str
        What it does, in a sentence.
    function : callable
        Takes a graph, returns the rewritten one and notes on what was done or why not.
    exact : bool
        Whether every result keeps its bits; other passes run only under ``precision="fast"``.
    for_size : bool
        Whether it runs, under either precision, only where a small file is wanted: for microcontrollers above all.
    """

    name: str
    summary: str
    function: Callable[[Graph], tuple[Graph, list[str]]]
    exact: bool = True
    for_size: bool = False
