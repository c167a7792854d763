"""The daemon's log: one JSON object (or text) a line, gathered in memory and written in batches off the hot path.

Three kinds of line, told apart by `event`: `request`, what the standard library's loggers say (bridge.py), and the
daemon's own events. Request lines wait for at most 50 ms; all others are written at once, for the process may be dying.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias

import msgspec

from rpcauth.log.redaction import mask_named, scrub
from rpcauth.log.sink import Sink, descriptor_sink, is_journal
from rpcauth.model import Millis
from rpcauth.web.incidents import Incident
from rpcauth.web.messages import RequestLog

Field: TypeAlias = str | int | float | bool | list[str] | None
RequestWatch: TypeAlias = Callable[[str, RequestLog, int], None]
"""Is told of each request: the label of the front or façade that answered it, what it was, and its microseconds."""

FLUSH_SECONDS: Final = 0.05
FLUSH_BYTES: Final = 65_536
MAX_TEXT: Final = 256
"""Code points of a request's method that its line shows: a caller may send any."""

_PRIORITIES: Final = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_NAMES: Final = {level: logging.getLevelName(level).lower() for level in _PRIORITIES}


class LineStyle(StrEnum):
    JSON = "json"
    TEXT = "text"


class IncidentLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One refused call of a batch, within the line of the batch."""

    incident: str
    method: str
    service: str | None
    outcome: str
    detail: str | None
    client: str | None = None


class RequestLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One answered request. `microseconds` runs from its headers to its reply; `caller` is null when not proven.

    `trace` is `<trace-id>-<parent-id>` of the request's traceparent header.
    """

    time: str
    level: str
    event: str
    method: str
    caller: str | None
    service: str | None
    status: int
    outcome: str
    microseconds: int
    calls: int
    incident: str | None = None
    detail: str | None = None
    client: str | None = None
    trace: str | None = None
    source: str | None = None
    incidents: tuple[IncidentLine, ...] = ()


class LineLog:
    """Writes lines of at least `level` to `sink`. May be used from any thread.

    Lines are batched only once `attach` has named the event loop; until then, and from other threads, each is written
    at once. `prefixed` puts journald's `<priority>` before every line (sd-daemon(3)). `lost` counts the lines that the
    sink did not take.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        clock: Callable[[], Millis],
        style: LineStyle = LineStyle.JSON,
        level: int = logging.INFO,
        prefixed: bool = False,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self.restyle(style=style, level=level)
        self._prefixed = prefixed
        self._lock = threading.Lock()
        self._lines = bytearray()
        self._lost = 0
        self.lost = 0
        self._watch: RequestWatch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stamp = (-1, "")

    def restyle(self, *, style: LineStyle, level: int) -> None:
        """Write the next lines in another form, and from another level on."""
        self._render = _render_json if style is LineStyle.JSON else _render_text
        self._level = level

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Batches what comes from the current thread, in which `loop` runs."""
        self._loop = loop
        self._loop_thread = threading.get_ident()

    def detach(self) -> None:
        """Writes what waits and batches no more: before the loop stops."""
        self._loop = None
        self.flush()

    def watch_requests(self, watch: RequestWatch) -> None:
        """Have `watch` called for every request from now on, in the thread that counts it."""
        self._watch = watch

    def count(self, label: str, what: RequestLog, microseconds: int) -> None:
        """Tells of a request, whatever the level of the lines is."""
        if self._watch is not None:
            self._watch(label, what, microseconds)

    def request(
        self, what: RequestLog, *, status: int, caller: str | None, microseconds: int, trace: str | None = None
    ) -> None:
        """One answered request; with an incident it is a warning, otherwise information. A defect has an event too."""
        level = logging.WARNING if what.incident or what.incidents else logging.INFO
        if level < self._level:
            return
        line = RequestLine(
            self._time(),
            _NAMES[level],
            "request",
            what.method[:MAX_TEXT],
            caller,
            what.service_key,
            status,
            what.outcome,
            microseconds,
            what.calls,
            what.incident,
            what.detail,
            what.client_id,
            trace,
            what.source,
            tuple(map(_line_of, what.incidents)) if what.incidents else (),
        )
        self._append(level, self._render(line))
        self._flush_soon()

    def event(self, level: int, event: str, fields: Mapping[str, Field]) -> None:
        """An event of the daemon itself, written at once. `level` is one of logging's; fields never hold a secret."""
        if level < self._level:
            return
        line = {"time": self._time(), "level": _NAMES[_round_down(level)], "event": event, **fields}
        self._append(level, mask_named(self._render(line)))
        self.flush()

    def flush(self) -> None:
        """Writes every line that waits. A sink that fails loses them: they are counted, and the count is logged."""
        with self._lock:
            if self._timer is not None:
                self._timer = self._cancel(self._timer)
            lines, self._lines = self._lines, bytearray()
            if not lines:
                return
            try:
                self._sink(scrub(self._describe_loss() + bytes(lines)))
            except OSError:
                lost = lines.count(b"\n")
                self._lost += lost
                self.lost += lost
            else:
                self._lost = 0

    def _append(self, level: int, rendered: bytes) -> None:
        with self._lock:
            self._lines += self._prefix(level) + rendered + b"\n"

    def _flush_soon(self) -> None:
        if self._loop is None or threading.get_ident() != self._loop_thread or len(self._lines) >= FLUSH_BYTES:
            self.flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(FLUSH_SECONDS, self.flush)

    def _cancel(self, timer: asyncio.TimerHandle) -> asyncio.TimerHandle | None:
        # Cancelling is the loop thread's alone; left to fire, the timer finds nothing to write, or the next lines.
        if self._loop is not None and threading.get_ident() != self._loop_thread:
            return timer
        timer.cancel()
        return None

    def _describe_loss(self) -> bytes:
        if not self._lost:
            return b""
        line = {"time": self._time(), "level": "warning", "event": "log_lines_lost", "count": self._lost}
        return self._prefix(logging.WARNING) + self._render(line) + b"\n"

    def _prefix(self, level: int) -> bytes:
        return b"<%d>" % _PRIORITIES[_round_down(level)] if self._prefixed else b""

    def _time(self) -> str:
        second, millis = divmod(self._clock(), 1000)
        stamp = self._stamp
        if second != stamp[0]:
            stamp = self._stamp = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
        return f"{stamp[1]}.{millis:03d}Z"


def open_log(*, clock: Callable[[], Millis], style: LineStyle, level: int) -> LineLog:
    """The log on standard error, with journald's priorities where journald reads it; written out at exit."""
    log = LineLog(descriptor_sink(2), clock=clock, style=style, level=level, prefixed=is_journal(2, os.environ))
    atexit.register(log.flush)
    return log


def _line_of(each: Incident) -> IncidentLine:
    return IncidentLine(each.incident, each.method, each.service_key, each.outcome, each.detail, each.client_id)


def _round_down(level: int) -> int:
    return max((known for known in _PRIORITIES if known <= level), default=logging.DEBUG)


_render_json: Final = msgspec.json.Encoder().encode


def _render_text(line: RequestLine | dict[str, Any]) -> bytes:
    fields = msgspec.to_builtins(line)
    head = f"{fields.pop('time')} {fields.pop('level')} {fields.pop('event')}".encode()
    return b" ".join([head, *(f"{name}=".encode() + _render_value(value) for name, value in fields.items())])


def _render_value(value: Field) -> bytes:
    is_bare = isinstance(value, str) and value.isascii() and value.isprintable() and not set(value) & set(' "=\\')
    return str(value).encode() if is_bare and value else msgspec.json.encode(value)
