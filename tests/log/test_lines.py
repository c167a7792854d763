from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rpcauth.log.lines import FLUSH_BYTES, LineLog, LineStyle
from rpcauth.log.sink import descriptor_sink, is_journal
from rpcauth.model import Millis
from rpcauth.web.incidents import Incident
from rpcauth.web.messages import RequestLog

NOW = Millis(1_357_504_962_007)
HELLO = RequestLog("test.hello", None, "ok")


class Paper:
    """A sink that keeps what it is given, and can be broken."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.is_broken = False

    def __call__(self, lines: bytes) -> None:
        if self.is_broken:
            raise OSError("no paper")
        self.chunks.append(lines)

    def lines(self) -> list[str]:
        return b"".join(self.chunks).decode().splitlines()


def build_log(paper: Paper, **given: Any) -> LineLog:
    return LineLog(paper, clock=lambda: NOW, **given)


def tell(log: LineLog, what: RequestLog = HELLO) -> None:
    log.request(what, status=200, caller="demo", microseconds=12)


def test_a_request_is_one_json_line() -> None:
    paper = Paper()
    tell(build_log(paper))
    assert paper.lines() == [
        '{"time":"2013-01-06T20:42:42.007Z","level":"info","event":"request","method":"test.hello","caller":"demo",'
        '"service":null,"status":200,"outcome":"ok","microseconds":12,"calls":1}'
    ]


def test_a_request_can_be_a_line_of_text() -> None:
    paper = Paper()
    log = build_log(paper, style=LineStyle.TEXT)
    tell(log, RequestLog('a b="c\n', "svc", "-2001:invalid_grant", detail=""))
    log.event(logging.WARNING, "step", {"where": ["a.py:1 f"], "count": 2})
    assert paper.lines() == [
        r'2013-01-06T20:42:42.007Z info request method="a b=\"c\n" caller=demo service=svc status=200 '
        'outcome=-2001:invalid_grant microseconds=12 calls=1 detail=""',
        '2013-01-06T20:42:42.007Z warning step where=["a.py:1 f"] count=2',
    ]


def test_an_incident_makes_a_request_a_warning() -> None:
    paper = Paper()
    log = build_log(paper, level=logging.WARNING)
    tell(log)
    tell(log, RequestLog("m", None, "-2001:invalid_grant", "f00d", "code.spent", client_id="c", source="192.0.2.7"))
    (line,) = map(json.loads, paper.lines())
    told = [line[name] for name in ("level", "incident", "detail", "client", "source")]
    assert told == ["warning", "f00d", "code.spent", "c", "192.0.2.7"]


def test_the_line_of_a_batch_lists_the_incidents_of_its_calls() -> None:
    paper = Paper()
    incidents = (
        Incident("f00d", "oauth2.createAccessToken", "svc", "c", "-2001:invalid_grant", "code.spent"),
        Incident("beef", "oauth2.fetchAccessToken", "svc", None, "-2001:invalid_token", "token.not_live"),
    )
    tell(build_log(paper), RequestLog("batch", "svc", "-2001:invalid_grant", calls=3, incidents=incidents))
    (line,) = map(json.loads, paper.lines())
    assert (line["level"], line["calls"]) == ("warning", 3)
    assert "incident" not in line
    assert line["incidents"] == [
        {
            "incident": "f00d",
            "method": "oauth2.createAccessToken",
            "service": "svc",
            "outcome": "-2001:invalid_grant",
            "detail": "code.spent",
            "client": "c",
        },
        {
            "incident": "beef",
            "method": "oauth2.fetchAccessToken",
            "service": "svc",
            "outcome": "-2001:invalid_token",
            "detail": "token.not_live",
        },
    ]


def test_the_trace_of_a_request_stands_in_its_line() -> None:
    paper = Paper()
    build_log(paper).request(HELLO, status=200, caller="demo", microseconds=12, trace="a-b")
    assert json.loads(paper.lines()[0])["trace"] == "a-b"


@pytest.mark.parametrize(
    ("level", "events"), [(logging.DEBUG, 4), (logging.INFO, 3), (logging.WARNING, 2), (logging.ERROR, 1)]
)
def test_what_is_below_the_level_is_not_written(level: int, events: int) -> None:
    paper = Paper()
    log = build_log(paper, level=level)
    for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        log.event(each, "event", {})
    assert len(paper.lines()) == events


@pytest.mark.parametrize(
    "text", ["a\r\nforged", "\x1b[31mred", "\x00", "\x7f", "\x9b31m", "\u2028", "\u202eright to left", "\u2066"]
)
@pytest.mark.parametrize("style", LineStyle)
def test_control_characters_cannot_forge_a_line_or_a_terminal(text: str, style: LineStyle) -> None:
    paper = Paper()
    tell(build_log(paper, style=style), RequestLog(text, text, "ok", detail=text))
    (chunk,) = paper.chunks
    assert chunk.count(b"\n") == 1
    assert chunk.decode().rstrip("\n").isprintable()
    if style is LineStyle.JSON:
        assert json.loads(chunk)["detail"] == text


def test_a_long_method_is_cut() -> None:
    paper = Paper()
    tell(build_log(paper), RequestLog("x" * 100_000, None, "-32601"))
    assert len(paper.lines()[0]) < 500


def test_under_systemd_a_line_begins_with_its_priority() -> None:
    paper = Paper()
    log = build_log(paper, prefixed=True, level=logging.DEBUG)
    tell(log)
    for level in (logging.DEBUG, logging.WARNING, logging.ERROR, logging.CRITICAL, 35):
        log.event(level, "event", {})
    assert [line[:4] for line in paper.lines()] == ["<6>{", "<7>{", "<4>{", "<3>{", "<2>{", "<4>{"]


def test_only_the_journals_own_stream_is_the_journal() -> None:
    reading, writing = os.pipe()
    status = os.fstat(writing)
    name = f"{status.st_dev}:{status.st_ino}"
    assert is_journal(writing, {"JOURNAL_STREAM": name})
    assert not is_journal(writing, {"JOURNAL_STREAM": name + "0"})
    assert not is_journal(writing, {})
    os.close(reading)
    os.close(writing)


async def test_requests_are_written_in_batches_and_without_a_push() -> None:
    written = asyncio.Event()
    paper = Paper()

    def write(lines: bytes) -> None:
        paper(lines)
        written.set()

    log = LineLog(write, clock=lambda: NOW)
    log.attach(asyncio.get_running_loop())
    for _ in range(100):
        tell(log)
    assert paper.chunks == []
    async with asyncio.timeout(5):
        await written.wait()
    assert [chunk.count(b"\n") for chunk in paper.chunks] == [100]


async def test_a_full_batch_is_written_at_once() -> None:
    paper = Paper()
    log = build_log(paper)
    log.attach(asyncio.get_running_loop())
    while not paper.chunks:
        tell(log)
    assert FLUSH_BYTES <= len(paper.chunks[0]) < FLUSH_BYTES + 500
    log.detach()


async def test_an_event_takes_the_waiting_lines_with_it_in_order() -> None:
    paper = Paper()
    log = build_log(paper)
    log.attach(asyncio.get_running_loop())
    tell(log)
    log.event(logging.ERROR, "event", {})
    assert [json.loads(line)["event"] for line in paper.lines()] == ["request", "event"]


async def test_the_end_of_the_loop_loses_nothing() -> None:
    paper = Paper()
    log = build_log(paper)
    log.attach(asyncio.get_running_loop())
    tell(log)
    log.detach()
    assert len(paper.lines()) == 1
    tell(log)
    assert len(paper.lines()) == 2


def test_the_end_of_the_process_loses_nothing() -> None:
    program = (
        "import asyncio, logging\n"
        "from rpcauth.log.lines import LineStyle, open_log\n"
        "from rpcauth.web.messages import RequestLog\n"
        "async def main():\n"
        "    log = open_log(clock=lambda: 0, style=LineStyle.JSON, level=logging.INFO)\n"
        "    log.attach(asyncio.get_running_loop())\n"
        "    log.request(RequestLog('m', None, 'ok'), status=200, caller=None, microseconds=1)\n"
        "    raise SystemExit(3)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 3
    assert [json.loads(line)["method"] for line in done.stderr.splitlines()] == ["m"]


def test_threads_do_not_tear_lines() -> None:
    paper = Paper()
    log = build_log(paper)

    def tell_often() -> None:
        for _ in range(200):
            tell(log)

    threads = [threading.Thread(target=tell_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([json.loads(line) for line in paper.lines()]) == 800


def test_lines_that_could_not_be_written_are_counted() -> None:
    paper = Paper()
    log = build_log(paper)
    paper.is_broken = True
    for _ in range(3):
        tell(log)
    paper.is_broken = False
    tell(log)
    tell(log)
    lines = [json.loads(line) for line in paper.lines()]
    assert [line["event"] for line in lines] == ["log_lines_lost", "request", "request"]
    assert lines[0]["count"] == 3


def test_a_slow_pipe_gets_every_byte() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    received = bytearray()

    def read() -> None:
        while data := os.read(reading, 4096):
            received.extend(data)

    thread = threading.Thread(target=read)
    thread.start()
    descriptor_sink(writing)(b"x" * 1_000_000)
    os.close(writing)
    thread.join()
    os.close(reading)
    assert len(received) == 1_000_000


def read_waiting(descriptor: int) -> bytes:
    """What can be read now."""
    os.set_blocking(descriptor, False)
    received = b""
    try:
        while data := os.read(descriptor, 65_536):
            received += data
    except BlockingIOError:
        return received
    return received


@pytest.mark.parametrize(
    "make", [os.pipe, lambda: [end.detach() for end in socket.socketpair()]], ids=["pipe", "socket"]
)
def test_a_reader_who_has_stopped_costs_lines_and_is_waited_for_once(make: Callable[[], tuple[int, int]]) -> None:
    """The descriptor is left as it is: others who have it would not bear a write that does nothing."""
    reading, writing = make()
    sink, line = descriptor_sink(writing), b"x" * 999 + b"\n"
    with pytest.raises(BlockingIOError):
        sink(line * 2000)
    started = time.monotonic()
    for _ in range(20):
        with pytest.raises(BlockingIOError):
            sink(line)
    assert time.monotonic() - started < 1
    assert os.get_blocking(writing)

    before = read_waiting(reading)
    sink(b"the next line\n")

    *whole, last, following, end = (before + read_waiting(reading)).split(b"\n")
    assert set(whole) <= {line.strip()}
    assert line.startswith(last)
    assert (following, end) == (b"the next line", b"")
    os.close(reading)
    os.close(writing)
