"""Reading what several administrative methods take."""

from __future__ import annotations

from collections.abc import Mapping

from rpcauth.errors import DefinitionsRefused
from rpcauth.rpc.invocation import Invocation


def read_flag(call: Invocation, name: str, value: object) -> bool:
    """True or false. Raises ParamsInvalid."""
    if not isinstance(value, bool):
        raise call.reader.fail(name)
    return value


def read_known(call: Invocation, name: str, value: object, among: Mapping[str, object]) -> str:
    """A name that is among those that there are. Raises ParamsInvalid, DefinitionsRefused."""
    key = call.reader.text(name, value)
    if key not in among:
        raise DefinitionsRefused([f'{name} "{key}" is not known; `rpcauth export` lists what is'])
    return key
