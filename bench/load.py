"""The load generators: wrk with a Lua script, or one in Python where wrk is missing. Each is a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cores import generator_core, pinned
from bench.workloads import Workload

_LUA = """
local requests, next = {}, 0
function init(args)
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = args[2]}
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end
function request()
  next = next % #requests + 1
  return requests[next]
end
function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format('\\n{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"failed":%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
"""

_PATIENCE = 30.0
"""Seconds that a generator may take beyond its round."""


class LoadFailed(Exception):
    """A generator ended badly; the text is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One round. Latencies in milliseconds; `failed` counts lost connections, timeouts and refusals."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int


class Generator:
    """Makes load with keep-alive connections, from one core. `name` is for the report."""

    def __init__(self, folder: Path, *, kind: str, connections: int) -> None:
        found = shutil.which("wrk")
        if kind == "wrk" and found is None:
            raise LoadFailed("wrk is not installed (Debian: apt install wrk); --generator python needs nothing")
        self._wrk = None if kind == "python" else found
        self._connections = connections
        self._folder = folder
        self._script = folder / "load.lua"
        self._script.write_text(_LUA)
        self.name = "wrk" if self._wrk else "Python, on uvloop"

    def run(self, workload: Workload, seconds: float) -> Load:
        """Load one server for about `seconds`."""
        bodies = self._folder / f"{workload.port}.bodies"
        if not bodies.exists():
            bodies.write_bytes(b"".join(body + b"\n" for body in workload.bodies))
        command = self._command(workload, bodies, seconds)
        try:
            with pinned(generator_core()):
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + _PATIENCE)
        except subprocess.TimeoutExpired:
            raise LoadFailed(f"{workload.name}: the load generator does not end") from None
        if done.returncode != 0:
            raise LoadFailed(done.stdout + done.stderr)
        return Load(**json.loads(done.stdout.splitlines()[-1]))

    def _command(self, workload: Workload, bodies: Path, seconds: float) -> Sequence[str]:
        url = f"http://127.0.0.1:{workload.port}{workload.path}"
        authorization = workload.authorization or "none"
        if self._wrk is None:
            program = [sys.executable, str(Path(__file__).with_name("generator.py"))]
            return [*program, url, str(self._connections), str(seconds), str(bodies), authorization]
        # wrk takes whole seconds.
        timing = ["-t1", f"-c{self._connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
        return [self._wrk, *timing, "-s", str(self._script), url, "--", str(bodies), authorization]
