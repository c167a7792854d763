"""Whom failures are counted against: the other end, or the rightmost address that no trusted proxy has."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.server.addresses import MAX_HOPS, Addresses

PROXIES = ("10.0.0.0/8", "unix", "2001:db8:1::/48", "127.0.0.1")


def find(source: str | None, *forwarded: str, trusted: tuple[str, ...] = (), behind_proxy: bool = False) -> str | None:
    headers = CIMultiDictProxy(CIMultiDict([("x-forwarded-for", value) for value in forwarded]))
    return Addresses(trusted=trusted, behind_proxy=behind_proxy).find(source, headers)


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:2:3:4:5:6:7", "2001:db8:2:3::/64"),
        ("2001:db8:2:3::1", "2001:db8:2:3::/64"),
        ("127.0.0.1", None),
        ("127.9.9.9", None),
        ("::1", None),
        ("unix", None),
        (None, None),
    ],
)
def test_without_proxies_it_is_the_other_end_whatever_the_request_says(source: str | None, address: str | None) -> None:
    assert find(source, "198.51.100.1") == address


@pytest.mark.parametrize("source", ["203.0.113.7", "10.0.0.1", "127.0.0.1"])
def test_behind_a_proxy_that_is_not_named_it_is_never_known(source: str) -> None:
    assert find(source, "198.51.100.1", behind_proxy=True) is None


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (["198.51.100.1"], "198.51.100.1"),
        (["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        (["192.0.2.66, 198.51.100.1, 10.1.1.1,10.2.2.2"], "198.51.100.1"),
        (["192.0.2.66", "198.51.100.1", "10.1.1.1"], "198.51.100.1"),
        (["198.51.100.1:4711"], "198.51.100.1"),
        (["[2001:db8:9::1]:4711, 2001:db8:1::5"], "2001:db8:9::/64"),
        (["2001:db8:9::1"], "2001:db8:9::/64"),
        (["::ffff:198.51.100.1"], "198.51.100.1"),
        (["192.0.2.66, unknown"], None),
        (["192.0.2.66, _hidden, 10.0.0.3"], None),
        (["192.0.2.66,"], None),
        ([""], None),
        ([], None),
        (["10.0.0.3, 10.0.0.4"], None),
        (["127.0.0.2"], None),
        (["203.0.113.1, " + "10.0.0.1, " * MAX_HOPS + "10.0.0.1"], None),
        (["1" * 10_000], None),
    ],
)
@pytest.mark.parametrize("source", ["10.0.0.1", "unix", "2001:db8:1::2", "127.0.0.1"])
@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_trusted_proxy_names_the_sender(
    source: str, forwarded: list[str], address: str | None, behind_proxy: bool
) -> None:
    assert find(source, *forwarded, trusted=PROXIES, behind_proxy=behind_proxy) == address


def test_who_is_no_trusted_proxy_names_nobody_else() -> None:
    assert find("203.0.113.7", "198.51.100.1", trusted=PROXIES) == "203.0.113.7"
