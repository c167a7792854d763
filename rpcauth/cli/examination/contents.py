"""What only the daemon knows, or who opens the store: whether it opens at all, its audit, its clock, its keys."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import rpcauth
from rpcauth.cli.examination.files import OLD_KEY
from rpcauth.cli.examination.findings import Finding, Verdict, failed
from rpcauth.cli.failures import CommandFailed
from rpcauth.errors import StoreRefused

Administer = Callable[[str], Any]
"""(administrative method without parameters) -> its result."""

SPARE_DESCRIPTORS = 200
"""File descriptors beside those of callers' connections: listeners, files, operators, whoever scrapes."""

_DAY = 24 * 60 * 60 * 1000


def examine_inside(administer: Administer, *, is_running: bool) -> Iterator[Finding]:
    try:
        status, keys = administer("admin.status"), administer("admin.keys")
    except (CommandFailed, StoreRefused) as error:
        yield failed("contents", error)
        return
    if is_running and status["version"] != rpcauth.__version__:
        what = f"the daemon is of version {status['version']}, and this is {rpcauth.__version__}"
        yield Finding("version", Verdict.WARN, what, "start the daemon anew, then ask again")
        return
    counted = ", ".join(f"{status[kind]} {kind}" for kind in ("services", "applications", "callers"))
    yield Finding("contents", Verdict.OK, counted)
    for problem in status["problems"]:
        what, _, advice = problem.partition("; ")
        yield Finding("definitions", Verdict.FAIL, what, advice)
    yield examine_audit(status)
    yield examine_clock(status)
    yield examine_keys(keys)
    if is_running:
        yield examine_service(status)
        yield examine_descriptors(status)


def examine_audit(status: Mapping[str, Any]) -> Finding:
    loss = status["data_loss"]
    if loss is not None:
        advice = "apply your definitions again, then: rpcauth audit acknowledge"
        return Finding("audit", Verdict.FAIL, loss["text"].replace(";", ","), advice)
    if status["audit"] is None:
        return Finding("audit", Verdict.WARN, "switched off: losses are not noticed", "set [audit] enabled = true")
    if not status["audit_in_place"]:
        what = f"{status['audit']}: not the file any more that is written: somebody moved, removed or shortened it"
        return Finding("audit", Verdict.FAIL, what, "put it back before the daemon ends (docs/audit.md)")
    return Finding("audit", Verdict.OK, status["audit"])


def examine_clock(status: Mapping[str, Any]) -> Finding:
    if status["clock_suspect"]:
        what = "it has jumped, and is not believed until somebody says so"
        return Finding("clock", Verdict.FAIL, what, "set it right, then: rpcauth doctor --reset-clock")
    return Finding("clock", Verdict.OK, "believed")


def examine_keys(keys: Sequence[Mapping[str, Any]]) -> Finding:
    from rpcauth.rpc.results import parse_time
    from rpcauth.storage.clock import wall_clock

    now = wall_clock()
    oldest = min((key for key in keys if key["current"]), key=lambda key: parse_time(key["created"]) or now)
    days = (now - (parse_time(oldest["created"]) or now)) // _DAY
    text = f"the oldest in use is {days} days old ({oldest['purpose']})"
    if days > OLD_KEY:
        service = f" --service {shlex.quote(oldest['service_key'])}" if "service_key" in oldest else ""
        return Finding("keys", Verdict.WARN, text, f"rpcauth keys rotate {oldest['purpose']}{service}")
    return Finding("keys", Verdict.OK, text)


def examine_service(status: Mapping[str, Any]) -> Finding:
    """What keeps the running daemon from its work, in the words of /readyz."""
    troubles = status["troubles"]
    if troubles:
        return Finding("service", Verdict.FAIL, ", ".join(troubles), "docs/running.md says what each word means")
    return Finding("service", Verdict.OK, "takes reads and writes")


def examine_descriptors(status: Mapping[str, Any]) -> Finding:
    limit, wanted = status["descriptor_limit"], status["max_connections"] + SPARE_DESCRIPTORS
    if limit < wanted:
        what = f"the daemon may open {limit}, and [server] max_connections = {status['max_connections']}"
        advice = f"LimitNOFILE={wanted}, or ulimit -n {wanted} before `rpcauth serve`"
        return Finding("file descriptors", Verdict.WARN, what, advice)
    return Finding("file descriptors", Verdict.OK, f"{limit} for {status['max_connections']} connections")
