"""Scalars whose text more than one format shares."""

from __future__ import annotations


def format_double(value: float) -> str:
    """A finite number as .NET writes it: 15 digits where they are enough, else 17; `0`, `1.5E+300`."""
    text = f"{value:.15G}"
    return text if float(text) == value else f"{value:.17G}"
