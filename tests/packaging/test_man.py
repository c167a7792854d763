"""The manual pages: sound for a formatter, and nothing that the program has is missing from them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rpcauth.cli.main import rpcauth
from rpcauth.config.settings import walk_settings
from tests.packaging.units import ROOT
from tests.support import debian

DAY = 86_400
PAGES = ("rpcauth.1", "rpcauth.toml.5")
SEEN_ALONE = "referenced manual not found"
"""What is said of pages that are in no manual yet."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(8 * DAY)}
    subprocess.run([sys.executable, ROOT / "packaging" / "man", folder], env=environment, check=True)
    return folder


def test_there_is_a_page_of_the_command_and_one_of_its_configuration(pages: Path) -> None:
    assert sorted(page.name for page in pages.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_the_date_is_the_one_of_the_build(pages: Path, name: str) -> None:
    assert (pages / name).read_text().startswith(".Dd January 9, 1970\n")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_sound_for_mandoc(pages: Path, name: str) -> None:
    try:
        folder = debian.unpack("mandoc")
    except debian.Unavailable as unavailable:
        pytest.skip(str(unavailable))
    command = [str(folder / "usr/bin/mandoc"), "-Tlint", "-Wall", str(pages / name)]
    done = subprocess.run(command, env=debian.environment(folder), capture_output=True, text=True, check=False)
    assert [line for line in done.stdout.splitlines() if SEEN_ALONE not in line] == []


def walk_commands(group: click.Group, above: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        context = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from walk_commands(command, context)
        else:
            yield context.command_path.removeprefix("rpcauth "), command


COMMANDS = dict(walk_commands(rpcauth, click.Context(rpcauth, info_name="rpcauth")))


def read_part(page: Path, title: str) -> list[str]:
    """The lines of one subsection, with hyphens as they are shown."""
    _, _, behind = page.read_text().partition(f"\n.Ss {title}\n")
    part = behind.split("\n.Ss ")[0].split("\n.Sh ")[0]
    return part.replace("\\-", "-").splitlines()


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_stands_there_with_every_option_and_what_it_is_for(pages: Path, path: str) -> None:
    command = COMMANDS[path]
    part = read_part(pages / "rpcauth.1", path)
    assert f".Cm {path}" in part
    first = (command.help or "").split()[0].replace("`", "")
    assert any(first in line for line in part)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            wanted = [f"Fl {name.removeprefix('-')}" for name in parameter.opts]
            assert any(all(name in line for name in wanted) for line in part if line.startswith(".Op "))
            assert parameter.help


@pytest.mark.parametrize("name", ["--config", "--json", "--help"])
def test_what_every_command_has_is_explained_once(pages: Path, name: str) -> None:
    listed = (pages / "rpcauth.1").read_text().replace("\\-", "-").splitlines()
    assert len([line for line in listed if line.startswith(f".It Fl {name[1:]}")]) == 1


@pytest.mark.parametrize("names", [names for names, _ in walk_settings()], ids=".".join)
def test_every_setting_stands_in_its_section_with_its_default(pages: Path, names: tuple[str, ...]) -> None:
    part = read_part(pages / "rpcauth.toml.5", ".".join(names[:-1]))
    at = part.index(f".It Cm {names[-1]}")
    item = part[at + 1 :]
    ends = [number for number, line in enumerate(item) if line.startswith((".It", ".El"))]
    explanation = item[: ends[0]]
    assert any(line.startswith(("Default: ", "Not set; ")) for line in explanation)
    assert len(explanation) >= 2
