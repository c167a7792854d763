"""The contract of the storage port: what every engine promises of operations, their effects and their neighbours.

Collected by test_contract.py, once for each engine of engines.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from rpcauth.errors import CallerRefused, LimitReached, OAuthError, StorageUnavailable, StoreRefused
from rpcauth.keys.keyring import Purpose, SealedKey
from rpcauth.model import Application, Millis, RecordId, Service
from rpcauth.storage import effects
from rpcauth.storage.effects import Effect, Event, EventKind
from rpcauth.storage.port import Conflict, Decision, Facts, Locks, Mint, Store
from tests.storage.records import (
    END,
    Do,
    insert_access,
    insert_code,
    insert_grant,
    insert_refresh,
    make_access,
    new_id,
    new_ids,
    refuse,
    run_together,
    spend_code,
    spend_refresh,
    write,
    writing,
)
from tests.support.provider import START

RACERS = 32
ROUNDS = 200
SERVICE = Service(service_key="service", name="Test")
APPLICATION = Application(client_id="client", id=1, name="Test")


async def is_there(engine: Store, record_id: RecordId) -> bool:
    return record_id in await engine.find_access_tokens([record_id])


async def test_what_an_operation_wrote_is_read_as_soon_as_it_has_answered(engine: Store) -> None:
    record_id = await new_id(engine)
    await write(engine, insert_access(record_id))
    assert await engine.find_access_tokens([record_id]) == {record_id: make_access(record_id)}


FAILING: dict[str, Sequence[Effect]] = {
    "an id that is taken": [insert_access(1)],
    "a code that is spent": [spend_code(2)],
    "a code that is not there": [spend_code(99)],
    "a refresh token that is spent": [spend_refresh(4, 8, 9)],
    "a nonce that was seen": [effects.RecordNonce(RecordId(1), "nonce", END)],
    "a token that is gone": [
        effects.UpdateAccessToken(id=RecordId(99), scope=None, user_context=None, expires_at=None, remove_at=None)
    ],
    "an application's id that is another's": [
        effects.PutApplication(Application(client_id="other", id=1, name="Other")),
    ],
    "a key sealed under another master key": [
        effects.PutKey(SealedKey(purpose=Purpose.SEALING, version=2, sealed=bytes(60), created_at=START))
    ],
    "a master key that does not open the keys": [effects.ChangeMaster(keys=(), check=b"", master=bytes(32))],
}


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
@pytest.mark.parametrize("alone", [False, True], ids=["as its third effect", "as its only effect"])
async def test_an_operation_that_fails_leaves_no_trace_and_its_neighbours_do_not_notice(
    engine: Store, failing: Sequence[Effect], alone: bool
) -> None:
    await write(engine, insert_access(1), insert_code(2), insert_grant(3), insert_refresh(4, 3, 1))
    await write(engine, spend_code(2), spend_refresh(4, 1, 5), effects.RecordNonce(RecordId(1), "nonce", END))
    await write(engine, effects.PutApplication(APPLICATION))
    before, keys = engine.definitions, engine.keyring.keys
    wanted = failing if alone else [insert_grant(11), insert_access(12), *failing]

    first, middle, last = await run_together(
        engine, writing(insert_access(10)), writing(*wanted), writing(insert_access(13), insert_grant(14))
    )

    assert (first, last) == (True, True)
    assert isinstance(middle, Exception)
    assert not isinstance(middle, OAuthError | StorageUnavailable), "it would read as a refusal, or as worth a retry"
    found = await engine.find_access_tokens([RecordId(number) for number in (10, 11, 12, 13)])
    assert sorted(found) == [10, 13]
    assert await refuse_taken_ids(engine, 11) == []
    assert (engine.definitions, engine.keyring.keys) == (before, keys)


async def refuse_taken_ids(engine: Store, *grants: int) -> list[int]:
    """Those of the ids that a grant bears already."""
    taken = []
    for number in grants:
        try:
            await write(engine, insert_grant(number))
        except Conflict:
            taken.append(number)
    return taken


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError(),
        KeyError("x"),
        AssertionError(),
        AttributeError(),
        MemoryError(),
        StoreRefused("a sealed value does not open"),
        Exception(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_decision_that_breaks_changes_nothing_and_its_neighbours_succeed(
    engine: Store, error: Exception
) -> None:
    def broken(facts: Facts, mint: Mint) -> Decision[None]:
        raise error

    first, middle, last = await run_together(engine, writing(insert_access(1)), Do(broken), writing(insert_access(2)))
    assert (first, last) == (True, True)
    assert middle is error
    assert sorted(await engine.find_access_tokens([RecordId(1), RecordId(2)])) == [1, 2]


async def test_a_refusal_is_raised_after_its_effects_are_committed(engine: Store) -> None:
    refusal = refuse()
    await write(engine, insert_grant(1), insert_access(2, grant_id=1))
    revoke = effects.RevokeGrant(RecordId(1), START, END)
    with pytest.raises(OAuthError) as caught:
        await engine.execute(Do(lambda facts, mint: Decision(refusal=refusal, effects=[revoke])))
    assert caught.value is refusal
    assert (await engine.find_access_tokens([RecordId(2)]))[RecordId(2)].grant_revoked


@pytest.mark.parametrize("refusal", [refuse(), CallerRefused("x"), LimitReached(1, "x")], ids=repr)
async def test_a_refusal_that_is_raised_has_no_effect_and_no_neighbour_feels_it(
    engine: Store, refusal: Exception
) -> None:
    def refusing(facts: Facts, mint: Mint) -> Decision[None]:
        mint.next_id()
        raise refusal

    answers = await run_together(engine, Do(refusing), writing(insert_access(1)), Do(refusing))
    assert answers == [refusal, True, refusal]
    assert await is_there(engine, RecordId(1))


def spend_seen(record_id: RecordId) -> Do:
    """Spends a code as the token endpoint does: it decides on what it reads."""

    def decide(facts: Facts, mint: Mint) -> Decision[bool]:
        assert facts.code is not None
        if facts.code.spent_at is not None:
            return Decision(result=False)
        return Decision(result=True, effects=[spend_code(record_id)])

    return Do(decide, Locks(code=record_id))


def rotate_seen(record_id: RecordId) -> Do:
    """Rotates a refresh token: it decides on what it reads."""

    def decide(facts: Facts, mint: Mint) -> Decision[bool]:
        assert facts.refresh_token is not None
        if facts.refresh_token.spent_at is not None:
            return Decision(result=False)
        access, refresh = mint.next_id(), mint.next_id()
        grant_id = facts.refresh_token.grant.id
        issued = insert_access(access, grant_id=grant_id), insert_refresh(refresh, grant_id, access)
        return Decision(result=True, effects=[*issued, spend_refresh(record_id, access, refresh)])

    return Do(decide, Locks(refresh_token=record_id))


async def test_an_operation_sees_what_its_predecessor_in_the_group_did(engine: Store) -> None:
    await write(engine, insert_code(1))
    assert await run_together(engine, spend_seen(RecordId(1)), spend_seen(RecordId(1))) == [True, False]


async def test_a_code_spent_by_32_at_once_has_one_winner(engine: Store) -> None:
    ids = await new_ids(engine, ROUNDS)
    await write(engine, *(insert_code(record_id) for record_id in ids))
    for record_id in ids:
        spends = await asyncio.gather(*(engine.execute(spend_seen(record_id)) for _ in range(RACERS)))
        assert sum(spends) == 1


async def test_a_refresh_token_used_by_32_at_once_has_one_winner(engine: Store) -> None:
    grants, tokens = await new_ids(engine, ROUNDS), await new_ids(engine, ROUNDS)
    await write(engine, *(insert_grant(grant_id) for grant_id in grants))
    await write(engine, *(insert_refresh(token, grant, 1) for grant, token in zip(grants, tokens, strict=True)))
    for record_id in tokens:
        uses = await asyncio.gather(*(engine.execute(rotate_seen(record_id)) for _ in range(RACERS)))
        assert sum(uses) == 1


@pytest.mark.parametrize("spend", [spend_code(1), spend_refresh(3, 4, 5)], ids=["code", "refresh token"])
async def test_even_blind_spends_have_one_winner(engine: Store, spend: Effect) -> None:
    await write(engine, insert_code(1), insert_grant(2), insert_refresh(3, 2, 4))
    answers = await run_together(engine, *[writing(spend)] * RACERS)
    assert [type(answer) for answer in answers] == [bool, *[Conflict] * (RACERS - 1)]


async def test_definitions_change_for_the_next_operation_and_for_readers_with_the_commit(engine: Store) -> None:
    seen = Do(lambda facts, mint: Decision(result=facts.definitions))
    change = writing(effects.PutService(SERVICE), effects.PutApplication(APPLICATION))
    before, _, after = await run_together(engine, seen, change, seen)
    assert (dict(before.services), dict(before.applications)) == ({}, {})
    assert (after.services, after.applications) == ({"service": SERVICE}, {"client": APPLICATION})
    assert engine.definitions == after


async def test_dropped_definitions_are_gone(engine: Store) -> None:
    await write(engine, effects.PutService(SERVICE), effects.PutApplication(APPLICATION))
    await write(engine, effects.DropService("service"), effects.DropApplication("client"), effects.DropCaller("none"))
    assert engine.definitions == type(engine.definitions)()


async def test_time_and_ids_never_go_back_from_one_operation_to_the_next(engine: Store) -> None:
    look = Do(lambda facts, mint: Decision(result=(facts.now, mint.next_id())))
    seen: list[tuple[Millis, RecordId]] = await asyncio.gather(*(engine.execute(look) for _ in range(300)))
    assert [now for now, _ in seen] == sorted(now for now, _ in seen)
    assert [record_id for _, record_id in seen] == sorted({record_id for _, record_id in seen})


def telling(subject: str, *wanted: Effect, error: Exception | None = None) -> Do:
    """An operation with an event."""

    def decide(facts: Facts, mint: Mint) -> Decision[Any]:
        if error is not None:
            raise error
        return Decision(effects=wanted, events=[Event(kind=EventKind.CHANGED, at=facts.now, subject=subject)])

    return Do(decide)


async def test_events_of_what_was_committed_come_in_order_before_the_answers(engine: Store) -> None:
    heard: list[str | None] = []
    engine.subscribe(lambda events: heard.extend(event.subject for event in events))
    failing = telling("failed", insert_access(7), insert_access(7))
    refused = telling("refused", insert_access(8), error=refuse())
    wanted = [telling("1", insert_access(1)), failing, telling("2", insert_access(2)), refused]
    await run_together(engine, *wanted)
    await engine.execute(telling("3", insert_access(3)))
    assert heard == ["1", "2", "3"]


async def test_a_consumer_of_events_that_fails_keeps_nobody_waiting(engine: Store) -> None:
    heard: list[str | None] = []

    def fail(events: Sequence[Event]) -> None:
        raise LookupError

    engine.subscribe(fail)
    engine.subscribe(lambda events: heard.extend(event.subject for event in events))
    await asyncio.wait_for(engine.execute(telling("1", insert_access(1))), 10)
    assert heard == ["1"]


async def test_an_abandoned_call_disturbs_no_other_and_what_it_committed_stays(engine: Store) -> None:
    abandoned = [asyncio.ensure_future(engine.execute(writing(insert_access(number)))) for number in range(1, 50)]
    others = [asyncio.ensure_future(engine.execute(writing(insert_access(100 + number)))) for number in range(1, 50)]
    await asyncio.sleep(0)
    for task in abandoned:
        task.cancel()
    assert all(await asyncio.gather(*others))
    # An operation behind all of them: by its answer, they have been run.
    await new_id(engine)
    assert len(await engine.find_access_tokens([RecordId(number) for number in range(200)])) == 98
