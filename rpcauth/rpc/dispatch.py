"""From the bytes of a request to the bytes of its reply. It answers whatever it is given, and does not raise.

A batch is done in order, each element seeing what its predecessors did; one bad element never spoils another.
"""

from __future__ import annotations

import msgspec

from rpcauth.errors import ParamsInvalid
from rpcauth.model import Caller
from rpcauth.rpc.access import check_method
from rpcauth.rpc.binding import Binding, BindingFailed, Handler
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.envelope import Call, Malformed, parse
from rpcauth.rpc.faults import Failure, failure_of
from rpcauth.rpc.invocation import Backend, Invocation
from rpcauth.rpc.methods import HANDING_OUT, METHODS
from rpcauth.rpc.params import Reader
from rpcauth.rpc.quirks import name_flat_parameters
from rpcauth.rpc.reply import Reply, RequestLog
from rpcauth.rpc.writing import METHOD_NOT_FOUND, fault_of, write_batch, write_error, write_result

_encode = msgspec.json.Encoder().encode

OK = "ok"
NOT_EXECUTED = "not_executed"


class Answered:
    """One call's reply bytes (empty for a notification) and its log entry."""

    __slots__ = ("body", "failure", "method", "outcome", "service_key")

    def __init__(
        self, body: bytes, outcome: str, method: str, service_key: str | None, failure: Failure | None = None
    ) -> None:
        self.body = body
        self.outcome = outcome
        self.method = method
        self.service_key = service_key
        self.failure = failure


class Dispatcher:
    """Answers requests (server/front.RpcDispatch). `extra` methods stand beside those of the contract."""

    def __init__(self, backend: Backend, *, batch_limit: int, extra: dict[str, Handler] | None = None) -> None:
        self._backend = backend
        self._batch_limit = batch_limit
        self._binding = Binding({**METHODS, **(extra or {})})
        self._orders = {name: self._binding.order_of(name) for name in self._binding.parameters}

    async def __call__(self, body: bytes, caller: Caller, dialect: Dialect) -> Reply:
        parsed = parse(body, batch_limit=self._batch_limit)
        if isinstance(parsed, list):
            return await self._answer_batch(parsed, caller, dialect)
        answered = await self._answer(parsed, caller, dialect)
        if not answered.body:
            return Reply(204, b"", _log_of(answered))
        failure = answered.failure
        if failure is None:
            return Reply(200, answered.body, _log_of(answered))
        return Reply(dialect.status_of(failure.fault.code), answered.body, _log_of(answered), failure.retry_after)

    async def _answer_batch(self, batch: list[Call | Malformed], caller: Caller, dialect: Dialect) -> Reply:
        answers = [await self._answer(element, caller, dialect) for element in batch]
        bodies = [answered.body for answered in answers if answered.body]
        log = _log_of_batch(answers)
        return Reply(200, write_batch(bodies), log) if bodies else Reply(204, b"", log)

    async def _answer(self, target: Call | Malformed, caller: Caller, dialect: Dialect) -> Answered:
        if isinstance(target, Malformed):
            fault = fault_of(target)
            return Answered(write_error(target, fault, dialect), str(int(fault.code)), "-", None, Failure(fault, ""))
        method = target.method
        if method not in self._binding:
            return self._answer_unknown(target, dialect)
        if target.is_notification and method in HANDING_OUT:
            return Answered(b"", NOT_EXECUTED, method, None)
        order = self._orders[method] if isinstance(target.params, list) else None
        invocation = Invocation(self._backend, caller, dialect, Reader(order))
        try:
            check_method(caller, method)
            result = _encode(await self._invoke(target, invocation))
        except Exception as error:  # noqa: BLE001 - every failure becomes an answer; unexpected ones are logged there
            failure = failure_of(error, dialect)
            body = b"" if target.is_notification else write_error(target, failure.fault, dialect)
            return Answered(body, failure.outcome, method, invocation.service_key, failure)
        body = b"" if target.is_notification else write_result(target, result)
        return Answered(body, OK, method, invocation.service_key)

    async def _invoke(self, call: Call, invocation: Invocation) -> object:
        try:
            return await self._binding.invoke(name_flat_parameters(call), invocation)
        except BindingFailed as failed:
            raise invocation.reader.fail(failed.name) if failed.name else ParamsInvalid("$.params") from None

    def _answer_unknown(self, call: Call, dialect: Dialect) -> Answered:
        # The name is the request's own text: the log gets a dash, or a secret sent as a method would stand in it.
        failure = Failure(METHOD_NOT_FOUND, str(int(METHOD_NOT_FOUND.code)))
        body = b"" if call.is_notification else write_error(call, METHOD_NOT_FOUND, dialect)
        return Answered(body, failure.outcome, "-", None, failure)


def _log_of(answered: Answered) -> RequestLog:
    failure = answered.failure
    if failure is None:
        return RequestLog(answered.method, answered.service_key, answered.outcome)
    return RequestLog(answered.method, answered.service_key, answered.outcome, failure.incident, failure.detail or None)


def _log_of_batch(answers: list[Answered]) -> RequestLog:
    """The first failure stands for the batch; the incidents of all its failures are listed in their order."""
    logs = [_log_of(answered) for answered in answers]
    first = next((log for log in logs if log.outcome not in (OK, NOT_EXECUTED)), logs[0])
    incidents = ",".join(log.incident for log in logs if log.incident is not None)
    return RequestLog("batch", first.service_key, first.outcome, incidents or None, first.detail, len(logs))
