"""The contract of the storage port, continued: what rows hold, and what is read beside them.

Collected by test_contract.py, once for each engine of engines.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import AccessToken, Authentication, GrantType, MacAlgorithm, Millis, RecordId, TokenType
from rpcauth.storage import effects
from rpcauth.storage.effects import CurrentKey
from rpcauth.storage.port import Conflict, Store
from tests.storage.records import (
    DAY,
    DIGEST,
    END,
    insert_access,
    insert_code,
    insert_grant,
    insert_refresh,
    make_access,
    make_code,
    make_grant,
    put_watermark,
    read,
    spend_code,
    spend_refresh,
    write,
)
from tests.support.provider import START

GRANT, CODE, ACCESS, REFRESH, NEXT_ACCESS, NEXT_REFRESH = (RecordId(number) for number in range(1, 7))
AUTHENTICATION = Authentication(
    nonce="n", auth_time=1, acr="a", amr="m", resource="r", cnf="c", issuer="https://issuer.example.com"
)


async def find(engine: Store, record_id: RecordId) -> AccessToken:
    return (await engine.find_access_tokens([record_id]))[record_id]


async def is_dead(engine: Store, record_id: RecordId) -> bool:
    token = await find(engine, record_id)
    return token.revoked_at is not None or token.grant_revoked or token.watermarked


FULL = {"user_context": "useré\U0001f600", "scope": "a b", "authentication": AUTHENTICATION}
EMPTY = {"user_context": None, "scope": None}


@pytest.mark.parametrize("changes", [FULL, EMPTY], ids=["full", "empty"])
async def test_codes_and_grants_come_back_as_they_were_written(engine: Store, changes: dict[str, Any]) -> None:
    code = make_code(CODE, code_challenge="c", code_challenge_method="S256", redirect_uri_given=False, **changes)
    grant = make_grant(GRANT, redirect_uri="https://client.example.com/cb", expires_at=None, **changes)
    await write(engine, effects.InsertCode(code, END), effects.InsertGrant(grant, None))
    assert (await read(engine, code=CODE)).code == code
    await write(engine, spend_code(CODE, grant_id=GRANT, spent_at=Millis(START + 5)))
    assert (await read(engine, code=CODE)).code == replace(code, spent_at=Millis(START + 5), grant=grant)


@pytest.mark.parametrize(
    "changes",
    [
        {"user_context": None, "scope": None, "expires_at": None},
        {
            "token_type": TokenType.MAC,
            "mac_algorithm": MacAlgorithm.SHA1,
            "sealed_mac_secret": b"\x00sealed",
            "sealed_value": b"\xff",
            "grant_type": GrantType.IMPLICIT,
            "key_version": 7,
            "revoked_at": START,
        },
    ],
    ids=["empty", "full"],
)
async def test_access_tokens_come_back_as_they_were_written(engine: Store, changes: dict[str, Any]) -> None:
    await write(engine, insert_access(ACCESS, **changes))
    assert await find(engine, ACCESS) == make_access(ACCESS, **changes)
    assert (await read(engine, access_token=ACCESS)).access_token == make_access(ACCESS, **changes)


async def test_an_access_token_comes_with_what_its_grant_says(engine: Store) -> None:
    await write(engine, insert_grant(GRANT, redirect_uri="https://x.example"), insert_access(ACCESS, grant_id=GRANT))
    expected = make_access(ACCESS, grant_id=GRANT, grant_expires_at=END, grant_redirect_uri="https://x.example")
    assert await find(engine, ACCESS) == expected


async def test_a_token_whose_grant_is_not_there_is_dead(engine: Store) -> None:
    await write(engine, insert_access(ACCESS, grant_id=GRANT))
    assert (await find(engine, ACCESS)).grant_revoked


async def test_ids_without_a_row_are_left_out_and_those_of_a_long_list_are_found(engine: Store) -> None:
    await write(engine, *(insert_access(number) for number in range(1, 501)))
    found = await engine.find_access_tokens([RecordId(number) for number in range(1, 1001)])
    assert sorted(found) == list(range(1, 501))
    assert await engine.find_access_tokens([]) == {}
    assert await engine.find_access_tokens([RecordId(777)]) == {}


async def test_what_is_not_there_is_read_as_none(engine: Store) -> None:
    facts = await read(engine, code=CODE, refresh_token=REFRESH, access_token=ACCESS, nonce=(ACCESS, "n"))
    assert (facts.code, facts.refresh_token, facts.access_token) == (None, None, None)
    assert (facts.current, facts.nonce_seen) == (None, False)


async def test_a_spent_refresh_token_comes_with_its_successors(engine: Store) -> None:
    await write(engine, insert_grant(GRANT), insert_access(ACCESS, grant_id=GRANT))
    await write(engine, insert_refresh(REFRESH, GRANT, ACCESS, idle_expires_at=END))
    fresh = (await read(engine, refresh_token=REFRESH)).refresh_token
    assert fresh is not None
    assert (fresh.grant, fresh.access_token_id, fresh.idle_expires_at) == (make_grant(GRANT), ACCESS, END)
    assert (fresh.digest, fresh.expires_at, fresh.spent_at, fresh.successor_access) == (DIGEST, END, None, None)

    await write(
        engine,
        insert_access(NEXT_ACCESS, grant_id=GRANT),
        insert_refresh(NEXT_REFRESH, GRANT, NEXT_ACCESS, parent_id=REFRESH),
        spend_refresh(REFRESH, NEXT_ACCESS, NEXT_REFRESH, requested_scope="read", salt=DIGEST),
    )
    spent = (await read(engine, refresh_token=REFRESH)).refresh_token
    assert spent is not None
    assert spent.successor_access == make_access(NEXT_ACCESS, grant_id=GRANT, grant_expires_at=END)
    assert (spent.successor_refresh_id, spent.successor_spent, spent.spent_at) == (NEXT_REFRESH, False, START)
    assert (spent.salt, spent.derivation_version, spent.requested_scope) == (DIGEST, 1, "read")
    assert spent.retry_until == START + 30_000

    await write(engine, effects.EraseSalt(REFRESH), spend_refresh(NEXT_REFRESH, RecordId(8), RecordId(9)))
    spent = (await read(engine, refresh_token=REFRESH)).refresh_token
    assert spent is not None
    assert (spent.salt, spent.successor_spent) == (None, True)


async def test_a_revoked_grant_takes_all_its_tokens_and_only_them(engine: Store) -> None:
    other = RecordId(20)
    await write(engine, insert_grant(GRANT), insert_grant(other), insert_access(ACCESS, grant_id=GRANT))
    await write(engine, insert_access(21, grant_id=other), insert_access(22, grant_id=GRANT, expires_at=None))
    await write(engine, insert_refresh(REFRESH, GRANT, ACCESS))
    await write(engine, effects.RevokeGrant(GRANT, Millis(START + 1), END))
    assert [await is_dead(engine, RecordId(number)) for number in (ACCESS, 21, 22)] == [True, False, True]
    token = (await read(engine, refresh_token=REFRESH)).refresh_token
    assert token is not None
    assert token.grant.revoked_at == START + 1


async def test_revoking_twice_keeps_the_first_time(engine: Store) -> None:
    await write(engine, insert_access(ACCESS))
    for at in (START + 1, START + 2):
        await write(engine, effects.RevokeAccessToken(ACCESS, Millis(at), END))
    assert (await find(engine, ACCESS)).revoked_at == START + 1


async def test_an_update_replaces_scope_user_and_end(engine: Store) -> None:
    await write(engine, insert_access(ACCESS))
    update = effects.UpdateAccessToken(
        id=ACCESS, scope="other", user_context="another", expires_at=Millis(END + 1), remove_at=END
    )
    await write(engine, update)
    expected = make_access(ACCESS, scope="other", user_context="another", expires_at=END + 1)
    assert await find(engine, ACCESS) == expected


async def test_a_revoked_token_is_not_updated(engine: Store) -> None:
    await write(engine, insert_access(ACCESS, revoked_at=START))
    update = effects.UpdateAccessToken(id=ACCESS, scope="x", user_context="x", expires_at=END, remove_at=END)
    with pytest.raises(Conflict):
        await write(engine, update)
    assert (await find(engine, ACCESS)).scope == "read"


async def test_the_current_token_is_the_one_that_was_put_last(engine: Store) -> None:
    key = CurrentKey("service", "client", None, "read")
    await write(engine, insert_access(ACCESS), insert_access(NEXT_ACCESS))
    for record_id in (ACCESS, NEXT_ACCESS):
        await write(engine, effects.PutCurrentToken(key, record_id, END))
    assert (await read(engine, current=lambda facts: key)).current == make_access(NEXT_ACCESS)
    assert (await read(engine, current=lambda facts: replace(key, scope=None))).current is None
    assert (await read(engine, current=lambda facts: None)).current is None


async def test_a_nonce_is_seen_once_for_its_token_alone(engine: Store) -> None:
    await write(engine, effects.RecordNonce(ACCESS, "nonce", END))
    assert (await read(engine, nonce=(ACCESS, "nonce"))).nonce_seen
    assert not (await read(engine, nonce=(NEXT_ACCESS, "nonce"))).nonce_seen
    assert not (await read(engine, nonce=(ACCESS, "other"))).nonce_seen


# --- watermarks -------------------------------------------------------------------------------------------------------

BEFORE = RecordId(100)


@pytest.mark.parametrize(
    "owner", [{}, {"user_context": None}, {"client_id": "other"}, {"service_key": "other"}], ids=str
)
@pytest.mark.parametrize("record_id", [99, 100, 101])
@pytest.mark.parametrize(
    "narrowed",
    [{}, {"client_id": "client"}, {"user_context": "user"}, {"client_id": "client", "user_context": "user"}],
    ids=str,
)
async def test_a_watermark_revokes_what_it_names_and_is_older(
    engine: Store, narrowed: dict[str, str], record_id: int, owner: dict[str, str]
) -> None:
    of = {"service_key": "service", "client_id": "client", "user_context": "user", **owner}
    covered = record_id < BEFORE and of["service_key"] == "service"
    covered = covered and all(of[name] == value for name, value in narrowed.items())

    await write(engine, insert_access(record_id, **owner), insert_code(record_id, **owner))
    await write(engine, insert_grant(record_id, **owner), insert_refresh(record_id, record_id, 1))
    await write(engine, insert_access(200, grant_id=record_id, **owner))
    await write(engine, put_watermark(BEFORE, **narrowed))

    facts = await read(engine, code=record_id, refresh_token=record_id)
    assert facts.code is not None
    assert facts.refresh_token is not None
    read_as = [
        (await find(engine, RecordId(record_id))).watermarked,
        facts.code.watermarked,
        facts.refresh_token.watermarked,
        (await find(engine, RecordId(200))).watermarked,
    ]
    assert read_as == [covered] * 4, "token, code, refresh token, and a younger token of the grant"


async def test_a_later_watermark_with_a_lower_bound_lets_nothing_live_again(engine: Store) -> None:
    await write(engine, insert_access(50))
    for bound in (100, 10):
        await write(engine, put_watermark(bound))
    assert await is_dead(engine, RecordId(50))


async def test_a_token_that_was_given_to_another_user_still_dies_with_its_grants_user(engine: Store) -> None:
    await write(engine, insert_grant(GRANT, user_context="first"))
    await write(engine, insert_access(ACCESS, grant_id=GRANT, user_context="second"))
    await write(engine, put_watermark(BEFORE, user_context="third"))
    assert not await is_dead(engine, ACCESS)
    await write(engine, put_watermark(BEFORE, user_context="first"))
    assert await is_dead(engine, ACCESS)


async def test_a_token_that_is_given_to_a_user_who_revoked_all_since_is_revoked_for_good(engine: Store) -> None:
    await write(engine, insert_access(ACCESS, user_context="first"), put_watermark(BEFORE, user_context="second"))
    update = effects.UpdateAccessToken(id=ACCESS, scope=None, user_context="second", expires_at=END, remove_at=END)
    await write(engine, update)
    assert (await find(engine, ACCESS)).revoked_at == START


# --- a user's tokens --------------------------------------------------------------------------------------------------


async def test_a_users_tokens_are_listed_newest_first_and_bounded_by_client(engine: Store) -> None:
    clients = {1: "a", 2: "a", 3: "b", 4: "a", 5: "b"}
    await write(engine, *(insert_access(number, client_id=client) for number, client in clients.items()))
    await write(engine, insert_access(6, user_context="other"), insert_access(7, service_key="other"))
    listed = await engine.list_user_tokens("service", "user", 2)
    assert [token.id for token in listed.access_tokens] == [5, 4, 3, 2]


REFRESHABLE: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "live": ({}, {}, True),
    "without an end": ({"expires_at": None}, {"expires_at": None}, True),
    "another user's": ({"user_context": "other"}, {}, False),
    "revoked": ({"revoked_at": START}, {}, False),
    "expired": ({}, {"expires_at": START}, False),
    "idle too long": ({}, {"idle_expires_at": START}, False),
}


@pytest.mark.parametrize(("grant", "token", "expected"), REFRESHABLE.values(), ids=REFRESHABLE)
async def test_clients_with_a_live_refresh_token_are_listed(
    engine: Store, grant: dict[str, Any], token: dict[str, Any], expected: bool
) -> None:
    await write(engine, insert_grant(GRANT, **grant), insert_refresh(REFRESH, GRANT, ACCESS, **token))
    listed = await engine.list_user_tokens("service", "user", 10)
    assert listed.refreshable_clients == (frozenset({"client"}) if expected else frozenset())


@pytest.mark.parametrize("ending", [spend_refresh(REFRESH, 8, 9), put_watermark(BEFORE)], ids=["spent", "watermarked"])
async def test_a_client_whose_refresh_token_is_gone_is_not_listed(engine: Store, ending: effects.Effect) -> None:
    await write(engine, insert_grant(GRANT), insert_refresh(REFRESH, GRANT, ACCESS), ending)
    listed = await engine.list_user_tokens("service", "user", 10)
    assert listed.refreshable_clients == frozenset()


async def test_tokens_that_the_sweeper_is_late_with_are_not_listed(engine: Store) -> None:
    await write(engine, effects.InsertAccessToken(make_access(ACCESS, expires_at=START - DAY), Millis(START)))
    assert (await engine.list_user_tokens("service", "user", 10)).access_tokens == ()
