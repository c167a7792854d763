"""`python -m bench.slow_clients`: what good callers notice of 2,000 connections that keep the daemon waiting.

Each round measures the same load by itself, and then with a swarm of each kind (bench/swarm.py): while its connections
come, and while all of them are held. The ratio is the p99 beside those that are held over that of the load by itself.
While they come, the processor is shared with what they ask: a reader's answers are half a megabyte.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread

from bench.__main__ import make_tokens
from bench.cores import cpu_seconds, generator_core, pinned
from bench.overload import Figures, run_load
from bench.servers import Daemon, run_daemon
from bench.swarm import Kind
from bench.workloads import Workload, fetch_workload

GOAL = 2.0
KINDS = (Kind.HEADER, Kind.BODY, Kind.READER)
POOL = 32
_HEAD = (
    f"{'':<10}{'p99 ratio':>10}{'(lowest-highest)':>19}{'goal':>6}{'p99 ms':>8}{'idle':>6}{'coming':>8}{'failed':>8}"
)
_HEAD += f"{'left open':>11}{'longest s':>11}{'MiB':>6}{'CPU':>6}"


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.slow_clients", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of load; less than any timeout")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds in which all must have been closed")
    parser.add_argument("--count", type=int, default=2000, help="connections of a swarm")
    parser.add_argument("--ramp", type=float, default=4.0, help="seconds over which they come")
    parser.add_argument("--rate", type=float, default=500.0, help="good requests a second")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where the store is made; on a real disk")
    return parser.parse_args(arguments)


def measure(options: argparse.Namespace, daemon: Daemon, workload: Workload, kind: Kind) -> tuple[Figures, ...]:
    """One round: the load alone, while a swarm comes, beside all of it, and what became of the swarm."""
    bodies = daemon.folder / "bodies"

    def load(seconds: float) -> Figures:
        return run_load(workload, bodies, rate=options.rate, pool=POOL, seconds=seconds, deadline=5.0)

    idle = load(options.seconds)
    numbers = map(str, (options.count, options.ramp, options.patience))
    command = [sys.executable, "-m", "bench.swarm", kind, "127.0.0.1", str(daemon.port), *numbers, daemon.authorization]
    began, before = time.monotonic(), cpu_seconds(daemon.process.pid)
    with pinned(generator_core()), _Memory(daemon.process.pid) as memory:
        swarm = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        coming, held = load(options.ramp), load(options.seconds)
        told, _ = swarm.communicate(timeout=2 * options.patience)
    used = (cpu_seconds(daemon.process.pid) - before) / (time.monotonic() - began)
    return idle, coming, held, {**json.loads(told), "memory": memory.most / 2**20, "cpu": used}


class _Memory:
    """Looks at the resident memory of a process for as long as the block; `most` is in bytes."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._statm = Path(f"/proc/{pid}/statm")
        self._over = Event()
        self._thread = Thread(target=self._look)

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, int(self._statm.read_text().split()[1]) * resource.getpagesize())


def render(kind: Kind, rounds: Sequence[tuple[Figures, ...]]) -> str:
    ratios = [held["p99"] / idle["p99"] for idle, _, held, _ in rounds]
    swarm: Mapping[str, float] = {key: max(told[key] for *_, told in rounds) for key in rounds[0][3]}
    loads = [figures for *phases, _ in rounds for figures in phases]
    failed = max(sum(figures[key] for key in ("refused", "given_up", "lost")) for figures in loads)
    alone, coming, held = (median(phases[place]["p99"] for phases in rounds) for place in range(3))
    return (
        f"{kind:<10}{median(ratios):>10.2f}{f'({min(ratios):.2f}-{max(ratios):.2f})':>19}{GOAL:>6.1f}{held:>8.1f}"
        f"{alone:>6.1f}{coming:>8.1f}{failed:>8.1f}{swarm['left']:>11.0f}{swarm['longest']:>11.1f}"
        f"{swarm['memory']:>6.0f}{swarm['cpu']:>6.2f}"
    )


def run(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the report. Raises LoadFailed, ServerFailed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory(prefix="rpcauth-slow-", dir=options.folder) as name, ExitStack() as running:
        daemon = running.enter_context(run_daemon(Path(name) / "daemon"))
        workload = fetch_workload(daemon, make_tokens(daemon, 1000))
        measured: dict[Kind, list[tuple[Figures, ...]]] = {kind: [] for kind in KINDS}
        for _ in range(options.rounds):
            for kind in KINDS:
                measured[kind].append(measure(options, daemon, workload, kind))
    yield f"{options.count} connections of each kind over {options.ramp:g} s, {options.rounds} rounds;"
    yield f"{options.rate:g} fetchAccessToken a second on {POOL} connections beside them."
    yield ""
    yield _HEAD
    for kind, rounds in measured.items():
        yield render(kind, rounds)


if __name__ == "__main__":
    for line in run(read_options(sys.argv[1:])):
        print(line)
