"""A group commit without its thread: a test hands it groups and sees what SQLite does, statement by statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import stored
from rpcauth.storage.clock import Clock
from rpcauth.storage.driver import Connection, connect
from rpcauth.storage.effects import Event
from rpcauth.storage.group import GroupCommit
from rpcauth.storage.writer import Pending
from tests.storage.engines import Place, open_sqlite

DENY, ALLOW = 1, 0
INSERT, TRANSACTION, SAVEPOINT = 18, 22, 32
"""Codes of sqlite3.h: what an authorizer answers, and what it is asked about."""


@dataclass(slots=True)
class Groups:
    """A writer's connection with its GroupCommit, and a reader beside it. `events` are those of what was committed."""

    connection: Connection
    reader: Connection
    group: GroupCommit
    events: list[Event] = field(default_factory=list)

    def run(self, *operations: Any) -> list[Any]:
        """Run one group; the result or error of each member."""
        loop = asyncio.get_running_loop()
        members = [Pending(operation, loop.create_future()) for operation in operations]
        self.group.run(members)
        return [member.result if member.error is None else member.error for member in members]

    def deny(self, *denied: tuple[int, str]) -> None:
        """Have SQLite refuse these statements as not authorized: (TRANSACTION, "COMMIT") makes each commit fail."""

        def authorize(action: int, first: str | None, *_: str | None) -> int:
            return DENY if (action, first) in denied else ALLOW

        self.connection.set_authorizer(authorize)

    def allow(self) -> None:
        self.connection.set_authorizer(None)

    def ids(self, table: str = "access_tokens") -> list[int]:
        """What a reader sees now."""
        return [number for (number,) in self.reader.execute(f"SELECT id FROM {table} ORDER BY id")]

    def statements(self) -> list[str]:
        """The list that every further statement of the writer is added to."""
        seen: list[str] = []
        self.connection.set_trace_callback(seen.append)
        return seen


@asynccontextmanager
async def open_groups(place: Place) -> AsyncIterator[Groups]:
    async with open_sqlite(place):
        pass
    connection, reader = connect(place.path, writer=True), connect(place.path, writer=False)
    clock = Clock(wall=place.clock.wall, monotonic=place.clock.monotonic)
    ids = IdSequence(node=0, after=stored.read_times(connection)[0])
    group = GroupCommit(connection, master=place.master, node=0, ids=ids, now=clock.now)
    groups = Groups(connection, reader, group)

    def keep(events: Sequence[Event]) -> None:
        groups.events.extend(events)

    group.committed = keep
    try:
        yield groups
    finally:
        reader.close()
        connection.close()
