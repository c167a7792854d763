"""Damaged files, six kinds: each is noticed at the start, or has destroyed nothing.

"Noticed" is a refusal to serve. Where a damage leaves all that was acknowledged, as random bytes behind the end of a
WAL do, the store may be served; then every fact is looked at.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rpcauth.errors import StoreRefused
from tests.audit.places import Place
from tests.audit.test_losses import authorize, revoke, revoke_user
from tests.support.provider import Provider
from tests.support.soak import rounds

SEEDS = rounds(short=3, long=20)
BLOCK = 4096


def flip_a_bit(path: Path, chance: Random) -> None:
    _flip(path, chance.randrange(path.stat().st_size * 8))


def flip_in_the_header(path: Path, chance: Random) -> None:
    _flip(path, chance.randrange(min(path.stat().st_size, 32) * 8))


def cut_off(path: Path, chance: Random) -> None:
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def zero_a_block(path: Path, chance: Random) -> None:
    content = bytearray(path.read_bytes())
    starts = [start for start in range(0, len(content), BLOCK) if any(content[start : start + BLOCK])]
    start = chance.choice(starts)
    content[start : start + BLOCK] = bytes(len(content[start : start + BLOCK]))
    path.write_bytes(content)


def add_garbage(path: Path, chance: Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randrange(1, 3 * BLOCK)))


def delete(path: Path, chance: Random) -> None:
    path.unlink()


def _flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


Damage = Callable[[Path, Random], None]
KINDS: tuple[Damage, ...] = (flip_a_bit, cut_off, zero_a_block, add_garbage, delete, flip_in_the_header)


@dataclass(slots=True)
class Facts:
    """What was acknowledged before the crash."""

    live: list[str]
    dead: list[str]
    spent: list[dict[str, Any]]

    async def check(self, provider: Provider) -> None:
        for token in self.live:
            assert await provider.is_live(token)
        for token in self.dead:
            assert not await provider.is_live(token)
        for asked in self.spent:
            assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant"


@pytest.fixture
async def worked(place: Place) -> tuple[Place, Facts]:
    """A store that has been at work twice: what came first is in the store itself, the rest in its WAL when it dies."""
    async with place.open() as provider:
        first = [await authorize(provider, f"user {number}") for number in range(12)]
        codes = [await provider.issue_code(user_context="later") for _ in range(4)]
    async with place.open() as provider:
        await revoke_user(provider, "user 0")
        await revoke(provider, first[1]["refresh_token"])
        later = [await provider.redeem(code) for code in codes]
        refreshed = await provider.refresh(first[2]["refresh_token"])
        await revoke(provider, first[3]["access_token"])
        crashed = place.crash("crashed")
    shutil.rmtree(place.folder)
    place.clock.advance(seconds=40)  # no retry is offered any more
    facts = Facts(
        live=[tokens["access_token"] for tokens in (*first[4:], *later, refreshed)],
        dead=[first[number]["access_token"] for number in (0, 1, 3)],
        spent=[provider.redemption(code) for code in codes] + [provider.refreshing(first[2]["refresh_token"])],
    )
    return crashed, facts


async def is_refused(place: Place, facts: Facts) -> bool:
    try:
        async with place.open() as provider:
            await facts.check(provider)
    except StoreRefused:
        return True
    return False


def copy_of(place: Place, number: int) -> Place:
    folder = place.folder.parent / f"copy {number}"
    shutil.copytree(place.folder, folder)
    return Place(folder, place.clock, place.master)


async def test_without_damage_the_files_are_served(worked: tuple[Place, Facts]) -> None:
    place, facts = worked
    assert place.wal.stat().st_size > 10 * BLOCK
    assert not await is_refused(place, facts)


@pytest.mark.parametrize("damage", KINDS)
async def test_a_damaged_wal_is_noticed_unless_it_has_lost_nothing(worked: tuple[Place, Facts], damage: Damage) -> None:
    place, facts = worked
    for seed in range(SEEDS):
        copy = copy_of(place, seed)
        damage(copy.wal, Random(seed))
        # Behind the last commit anything may stand: failing machines leave such things, and SQLite looks past them.
        assert await is_refused(copy, facts) is (damage is not add_garbage), seed


@pytest.mark.parametrize("damage", KINDS)
async def test_a_damaged_store_is_noticed(worked: tuple[Place, Facts], damage: Damage) -> None:
    place, facts = worked
    async with place.open():
        pass  # all that the WAL held is in the store now
    for seed in range(SEEDS):
        copy = copy_of(place, seed)
        damage(copy.store, Random(seed))
        assert await is_refused(copy, facts), seed


@pytest.mark.parametrize("damage", KINDS)
async def test_a_damaged_store_beside_a_wal_is_noticed_unless_it_has_lost_nothing(
    worked: tuple[Place, Facts], damage: Damage
) -> None:
    """Pages that the WAL holds anew may be damaged in the store without harm."""
    place, facts = worked
    for seed in range(SEEDS):
        copy = copy_of(place, seed)
        damage(copy.store, Random(seed))
        await is_refused(copy, facts)


@pytest.mark.parametrize("damage", KINDS)
async def test_a_damaged_audit_file_is_noticed_or_mended_and_that_is_told(
    worked: tuple[Place, Facts], damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    place, facts = worked
    whole = place.file.read_bytes()
    for seed in range(SEEDS):
        copy = copy_of(place, seed)
        damage(copy.file, Random(seed))
        shorter = whole.startswith(copy.file.read_bytes()) if copy.file.exists() else False
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            if not await is_refused(copy, facts):
                assert copy.file.read_bytes().startswith(whole), seed
                assert shorter or "mended" in caplog.text, seed
