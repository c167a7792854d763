"""What RPCAUTH_URL may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.cli.failures import CommandFailed
from rpcauth.cli.transport import Endpoint, parse_url


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://127.0.0.1:8700", Endpoint(name="http://127.0.0.1:8700", host="127.0.0.1", port=8700)),
        ("http://[::1]:8700/", Endpoint(name="http://[::1]:8700/", path="/", host="::1", port=8700)),
        (
            "https://a.example/v2/json-rpc/7",
            Endpoint(name="https://a.example/v2/json-rpc/7", path="/v2/json-rpc/7", host="a.example", is_tls=True),
        ),
        ("unix:/run/rpcauth.sock", Endpoint(name="unix:/run/rpcauth.sock", unix=Path("/run/rpcauth.sock"))),
    ],
)
def test_a_url_names_an_endpoint(url: str, endpoint: Endpoint) -> None:
    assert parse_url(url) == endpoint


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8700", "ftp://a.example", "http://", "http://a.example:http/", "http://me:hunter2@a.example"]
)
def test_another_url_is_a_mistake_of_whoever_typed_it_and_is_not_repeated(url: str) -> None:
    with pytest.raises(CommandFailed) as refused:
        parse_url(url)
    assert refused.value.exit_code == 2
    assert "hunter2" not in refused.value.message
