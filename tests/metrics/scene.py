"""A real daemon with its metrics listener, and what it tells there."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from prometheus_client.parser import text_string_to_metric_families

from tests.support.daemon import PATIENCE, RunningDaemon, free_port, run_daemon


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the metrics listener."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A daemon, and the port of its metrics listener."""

    daemon: RunningDaemon
    port: int

    def get(self, path: str, method: str = "GET") -> Told:
        """One request on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path)
            reply = connection.getresponse()
            return Told(reply.status, dict(reply.getheaders()), reply.read().decode())

    def read(self) -> Samples:
        """What /metrics says now."""
        told = self.get("/metrics")
        assert told.status == 200, told
        return parse(told.text)

    def troubles(self) -> list[str]:
        """What /readyz names; nothing when it is ready."""
        told = self.get("/readyz")
        assert told.status == (200 if told.text == "ready\n" else 503), told
        return [line.partition(":")[0] for line in told.text.splitlines() if line != "ready"]

    def wait_for_troubles(self, *wanted: str) -> None:
        """Wait until /readyz names these."""
        deadline = monotonic() + PATIENCE
        while (found := self.troubles()) != [*wanted]:
            assert monotonic() < deadline, found
            sleep(0.02)

    def read_once(self, is_so: Callable[[Samples], bool]) -> Samples:
        """What /metrics says as soon as it says that."""
        deadline = monotonic() + PATIENCE
        while not is_so(told := self.read()):
            assert monotonic() < deadline, told
            sleep(0.02)
        return told


@dataclass(frozen=True, slots=True)
class Samples:
    """`values` by the name of the sample and its labels."""

    families: frozenset[str]
    values: Mapping[tuple[str, frozenset[tuple[str, str]]], float]

    def value(self, name: str, **labels: str) -> float:
        """One sample; 0 for a counter's label that there is not yet."""
        return self.values.get((name, frozenset(labels.items())), 0.0)

    def sum(self, name: str, **labels: str) -> float:
        """All samples of a name that have these labels among theirs."""
        wanted = labels.items()
        return sum(value for (one, has), value in self.values.items() if one == name and has >= wanted)

    @property
    def names(self) -> set[str]:
        """The names of all samples, and of those that a family without samples would have."""
        return {name for name, _ in self.values} | self.families

    def labels(self, name: str) -> set[str]:
        """Every value of the labels of a name."""
        return {value for one, labels in self.values for _, value in labels if one == name}


def parse(text: str) -> Samples:
    """Prometheus' text format."""
    families, values = set(), {}
    for family in text_string_to_metric_families(text):
        families.add(f"{family.name}_total" if family.type == "counter" else family.name)
        for sample in family.samples:
            values[sample.name, frozenset(sample.labels.items())] = sample.value
    return Samples(frozenset(families), values)


@contextmanager
def watch(
    folder: Path, *, server: str = "", sections: str = "", environment: Mapping[str, str] | None = None
) -> Iterator[Watched]:
    """A daemon that tells its metrics."""
    port = free_port()
    sections = f'[metrics]\nlisten = "127.0.0.1:{port}"\n{sections}'
    with run_daemon(folder, server=server, sections=sections, environment=environment) as daemon:
        yield Watched(daemon, port)
