"""`make run`: the lines that it prints, run in bash exactly as they stand."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from rpcauth.cli.demo import LINES, YM_LINES
from tests.support.daemon import PATIENCE, free_port

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "rpcauth.cli.demo"]


def environment(port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RPCAUTH_")}
    return {**kept, "PYTHONPATH": str(ROOT), "RPCAUTH_SERVER__LISTEN": f'["127.0.0.1:{port}"]'}


def read_lines(demo: subprocess.Popen[str]) -> str:
    """What the demo prints once it listens."""
    assert demo.stdout is not None
    return "".join(islice(demo.stdout, (LINES + YM_LINES).count("\n") + 1))


@contextmanager
def run_demo(folder: Path, port: int, *, end: signal.Signals = signal.SIGINT) -> Iterator[str]:
    demo = subprocess.Popen(
        COMMAND, cwd=folder, env=environment(port), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield read_lines(demo)
        demo.send_signal(end)
        assert demo.wait(PATIENCE) == 0
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait()
        assert demo.stdout is not None
        demo.stdout.close()


def paste(printed: str, folder: Path, port: int) -> list[Any]:
    """The JSON values that the printed lines print, errors among them."""
    shell = ["bash", "-c", "exec 2>&1\n" + printed.partition("in this folder:\n")[2]]
    done = subprocess.run(shell, cwd=folder, env=environment(port), capture_output=True, text=True, check=False)
    text, values = done.stdout.strip(), []
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        values.append(value)
        text = text[end:].strip()
    return values


def test_the_printed_lines_go_from_a_code_to_a_revoked_token_and_again_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        port = free_port()
        with run_demo(tmp_path, port) as printed:
            assert f"http://127.0.0.1:{port}/rpc" in printed
            created, redeemed, fetched, revoked, refused, ym = paste(printed, tmp_path, port)
        assert created["result"]["uri"]["state"] == "xyz"
        assert redeemed["token_type"] == "bearer"
        assert redeemed["refresh_token"].startswith("rpf_")
        assert (fetched["user_context"], fetched["scope"]) == ("user12345", "read")
        assert revoked is True
        assert refused["data"]["error_description"] == "Invalid Access Token"
        assert ym["AccessToken"].startswith("rpa_")
    assert (tmp_path / "var" / "demo-caller.secret").stat().st_mode & 0o777 == 0o600


def test_the_end_of_its_terminal_ends_the_demo(tmp_path: Path) -> None:
    with run_demo(tmp_path, free_port(), end=signal.SIGHUP) as printed:
        assert printed


def test_a_port_in_use_is_told_with_a_way_out(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            COMMAND, cwd=tmp_path, env=environment(port), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert done.returncode == 2
    problem, way_out = done.stderr.splitlines()[-2:]
    assert problem.startswith(f'listen "127.0.0.1:{port}": ')
    assert way_out.endswith("make run")
