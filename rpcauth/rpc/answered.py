"""What came of one call, before it is a reply: its bytes, and what the log says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rpcauth.rpc.faults import Failure
from rpcauth.web.messages import RequestLog

OK: Final = "ok"
NOT_EXECUTED: Final = "not_executed"


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


def log_of(answered: Answered) -> RequestLog:
    failure = answered.failure
    if failure is None:
        return RequestLog(answered.method, answered.service_key, answered.outcome)
    return RequestLog(answered.method, answered.service_key, answered.outcome, failure.incident, failure.detail or None)


def log_of_batch(answers: Sequence[Answered]) -> RequestLog:
    """The first failure stands for the batch; the incidents of all its failures are listed in their order."""
    failed = [answered for answered in answers if answered.outcome not in (OK, NOT_EXECUTED)]
    first = log_of((failed or answers)[0])
    failures = (answered.failure for answered in failed)
    incidents = ",".join(failure.incident for failure in failures if failure is not None and failure.incident)
    return RequestLog("batch", first.service_key, first.outcome, incidents or None, first.detail, len(answers))
