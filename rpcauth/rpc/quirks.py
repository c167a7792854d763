"""updateAccessToken as Mashery's page writes it: flat client_id and client_secret in place of the client object."""

from __future__ import annotations

from typing import Any

import msgspec

from rpcauth.errors import ParamsInvalid
from rpcauth.rpc.envelope import Call
from rpcauth.rpc.params import Reader

METHOD = "oauth2.updateAccessToken"

#: The page's ordered form, told from ours by its second parameter being a string.
FLAT_ORDER = (
    "service_key",
    "client_id",
    "client_secret",
    "access_token",
    "scope",
    "expires_in",
    "user_context",
    "context",
)


def is_flat_ordered(call: Call) -> bool:
    """Whether the parameters stand in FLAT_ORDER."""
    return (
        call.method == METHOD
        and isinstance(call.params, list)
        and len(call.params) > 1
        and isinstance(call.params[1], str)
    )


def name_flat_parameters(call: Call, reader: Reader) -> Call:
    """The call with a client object if its parameters are flat, else the call as it is.

    Raises ParamsInvalid when there are too many, both forms at once, or no good client_id: here it stands at the top.
    """
    if call.method != METHOD:
        return call
    params = call.params
    if isinstance(params, list):
        if not is_flat_ordered(call):
            return call
        if len(params) > len(FLAT_ORDER):
            raise ParamsInvalid("$.params")
        params = dict(zip(FLAT_ORDER, params, strict=False))
    if "client_id" not in params and "client_secret" not in params:
        return call
    if "client" in params:
        raise ParamsInvalid("$.params.client")
    return msgspec.structs.replace(call, params=_with_client(params, reader))


def _with_client(params: dict[str, Any], reader: Reader) -> dict[str, Any]:
    rest = {name: value for name, value in params.items() if name not in ("client_id", "client_secret")}
    client = {
        "client_id": reader.text("client_id", params.get("client_id")),
        "client_secret": reader.optional_text("client_secret", params.get("client_secret")),
    }
    return {**rest, "client": client}
