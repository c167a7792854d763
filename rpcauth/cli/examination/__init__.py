"""What `rpcauth doctor` looks at: one function a question, each with an answer and, where amiss, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rpcauth.cli.examination.contents import Administer, examine_inside
from rpcauth.cli.examination.disks import examine_disk, is_same_disk
from rpcauth.cli.examination.files import (
    examine_audit_size,
    examine_guarded,
    examine_master_age,
    examine_private_file,
    examine_tls,
)
from rpcauth.cli.examination.findings import Finding, Verdict, failed
from rpcauth.cli.examination.machine import (
    examine_entropy,
    examine_sqlite,
    examine_synchronisation,
    find_kernel_status,
)
from rpcauth.cli.examination.reach import examine_addresses, examine_daemon
from rpcauth.cli.failures import CommandFailed

if TYPE_CHECKING:
    from rpcauth.config import Config

__all__ = ["Finding", "Verdict", "examine"]


def examine(
    config: Config, config_file: Path, administer: Administer, find_daemon: Callable[[], bool]
) -> Iterator[Finding]:
    """Every finding, in the order in which a daemon needs the things; `find_daemon` tells whether one answers."""
    yield examine_entropy()
    yield examine_sqlite()
    yield examine_synchronisation(find_kernel_status())
    yield from _examine_files(config, config_file)
    yield from _examine_disks(config)
    try:
        is_running = find_daemon()
    except CommandFailed as error:
        yield failed("daemon", error)
        return
    yield from examine_inside(administer, is_running=is_running)
    yield examine_daemon(config, is_running=is_running)
    yield from examine_addresses(config, is_running=is_running)


def _examine_files(config: Config, config_file: Path) -> Iterator[Finding]:
    from rpcauth.storage.clock import wall_clock

    now, store = wall_clock() // 1000, config.storage.url.path
    yield examine_guarded("configuration", config_file)
    yield examine_private_file("master key", config.keys.file)
    yield examine_private_file("store", store)
    yield examine_guarded("folder of the store", store.parent)
    if config.audit.enabled and (config.audit.path.exists() or not store.exists()):
        yield examine_private_file("audit file", config.audit.path)
    if config.server.tls.key is not None and config.server.tls.key.exists():
        # A group of its own, as Debian's ssl-cert, may read it.
        yield examine_private_file("tls key", config.server.tls.key, forbidden=0o037)
    secret = Path(os.environ.get("RPCAUTH_SECRET_FILE", ""))
    if secret.is_file():
        yield examine_private_file("caller's secret", secret)
    found = (
        examine_master_age(config.keys.file, now),
        examine_tls(config.server.tls, now),
        examine_audit_size(config.audit.path) if config.audit.enabled else None,
    )
    yield from filter(None, found)


def _examine_disks(config: Config) -> Iterator[Finding]:
    store, audit = config.storage.url.path, config.audit.path
    yield examine_disk("disk", store, is_store=True)
    if config.audit.enabled and not is_same_disk(store, audit):
        yield examine_disk("disk of the audit", audit, is_store=False)
