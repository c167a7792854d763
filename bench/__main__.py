"""`python -m bench`: one interleaved run of the echo and of three daemons, as a table of ratios."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Generator
from bench.report import render_conditions, render_doubts, render_json, render_table, sync_microseconds
from bench.rounds import check_log, measure
from bench.servers import Daemon, run_daemon, run_echo
from bench.workloads import batch_workload, echo_workload, fetch_workload, issue, issue_workload

_ISSUED_AT_ONCE = 100


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one round; wrk takes whole ones")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=10_000, help="stored in the daemons that look tokens up")
    parser.add_argument("--generator", choices=("auto", "wrk", "python"), default="auto")
    parser.add_argument("--client-secret", choices=("generated", "chosen"), default="generated")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where stores are made; on a real disk")
    parser.add_argument("--json", action="store_true", help="print the ratios alone, as JSON")
    return parser.parse_args(arguments)


def make_tokens(daemon: Daemon, count: int) -> list[str]:
    """Fresh tokens, issued in batches."""
    tokens: list[str] = []
    while len(tokens) < count:
        calls = [issue(daemon, number) for number in range(min(_ISSUED_AT_ONCE, count - len(tokens)))]
        replies = json.loads(daemon.ask(json.dumps(calls).encode()))
        tokens += [reply["result"]["access_token"] for reply in replies]
    return tokens


def run(options: argparse.Namespace) -> list[str]:
    """The lines of the report. Raises AnswerWrong, LoadFailed, ServerFailed."""
    with TemporaryDirectory(prefix="rpcauth-bench-", dir=options.folder) as name:
        folder = Path(name)
        chosen = options.client_secret == "chosen"
        generator = Generator(folder, kind=options.generator, connections=options.connections)
        with ExitStack() as running:
            echo = running.enter_context(run_echo(folder / "echo"))
            fetch, issuing, batch = (
                running.enter_context(run_daemon(folder / kind, chosen_secret=chosen))
                for kind in ("fetch", "issue", "batch")
            )
            workloads = [
                echo_workload(*echo),
                fetch_workload(fetch, make_tokens(fetch, options.tokens)),
                issue_workload(issuing),
                batch_workload(batch, make_tokens(batch, options.tokens)),
            ]
            samples = measure(generator, workloads, rounds=options.rounds, seconds=options.seconds)
        answered = sum(check_log(daemon.log) for daemon in (fetch, issuing, batch))
        if options.json:
            return [render_json(samples)]
        conditions = render_conditions(
            rounds=options.rounds,
            seconds=options.seconds,
            connections=options.connections,
            generator=generator.name,
            tokens=options.tokens,
            secret=options.client_secret,
            sync=sync_microseconds(folder),
        )
        checked = f"every answer right: {answered} requests in the daemons' logs, none refused"
        return [*conditions, "", *render_table(samples, workloads), "", checked, *render_doubts(samples)]


if __name__ == "__main__":
    print("\n".join(run(read_options(sys.argv[1:]))))
