"""What other people's code logs, in the form of our lines: the standard library's loggers and the event loop's errors.

An exception is told by its type and by where it was raised, never by its text: that may quote a request.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os.path
import traceback
from typing import Any, Final

from rpcauth.log.lines import Field, LineLog
from rpcauth.log.tally import Tally

MAX_FRAMES: Final = 12
_OUT_OF_RESOURCES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class LineHandler(logging.Handler):
    """A handler for the standard library's loggers that writes to a LineLog."""

    def __init__(self, log: LineLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._log.event(
            record.levelno, "log", {"logger": record.name, "message": _read_message(record), **describe_error(error)}
        )


def report_loop_errors(loop: asyncio.AbstractEventLoop, log: LineLog) -> None:
    """Sends what nobody awaited or caught to `log` instead of asyncio's own logger, which prints values."""

    not_accepted = Tally(log, "connections_not_accepted", loop)

    def report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _OUT_OF_RESOURCES and "socket" in context:
            # asyncio tells of every try to accept, many in a turn.
            not_accepted.add(errno.errorcode[error.errno])
            return
        # Some messages go on with the repr of a callback and its arguments.
        message = str(context.get("message", "")).partition("(")[0].partition("<")[0].rstrip()
        log.event(logging.ERROR, "loop_error", {"message": message, **describe_error(error)})

    loop.set_exception_handler(report)


def describe_error(error: BaseException | None) -> dict[str, Field]:
    """The fields that tell of `error`: its type, and the innermost frames as `file:line function`."""
    if error is None:
        return {}
    stack = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    frames = [f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in stack[-MAX_FRAMES:]]
    return {"exception": type(error).__name__, "where": frames}


def _read_message(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):
        # The arguments do not fit the format: the format alone still says what it was about.
        message = str(record.msg)
    return message.encode("utf-8", "backslashreplace").decode()
