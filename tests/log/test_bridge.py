from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from rpcauth.log.bridge import LineHandler, report_loop_errors
from rpcauth.log.lines import LineLog
from rpcauth.log.tally import Tally
from rpcauth.model import Millis

SECRET = "hunter2"


def build_log(chunks: list[bytes]) -> LineLog:
    return LineLog(chunks.append, clock=lambda: Millis(0))


def read(chunks: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(chunks).splitlines()]


def fail() -> None:
    raise ValueError(SECRET)


@pytest.fixture
def chunks() -> list[bytes]:
    return []


@pytest.fixture
def logger(chunks: list[bytes]) -> logging.Logger:
    made = logging.Logger("some.library")
    made.addHandler(LineHandler(build_log(chunks)))
    return made


def test_other_loggers_write_lines_of_the_same_form(chunks: list[bytes], logger: logging.Logger) -> None:
    logger.warning("%d of %s", 3, "four\n")
    assert read(chunks) == [
        {
            "time": "1970-01-01T00:00:00.000Z",
            "level": "warning",
            "event": "log",
            "logger": "some.library",
            "message": "3 of four\n",
        }
    ]


def test_an_exception_is_told_by_type_and_place_not_by_text(chunks: list[bytes], logger: logging.Logger) -> None:
    try:
        fail()
    except ValueError:
        logger.exception("it failed")
    (line,) = read(chunks)
    assert line["exception"] == "ValueError"
    assert [place.split(" ")[1] for place in line["where"]] == [
        "test_an_exception_is_told_by_type_and_place_not_by_text",
        "fail",
    ]
    assert SECRET not in str(line)


def test_a_message_that_does_not_fit_its_arguments_is_still_a_line(
    chunks: list[bytes], logger: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    logger.error("%d of %s", "three", SECRET)
    assert [line["message"] for line in read(chunks)] == ["%d of %s"]
    assert capfd.readouterr().err == ""


def test_text_that_is_no_unicode_is_still_a_line(chunks: list[bytes], logger: logging.Logger) -> None:
    logger.error("path %s", "\udcff")
    assert [line["message"] for line in read(chunks)] == ["path \\udcff"]


async def test_what_nobody_caught_is_a_line_without_values(chunks: list[bytes]) -> None:
    loop = asyncio.get_running_loop()
    report_loop_errors(loop, build_log(chunks))
    called = asyncio.Event()

    def fail_with(secret: str) -> None:
        called.set()
        raise ValueError(secret)

    loop.call_soon(fail_with, SECRET)
    await called.wait()
    (line,) = read(chunks)
    assert (line["event"], line["level"], line["exception"]) == ("loop_error", "error", "ValueError")
    assert line["message"].startswith("Exception in callback")
    assert SECRET not in str(line)


async def test_a_flood_is_one_line_a_period(chunks: list[bytes]) -> None:
    written = asyncio.Event()

    def write(lines: bytes) -> None:
        chunks.append(lines)
        written.set()

    tally = Tally(LineLog(write, clock=lambda: Millis(0)), "flood", asyncio.get_running_loop(), period=0.01)
    for number in range(1000):
        tally.add("odd" if number % 2 else "even")
    async with asyncio.timeout(5):
        await written.wait()
    tally.report()
    (line,) = read(chunks)
    assert (line["event"], line["count"], line["kinds"]) == ("flood", 1000, "even 500, odd 500")
