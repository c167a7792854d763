"""A process of its own that begins other audit files while the disk fails at every call on them in turn, and crashes.

Run as `python -m tests.faults.rotating <folder> every|some` with the library of faults.c preloaded.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

from rpcauth.errors import StorageUnavailable
from rpcauth.operations.audit_rotation import RotateAudit
from rpcauth.storage.verification import verify_offline
from tests.audit.places import Place
from tests.faults.disk import AUDIT, FOR_EVER, Disk, Fault, faults_of
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

MASTER = bytes(range(32))
SOME = ("sync EIO", "torn write")
CODE = {
    "service_key": "service",
    "client": {"client_id": CLIENT["client_id"]},
    "uri": {"redirect_uri": REDIRECT_URI},
    "user_context": "user",
}


async def work(provider: Provider) -> int:
    """Codes and other files by turns; how many codes were acknowledged."""
    given = 0
    for _ in range(3):
        with suppress(StorageUnavailable):
            await provider.store.execute(RotateAudit())
        given += "result" in await provider.call("oauth2.createAuthorizationCode", CODE)
    return given


def read_all(place: Place) -> list[dict[str, Any]]:
    """The records of all files, one behind the other, which are one whole chain."""
    numbered = [path for path in place.folder.glob("audit.log.*-*") if path.name[-1].isdigit()]
    # A crash may leave a file under two names.
    former = {path.stat().st_ino: path for path in numbered if not path.samefile(place.file)}.values()
    files = [*sorted(former, key=lambda path: int(path.name.rpartition("-")[2])), place.file]
    joined = place.folder / "joined"
    joined.write_bytes(b"".join(file.read_bytes() for file in files))
    found, is_ours = verify_offline(place.store, MASTER, joined)
    assert (found.fault, found.first, is_ours) == (None, 1, True), found
    return [json.loads(line) for line in joined.read_bytes().splitlines()]


async def rotate_at(folder: Path, disk: Disk, fault: Fault, times: int, call: int) -> bool:
    """Work on a disk that fails from a call on, crash, and check; whether it ever failed."""
    shutil.rmtree(folder, ignore_errors=True)
    place = Place(folder / "worked", master=MASTER)
    place.folder.mkdir(parents=True)
    async with place.open() as provider:
        await provider.issue_code()
        disk.fail(fault, times=times, after=call)
        given = 1 + await work(provider)
        has_failed = disk.failed > 0
        crashed = place.crash("crashed")
        disk.mend()
        given_later = await work(provider)
    assert given_later >= 2, "it goes on when the disk is well again"
    assert [record["kind"] for record in read_all(place)].count("issued") >= given + given_later
    async with crashed.open() as provider:
        await provider.issue_code()
    assert [record["kind"] for record in read_all(crashed)].count("issued") >= given + 1
    return has_failed


async def main(folder: Path, names: Sequence[str]) -> None:
    disk, crashes = Disk.of_this_process(), 0
    faults = (fault for fault in faults_of(AUDIT) if fault.name.startswith(tuple(names)))
    for fault, times in product(faults, (1, FOR_EVER)):
        call = 0
        while await rotate_at(folder / "place", disk, fault, times, call):
            call += 1
            crashes += 1
    sys.stdout.write(json.dumps({"crashes": crashes}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), {"every": ("",), "some": SOME}[sys.argv[2]]))
