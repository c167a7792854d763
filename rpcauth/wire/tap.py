"""Outcomes as lines of the Test Anything Protocol; what failed stands behind `#` below its line."""

from __future__ import annotations

from collections.abc import Iterator

from rpcauth.wire.checking import Outcome


def render_plan(count: int) -> Iterator[str]:
    """What stands above the outcomes."""
    yield "TAP version 14"
    yield f"1..{count}"


def render_outcome(number: int, outcome: Outcome) -> Iterator[str]:
    """The lines of one file."""
    name = f"{outcome.file.name}: {outcome.file.title}".replace("\\", "\\\\").replace("#", "\\#")
    if outcome.skipped is not None:
        yield f"ok {number} - {name} # SKIP {outcome.skipped}"
        return
    yield f"{'ok' if outcome.is_good else 'not ok'} {number} - {name}"
    for failure in outcome.failures:
        yield f"# {outcome.file.name}:{failure.line}:"
        yield from (f"#   {line}" for line in failure.problem.splitlines())
        if failure.curl is not None:
            yield f"# again: {failure.curl}"
