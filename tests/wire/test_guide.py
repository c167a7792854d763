"""docs/from-mashery.md and docs/wire-examples.md: their examples run, and no setting is missing."""

from __future__ import annotations

import re
import textwrap
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from rpcauth.model import Service
from rpcauth.rpc.methods import METHODS
from tests.support.daemon import run_daemon
from tests.support.wire.files import parse
from tests.support.wire.replay import Credentials, Site, replay

DOCS = Path(__file__).parent.parent.parent / "docs"
GUIDE = (DOCS / "from-mashery.md").read_text("utf-8")
FORMAT = (DOCS / "wire-examples.md").read_text("utf-8")


def block_of(text: str, language: str) -> str:
    """The one fenced block of a language, without its indentation."""
    (block,) = re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(block)


def test_the_worked_example_of_the_guide_does_what_it_shows(tmp_path: Path) -> None:
    definitions = block_of(GUIDE, "toml")
    callers = {
        caller["name"]: Credentials(caller["api_key"], caller["secret"])
        for caller in tomllib.loads(definitions)["callers"]
    }
    with run_daemon(tmp_path, definitions=definitions) as daemon:
        site = Site(host="127.0.0.1", port=daemon.port, callers=callers)
        replay(parse("docs/from-mashery.md", block_of(GUIDE, "io")), site)


def test_the_example_of_the_format_does_what_it_shows(site: Site) -> None:
    replay(parse("docs/wire-examples.md", block_of(FORMAT, "io")), site)


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
