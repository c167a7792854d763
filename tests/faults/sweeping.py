"""A process of its own that lets the disk fail at every call in turn, and crashes after each script.

Run as `python -m tests.faults.sweeping <folder> <step>` with the library of faults.c preloaded. A crash is a copy of
the files as they stand: that is what kill -9 leaves. Each `step`th call of every fault is tried.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

from rpcauth.errors import StorageUnavailable, StoreRefused
from tests.faults.audit import check_facts, check_file
from tests.faults.disk import FAULTS, FOR_EVER, STORE, Disk, Fault
from tests.faults.ledger import Client, Ledger, NotDone, Unknown
from tests.support.provider import CLIENT, REDIRECT_URI, Provider, open_provider

SCRIPT = (
    *("code", "code", "redeem", "refresh", "token", "check", "revoke token", "redeem"),
    *("refresh", "revoke grant", "code", "redeem", "check", "refresh"),
)
MASTER = bytes(range(32))
ALL = 1000


class Sweep:
    """The folders of one sweep: a store to begin with, a copy to work on, and what its crash leaves."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._disk = disk
        self._begun = folder / "begun"
        self._worked = folder / "worked"
        self._crashed = folder / "crashed"
        self._begun.mkdir()

    async def prepare(self) -> None:
        async with open_provider(self._begun, master=MASTER) as provider:
            await provider.authorize()

    async def crash_at(self, call: int, fault: Fault, times: int) -> bool:
        """Run the script with a disk that fails from a call on, crash, and check; whether it ever failed."""
        _copy(self._begun, self._worked)
        ledger = Ledger(asked=1, given=1)
        async with open_provider(self._worked, master=MASTER) as provider:
            await provider.result("oauth2.createAccessToken", _CREDENTIALS)  # its secret is hashed only once
            ledger.asked, ledger.given = 2, 2
            self._disk.fail(fault, times=times, after=call)
            await _run_script(_client(provider, ledger))
            has_failed = self._disk.failed > 0
            _copy(self._worked, self._crashed)
            self._disk.mend()
        async with open_provider(self._crashed, master=MASTER) as provider:
            check_file(provider.path, ledger)
            await check_facts(_client(provider, ledger), Random(0), ALL)
        return has_failed

    async def open_at(self, call: int, fault: Fault) -> bool:
        """Make a store with a disk that fails once, and open it again; whether it ever failed."""
        shutil.rmtree(self._worked, ignore_errors=True)
        self._worked.mkdir()
        self._disk.fail(fault, times=1, after=call)
        with suppress(StoreRefused, StorageUnavailable):
            async with open_provider(self._worked, master=MASTER):
                pass
        has_failed = self._disk.failed > 0
        self._disk.mend()
        async with open_provider(self._worked, master=MASTER) as provider:
            await provider.authorize()
        return has_failed


_CREDENTIALS = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}


def _client(provider: Provider, ledger: Ledger) -> Client:
    return Client(ledger, provider.call, service_key="service", credentials=CLIENT, uri=REDIRECT_URI)


async def _run_script(client: Client) -> None:
    for kind in SCRIPT:
        with suppress(NotDone, Unknown):
            await client.act(kind, Random(0))


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _variants() -> Iterator[tuple[Fault, int]]:
    return ((fault, times) for fault in FAULTS for times in (1, FOR_EVER))


async def main(folder: Path, step: int) -> None:
    sweep = Sweep(folder, Disk.of_this_process())
    await sweep.prepare()
    crashes = 0
    for fault, times in _variants():
        call = 0
        while await sweep.crash_at(call, fault, times):
            call += step
            crashes += 1
    openings = 0
    for fault in (*FAULTS, *(Fault(fault.name, fault.writes, fault.error, fault.torn, STORE) for fault in FAULTS)):
        call = 0
        while await sweep.open_at(call, fault):
            call += step
            openings += 1
    sys.stdout.write(f"{crashes} crashes, {openings} openings\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
