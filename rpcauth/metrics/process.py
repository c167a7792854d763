"""What the system says of this process, under the names that every exporter gives them.

prometheus-client has a collector for it, which takes the time of the boot from a file that our unit hides
(ProcSubset=pid) and tells nothing where it is missing.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

_PAGE: Final = resource.getpagesize()
_PROC: Final = "/proc/self"


class ProcessCollector(Collector):
    """Reads anew on every scrape. `started` is when the process began, in epoch seconds."""

    def __init__(self, started: float) -> None:
        self._started = started

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = CounterMetricFamily("process_cpu_seconds", "CPU time of user and system.")
        cpu.add_metric([], used.ru_utime + used.ru_stime)
        yield cpu
        yield _gauge("process_start_time_seconds", "When the process started, in epoch seconds.", self._started)
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        yield _gauge("process_max_fds", "File descriptors that may be open.", limit)
        if not os.path.isdir(_PROC):
            return
        with open(f"{_PROC}/statm", "rb") as file:
            virtual, resident = (int(pages) * _PAGE for pages in file.read().split()[:2])
        yield _gauge("process_virtual_memory_bytes", "Address space in use.", virtual)
        yield _gauge("process_resident_memory_bytes", "Memory in use.", resident)
        yield _gauge("process_open_fds", "Open file descriptors.", len(os.listdir(f"{_PROC}/fd")))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
