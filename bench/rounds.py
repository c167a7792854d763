"""Interleaved rounds: each loads every server once, every second one in the opposite order, so drift is shared."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.cores import cpu_seconds
from bench.load import Generator, Load
from bench.workloads import Workload

_CHECKED = 20


class AnswerWrong(Exception):
    """A server did not answer as it should; figures of such a run are worth nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One workload in one round; `cpu` is the server's time in seconds, `calls` what a request holds."""

    load: Load
    cpu: float
    calls: int

    @property
    def calls_per_second(self) -> float:
        return self.load.requests * self.calls / self.load.seconds

    @property
    def cpu_per_call(self) -> float:
        """Microseconds."""
        return self.cpu / (self.load.requests * self.calls) * 1e6


Samples = Mapping[str, Sequence[Sample]]
"""The samples of each workload by its name, in the order of the rounds."""


def measure(generator: Generator, workloads: Sequence[Workload], *, rounds: int, seconds: float) -> Samples:
    """Check, warm up, then measure. Raises AnswerWrong, LoadFailed."""
    for workload in workloads:
        check_answers(workload)
        _measure_one(generator, workload, seconds / 2)
    samples: dict[str, list[Sample]] = {workload.name: [] for workload in workloads}
    for number in range(rounds):
        for workload in workloads if number % 2 == 0 else reversed(workloads):
            samples[workload.name].append(_measure_one(generator, workload, seconds))
    return samples


def check_answers(workload: Workload) -> None:
    """Read some answers whole. Raises AnswerWrong."""
    step = max(1, len(workload.bodies) // _CHECKED)
    headers = {} if workload.authorization is None else {"Authorization": workload.authorization}
    with closing(http.client.HTTPConnection("127.0.0.1", workload.port)) as connection:
        for body in workload.bodies[::step]:
            connection.request("POST", workload.path, body, headers)
            reply = connection.getresponse()
            answer = reply.read()
            if reply.status != http.HTTPStatus.OK or not workload.is_right(body, answer):
                raise AnswerWrong(f"{workload.name}: {reply.status} {answer[:300]!r}")


def check_log(log: Path) -> int:
    """How many requests a daemon says it answered well. Raises AnswerWrong when its log holds any other line of one."""
    right = 0
    with log.open("rb") as lines:
        for line in lines:
            if b'"event":"request"' not in line or b'"method":"admin.' in line:
                continue
            if b'"status":200' not in line or b'"outcome":"ok"' not in line:
                raise AnswerWrong(f"{log}: {line.decode(errors='replace')}")
            right += 1
    return right


def _measure_one(generator: Generator, workload: Workload, seconds: float) -> Sample:
    before = cpu_seconds(workload.pid)
    load = generator.run(workload, seconds)
    if load.failed or not load.requests:
        raise AnswerWrong(f"{workload.name}: {load.failed} of {load.requests} requests failed")
    return Sample(load=load, cpu=cpu_seconds(workload.pid) - before, calls=workload.calls)
