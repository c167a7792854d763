"""The suites that come with the package (examples/conformance)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import rpcauth


def conformance_folder() -> Path:
    """Where they are: inside an installed package, or beside it in a checkout."""
    package = Path(rpcauth.__file__).parent
    inside = package / "conformance"
    return inside if inside.is_dir() else package.parent / "examples" / "conformance"


def find_files(path: Path) -> Iterator[Path]:
    """A file itself, or the wire example files in a folder and the folders inside it, in the order of their names."""
    if path.is_dir():
        yield from sorted(path.rglob("*.io"))
    else:
        yield path
