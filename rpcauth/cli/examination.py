"""What `rpcauth doctor` looks at: one function a question, each with an answer and, where amiss, what to do."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rpcauth.cli.failures import CommandFailed
from rpcauth.config import Address, UnixAddress
from rpcauth.errors import StoreRefused

if TYPE_CHECKING:
    from rpcauth.config import Config

PATIENCE = 2.0
"""Seconds in which a listener must accept a connection."""

MEBIBYTE = 1024 * 1024
LEAST_SPACE, GOOD_SPACE = 64 * MEBIBYTE, 1024 * MEBIBYTE
OLD_KEY = 400
"""Days after which a key should be followed by a new one: a year, and some weeks to do it in."""

_DAY = 24 * 60 * 60 * 1000


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing; `advice` is what to do next, empty where all is well."""

    subject: str
    verdict: Verdict
    text: str
    advice: str = ""


Administer = Callable[[str], Any]
"""(administrative method without parameters) -> its result."""


def examine(config: Config, administer: Administer, find_daemon: Callable[[], bool]) -> Iterator[Finding]:
    """Every finding, in the order in which a daemon needs the things; `find_daemon` tells whether one answers."""
    yield examine_entropy()
    yield examine_sqlite()
    yield examine_private_file("master key", config.keys.file)
    yield examine_private_file("store", config.storage.url.path)
    yield examine_space(config.storage.url.path)
    try:
        is_running = find_daemon()
    except CommandFailed as error:
        yield _failed("daemon", error)
        return
    yield from examine_inside(administer)
    yield examine_daemon(config, is_running=is_running)
    for address in config.server.listen:
        yield examine_listener(address, is_running=is_running)


def examine_entropy() -> Finding:
    try:
        os.getrandom(32, os.GRND_NONBLOCK)
    except BlockingIOError:
        return Finding("entropy", Verdict.FAIL, "the kernel has none yet", "wait, or give the machine a virtio-rng")
    return Finding("entropy", Verdict.OK, "the kernel's generator is seeded")


def examine_sqlite() -> Finding:
    from rpcauth.storage.driver import check_version, sqlite_version

    try:
        check_version()
    except StoreRefused as error:
        return _failed("sqlite", error)
    return Finding("sqlite", Verdict.OK, sqlite_version())


def examine_private_file(subject: str, path: Path) -> Finding:
    """A file that only its owner may read; one that is not there yet comes with the first start."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return Finding(subject, Verdict.WARN, f"{path}: not there", "the first `rpcauth serve` makes it")
    except OSError as error:
        return Finding(subject, Verdict.FAIL, f"{path}: {error.strerror}", "check the folders above it")
    if status.st_mode & 0o077:
        return Finding(subject, Verdict.FAIL, f"{path}: open to others ({_mode(status)})", f"chmod 600 {path}")
    if not os.access(path, os.R_OK):
        return Finding(subject, Verdict.FAIL, f"{path}: not readable for this user", "become the daemon's user")
    return Finding(subject, Verdict.OK, f"{path} ({_mode(status)})")


def examine_space(store: Path) -> Finding:
    folder = next(above for above in store.absolute().parents if above.is_dir())
    free = shutil.disk_usage(folder).free
    text = f"{free // MEBIBYTE} MiB free at {folder}"
    if free < LEAST_SPACE:
        return Finding("disk", Verdict.FAIL, text, "make room: a full disk refuses every write")
    if free < GOOD_SPACE:
        return Finding("disk", Verdict.WARN, text, "make room soon")
    return Finding("disk", Verdict.OK, text)


def examine_inside(administer: Administer) -> Iterator[Finding]:
    """What only the daemon knows, or who opens the store: whether it opens at all, its clock, its keys."""
    try:
        status, keys = administer("admin.status"), administer("admin.keys")
    except (CommandFailed, StoreRefused) as error:
        yield _failed("contents", error)
        return
    counted = ", ".join(f"{status[kind]} {kind}" for kind in ("services", "applications", "callers"))
    yield Finding("contents", Verdict.OK, counted)
    for problem in status["problems"]:
        what, _, advice = problem.partition("; ")
        yield Finding("definitions", Verdict.FAIL, what, advice)
    yield examine_audit(status)
    yield examine_clock(status)
    yield examine_keys(keys)


def examine_audit(status: Mapping[str, Any]) -> Finding:
    loss = status["data_loss"]
    if loss is not None:
        advice = "apply your definitions again, then: rpcauth audit acknowledge"
        return Finding("audit", Verdict.FAIL, loss["text"].replace(";", ","), advice)
    if status["audit"] is None:
        return Finding("audit", Verdict.WARN, "switched off: losses are not noticed", "set [audit] enabled = true")
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


def examine_daemon(config: Config, *, is_running: bool) -> Finding:
    admin = config.server.admin
    if not is_running:
        return Finding("daemon", Verdict.WARN, f"nobody answers at {admin}", "start it: rpcauth serve")
    status = admin.path.stat()
    if status.st_mode & 0o077:
        return Finding("daemon", Verdict.FAIL, f"{admin}: open to others ({_mode(status)})", f"chmod 600 {admin.path}")
    return Finding("daemon", Verdict.OK, f"answers at {admin} ({_mode(status)})")


def examine_listener(address: Address, *, is_running: bool) -> Finding:
    """Whether the daemon's address accepts; without a daemon, whether it is free."""
    subject, is_taken = f"listen {address}", _accepts(address)
    if is_taken == is_running:
        return Finding(subject, Verdict.OK, "accepts connections" if is_running else "free")
    if is_running:
        return Finding(subject, Verdict.FAIL, "does not accept connections", "start the daemon anew: rpcauth serve")
    return Finding(subject, Verdict.FAIL, "in use by another process", "stop that one, or choose another address")


def _accepts(address: Address) -> bool:
    try:
        if isinstance(address, UnixAddress):
            with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as sock:
                sock.settimeout(PATIENCE)
                sock.connect(str(address.path))
        else:
            socket.create_connection((address.host, address.port), PATIENCE).close()
    except OSError:
        return False
    return True


def _failed(subject: str, error: Exception) -> Finding:
    what, _, advice = str(error).partition("; ")
    return Finding(subject, Verdict.FAIL, what, advice)


def _mode(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):04o}"
