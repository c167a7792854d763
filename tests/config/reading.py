"""Configurations as an operator writes them, read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from rpcauth.config import Config, load
from rpcauth.errors import ConfigurationInvalid


def load_text(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Config:
    path = folder / "rpcauth.toml"
    path.write_text(text)
    return load(path, environ or {})


def problems_of(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The problems of a text, with the folder taken out of them."""
    with pytest.raises(ConfigurationInvalid) as caught:
        load_text(folder, text, environ)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]
