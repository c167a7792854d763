"""What a connection tells of its other end."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.server.peers import format_address
from tests.server.test_rest_front import Shop, build
from tests.server.wire import serve


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1", "::1"),
    ],
)
def test_an_address_has_one_text(written: str, canonical: str) -> None:
    assert format_address(written) == canonical


async def test_a_facade_is_told_where_a_request_comes_from(tmp_path: Path) -> None:
    shop = Shop()
    async with serve(facades=[shop]) as house:
        await house.send(build())
    async with serve(facades=[shop], unix=tmp_path / "rpc.sock") as house:
        await house.send(build())
    assert [request.source for request in shop.requests] == ["127.0.0.1", "unix"]
