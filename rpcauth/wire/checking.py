"""Checking files one by one, each with its outcome."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from rpcauth.wire.curl import Address, render_curl
from rpcauth.wire.files import ADMIN, NOBODY, Exchange, WireFile
from rpcauth.wire.rendering import conceal, describe
from rpcauth.wire.replay import Site, Step, run
from rpcauth.wire.variables import Unknown, name_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong at the request of a line, and the shell's line that repeats it, if it was sent."""

    line: int
    problem: str
    curl: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a file did. `skipped` says why it was not replayed; else it is good when nothing failed."""

    file: WireFile
    seconds: float = 0.0
    skipped: str | None = None
    failures: tuple[Failure, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Where to check. `has` are words that files may need; `scrub` takes from a text what nobody may read.

    `goes_on`: a file is replayed to its end though a reply differed, as for recording.
    """

    site: Site
    address: Address
    has: frozenset[str] = frozenset()
    scrub: Callable[[str], str] = str
    goes_on: bool = False

    def check(self, file: WireFile) -> Outcome:
        """Replay one file. Raises NotReached."""
        missing = self._find_missing(file)
        if missing is not None:
            return Outcome(file=file, skipped=missing)
        began = time.monotonic()
        with closing(run(file, self.site)) as replaying:
            steps, failures = self._follow(file, replaying)
        took = time.monotonic() - began
        return Outcome(file=file, seconds=took, failures=tuple(failures), steps=tuple(steps))

    def _follow(self, file: WireFile, replaying: Iterator[Step]) -> tuple[list[Step], list[Failure]]:
        steps, failures = [], []
        for exchange in file.exchanges:
            try:
                step = next(replaying)
            except (Unknown, OSError, http.client.HTTPException) as error:
                what = str(error) if isinstance(error, Unknown) else _describe_end(error)
                failures.append(Failure(line=exchange.request.line, problem=what))
                break
            steps.append(step)
            if step.differences:
                failures.append(self._tell(exchange, step))
                if not self.goes_on:
                    break
        return steps, failures

    def _find_missing(self, file: WireFile) -> str | None:
        wanted = file.needs - self.has
        if wanted:
            return f"needs {' '.join(sorted(wanted))}"
        given = {*self.site.callers, NOBODY, ADMIN, *([None] if self.site.callers else [])}
        unknown = sorted(name or "any" for name in file.callers - given)
        return f"needs --caller for {' '.join(unknown)}" if unknown else None

    def _tell(self, exchange: Exchange, step: Step) -> Failure:
        request = exchange.request
        path, caller = self.site.find_path(request), self.site.find_caller(request)
        told = describe(conceal(difference) for difference in step.differences)
        return Failure(
            line=request.line,
            problem=self.scrub(name_values(told, step.variables)),
            curl=self.scrub(render_curl(request, path, caller, self.address, step.variables)),
        )


def check_all(files: list[WireFile], checker: Checker, *, fails_fast: bool) -> Iterator[Outcome]:
    """The outcomes in order; none behind the first bad one with `fails_fast`. Raises NotReached."""
    for file in files:
        outcome = checker.check(file)
        yield outcome
        if fails_fast and not outcome.is_good:
            return


def _describe_end(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"the connection ended: {getattr(error, 'strerror', None) or type(error).__name__}"
