"""Numbers in units, for messages and tables."""

from __future__ import annotations


def size(n_bytes: int) -> str:
    """Return a number of bytes in the unit that suits it (1 kB is 1000 bytes)."""
    return _in_unit(n_bytes, [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")])


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    return _in_unit(seconds, [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")])


def _in_unit(value: float, units: list[tuple[float, str]]) -> str:
    factor, unit = next((u for u in units if value >= 0.9995 * u[0]), units[-1])
    value /= factor
    return f"{value:.2g} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
