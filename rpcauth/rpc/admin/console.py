"""The administrative methods for the console: a key to it, and what else may be called there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from rpcauth.model import Caller
from rpcauth.rpc.binding import Handler, parameters_of
from rpcauth.rpc.invocation import Invocation

OpenConsole = Callable[[Caller], Mapping[str, Any]]
"""From who asks to the console's `url`, with a fresh key in its fragment, and when it `expires`.

Raises DefinitionsRefused where there is no console, CallerRefused where the one who asks may have no key.
"""


class ConsoleMethods:
    """The methods. `others` are the administrative methods that they stand beside."""

    def __init__(self, open_console: OpenConsole, others: Mapping[str, Handler]) -> None:
        self._open_console = open_console
        self._others = others

    def handlers(self) -> dict[str, Handler]:
        """The table of methods."""
        return {"admin.openConsole": self.open_console, "admin.methods": self.methods}

    async def open_console(self, call: Invocation, /) -> object:
        """A fresh key to the console, good for twelve hours and until the daemon ends."""
        return self._open_console(call.caller)

    async def methods(self, call: Invocation, /) -> object:
        """Every administrative method with its parameters. The contract's own are in rpc.discover."""
        table = {**self._others, **self.handlers()}
        return [_describe(name, handler) for name, handler in table.items()]


def _describe(name: str, handler: Handler) -> Mapping[str, Any]:
    summary, _, _ = (inspect.getdoc(handler) or "").partition("\n")
    params = [{"name": one, "required": required} for one, required in parameters_of(handler).items()]
    return {"name": name, "summary": summary, "params": params}
