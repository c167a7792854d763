"""A process of its own for one failed commit: redeem a code while the disk fails, print the reply, and die.

Run as `python -m tests.faults.crashing <folder> <master key in hex> <code> marked|unmarked`, with the library of
faults.c preloaded. "unmarked" is the control: a writer that leaves out the marker over a failed commit's frames.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import stored
from rpcauth.storage.clock import Clock
from rpcauth.storage.driver import connect
from rpcauth.storage.group import GroupCommit
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.sqlite import SqliteStore
from tests.faults.disk import SYNC_EIO, Disk
from tests.support.provider import Provider, VirtualClock, provider_of


class UnmarkedCommit(GroupCommit):
    """A group commit that believes a failed commit to be gone once it is rolled back."""

    def _overwrite_failed_commit(self) -> bool:
        self._rollback()
        return True


def open_with(group_commit: type[GroupCommit], path: Path, master: bytes) -> Provider:
    """A provider on a store that exists, with this kind of group commit."""
    virtual = VirtualClock()
    connection = connect(path, writer=True)
    ids_until, seen_at = stored.read_times(connection)
    clock = Clock(after=seen_at, wall=virtual.wall, monotonic=virtual.monotonic)
    ids = IdSequence(node=0, after=ids_until)
    group = group_commit(connection, master=master, node=0, ids=ids, now=clock.now)
    store = SqliteStore(
        path=path,
        lock=StoreLock(path),
        connection=connection,
        group=group,
        clock=clock,
        queue_limit=100,
        queue_wait=1,
        patience=30,
    )
    return provider_of(store, virtual, path, master)


async def fail_once(folder: Path, master: bytes, code: str, group_commit: type[GroupCommit]) -> None:
    provider = open_with(group_commit, folder / "store.db", master)
    await provider.issue_code()  # the first commit of a WAL has a sync of its own for the WAL's header
    Disk.of_this_process().fail(SYNC_EIO, times=1)
    reply = await provider.call("oauth2.createAccessToken", provider.redemption(code))
    sys.stdout.write(json.dumps(reply))
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    kind = {"marked": GroupCommit, "unmarked": UnmarkedCommit}[sys.argv[4]]
    asyncio.run(fail_once(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3], kind))
