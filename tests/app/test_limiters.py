"""What the configuration makes of the limits by address: whose word counts on where a request comes from."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.app.limiters import Limiters
from rpcauth.config import load
from rpcauth.server.exchange import Exchange
from rpcauth.server.peers import Peer

STRANGER, PROXY, SENDER = "203.0.113.7", "192.0.2.1", "198.51.100.1"


def exchange_from(source: str) -> Exchange:
    """The part of an exchange that addresses are found by."""
    headers = CIMultiDictProxy(CIMultiDict({"X-Forwarded-For": SENDER}))
    parts: Any = SimpleNamespace(
        connection=SimpleNamespace(peer=Peer(source=source)), message=SimpleNamespace(headers=headers)
    )
    return cast(Exchange, parts)


@pytest.mark.parametrize(
    ("server", "of_stranger", "of_proxy"),
    [
        ("", STRANGER, PROXY),
        ("behind_tls_proxy = true", None, None),
        (f'trusted_proxies = ["{PROXY}"]', STRANGER, SENDER),
        (f'behind_tls_proxy = true\ntrusted_proxies = ["{PROXY}"]', STRANGER, SENDER),
    ],
    ids=["plain", "behind a proxy", "trusted", "behind a trusted proxy"],
)
def test_failures_count_against_whoever_is_known_to_have_sent_them(
    tmp_path: Path, server: str, of_stranger: str | None, of_proxy: str | None
) -> None:
    (tmp_path / "rpcauth.toml").write_text(f"[server]\n{server}\n")
    admission = Limiters(load(tmp_path / "rpcauth.toml", {})).admission
    assert admission.find_address(exchange_from(STRANGER)) == of_stranger
    assert admission.find_address(exchange_from(PROXY)) == of_proxy
