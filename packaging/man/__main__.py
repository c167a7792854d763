"""Writes the manual pages into a folder: python packaging/man FOLDER

They are made of what the program itself says of its commands and settings, so they are written anew by every build
and never kept. SOURCE_DATE_EPOCH is their date.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import commands
import settings


def main(folder: Path) -> None:
    told = os.environ.get("SOURCE_DATE_EPOCH")
    moment = time.gmtime(None if told is None else int(told))
    date = time.strftime("%B ", moment) + time.strftime("%d, %Y", moment).lstrip("0")
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "rpcauth.1", commands.page(date))
    write(folder / "rpcauth.toml.5", settings.page(date))


def write(page: Path, lines: Iterator[str]) -> None:
    page.write_text("".join(f"{line}\n" for line in lines), "ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
