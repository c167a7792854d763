"""docs/gateways.md says what is so: its settings can be written, and it knows every header and every word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rpcauth.config import Authz, load
from rpcauth.rest.oauth2 import authz, gateway_requests
from rpcauth.rest.oauth2.identity import AUTH_HEADERS

GUIDE = (Path(__file__).parents[3] / "docs" / "gateways.md").read_text("utf-8")
SETTINGS = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
WORDS = {
    word
    for module in (authz, gateway_requests)
    for word in re.findall(r'GatewayFault\("(\w+)"\)', Path(str(module.__file__)).read_text("utf-8"))
}


@pytest.mark.parametrize("text", SETTINGS)
def test_its_settings_can_be_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rpcauth.toml"
    path.write_text(text)
    assert load(path, {}).authz != Authz()


def test_it_knows_every_header_and_every_word() -> None:
    assert len(SETTINGS) > 1
    assert len(WORDS) > 5
    told = set(re.findall(r"`([\w-]+)`", GUIDE))
    assert {*WORDS, *AUTH_HEADERS, *gateway_requests.DECIDING} - {"X-Original-URL"} - told == set()
