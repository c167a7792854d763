"""The express lane for what is asked most: past jsonrpcserver, with the very bytes of the ordinary lane.

createAccessToken with named parameters that fit is only not bound by jsonrpcserver. Whether tokens are good is looked
up for many calls at once.

Law of this file: the lookup answers live tokens alone, and leaves each refusal and each failure to the ordinary lane.
tests/rpc/test_express.py compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from rpcauth.operations.access import check_method
from rpcauth.operations.introspect import find_live_tokens
from rpcauth.rpc.answered import OK, Answered
from rpcauth.rpc.envelope import Call, Malformed
from rpcauth.rpc.invocation import Invocation
from rpcauth.rpc.token_objects import describe_token
from rpcauth.rpc.writing import write_result

METHOD: Final = "oauth2.fetchAccessToken"
UNBOUND: Final = frozenset({"oauth2.createAccessToken"})
"""Methods whose named parameters jsonrpcserver need not bind."""

_NAMES: Final = {"service_key", "access_token"}

_encode: Final = msgspec.json.Encoder().encode


def find_service_key(target: Call | Malformed) -> str | None:
    """The service of a call that may take this lane; neighbours of one service in a batch are looked up together.

    None for everything but a request for one token without `context`.
    """
    if isinstance(target, Malformed) or target.method != METHOD or target.is_notification:
        return None
    service_key, token = _read(target.params)
    return service_key if isinstance(service_key, str) and isinstance(token, str) else None


async def answer_live(service_key: str, calls: Sequence[Call], invocation: Invocation) -> list[Answered | None]:
    """The answers of the calls whose token is live, in their order; None is for the ordinary lane to answer."""
    texts = [_read(call.params)[1] for call in calls]
    try:
        check_method(invocation.caller, METHOD)
        found = await find_live_tokens(invocation.store, invocation.service(service_key), texts)
        results = {text: _encode(describe_token(invocation, token)) for text, token in found.items()}
    except Exception:  # noqa: BLE001 - the ordinary lane meets it again, and tells of it
        return [None] * len(calls)
    return [
        Answered(write_result(call, results[text]), OK, METHOD, service_key) if text in results else None
        for call, text in zip(calls, texts, strict=True)
    ]


def _read(params: list[Any] | dict[str, Any]) -> tuple[Any, Any]:
    """service_key and access_token when these are all the parameters, else nothing twice."""
    if len(params) != len(_NAMES):
        return None, None
    if isinstance(params, list):
        return params[0], params[1]
    return params.get("service_key"), params.get("access_token")
