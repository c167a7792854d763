"""The benchmark in a very short form: that it measures, and that it notices what must not be measured."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import overload
from bench.__main__ import read_options, run
from bench.load import Generator
from bench.rounds import AnswerWrong, check_answers, check_log, measure
from bench.servers import run_echo
from bench.workloads import ECHO_BYTES, Workload, echo_workload

SHORT = ["--rounds", "1", "--seconds", "0.2", "--connections", "4", "--tokens", "100", "--generator", "python"]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Short: a unix socket's path may have 107 characters."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def echo(folder: Path) -> Iterator[Workload]:
    with run_echo(folder / "echo") as (pid, port):
        yield echo_workload(pid, port)


def test_one_short_round_gives_a_ratio_for_every_row(folder: Path) -> None:
    (line,) = run(read_options([*SHORT, "--json", "--folder", str(folder)]))
    ratios = json.loads(line)
    assert list(ratios) == [
        "echo (aiohttp)",
        "fetchAccessToken",
        "createAccessToken",
        "batch of 50 fetchAccessToken",
    ]
    assert ratios.pop("echo (aiohttp)") == 1
    assert all(ratio > 0 for ratio in ratios.values())


def test_the_echo_gives_300_bytes_back(echo: Workload) -> None:
    assert [len(body) for body in echo.bodies] == [ECHO_BYTES]
    check_answers(echo)


def test_a_wrong_answer_ends_the_run(echo: Workload) -> None:
    with pytest.raises(AnswerWrong):
        check_answers(replace(echo, is_right=lambda sent, answer: answer != sent))


@pytest.mark.parametrize(
    "refused", [{"path": "/nowhere"}, {"bodies": [b'{"error":{}}']}], ids=["other than 200", "JSON-RPC error"]
)
def test_an_error_under_load_ends_the_run(echo: Workload, folder: Path, refused: dict[str, object]) -> None:
    (folder / f"{echo.port}.bodies").unlink(missing_ok=True)
    generator = Generator(folder, kind="python", connections=2)
    unseen = replace(echo, is_right=lambda _sent, _answer: True, **refused)  # type: ignore[arg-type]
    with pytest.raises(AnswerWrong):
        measure(generator, [unseen], rounds=1, seconds=0.1)


def test_a_refusal_in_a_daemons_log_ends_the_run(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    right = b'{"event":"request","method":"oauth2.fetchAccessToken","status":200,"outcome":"ok"}\n'
    log.write_bytes(b"listening\n" + right + right)
    assert check_log(log) == 2
    log.write_bytes(right + right.replace(b'"ok"', b'"-2001:invalid_token"'))
    with pytest.raises(AnswerWrong):
        check_log(log)


def test_one_short_round_of_overload_gives_a_ratio_for_reads_and_writes(folder: Path) -> None:
    short = ["--rounds", "1", "--seconds", "0.3", "--pool", "200", "--folder", str(folder)]
    reads, writes = list(overload.run(overload.read_options(short)))[-2:]
    assert (reads.split()[0], writes.split()[0]) == ("fetchAccessToken", "createAccessToken")
    assert float(reads.split()[1]) > 0
    assert float(writes.split()[1]) > 0
