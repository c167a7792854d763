"""What operators' programs ask of a daemon on its own listener: numbers, whether it lives, and whether it is ready.

Nobody proves anything here and nothing here is secret. No request is logged: there are some every few seconds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPMethod, HTTPStatus
from typing import Final, Protocol

from rpcauth.log.bridge import describe_error
from rpcauth.log.lines import LineLog
from rpcauth.server.answers import TEXT_TYPE, Answer, answer_status, build_head
from rpcauth.server.exchange import Exchange

METRICS: Final = "/metrics"
LIVE: Final = "/livez"
READY: Final = "/readyz"

_METHODS: Final = (HTTPMethod.GET, HTTPMethod.HEAD)


class Subject(Protocol):
    """Whom it is asked of."""

    content_type: str

    def render(self) -> bytes:
        """All numbers, as text."""

    def tell(self) -> tuple[bool, str]:
        """Whether it is ready; and if not, why, in lines for people."""


class MetricsFront:
    """Answers one request after the other (connections.Handler)."""

    def __init__(self, subject: Subject, log: LineLog) -> None:
        self._subject = subject
        self._log = log
        self._answers: dict[str, Callable[[], Answer]] = {
            METRICS: self._answer_metrics,
            LIVE: self._answer_live,
            READY: self._answer_ready,
        }

    async def __call__(self, exchange: Exchange) -> Answer:
        """The answer to one request. A query says nothing here, and a body is not read."""
        path, _ = exchange.split_target()
        answer = self._answers.get(path)
        if answer is None:
            return answer_status(HTTPStatus.NOT_FOUND)
        if exchange.message.method not in _METHODS:
            return answer_status(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: GET, HEAD")
        return answer()

    def answer_defect(self, exchange: Exchange, error: BaseException | None) -> Answer:
        """500 for what should not happen; the log tells where it did."""
        self._log.event(logging.ERROR, "defect", describe_error(error))
        return answer_status(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _answer_metrics(self) -> Answer:
        return Answer(build_head(HTTPStatus.OK, self._subject.content_type), self._subject.render())

    def _answer_live(self) -> Answer:
        # The event loop has come this far.
        return Answer(build_head(HTTPStatus.OK, TEXT_TYPE), b"alive\n")

    def _answer_ready(self) -> Answer:
        is_ready, text = self._subject.tell()
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return Answer(build_head(status, TEXT_TYPE), text.encode())
