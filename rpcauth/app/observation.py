"""The daemon as the programs see it that watch over it: its numbers, its troubles, and the listener that tells them.

It is there before the store is opened and after it is closed, so that a start that takes long, and an end, can be told
from a daemon that is down. Nothing that is read here waits for the disk.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import rpcauth
from rpcauth.app.listening import open_metrics_listeners
from rpcauth.app.troubles import find_troubles
from rpcauth.config import Config
from rpcauth.log.lines import LineLog
from rpcauth.metrics import exposition, health
from rpcauth.metrics.commits import CommitCounts
from rpcauth.metrics.exposition import Exposition, Value
from rpcauth.metrics.health import Trouble
from rpcauth.metrics.requests import RequestCounts
from rpcauth.operations.survey import Findings, survey_for_ever
from rpcauth.server.http_server import HttpServer
from rpcauth.server.inheritance import Inherited
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import Listener
from rpcauth.server.metrics_front import MetricsFront
from rpcauth.server.reserve import Reserve
from rpcauth.storage.clock import wall_clock
from rpcauth.storage.driver import sqlite_version
from rpcauth.storage.sqlite import SqliteStore

_log = logging.getLogger(__name__)

FRONTS: Final = ("rpc", "admin", "console", "ym", "oauth2")
LIMITS: Final = FrontLimits(max_connections=64)
"""Whoever may connect is trusted, but should not be able to take what callers need."""

GRACE: Final = 0.2
_SECOND: Final = 1000


class Observation:
    """What is known of one daemon (metrics_front.Subject). To be made where the event loop runs."""

    content_type = exposition.CONTENT_TYPE

    def __init__(self, log: LineLog) -> None:
        self._log = log
        self._requests = RequestCounts(FRONTS)
        self._commits = CommitCounts()
        self._findings = Findings()
        self._store: SqliteStore | None = None
        self._servers: Mapping[str, HttpServer] = {}
        self._is_draining = False
        self._survey: asyncio.Task[None] | None = None
        self._own: HttpServer | None = None
        self._reserve: Reserve | None = None
        self._exposition = Exposition(
            self._requests, self._commits, read=self._read, build=_describe_build(), started=wall_clock() / _SECOND
        )

    async def listen(self, listeners: Iterable[Listener]) -> None:
        """Answer at these listeners, from now on."""
        loop = asyncio.get_running_loop()
        for listener in listeners:
            if self._own is None or self._reserve is None:
                self._reserve = Reserve(loop)
                self._own = HttpServer(MetricsFront(self, self._log), limits=LIMITS, clock=wall_clock, log=self._log)
                self._log.watch_requests(self._requests.add)
            await self._own.listen(listener, reserve=self._reserve)
            _log.info("metrics and health at %s", listener.name)

    def begin(self, store: SqliteStore, servers: Mapping[str, HttpServer]) -> None:
        """The daemon serves: `servers` are its listeners by name, those of callers as `rpc`."""
        self._store, self._servers = store, servers
        if self._own is not None:
            store.measure(self._commits.add, self._commits.audits.add)
            self._survey = asyncio.get_running_loop().create_task(survey_for_ever(store, self._findings))
            self._survey.add_done_callback(_report_end)

    async def end(self) -> None:
        """The daemon drains: it is to be sent no more requests, and the store is let alone."""
        self._is_draining = True
        if self._survey is not None:
            self._survey.cancel()
            await asyncio.wait([self._survey])

    async def close(self) -> None:
        """Close the listener, when all else has ended."""
        if self._own is not None and self._reserve is not None:
            await self._own.drain(grace=0, deadline=GRACE)
            self._reserve.close()

    def render(self) -> bytes:
        """The text for Prometheus."""
        if self._reserve is None:
            return self._exposition.render()
        with self._reserve.lend():
            return self._exposition.render()

    def tell(self) -> tuple[bool, str]:
        """Whether the daemon is ready, and what is amiss, a line each."""
        troubles = list(self._find_troubles())
        return not troubles, health.describe(troubles)

    def _find_troubles(self) -> Iterator[Trouble]:
        if self._is_draining:
            yield Trouble.DRAINING
        if self._store is None:
            yield Trouble.STARTING
        else:
            yield from find_troubles(self._store)

    def _read(self) -> Mapping[str, Value]:
        troubles = set(self._find_troubles())
        return {
            "rpcauth_ready": not troubles,
            "rpcauth_trouble": {trouble.value: trouble in troubles for trouble in Trouble},
            "rpcauth_log_lines_lost_total": self._log.lost,
            **self._read_store(),
            **self._read_findings(),
            **self._read_servers(),
        }

    def _read_store(self) -> Mapping[str, Value]:
        store = self._store
        return {
            "rpcauth_queue_operations": None if store is None else store.queue_depth,
            "rpcauth_queue_limit_operations": None if store is None else store.queue_limit,
            "rpcauth_writer_busy_seconds": None if store is None else store.busy_for,
            "rpcauth_swept_rows_total": None if store is None else store.swept,
        }

    def _read_findings(self) -> Mapping[str, Value]:
        findings = self._findings
        lag = findings.sweeper_lag
        return {
            "rpcauth_data_loss_alarm": findings.is_data_lost,
            "rpcauth_live_access_tokens": findings.live_tokens,
            "rpcauth_sweeper_lag_seconds": None if lag is None else lag / _SECOND,
            "rpcauth_key_created_timestamp_seconds": {
                purpose.value: created / _SECOND for purpose, created in findings.keys.items()
            },
        }

    def _read_servers(self) -> Mapping[str, Value]:
        servers = self._servers
        return {
            "rpcauth_connections": {name: server.connections for name, server in servers.items()},
            "rpcauth_connections_limit": servers["rpc"].max_connections if servers else None,
            "rpcauth_connections_refused_total": sum(server.refused for server in servers.values()),
            "rpcauth_malformed_requests_total": sum(server.malformed for server in servers.values()),
        }


@asynccontextmanager
async def observing(
    config: Config, inherited: Inherited, log: LineLog, say: Callable[[str], None]
) -> AsyncIterator[Observation]:
    """An observation, and its listener if there is to be one, for as long as the block. Raises ConfigurationInvalid."""
    observation = Observation(log)
    try:
        await observation.listen(open_metrics_listeners(config, inherited, say))
        yield observation
    finally:
        await observation.close()


def _describe_build() -> Mapping[str, str]:
    return {"version": rpcauth.__version__, "python": platform.python_version(), "sqlite": sqlite_version()}


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("the survey ended: %s", type(error).__name__)
