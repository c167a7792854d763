"""From the bytes of a request to the bytes of its reply. It answers whatever it is given, and does not raise.

A batch is done in order, each element seeing what its predecessors did; one bad element never spoils another.
"""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import groupby
from time import perf_counter_ns
from typing import Any

import msgspec

from rpcauth.errors import ParamsInvalid
from rpcauth.model import Caller
from rpcauth.operations.access import check_method
from rpcauth.rpc.answered import NOT_EXECUTED, OK, Answered, log_of, log_of_batch
from rpcauth.rpc.binding import Binding, BindingFailed, Handler
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.envelope import Call, Malformed, parse
from rpcauth.rpc.express import UNBOUND, answer_live, find_service_key
from rpcauth.rpc.faults import Failure, failure_of
from rpcauth.rpc.invocation import Backend, Invocation
from rpcauth.rpc.methods import HANDING_OUT, METHODS
from rpcauth.rpc.params import Reader
from rpcauth.rpc.quirks import FLAT_ORDER, is_flat_ordered, name_flat_parameters
from rpcauth.rpc.reply import Reply
from rpcauth.rpc.writing import METHOD_NOT_FOUND, fault_of, write_batch, write_error, write_result
from rpcauth.storage.port import CALLER

_encode = msgspec.json.Encoder().encode

# The express lane reads no parameter by its place: what it cannot read, the ordinary lane reads again.
_NAMED = Reader(None)


class Dispatcher:
    """Answers requests (server/front.RpcDispatch). `extra` methods stand beside those of the contract.

    Without `express` every call takes the ordinary lane; the replies are the same.
    """

    def __init__(
        self, backend: Backend, *, batch_limit: int, extra: dict[str, Handler] | None = None, express: bool = True
    ) -> None:
        self._backend = backend
        self._batch_limit = batch_limit
        self._express = express
        self._binding = Binding({**METHODS, **(extra or {})})
        self._orders = {name: self._binding.order_of(name) for name in self._binding.parameters}

    async def __call__(self, body: bytes, caller: Caller, dialect: Dialect) -> Reply:
        parsed = parse(body, batch_limit=self._batch_limit)
        if isinstance(parsed, list):
            return await self._answer_batch(parsed, caller, dialect)
        (answered,) = await self._answer_run(self._find_lane(parsed), [parsed], caller, dialect)
        if not answered.body:
            return Reply(204, b"", log_of(answered))
        failure = answered.failure
        if failure is None:
            return Reply(200, answered.body, log_of(answered))
        return Reply(dialect.status_of(failure.fault.code), answered.body, log_of(answered), failure.retry_after)

    async def _answer_batch(self, batch: list[Call | Malformed], caller: Caller, dialect: Dialect) -> Reply:
        if self._backend.caller_rate is not None:
            self._backend.caller_rate.charge(caller.name, len(batch) - 1, perf_counter_ns())
        answers: list[Answered] = []
        for service_key, run in groupby(batch, self._find_lane):
            answers += await self._answer_run(service_key, list(run), caller, dialect)
        bodies = [answered.body for answered in answers if answered.body]
        log = log_of_batch(answers)
        return Reply(200, write_batch(bodies), log) if bodies else Reply(204, b"", log)

    def _find_lane(self, target: Call | Malformed) -> str | None:
        return find_service_key(target) if self._express else None

    async def _answer_run(
        self, service_key: str | None, run: list[Any], caller: Caller, dialect: Dialect
    ) -> list[Answered]:
        """Neighbours in a batch, in their order: with a service_key, calls for the express lane."""
        if service_key is None:
            return [await self._answer(target, caller, dialect) for target in run]
        live = await answer_live(service_key, run, Invocation(self._backend, caller, dialect, _NAMED))
        return [one or await self._answer(call, caller, dialect) for call, one in zip(run, live, strict=True)]

    async def _answer(self, target: Call | Malformed, caller: Caller, dialect: Dialect) -> Answered:
        if isinstance(target, Malformed):
            fault = fault_of(target)
            return Answered(write_error(target, fault, dialect), str(int(fault.code)), "-", None, Failure(fault, ""))
        method = target.method
        if method not in self._binding:
            return self._answer_unknown(target, dialect)
        if target.is_notification and method in HANDING_OUT:
            return Answered(b"", NOT_EXECUTED, method, None)
        invocation = Invocation(self._backend, caller, dialect, Reader(self._order_of(target)))
        asked = CALLER.set(caller.name)
        try:
            check_method(caller, method)
            result = _encode(await self._bind(target, invocation))
        except Exception as error:  # noqa: BLE001 - every failure becomes an answer; unexpected ones are logged there
            failure = failure_of(error, dialect)
            body = b"" if target.is_notification else write_error(target, failure.fault, dialect)
            service_key, client_id = invocation.service_key, invocation.client_id
            return Answered(body, failure.outcome, method, service_key, failure, client_id=client_id)
        finally:
            CALLER.reset(asked)
        body = b"" if target.is_notification else write_result(target, result)
        return Answered(body, OK, method, invocation.service_key, client_id=invocation.client_id)

    def _order_of(self, call: Call) -> tuple[str, ...] | None:
        """The names of the parameters by place, None where they are named."""
        if not isinstance(call.params, list):
            return None
        return FLAT_ORDER if is_flat_ordered(call) else self._orders[call.method]

    def _bind(self, call: Call, invocation: Invocation) -> Awaitable[object]:
        try:
            if self._express and call.method in UNBOUND:
                work = self._binding.bind_named(call, invocation)
                if work is not None:
                    return work
            return self._binding.bind(name_flat_parameters(call, invocation.reader), invocation)
        except BindingFailed as failed:
            raise invocation.reader.fail(failed.name) if failed.name else ParamsInvalid("$.params") from None

    def _answer_unknown(self, call: Call, dialect: Dialect) -> Answered:
        # The name is the request's own text: the log gets a dash, or a secret sent as a method would stand in it.
        failure = Failure(METHOD_NOT_FOUND, str(int(METHOD_NOT_FOUND.code)))
        body = b"" if call.is_notification else write_error(call, METHOD_NOT_FOUND, dialect)
        return Answered(body, failure.outcome, "-", None, failure)
