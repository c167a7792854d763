"""The sweeper: what has outlived its use goes, a bounded step at a time, and nothing lives again for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import Millis, RecordId, Service
from rpcauth.storage import effects
from rpcauth.storage.driver import connect
from rpcauth.storage.sqlite import SqliteStore
from rpcauth.storage.sweeping import WATERMARK_REST
from tests.storage.contract import SERVICE
from tests.storage.contract_rows import is_dead
from tests.storage.engines import Place, open_sqlite
from tests.storage.records import (
    DAY,
    END,
    insert_access,
    insert_code,
    insert_grant,
    insert_refresh,
    make_access,
    make_grant,
    put_watermark,
    read,
    spend_code,
    spend_refresh,
    write,
)
from tests.support.provider import START, open_provider

TABLES = ("codes", "access_tokens", "refresh_tokens", "grants", "current_token", "nonces", "watermarks")
TOMBSTONE = 90 * DAY


def counts(place: Place) -> dict[str, int]:
    """Rows a table, of those that hold any."""
    reader = connect(place.path, writer=False)
    found = {table: reader.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES}
    reader.close()
    return {table: count for table, count in found.items() if count}


def column(place: Place, table: str, name: str, record_id: int) -> Any:
    reader = connect(place.path, writer=False)
    (value,) = reader.execute(f"SELECT {name} FROM {table} WHERE id = ?", (record_id,)).fetchone()
    reader.close()
    return value


async def sweep_all(store: SqliteStore, limit: int = 500) -> int:
    """Sweep until nothing is due; the number of steps that touched something."""
    steps = 0
    while await store.sweep(limit):
        steps += 1
        assert steps < 10_000
    return steps


async def test_what_has_expired_goes_and_what_has_not_stays(store: SqliteStore, place: Place) -> None:
    key = effects.CurrentKey("service", "client", "user", None)
    for number, end in ((1, Millis(START + 1000)), (2, Millis(START + 1001))):
        await write(
            store,
            effects.InsertCode(insert_code(number).code, end),
            effects.InsertAccessToken(make_access(number), end),
            effects.InsertGrant(make_grant(number), end),
            insert_refresh(number, number, number, remove_at=end),
            effects.RecordNonce(RecordId(number), "nonce", end),
            effects.PutCurrentToken(replace(key, scope=str(number)), RecordId(number), end),
        )
    assert await sweep_all(store) == 0
    place.clock.advance(seconds=1)
    assert await sweep_all(store) == 1
    assert counts(place) == dict.fromkeys(TABLES[:-1], 1)
    assert list(await store.find_access_tokens([RecordId(1), RecordId(2)])) == [2]


async def test_what_has_no_end_is_never_swept(store: SqliteStore, place: Place) -> None:
    await write(store, insert_grant(1, expires_at=None), insert_access(2, expires_at=None))
    await write(store, insert_refresh(3, 1, 2, expires_at=None, remove_at=None))
    place.clock.advance(seconds=20 * 365 * 86_400)
    assert await sweep_all(store) == 0
    assert counts(place) == {"grants": 1, "access_tokens": 1, "refresh_tokens": 1}


async def test_a_step_is_bounded(store: SqliteStore, place: Place) -> None:
    await write(store, *(insert_access(number) for number in range(100)), *(insert_code(one) for one in range(100)))
    place.clock.advance(seconds=2 * 86_400)
    assert await store.sweep(10) == 20
    assert counts(place) == {"access_tokens": 90, "codes": 90}
    assert await sweep_all(store, 10) == 9
    assert counts(place) == {}


async def test_a_salt_is_erased_when_its_window_closes_and_not_before(store: SqliteStore, place: Place) -> None:
    await write(store, insert_grant(1), insert_refresh(2, 1, 3))
    await write(store, spend_refresh(2, 3, 4, retry_until=Millis(START + 30_000)))
    place.clock.advance(seconds=29.999)
    assert await sweep_all(store) == 0
    assert column(place, "refresh_tokens", "salt", 2) == bytes(32)
    place.clock.advance(seconds=0.001)
    assert await sweep_all(store) == 1
    assert column(place, "refresh_tokens", "salt", 2) is None
    assert counts(place) == {"grants": 1, "refresh_tokens": 1}


@pytest.mark.parametrize(
    ("refresh_token_ttl", "idle_ttl", "days"),
    [(30 * 86_400, 0, 30), (0, 0, 90), (0, 86_400, 90)],
    ids=["to the grant's end", "90 days without an end", "90 days with an idle time"],
)
async def test_a_spent_code_is_remembered_as_long_as_what_it_bought(
    place: Place, refresh_token_ttl: int, idle_ttl: int, days: int
) -> None:
    async with open_provider(place.folder, place.clock, place.master) as provider:
        await provider.set_service(refresh_token_ttl=refresh_token_ttl, refresh_token_idle_ttl=idle_ttl)
        code = await provider.issue_code()
        tokens = await provider.redeem(code)
        await provider.refresh(tokens["refresh_token"])
        place.clock.advance(seconds=days * 86_400 - 1)
        await sweep_all(provider.store)
        kept = counts(place)
        assert (kept["codes"], kept["grants"]) == (1, 1)
        # The spent token, and unless its idle time is over the one that followed it.
        assert kept["refresh_tokens"] == (1 if idle_ttl else 2)
        place.clock.advance(seconds=1)
        await sweep_all(provider.store)
        assert "codes" not in counts(place)


async def test_dead_tokens_stay_listed_for_the_services_retention(place: Place) -> None:
    async with open_provider(place.folder, place.clock, place.master) as provider:
        await provider.set_service(inactive_retention=600, access_token_ttl=60)
        await provider.authorize()
        place.clock.advance(seconds=659)
        await sweep_all(provider.store)
        assert counts(place)["access_tokens"] == 1
        place.clock.advance(seconds=1)
        await sweep_all(provider.store)
        assert "access_tokens" not in counts(place)


async def test_a_revoked_grant_without_an_end_goes_with_all_that_it_had(store: SqliteStore, place: Place) -> None:
    await write(store, insert_grant(1, expires_at=None), insert_access(2, grant_id=1, expires_at=None))
    await write(store, insert_refresh(3, 1, 2, expires_at=None, remove_at=None))
    await write(store, effects.RevokeGrant(RecordId(1), START, Millis(START + TOMBSTONE)))
    place.clock.advance(seconds=90 * 86_400 - 1)
    await sweep_all(store)
    assert counts(place) == {"grants": 1, "access_tokens": 1, "refresh_tokens": 1}
    place.clock.advance(seconds=1)
    await sweep_all(store)
    assert counts(place) == {}


async def test_a_token_whose_grant_was_swept_is_dead(store: SqliteStore, place: Place) -> None:
    await write(store, insert_grant(1, expires_at=START), insert_access(2, grant_id=1))
    await sweep_all(store)
    assert counts(place) == {"access_tokens": 1}
    assert await is_dead(store, RecordId(2))


# --- watermarks -------------------------------------------------------------------------------------------------------

NARROWED: dict[str, dict[str, str]] = {
    "service": {},
    "client": {"client_id": "client"},
    "user": {"user_context": "user"},
    "user of a client": {"client_id": "client", "user_context": "user"},
}


async def fill(store: SqliteStore) -> None:
    """Tokens and grants of four owners, ids 1 to 40; each grant has a younger token (1000 + id) and a refresh token."""
    owners = [{}, {"client_id": "other"}, {"user_context": "other"}, {"service_key": "other"}]
    for number in range(1, 41):
        owner = owners[number % 4]
        await write(
            store,
            insert_access(number, **owner),
            insert_grant(number, expires_at=None if number % 3 == 0 else END, **owner),
            insert_access(1000 + number, grant_id=number, expires_at=None if number % 3 == 0 else END, **owner),
            insert_refresh(number, number, 1000 + number, expires_at=None, remove_at=None if number % 3 == 0 else END),
        )


async def the_dead(store: SqliteStore) -> set[int]:
    ids = [RecordId(base + number) for base in (0, 1000) for number in range(1, 41)]
    dead: set[int] = {number for number in await store.find_access_tokens(ids) if await is_dead(store, number)}
    for number in range(1, 41):
        token = (await read(store, refresh_token=number)).refresh_token
        assert token is not None
        if token.watermarked or token.grant.revoked_at is not None:
            dead.add(2000 + number)
    return dead


@pytest.mark.parametrize("narrowed", NARROWED.values(), ids=NARROWED)
@pytest.mark.parametrize("limit", [3, 500])
async def test_a_watermark_is_written_onto_its_rows_and_then_dropped_and_all_stays_dead(
    place: Place, narrowed: dict[str, str], limit: int
) -> None:
    retention = Service(service_key="service", name="S", inactive_retention=3600)
    async with open_sqlite(place) as store:
        await write(store, effects.PutService(retention))
        await fill(store)
        await write(store, put_watermark(31, **narrowed))
        dead = await the_dead(store)
        assert dead
        assert not any(number % 1000 > 30 for number in dead)

        steps = await sweep_all(store, limit)
        assert steps > 1 if limit == 3 else steps == 1
        assert await the_dead(store) == dead, "while the watermark rests"
        assert counts(place)["watermarks"] == 1

        place.clock.advance(seconds=WATERMARK_REST / 1000)
        assert await sweep_all(store, limit) == 1
        assert "watermarks" not in counts(place)
        assert await the_dead(store) == dead, "when it is gone"

        place.clock.advance(seconds=3600)
        await sweep_all(store, limit)
        left = await store.find_access_tokens([RecordId(number) for number in range(1, 41)])
        assert not dead & set(left), "their rows are gone after the service's retention"
        for number in range(1, 41):
            token = (await read(store, refresh_token=number)).refresh_token
            assert token is None or token.grant.revoked_at is not None or 2000 + number not in dead


async def test_a_watermark_on_grants_without_an_end_leaves_no_row_for_ever(store: SqliteStore, place: Place) -> None:
    await write(store, insert_grant(1, expires_at=None), insert_access(2, grant_id=1, expires_at=None))
    await write(store, insert_access(3, grant_id=1, expires_at=None, user_context="given away"))
    await write(store, insert_refresh(4, 1, 2, expires_at=None, remove_at=None))
    await write(store, put_watermark(100, user_context="user"))
    await sweep_all(store)
    place.clock.advance(seconds=100 * 86_400)
    await sweep_all(store)
    assert counts(place) == {}


async def test_what_is_issued_after_a_watermark_lives_on_through_its_sweep(store: SqliteStore, place: Place) -> None:
    await write(store, insert_access(1, expires_at=None), put_watermark(2))
    await write(store, insert_access(2, expires_at=None), insert_access(3, expires_at=None))
    await sweep_all(store, 1)
    place.clock.advance(seconds=WATERMARK_REST / 1000)
    await sweep_all(store, 1)
    assert [await is_dead(store, RecordId(number)) for number in (2, 3)] == [False, False]


@pytest.mark.parametrize("narrowed", NARROWED.values(), ids=NARROWED)
async def test_a_step_of_a_watermark_is_bounded_however_the_ids_of_tokens_and_grants_lie(
    store: SqliteStore, place: Place, narrowed: dict[str, str]
) -> None:
    await write(store, effects.PutService(SERVICE), *(insert_access(number) for number in range(1, 101)))
    await write(store, *(insert_grant(number) for number in range(10, 101, 10)), put_watermark(101, **narrowed))
    reader = connect(place.path, writer=False)
    revoked = []
    while await store.sweep(10):
        revoked.append(reader.execute("SELECT COUNT(*) FROM access_tokens WHERE revoked_at IS NOT NULL").fetchone()[0])
    reader.close()
    assert revoked[:10] == list(range(10, 101, 10))


async def test_a_watermark_that_is_raised_is_swept_further(store: SqliteStore, place: Place) -> None:
    await write(store, effects.PutService(SERVICE), insert_access(1), insert_access(2), put_watermark(2))
    await sweep_all(store)
    await write(store, put_watermark(3, created_at=Millis(START + 1)))
    await sweep_all(store)
    assert column(place, "access_tokens", "revoked_at", 2) == START + 1


async def test_codes_die_before_their_watermark_goes(store: SqliteStore, place: Place) -> None:
    await write(store, insert_code(1, expires_at=Millis(START + 600_000)), put_watermark(2))
    await sweep_all(store)
    place.clock.advance(seconds=600)
    await sweep_all(store)
    code = (await read(store, code=1)).code
    assert code is not None
    assert code.watermarked


async def test_a_users_revocation_is_swept_in_one_step_however_full_the_store_is(
    store: SqliteStore, place: Place
) -> None:
    await write(store, effects.PutService(SERVICE))
    await write(store, *(insert_access(number, user_context=f"user {number}") for number in range(5000)))
    await write(store, put_watermark(5000, user_context="user 4999"))
    assert await sweep_all(store, 10) == 1
    assert column(place, "access_tokens", "revoked_at", 4999) == START


async def test_a_replayed_code_is_still_noticed_after_a_sweep(store: SqliteStore, place: Place) -> None:
    await write(store, insert_code(1), insert_grant(2), spend_code(1, grant_id=2))
    place.clock.advance(seconds=3600)
    await sweep_all(store)
    code = (await read(store, code=1)).code
    assert code is not None
    assert (code.spent_at, code.grant) == (START, make_grant(2))
