"""jsonrpcserver, for what it is good at: finding the method, binding parameters to its signature, typed results.

Law of this file: jsonrpcserver sees one parsed, checked call at a time, no validator and no deserializer of its own
(its default blocks the loop for seconds on a hostile body), and it calls a method only to get its coroutine, which is
awaited outside: no exception of a method ever reaches it (it would put the text on the wire).
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jsonrpcserver import Success
from jsonrpcserver.dispatcher import dispatch_request
from jsonrpcserver.request import Request
from oslash.either import Right

from rpcauth.rpc.envelope import Call
from rpcauth.rpc.invocation import Invocation

Handler = Callable[..., Awaitable[object]]


class BindingFailed(Exception):
    """The parameters do not fit the method. `name` is the first that is missing, None for one too many."""

    def __init__(self, name: str | None) -> None:
        super().__init__("binding failed")
        self.name = name


def parameters_of(handler: Handler) -> dict[str, bool]:
    """The names that a method's parameters have on the wire, in order, and whether each is required."""
    named = list(inspect.signature(handler).parameters.values())[1:]
    return {parameter.name: parameter.default is parameter.empty for parameter in named}


def _wrap(handler: Handler) -> Callable[..., Any]:
    def method(invocation: Invocation, /, *args: object, **kwargs: object) -> Any:
        return Success(handler(invocation, *args, **kwargs))

    # Found once here; jsonrpcserver would inspect it anew with every call, at half its whole cost.
    method.__signature__ = inspect.signature(handler)  # type: ignore[attr-defined]
    return method


class Binding:
    """A table of methods that calls can be put to."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)
        self._methods = {name: _wrap(handler) for name, handler in handlers.items()}
        self.parameters = {name: parameters_of(handler) for name, handler in handlers.items()}
        self._required = {
            method: frozenset(name for name, required in parameters.items() if required)
            for method, parameters in self.parameters.items()
        }

    def __contains__(self, method: str) -> bool:
        return method in self._methods

    def order_of(self, method: str) -> tuple[str, ...]:
        """The ordered form of a method's parameters."""
        return tuple(self.parameters[method])

    def bind_named(self, call: Call, invocation: Invocation) -> Awaitable[object] | None:
        """The same without jsonrpcserver, where every parameter is named and they fit; else None."""
        given = call.params
        if not isinstance(given, dict):
            return None
        if not self._required[call.method] <= given.keys() <= self.parameters[call.method].keys():
            return None
        return self._handlers[call.method](invocation, **given)

    def bind(self, call: Call, invocation: Invocation) -> Awaitable[object]:
        """The method's work, not begun yet: await it once. Raises BindingFailed. The method is there."""
        # The dispatch behind jsonrpcserver's entry points, which would run each call in a task of its own.
        _, bound = dispatch_request(self._methods, invocation, Request(call.method, call.params, id=0))
        if not isinstance(bound, Right):
            raise BindingFailed(self._find_missing(call))
        coroutine: Awaitable[object] = bound._value.result
        return coroutine

    def _find_missing(self, call: Call) -> str | None:
        parameters = self.parameters[call.method]
        if isinstance(call.params, list):
            given: set[str] = set(list(parameters)[: len(call.params)])
        elif set(call.params) <= set(parameters):
            given = set(call.params)
        else:
            return None
        return next((name for name, required in parameters.items() if required and name not in given), None)
