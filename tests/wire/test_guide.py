"""The documents: what they quote is what the files say, the worked example runs, and no setting is missing."""

from __future__ import annotations

import re
import textwrap
from dataclasses import fields
from pathlib import Path

import pytest

from rpcauth.model import Service
from rpcauth.rpc.methods import METHODS
from rpcauth.wire.parsing import parse
from rpcauth.wire.replay import replay
from tests.support.daemon import run_daemon
from tests.wire.corpus import FILES, ROOT, site_of

GUIDE = (ROOT / "docs" / "from-mashery.md").read_text("utf-8")
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(ROOT.glob("docs/*.md"))}
TEXTS = [(ROOT / file.name).read_text("utf-8") for file in FILES]


def blocks_of(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without their indentation."""
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]


def is_quoted(block: str) -> bool:
    """Whether a block is whole lines of some file."""
    return any(f"\n{block}" in f"\n{text}" for text in TEXTS)


QUOTING = [name for name, text in DOCUMENTS.items() if blocks_of(text, "io") and text != GUIDE]


@pytest.mark.parametrize("name", QUOTING)
def test_what_a_document_quotes_is_what_a_file_says(name: str) -> None:
    assert [block for block in blocks_of(DOCUMENTS[name], "io") if not is_quoted(block)] == []


def test_a_quotation_of_what_no_file_says_is_noticed() -> None:
    (block, *_) = blocks_of(DOCUMENTS["docs/wire-examples.md"], "io")
    assert is_quoted(block)
    assert not is_quoted(block.replace("<< ", "<<  ", 1))


def test_the_worked_example_of_the_guide_does_what_it_shows(tmp_path: Path) -> None:
    (definitions,), (text,) = blocks_of(GUIDE, "toml"), blocks_of(GUIDE, "io")
    with run_daemon(tmp_path, definitions=definitions) as daemon:
        replay(parse("docs/from-mashery.md", text), site_of(daemon, definitions))


@pytest.mark.parametrize(
    "setting", [field.name for field in fields(Service) if field.name not in ("service_key", "name")]
)
def test_every_setting_of_a_service_stands_in_the_guide(setting: str) -> None:
    settings = GUIDE.partition("## Settings of a service")[2].partition("\n## ")[0]
    assert re.search(rf"^\|[^|]*\|[^|]*`{setting}`", settings, re.MULTILINE)


@pytest.mark.parametrize("method", [name.removeprefix("oauth2.") for name in METHODS if name.startswith("oauth2.")])
def test_every_method_stands_in_the_guide(method: str) -> None:
    methods = GUIDE.partition("## Methods")[2].partition("\n## ")[0]
    assert f"`{method}`" in methods
