"""The fronts of a core, as its configuration has them: what the listeners of callers and of operators serve."""

from __future__ import annotations

import os

from rpcauth.app.core import ADMINISTRATOR, Core
from rpcauth.config import Config
from rpcauth.console.front import ConsoleFront
from rpcauth.log.lines import LineLog
from rpcauth.server.callers import prove_by_uid
from rpcauth.server.front import Front
from rpcauth.server.limits import FrontLimits

ADMIN_LIMITS = FrontLimits(body_limit=64 * 1024 * 1024, max_connections=64)
"""A definitions file may be large, and its sender is trusted."""


def limits_of(config: Config) -> FrontLimits:
    """The bounds on callers."""
    server = config.server
    return FrontLimits(
        body_limit=server.body_limit,
        body_timeout=server.body_timeout,
        header_timeout=server.header_timeout,
        idle_timeout=server.idle_timeout,
        max_connections=server.max_connections,
    )


def build_front(core: Core, log: LineLog) -> Front:
    """What callers and clients meet."""
    return Front(
        core.dispatcher,
        facades=core.facades,
        prove=core.callers.prove,
        limits=limits_of(core.config),
        allowed_origins=core.config.server.allowed_origins,
        log=log,
        admission=core.limiters.admission,
        incidents=core.incidents,
    )


def build_admin_front(core: Core, log: LineLog) -> Front:
    """What operators meet: root, and whoever the daemon runs as."""
    operators = prove_by_uid(ADMINISTRATOR, {0, os.geteuid()})
    return Front(
        core.admin_dispatcher,
        prove=operators,
        limits=ADMIN_LIMITS,
        allowed_origins=(),
        log=log,
        incidents=core.incidents,
        label="admin",
    )


def build_console_front(core: Core, log: LineLog, name: str) -> ConsoleFront:
    """What operators meet in a browser, on the listener called `name`."""
    return ConsoleFront(core.admin_dispatcher, name=name, prove=core.console.prove, limits=ADMIN_LIMITS, log=log)
