"""The sums of the store's pages: they follow every checkpoint, and whatever else changes a page is noticed."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing
from random import Random

import pytest

from rpcauth.errors import StoreRefused
from rpcauth.storage.driver import connect
from rpcauth.storage.safeguards.pages import PageSums, sums_path
from tests.audit.places import ACCEPTED, Place
from tests.support.provider import Provider

PAGE = 4096


async def issue_many(provider: Provider, count: int) -> None:
    """Enough for checkpoints: each group of codes changes pages all over the store."""
    for _ in range(count):
        await asyncio.gather(*(provider.issue_code(user_context="x" * 200) for _ in range(20)))


def verify(place: Place) -> None:
    """As the next start does."""
    with closing(connect(place.store, writer=False)) as reader:
        sums = PageSums(place.store, reader)
        assert sums.open()
        try:
            sums.verify()
        finally:
            sums.close()


async def test_sums_hold_at_every_moment_of_a_store_at_work(place: Place) -> None:
    checkpoints = set()
    async with place.open() as provider:
        for _ in range(60):
            await issue_many(provider, 8)
            verify(place)
            checkpoints.add(place.store.stat().st_size)
        crashed = place.crash("crashed")
    assert len(checkpoints) > 2, "the store's file has grown by checkpoints"
    verify(place)
    verify(crashed)
    async with crashed.open() as provider:
        await issue_many(provider, 20)
        verify(crashed)


async def test_a_long_reader_keeps_a_checkpoint_from_its_end_and_the_sums_right(place: Place) -> None:
    async with place.open() as provider:
        with closing(connect(place.store, writer=False)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM codes").fetchone()
            await issue_many(provider, 80)
            verify(place)
        await issue_many(provider, 80)
        verify(place)


async def test_a_store_without_sums_gets_them(place: Place) -> None:
    async with place.open() as provider:
        await issue_many(provider, 3)
    sums_path(place.store).unlink()
    async with place.open():
        pass
    verify(place)


async def test_serving_without_an_audit_keeps_no_sums(place: Place) -> None:
    async with place.open():
        pass
    path, place.audit = place.audit, None
    async with place.open() as provider:
        await issue_many(provider, 3)
        assert not sums_path(place.store).exists()
    place.audit = path
    async with place.open() as provider:
        await issue_many(provider, 3)
    verify(place)


@pytest.mark.parametrize("seed", range(20))
async def test_one_bit_anywhere_in_the_store_or_its_sums_is_noticed(place: Place, seed: int) -> None:
    async with place.open() as provider:
        await issue_many(provider, 2)
    chance = Random(seed)
    for path in (place.store, sums_path(place.store)):
        before = path.read_bytes()
        bit = chance.randrange(len(before) * 8)
        damaged = bytearray(before)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(StoreRefused):
            async with place.open():
                pass
        path.write_bytes(before)
    async with place.open():
        pass


async def test_a_change_by_another_program_is_noticed(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
    with closing(connect(place.store, writer=True)) as other:
        other.execute("UPDATE grants SET revoked_at = NULL, scope = 'all'")
    with pytest.raises(StoreRefused, match="not as they were written"):
        async with place.open():
            pass


async def test_damage_that_sqlite_survives_can_be_accepted_with_all_from_before_revoked(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    with closing(connect(place.store, writer=True)) as other:
        other.execute("UPDATE grants SET scope = 'all'")
    async with place.open(ACCEPTED) as provider:
        assert not await provider.is_live(tokens["access_token"])
        fresh = await provider.authorize()
    async with place.open() as provider:
        assert await provider.is_live(fresh["access_token"])
    verify(place)


async def test_damage_that_sqlite_does_not_survive_is_refused_whoever_accepts_it(place: Place) -> None:
    async with place.open() as provider:
        await issue_many(provider, 10)
    content = bytearray(place.store.read_bytes())
    content[PAGE * 3 : PAGE * 12] = os.urandom(PAGE * 9)
    place.store.write_bytes(content)
    with pytest.raises(StoreRefused, match="restore"):
        async with place.open(ACCEPTED):
            pass


async def test_damage_whose_acceptance_came_to_nothing_is_still_noticed(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    with closing(connect(place.store, writer=True)) as other:
        other.execute("UPDATE grants SET scope = 'all'")
    path, place.audit = place.audit, "audit.log/impossible"
    with pytest.raises(OSError, match="audit"):
        async with place.open(ACCEPTED):
            pass
    place.audit = path
    with pytest.raises(StoreRefused, match="not as they were written"):
        async with place.open():
            pass
    async with place.open(ACCEPTED) as provider:
        assert not await provider.is_live(tokens["access_token"])
    async with place.open():
        pass  # what is there now is right


async def test_an_index_that_lacks_rows_is_refused_whoever_accepts_it(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
    with closing(connect(place.store, writer=False)) as reader:
        roots = dict(reader.execute("SELECT name, rootpage FROM sqlite_master").fetchall())
    content = bytearray(place.store.read_bytes())
    empty, full = ((roots[name] - 1) * PAGE for name in ("idempotency_to_remove", "grants_of_user"))
    content[full : full + PAGE] = content[empty : empty + PAGE]
    place.store.write_bytes(content)
    with pytest.raises(StoreRefused, match="too damaged to go on with"):
        async with place.open(ACCEPTED):
            pass


async def test_what_a_program_was_meant_to_change_is_served_without_loss_when_the_sums_are_removed(
    place: Place,
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    with closing(connect(place.store, writer=True)) as other:
        other.execute("VACUUM")
    with pytest.raises(StoreRefused, match=f"remove {sums_path(place.store)}"):
        async with place.open():
            pass
    sums_path(place.store).unlink()
    async with place.open() as provider:
        await provider.refresh(tokens["refresh_token"])
    verify(place)


async def test_a_migration_that_fails_leaves_no_sums_that_it_has_outrun(place: Place) -> None:
    async with place.open():
        pass
    with closing(connect(place.store, writer=True)) as other:
        other.execute("DELETE FROM migrations")
    sums_path(place.store).unlink()
    with closing(connect(place.store, writer=False)) as reader:
        sums = PageSums(place.store, reader)
        sums.open()
        sums.close()
    with pytest.raises(StoreRefused, match="not a store that can be served"):
        async with place.open():
            pass
    assert not sums_path(place.store).exists()
