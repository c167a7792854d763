"""A process that is killed while it recovers, restores or begins a file: the next start goes on from wherever it was.

At each step: what was revoked stays revoked, whether the next start serves or refuses; and where it refuses, it serves
when an operator accepts the loss.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.errors import StoreRefused
from rpcauth.operations.data_loss import DATA_LOSS
from rpcauth.storage import stored
from rpcauth.storage.driver import connect
from rpcauth.storage.opening import ready_path
from rpcauth.storage.restoring import put_back
from tests.audit.places import ACCEPTED, AS_USUAL, Place
from tests.audit.test_losses import revoke
from tests.support.provider import Provider


@dataclass(slots=True)
class Case:
    """A store to begin with; what was revoked, what was not, and a code of which nobody knows whether it was used."""

    place: Place
    revoked: dict[str, Any]
    kept: dict[str, Any]
    code: str

    async def check(self, provider: Provider, *, keeps: bool) -> None:
        assert not await provider.is_live(self.revoked["access_token"])
        if keeps:
            assert await provider.is_live(self.kept["access_token"])


@pytest.fixture
async def case(place: Place, tmp_path: Path) -> Case:
    """The store as it was before a revocation, with the audit file that tells it; and its backup, as `backup.db`."""
    async with place.open() as provider:
        kept, revoked, code = await provider.authorize(), await provider.authorize(), await provider.issue_code()
        await provider.store.backup(tmp_path / "backup.db")
        halfway = place.crash("halfway")
        await revoke(provider, revoked["access_token"])
    shutil.copyfile(place.file, halfway.file)
    return Case(halfway, revoked, kept, code)


def die_at_every_step(place: Place, what: str, *backup: Path) -> list[Place]:
    """The places that are left."""
    arguments = [str(place.folder), place.master.hex(), str(place.clock.time), what, *map(str, backup)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit.dying", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    folders = [place.folder.with_name(f"{place.folder.name}.{step}") for step in range(1, int(done.stdout) + 1)]
    return [replace(place, folder=folder) for folder in folders]


async def open_somehow(left: Place, case: Case, *, keeps: bool = True) -> str:
    """Start as an operator does; how it was served: at once, or when the loss was accepted."""
    try:
        async with left.open() as provider:
            await case.check(provider, keeps=keeps)
            return "at once"
    except StoreRefused as refused:
        told = str(refused)
    if ready_path(left.store).exists():
        await put_back(ready_path(left.store), left.store, left.master)
        async with left.open() as provider:
            await case.check(provider, keeps=keeps)
        return "when restored again"
    assert "--accept-data-loss" in told
    async with left.open(ACCEPTED) as provider:
        await case.check(provider, keeps=keeps)
    return "when accepted"


def has_recovered(left: Place) -> bool:
    """Whether the loss is accepted as far as the store is concerned."""
    with closing(connect(left.store, writer=False)) as reader:
        return stored.read_meta(reader, DATA_LOSS) is not None


async def check_all(places: list[Place], case: Case, *, keeps: bool = True) -> set[str]:
    ways = set()
    for left in places:
        is_done = has_recovered(left)
        way = await open_somehow(left, case, keeps=keeps)
        assert way == "at once" or not is_done, "what was accepted and done is not asked for again"
        ways.add(way)
        async with left.open() as provider:
            await case.check(provider, keeps=keeps)
            assert await provider.oauth_error("oauth2.createAccessToken", provider.redemption(case.code))
            fresh = await provider.authorize()
        async with left.open() as provider:
            assert await provider.is_live(fresh["access_token"])
        shutil.rmtree(left.folder)
    return ways


async def test_a_recovery_that_is_killed_at_any_step_is_gone_on_with(case: Case) -> None:
    assert await check_all(die_at_every_step(case.place, "accept"), case) == {"when accepted", "at once"}


async def test_a_recovery_without_a_good_file_that_is_killed_at_any_step_revives_nothing(case: Case) -> None:
    content = bytearray(case.place.file.read_bytes())
    content[len(content) // 2] ^= 1
    case.place.file.write_bytes(content)
    left = die_at_every_step(case.place, "accept")
    assert await check_all(left, case, keeps=False) == {"when accepted", "at once"}


async def test_a_restore_that_is_killed_at_any_step_is_gone_on_with(case: Case, place: Place, tmp_path: Path) -> None:
    later = place.crash("later")
    left = die_at_every_step(replace(case.place, folder=later.folder), "restore", tmp_path / "backup.db")
    for one in left:
        assert one.store.exists()
    ways = set()
    for one in left:
        ways.add(await open_somehow(one, case))
        async with one.open() as provider:
            await case.check(provider, keeps=True)
        shutil.rmtree(one.folder)
    assert ways == {"at once", "when restored again"}


async def test_a_restore_without_an_audit_that_is_killed_at_any_step_revives_nothing(
    place: Place, tmp_path: Path
) -> None:
    place.audit = None
    async with place.open() as provider:
        revoked, code = await provider.authorize(), await provider.issue_code()
        await provider.store.backup(tmp_path / "backup.db")
        await revoke(provider, revoked["access_token"])
        crashed = place.crash("crashed")
    case = Case(crashed, revoked, revoked, code)
    left = die_at_every_step(crashed, "without", tmp_path / "backup.db")
    assert len(left) > 20
    for one in left:
        assert await open_somehow(one, case, keeps=False) in ("at once", "when restored again")


async def test_a_restore_in_place_of_a_store_that_lacks_its_audit_is_not_told_less_by_dying(
    place: Place, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    async with place.open() as provider:
        revoked, code = await provider.authorize(), await provider.issue_code()
        await provider.store.backup(backup)
    kept, place.audit = place.audit, None
    async with place.open() as provider:
        await revoke(provider, revoked["access_token"])
        crashed = place.crash("crashed")
    assert crashed.wal.stat().st_size > 0
    crashed.audit = kept
    interrupted = 0
    for left in die_at_every_step(crashed, "restore", backup):
        if ready_path(left.store).exists():
            interrupted += 1
            await put_back(backup, left.store, left.master)
        await open_somehow(left, Case(left, revoked, revoked, code), keeps=False)
    assert interrupted > 2


async def test_another_file_that_is_begun_and_killed_at_any_step_is_begun_or_not(place: Place) -> None:
    async with place.open() as provider:
        kept = await provider.authorize()
    for left in die_at_every_step(place, "begin"):
        left.audit = "next.log"
        for _ in range(2):
            async with left.open() as provider:
                assert await provider.is_live(kept["access_token"])
        kinds = left.kinds()
        assert kinds == ["begun"], kinds


async def test_a_first_start_that_is_killed_at_any_step_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    for left in die_at_every_step(Place(tmp_path / "store"), "first"):
        async with left.open(AS_USUAL) as provider:
            await provider.authorize()
        async with left.open() as provider:
            assert provider.store.definitions.services
        assert left.kinds().count("begun") == 1
