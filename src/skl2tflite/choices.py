"""The values that arguments of ``convert`` may have."""

from __future__ import annotations

from typing import Literal, TypeAlias

Precision: TypeAlias = Literal["exact", "fast"]
"""Whether passes keep every bit, or may change how results are rounded."""
OptimizeFor: TypeAlias = Literal["latency", "throughput", "size"]
"""What tree ensembles are laid out for: one row at a time, hundreds of rows at once, or a small file."""
Inputs: TypeAlias = Literal["matrix", "columns"]
"""One input tensor for all features, or one for each column."""
Categories: TypeAlias = Literal["strings", "codes"]
"""How a file takes columns of text: as strings, or as positions in a vocabulary."""
Text: TypeAlias = Literal["characters", "tokens"]
"""How a file takes texts that a vectorizer reads: as code points, or as ids of their terms."""
Golden: TypeAlias = Literal["auto", "made", "rows"]
"""What golden rows and typical values a file holds: made ones, rows that were given, or those that suit the target."""
