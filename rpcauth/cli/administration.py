"""Administrative methods from the command line: by the running daemon, else on the store itself.

The daemon is asked on its administrative socket. Where nobody answers there, the store is opened here, under its
lock, and the same method runs on it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rpcauth.cli.failures import CommandFailed, Misused, Refused, Unreachable
from rpcauth.cli.options import say
from rpcauth.cli.transport import NobodyListens, encode_call, post, unix_endpoint

if TYPE_CHECKING:
    from rpcauth.config import Config

PATIENCE = 300.0
"""Seconds for an answer: a definitions file with thousands of secrets to hash takes a while."""

_ADVICE: Mapping[int, tuple[type[CommandFailed], str]] = {
    -32001: (Refused, "not allowed; become root, or the user that the daemon runs as"),
    -32003: (CommandFailed, "the store cannot answer now; type: rpcauth doctor"),
    -32601: (CommandFailed, "the daemon does not know this; it is of another version: start it anew"),
}


def administer(
    config: Config, method: str, params: Mapping[str, object] | None = None, *, prepares: bool = False
) -> Any:
    """The result of an administrative method. Raises CommandFailed, StoreRefused.

    With `prepares` an empty or older store is made ready first, and a missing master key beside an empty one.
    """
    call = encode_call(method, params)
    reply = ask_daemon(config, call)
    if reply is None:
        reply = asyncio.run(_ask_store(config, call, prepares=prepares))
    if "error" in reply:
        raise _failure_of(reply["error"])
    return reply["result"]


def ask_daemon(config: Config, call: bytes) -> dict[str, Any] | None:
    """The running daemon's reply to an encoded call; None where none runs."""
    try:
        return post(unix_endpoint(config.server.admin.path), call, timeout=PATIENCE)
    except NobodyListens:
        return None


def is_running(config: Config) -> bool:
    """Whether a daemon answers on the administrative socket."""
    return ask_daemon(config, encode_call("test.hello")) is not None


async def _ask_store(config: Config, call: bytes, *, prepares: bool) -> dict[str, Any]:
    from rpcauth.app.core import ADMINISTRATOR, open_core
    from rpcauth.rpc.dialect import RPC
    from rpcauth.storage.lock import StoreLocked

    if not prepares:
        await _check_ready(config)
    try:
        async with open_core(config, say) as core:
            reply = await core.admin_dispatcher(call, ADMINISTRATOR, RPC)
    except StoreLocked:
        what = f"{config.storage.url.path}: in use by another process, and nobody answers at {config.server.admin}"
        advice = "name the configuration that this process was started with, or wait until it has ended"
        raise Unreachable(f"{what}; {advice}") from None
    decoded: dict[str, Any] = json.loads(reply.body)
    return decoded


async def _check_ready(config: Config) -> None:
    """Only `serve`, `apply` and `migrate` make or change what is there; the others want it as it must be."""
    from rpcauth.errors import StoreRefused
    from rpcauth.storage.opening import is_empty, pending_migrations

    path = config.storage.url.path
    if is_empty(path):
        what = f"{path}: no store here, and no daemon answers at {config.server.admin}"
        raise Unreachable(f"{what}; make one: rpcauth apply FILE, or: rpcauth serve")
    if await pending_migrations(path):
        raise StoreRefused(f"{path}: the store is older than this rpcauth; type: rpcauth migrate")


def _failure_of(error: Mapping[str, Any]) -> CommandFailed:
    data = error.get("data")
    if isinstance(data, dict) and "problems" in data:
        return Misused("\n".join(data["problems"]))
    kind, text = _ADVICE.get(error["code"], (CommandFailed, str(error["message"])))
    if isinstance(data, dict) and "incident" in data:
        text += f"; the log has incident {data['incident']}"
    return kind(text)
