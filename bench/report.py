"""The figures as text: medians over the rounds, each round compared with the echo of the same round."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.cores import generator_core, server_core
from bench.rounds import Sample, Samples
from bench.workloads import Workload
from rpcauth.storage.driver import sqlite_version

_QUIET = 0.9
"""The part of its core that the echo uses when nothing else wants it."""

_HEAD = f"{'':<30}{'ratio':>7}{'(lowest-highest)':>19}{'goal':>6}{'calls/s':>9}{'p50 ms':>8}{'p99 ms':>8}"
_HEAD += f"{'CPU us/call':>13}{'CPU ratio':>11}{'busy':>6}"


def sync_microseconds(folder: Path) -> float:
    """What a durable write costs in `folder`: the median of 200 writes of 4 KiB with their fdatasync."""
    file = folder / "sync"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        return median(_time_sync(descriptor) for _ in range(200))
    finally:
        os.close(descriptor)
        file.unlink()


def _time_sync(descriptor: int) -> float:
    begun = time.perf_counter_ns()
    os.write(descriptor, bytes(4096))
    os.fdatasync(descriptor)
    return (time.perf_counter_ns() - begun) / 1000


def ratios(samples: Samples, name: str, of: Callable[[Sample, Sample], float]) -> Sequence[float]:
    """`of(echo, sample)` for each round."""
    echo = next(iter(samples.values()))
    return [of(yardstick, sample) for yardstick, sample in zip(echo, samples[name], strict=True)]


def throughput_ratio(echo: Sample, sample: Sample) -> float:
    return sample.calls_per_second / echo.calls_per_second


def cpu_ratio(echo: Sample, sample: Sample) -> float:
    return echo.cpu_per_call / sample.cpu_per_call if sample.cpu else float("nan")


def render_table(samples: Samples, workloads: Sequence[Workload]) -> Iterator[str]:
    """A head and a line for each workload; the first is the echo."""
    yield _HEAD
    for workload in workloads:
        of = samples[workload.name]
        compared = ratios(samples, workload.name, throughput_ratio)
        span = f"({min(compared):.3f}-{max(compared):.3f})"
        goal = "" if workload.goal is None else f"{workload.goal:.2f}"
        yield (
            f"{workload.name:<30}{median(compared):>7.3f}{span:>19}{goal:>6}"
            f"{median(one.calls_per_second for one in of):>9.0f}"
            f"{median(one.load.p50 for one in of):>8.2f}{median(one.load.p99 for one in of):>8.2f}"
            f"{median(one.cpu_per_call for one in of):>13.1f}"
            f"{median(ratios(samples, workload.name, cpu_ratio)):>11.3f}"
            f"{median(one.cpu / one.load.seconds for one in of):>6.2f}"
        )


def render_doubts(samples: Samples) -> Iterator[str]:
    """What makes a run unfit to be quoted."""
    echo = next(iter(samples.values()))
    if median(one.cpu / one.load.seconds for one in echo) < _QUIET:
        yield "not a quiet machine: the echo did not get its core, so every ratio is flattered; CPU ratios still hold"


def render_conditions(
    *, rounds: int, seconds: float, connections: int, generator: str, tokens: int, secret: str, sync: float
) -> Iterator[str]:
    """What was measured, and what was switched on."""
    cores = f"each server one process on core {server_core()}, load from core {generator_core()}"
    yield f"{rounds} rounds of {seconds:g} s after a warm-up, medians; {connections} keep-alive connections"
    yield f"load generator: {generator}; {cores}" + (" (the same!)" if server_core() == generator_core() else "")
    yield f"durability: synchronous=FULL, answered after the commit; 4 KiB write + fdatasync here: {sync:.0f} us"
    yield "log: level info, one JSON line a request, to a file; caller proof: basic; all settings as shipped"
    yield f"client secret: {secret}; tokens stored: {tokens}"
    packages = ", ".join(f"{name} {version(name)}" for name in ("uvloop", "aiohttp", "jsonrpcserver", "msgspec"))
    yield f"Python {platform.python_version()}, SQLite {sqlite_version()}, {packages}"


def render_json(samples: Samples) -> str:
    """The median ratios by workload, for programs."""
    return json.dumps({name: median(ratios(samples, name, throughput_ratio)) for name in samples})
