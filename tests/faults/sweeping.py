"""A process of its own that lets the disk fail at every call on each file in turn, and crashes after each script.

Run as `python -m tests.faults.sweeping <folder> every|some` with the library of faults.c preloaded. A crash is a copy
of the files as they stand: that is what kill -9 leaves. The disk fails at every call, or at each so many-th on a file.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product
from pathlib import Path
from random import Random

from rpcauth.errors import StorageUnavailable, StoreRefused
from tests.audit.places import Place
from tests.faults.audit import check_facts, check_file, check_records
from tests.faults.disk import AUDIT, FILES, FOR_EVER, STORE, SUMS, WAL, Disk, Fault, faults_of
from tests.faults.ledger import Client, Ledger, NotDone, Unknown
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

SCRIPT = (
    *("code", "code", "redeem", "refresh", "token", "check", "revoke token", "redeem"),
    *("refresh", "revoke grant", "code", "redeem", "check", "refresh"),
)
MASTER = bytes(range(32))
ALL = 1000
OFTEN = "PRAGMA wal_autocheckpoint = 12"
"""So that a script meets some checkpoints: they alone write to the store's file, and make sums."""

DRAFT = ".db-sums.new"
"""The sums of a store that has none yet are made under this ending."""

SOME = {WAL: 31, STORE: 29, SUMS: 9, AUDIT: 7, DRAFT: 3}
"""Steps that meet all the calls of a commit, because commits differ in length."""


class Sweep:
    """The folders of one sweep: a store to begin with, a copy to work on, and what its crash leaves."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._disk = disk
        self._begun, self._worked, self._crashed = (
            Place(folder / name, master=MASTER) for name in ("begun", "worked", "crashed")
        )
        self._begun.folder.mkdir()

    async def prepare(self) -> None:
        async with self._begun.open() as provider:
            await provider.authorize()

    async def crash_at(self, call: int, fault: Fault, times: int) -> bool:
        """Run the script with a disk that fails from a call on, crash, and check; whether it ever failed."""
        _copy(self._begun, self._worked)
        ledger = Ledger(asked=1, given=1)
        async with self._worked.open() as provider:
            provider.store._connection.execute(OFTEN)
            await provider.result("oauth2.createAccessToken", _CREDENTIALS)  # its secret is hashed only once
            ledger.asked, ledger.given = 2, 2
            self._disk.fail(fault, times=times, after=call)
            await _run_script(_client(provider, ledger))
            has_failed = self._disk.failed > 0
            _copy(self._worked, self._crashed)
            self._disk.mend()
        async with self._crashed.open() as provider:
            check_file(provider.path, ledger)
            await check_facts(_client(provider, ledger), Random(0), ALL)
        check_records(self._crashed.store, MASTER, self._crashed.file, ledger)
        return has_failed

    async def open_at(self, call: int, fault: Fault) -> bool:
        """Make a store with a disk that fails once, and open it again; whether it ever failed."""
        shutil.rmtree(self._worked.folder, ignore_errors=True)
        self._worked.folder.mkdir()
        self._disk.fail(fault, times=1, after=call)
        with suppress(StoreRefused, StorageUnavailable, OSError):
            async with self._worked.open():
                pass
        has_failed = self._disk.failed > 0
        self._disk.mend()
        async with self._worked.open() as provider:
            await provider.authorize()
        return has_failed


_CREDENTIALS = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}


def _client(provider: Provider, ledger: Ledger) -> Client:
    return Client(ledger, provider.call, service_key="service", credentials=CLIENT, uri=REDIRECT_URI)


async def _run_script(client: Client) -> None:
    for kind in SCRIPT:
        with suppress(NotDone, Unknown):
            await client.act(kind, Random(0))


def _copy(source: Place, target: Place) -> None:
    shutil.rmtree(target.folder, ignore_errors=True)
    shutil.copytree(source.folder, target.folder)


def _faults(*files: str) -> Iterator[Fault]:
    return (fault for file in files for fault in faults_of(file))


async def main(folder: Path, steps: Mapping[str, int]) -> None:
    sweep = Sweep(folder, Disk.of_this_process())
    await sweep.prepare()
    crashes: Counter[str] = Counter()
    for fault, times in product(_faults(*FILES), (1, FOR_EVER)):
        call = 0
        while await sweep.crash_at(call, fault, times):
            call += steps[fault.suffix]
            crashes[fault.suffix] += 1
    openings: Counter[str] = Counter()
    for fault in _faults(*FILES, DRAFT):
        call = 0
        while await sweep.open_at(call, fault):
            call += steps[fault.suffix]
            openings[fault.suffix] += 1
    sys.stdout.write(json.dumps({"crashes": crashes, "openings": openings}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), {"every": dict.fromkeys(SOME, 1), "some": SOME}[sys.argv[2]]))
