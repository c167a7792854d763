"""Sources whose word counts: addresses, networks, and the unix socket."""

from __future__ import annotations

import pytest

from rpcauth.web.trusted_sources import TrustedSources

SOURCES = ("127.0.0.1", "::1", "192.0.2.0/24", "2001:db8::/32")


@pytest.mark.parametrize(
    ("source", "trusted"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", False),
        ("::1", True),
        ("::2", False),
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("2001:db8:1::1", True),
        ("2001:db9::1", False),
        ("unix", False),
        (None, False),
    ],
)
def test_a_source_is_trusted_by_address_or_network(source: str | None, trusted: bool) -> None:
    assert (source in TrustedSources(SOURCES)) is trusted
    assert source not in TrustedSources(())


def test_unix_is_named_like_an_address() -> None:
    assert "unix" in TrustedSources(("unix",))
    assert "127.0.0.1" not in TrustedSources(("unix",))
    assert None not in TrustedSources(("unix",))
