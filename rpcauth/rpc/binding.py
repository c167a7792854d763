"""jsonrpcserver, for what it is good at: finding the method, binding parameters to its signature, typed results.

Law of this file: jsonrpcserver sees one parsed, checked call at a time, no validator and no deserializer of its own
(its default blocks the loop for seconds on a hostile body), and no exception of a method ever reaches it (it would
put the text on the wire).
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jsonrpcserver import Success, async_dispatch_to_response
from oslash.either import Right

from rpcauth.rpc.envelope import Call
from rpcauth.rpc.invocation import Invocation

Handler = Callable[..., Awaitable[object]]


class BindingFailed(Exception):
    """The parameters do not fit the method. `name` is the first that is missing, None for one too many."""

    def __init__(self, name: str | None) -> None:
        super().__init__("binding failed")
        self.name = name


class Raised:
    """What a method raised, carried through jsonrpcserver as if it were a result."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


def parameters_of(handler: Handler) -> dict[str, bool]:
    """The names that a method's parameters have on the wire, in order, and whether each is required."""
    named = list(inspect.signature(handler).parameters.values())[1:]
    return {parameter.name: parameter.default is parameter.empty for parameter in named}


def _identity(value: Any) -> Any:
    return value


def _wrap(handler: Handler) -> Handler:
    async def method(invocation: Invocation, /, *args: object, **kwargs: object) -> Any:
        try:
            return Success(await handler(invocation, *args, **kwargs))
        except Exception as error:  # noqa: BLE001 - carried out whole, raised again in `invoke`
            return Success(Raised(error))

    # Found once here; jsonrpcserver would inspect it anew with every call, at half its whole cost.
    method.__signature__ = inspect.signature(handler)  # type: ignore[attr-defined]
    return method


class Binding:
    """A table of methods that calls can be put to."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._methods = {name: _wrap(handler) for name, handler in handlers.items()}
        self.parameters = {name: parameters_of(handler) for name, handler in handlers.items()}

    def __contains__(self, method: str) -> bool:
        return method in self._methods

    def order_of(self, method: str) -> tuple[str, ...]:
        """The ordered form of a method's parameters."""
        return tuple(self.parameters[method])

    async def invoke(self, call: Call, invocation: Invocation) -> object:
        """What the method returns, or whatever it raised. Raises BindingFailed. The method is there."""
        request = {"jsonrpc": "2.0", "method": call.method, "params": call.params, "id": 0}
        response: Any = await async_dispatch_to_response(
            request,  # type: ignore[arg-type]
            self._methods,
            context=invocation,
            deserializer=_identity,
            validator=_identity,
        )
        if not isinstance(response, Right):
            raise BindingFailed(self._find_missing(call))
        result: object = response._value.result
        if isinstance(result, Raised):
            raise result.error
        return result

    def _find_missing(self, call: Call) -> str | None:
        parameters = self.parameters[call.method]
        if isinstance(call.params, list):
            given: set[str] = set(list(parameters)[: len(call.params)])
        elif set(call.params) <= set(parameters):
            given = set(call.params)
        else:
            return None
        return next((name for name, required in parameters.items() if required and name not in given), None)
