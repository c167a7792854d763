"""What came of one call, before it is a reply: its bytes, and what the log says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rpcauth.rpc.faults import Failure
from rpcauth.web.incidents import Incident
from rpcauth.web.messages import RequestLog

OK: Final = "ok"
NOT_EXECUTED: Final = "not_executed"


class Answered:
    """One call's reply bytes (empty for a notification) and its log entry."""

    __slots__ = ("body", "client_id", "failure", "method", "outcome", "service_key")

    def __init__(
        self,
        body: bytes,
        outcome: str,
        method: str,
        service_key: str | None,
        failure: Failure | None = None,
        *,
        client_id: str | None = None,
    ) -> None:
        self.body = body
        self.outcome = outcome
        self.method = method
        self.service_key = service_key
        self.failure = failure
        self.client_id = client_id


def log_of(answered: Answered) -> RequestLog:
    failure, client_id = answered.failure, answered.client_id
    if failure is None:
        return RequestLog(answered.method, answered.service_key, answered.outcome, client_id=client_id)
    return RequestLog(
        answered.method,
        answered.service_key,
        answered.outcome,
        failure.incident,
        failure.detail or None,
        client_id=client_id,
    )


def log_of_batch(answers: Sequence[Answered]) -> RequestLog:
    """The first failure stands for the batch; the incidents of all its failures are listed in their order."""
    failed = [answered for answered in answers if answered.outcome not in (OK, NOT_EXECUTED)]
    first = (failed or answers)[0]
    return RequestLog(
        "batch",
        first.service_key,
        first.outcome,
        calls=len(answers),
        incidents=tuple(_incidents_of(failed)),
    )


def _incidents_of(failed: Sequence[Answered]) -> Iterator[Incident]:
    for one in failed:
        failure = one.failure
        if failure is not None and failure.incident is not None:
            yield Incident(
                failure.incident, one.method, one.service_key, one.client_id, one.outcome, failure.detail or None
            )
