"""updateAccessToken as Mashery's page writes it: flat client_id and client_secret in place of the client object."""

from __future__ import annotations

from typing import Any

import msgspec

from rpcauth.errors import ParamsInvalid
from rpcauth.rpc.envelope import Call

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


def name_flat_parameters(call: Call) -> Call:
    """The call with a client object if its parameters are flat, else the call as it is.

    Raises ParamsInvalid when there are too many, or both forms at once.
    """
    if call.method != METHOD:
        return call
    params = call.params
    if isinstance(params, list):
        if len(params) < 2 or not isinstance(params[1], str):
            return call
        if len(params) > len(FLAT_ORDER):
            raise ParamsInvalid("$.params")
        params = dict(zip(FLAT_ORDER, params, strict=False))
    if "client_id" not in params and "client_secret" not in params:
        return call
    if "client" in params:
        raise ParamsInvalid("$.params.client")
    return msgspec.structs.replace(call, params=_with_client(params))


def _with_client(params: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in params.items() if name not in ("client_id", "client_secret")}
    client = {name: params[name] for name in ("client_id", "client_secret") if name in params}
    return {**rest, "client": client}
