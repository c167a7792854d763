"""The two dialects of the contract, §1, row by row."""

from __future__ import annotations

import pytest

from rpcauth.rpc.dialect import MASHERY, RPC, Dialect


@pytest.mark.parametrize(
    ("code", "on_rpc", "on_mashery"),
    [
        (-32700, 200, 400),
        (-32600, 200, 400),
        (-32601, 200, 400),
        (-32602, 200, 400),
        (-32603, 200, 500),
        (-2001, 200, 400),
        (-32001, 200, 400),
        (-32002, 429, 429),
        (-32003, 503, 503),
    ],
)
def test_a_single_calls_error_has_the_status_of_its_dialect(code: int, on_rpc: int, on_mashery: int) -> None:
    assert (RPC.status_of(code), MASHERY.status_of(code)) == (on_rpc, on_mashery)


@pytest.mark.parametrize(("dialect", "status"), [(RPC, 401), (MASHERY, 403)])
def test_an_unproven_caller_has_the_status_of_its_dialect(dialect: Dialect, status: int) -> None:
    assert dialect.unproven_caller_status == status


def test_only_mashery_callers_are_told_404_for_an_unknown_token() -> None:
    assert RPC.unknown_token_error == "invalid_token"
    assert MASHERY.unknown_token_error == 404
    assert type(MASHERY.unknown_token_error) is int


def test_only_rpc_replies_may_have_members_that_mashery_lacks() -> None:
    assert (RPC.extra_members, MASHERY.extra_members) == (True, False)
