"""`python -m bench.overload`: what is left of the peak when three times as much is asked for, in interleaved rounds.

Each round finds the peak with a closed loop, and then sends `--times` as many requests a second as that, by a pool of
`--pool` connections and with a deadline (bench/open_loop.py). Goodput counts good answers before the deadline.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.__main__ import make_tokens
from bench.cores import generator_core, pinned
from bench.load import LoadFailed
from bench.servers import run_daemon
from bench.workloads import Workload, fetch_workload, issue_workload

GOAL = 0.8
PEAK_CONNECTIONS = 128
PATIENCE = 60.0
"""Seconds that a generator may take beyond its round."""

Figures = Mapping[str, float]
_HEAD = f"{'':<20}{'ratio':>7}{'(lowest-highest)':>19}{'goal':>6}{'peak/s':>8}{'good/s':>8}{'refused/s':>11}"
_HEAD += f"{'not sent/s':>12}{'late/s':>8}{'p99 ms':>8}{'peak p99':>10}"


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each half of a round")
    parser.add_argument("--times", type=float, default=3.0, help="the load, in peaks")
    parser.add_argument("--pool", type=int, default=1024)
    parser.add_argument("--deadline", type=float, default=1.0, help="seconds until an answer is given up")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where stores are made; on a real disk")
    return parser.parse_args(arguments)


def run_load(workload: Workload, bodies: Path, *, rate: float, pool: int, seconds: float, deadline: float) -> Figures:
    """One run of the generator, in a process of its own. Raises LoadFailed."""
    if not bodies.exists():
        bodies.write_bytes(b"".join(body + b"\n" for body in workload.bodies))
    url = f"http://127.0.0.1:{workload.port}{workload.path}"
    numbers = map(str, (rate, pool, seconds, deadline))
    command = [sys.executable, "-m", "bench.open_loop", url, *numbers, str(bodies), workload.authorization or "none"]
    with pinned(generator_core()):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + PATIENCE)
    if done.returncode != 0:
        raise LoadFailed(done.stdout + done.stderr)
    figures: Figures = json.loads(done.stdout)
    return figures


def measure(options: argparse.Namespace, workload: Workload, bodies: Path) -> tuple[Figures, Figures]:
    """One round: the peak, and what is left of it."""
    lasting = {"seconds": options.seconds, "deadline": options.deadline}
    peak = run_load(workload, bodies, rate=0, pool=PEAK_CONNECTIONS, **lasting)
    rate = peak["good"] * options.times
    return peak, run_load(workload, bodies, rate=rate, pool=options.pool, **lasting)


def render(name: str, rounds: Sequence[tuple[Figures, Figures]]) -> str:
    ratios = [over["good"] / peak["good"] for peak, over in rounds]
    of = {key: median(over[key] for _, over in rounds) for key in rounds[0][1]}
    span = f"({min(ratios):.3f}-{max(ratios):.3f})"
    return (
        f"{name:<20}{median(ratios):>7.3f}{span:>19}{GOAL:>6.2f}"
        f"{median(peak['good'] for peak, _ in rounds):>8.0f}{of['good']:>8.0f}{of['refused']:>11.0f}"
        f"{of['not_sent']:>12.0f}{of['given_up']:>8.0f}{of['p99']:>8.0f}"
        f"{median(peak['p99'] for peak, _ in rounds):>10.0f}"
    )


def run(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the report. Raises LoadFailed, ServerFailed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory(prefix="rpcauth-overload-", dir=options.folder) as name, ExitStack() as running:
        folder = Path(name)
        fetching, issuing = (running.enter_context(run_daemon(folder / kind)) for kind in ("fetch", "issue"))
        workloads = [fetch_workload(fetching, make_tokens(fetching, 1000)), issue_workload(issuing)]
        measured: list[list[tuple[Figures, Figures]]] = [[] for _ in workloads]
        for _ in range(options.rounds):
            for workload, rounds in zip(workloads, measured, strict=True):
                rounds.append(measure(options, workload, folder / f"{workload.port}.bodies"))
        yield f"{options.rounds} rounds of 2 x {options.seconds:g} s, medians."
        yield f"Peak: {PEAK_CONNECTIONS} connections, a closed loop."
        yield f"Then {options.times:g} peaks for {options.pool} connections; late: after {options.deadline:g} s."
        yield ""
        yield _HEAD
        for workload, rounds in zip(workloads, measured, strict=True):
            yield render(workload.name, rounds)


if __name__ == "__main__":
    for line in run(read_options(sys.argv[1:])):
        print(line)
