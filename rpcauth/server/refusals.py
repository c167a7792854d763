"""Why a request gets no further than HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

NO_METHOD: Final = "-"
"""What the log says of the method of a request whose body was not read."""

CLIENT_GONE: Final = "client_gone"
"""What the log says of a request whose client left before all of it had come."""


class Refusal(Exception):
    """The request is answered with `status` alone. `lines` are header lines; `outcome` is what the log says of it."""

    def __init__(self, status: HTTPStatus, *lines: str, outcome: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.lines = lines
        self.outcome = outcome or f"http_{status.value}"


class CallerUnproven(Exception):
    """Nobody that may call has made this request. Answered as JSON-RPC's -32001, before the body is read.

    `shows`: it came with credentials, which are wrong.
    """

    def __init__(self, *, shows: bool) -> None:
        super().__init__("caller unproven")
        self.shows = shows
