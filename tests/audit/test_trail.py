"""The audit of a store that works: what is recorded, when, and what stays in the database of it."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.audit.chain import GENESIS
from rpcauth.errors import OAuthError, StoreRefused
from rpcauth.keys.keyring import Purpose
from rpcauth.operations.key_rotation import RotateKey
from rpcauth.storage.driver import connect
from rpcauth.storage.effects import Event, EventKind
from rpcauth.storage.port import Conflict, Decision
from rpcauth.storage.verification import verify_offline
from tests.audit.places import Place
from tests.storage.records import Do, insert_access, refuse, spend_code
from tests.support.provider import CLIENT, START, Provider

EVENT = Event(kind=EventKind.CHANGED, at=START, subject="done")


def rows(place: Place) -> list[int]:
    """The ids of the rows that wait in the database."""
    with closing(connect(place.store, writer=False)) as reader:
        return [number for (number,) in reader.execute("SELECT id FROM audit_outbox")]


def told(subject: str) -> Do:
    """An operation that writes something, and says so."""
    event = replace(EVENT, subject=subject)
    return Do(lambda facts, mint: Decision(effects=[insert_access(int(subject))], events=[event]))


def names(record: dict[str, Any], *members: str) -> list[Any]:
    return [record.get(member) for member in members]


async def test_a_new_store_begins_its_file_which_only_its_owner_may_read(place: Place) -> None:
    async with place.open():
        assert place.file.stat().st_mode & 0o777 == 0o600
    first, *further = place.records()
    assert names(first, "seq", "kind", "previous") == [1, "begun", GENESIS.hex()]
    assert [record["subject"] for record in further] == ['add service "service"', 'add application "client"']


async def test_every_deed_is_recorded_with_ids_and_who_asked_and_nothing_that_opens_a_door(place: Place) -> None:
    async with place.open() as provider:
        code = await provider.issue_code()
        first = await provider.redeem(code)
        second = await provider.refresh(first["refresh_token"])
        revoking = {"service_key": "service", "client": CLIENT, "access_token": second["access_token"]}
        await provider.result("oauth2.revokeAccessToken", revoking)
        updating = revoking | {"access_token": first["access_token"], "expires_in": 60}
        await provider.result("oauth2.updateAccessToken", updating)
        place.clock.advance(seconds=2)
        await provider.oauth_error("oauth2.createAccessToken", provider.redemption(code))
        watermark = {"service_key": "service", "where": {"user_context": "user"}}
        await provider.result("oauth2.revokeTokens", watermark)
    told = place.records()[3:]
    assert [one["kind"] for one in told] == [
        "issued",
        "issued",
        "refreshed",
        "revoked",
        "updated",
        "revoked",
        "revoked",
    ]
    assert {one["caller"] for one in told} == {"tests"}
    assert {one["service_key"] for one in told} == {"service"}
    issued, redeemed, refreshed, revoked, updated, replayed, below = told
    assert issued["code_id"] == redeemed["code_id"]
    assert names(revoked, "access_token_id", "before_id") == [refreshed["access_token_id"], None]
    assert names(updated, "access_token_id", "user_context") == [redeemed["access_token_id"], "user"]
    assert names(replayed, "grant_id", "access_token_id") == [redeemed["grant_id"], None]
    assert below["before_id"] > refreshed["refresh_token_id"]
    content = place.file.read_text()
    secrets = (code, *(tokens[kind] for tokens in (first, second) for kind in ("access_token", "refresh_token")))
    assert not [secret for secret in (*secrets, CLIENT["client_secret"]) if secret[4:] in content]


async def test_a_refresh_that_ends_the_old_access_token_is_a_revocation_too(place: Place) -> None:
    async with place.open() as provider:
        await provider.set_service(refresh_revokes_access_token=True)
        await provider.refresh((await provider.authorize())["refresh_token"])
    issued, refreshed, revoked = place.records()[-3:]
    assert (refreshed["kind"], revoked["kind"]) == ("refreshed", "revoked")
    assert revoked["access_token_id"] == issued["access_token_id"]


async def test_what_changed_nothing_leaves_no_record(place: Place) -> None:
    async with place.open() as provider:
        before = place.file.read_bytes()
        await provider.oauth_error("oauth2.createAccessToken", provider.redemption("nonsense"))
        await provider.call("oauth2.fetchAccessToken", {"service_key": "service", "access_token": "nonsense"})
        with pytest.raises(OAuthError):
            await provider.store.execute(Do(lambda facts, mint: Decision(refusal=refuse(), events=[EVENT])))
        await provider.store.sweep(100)
        assert place.file.read_bytes() == before


async def test_an_operation_without_effects_leaves_no_record_whatever_its_neighbours_write(place: Place) -> None:
    idle = Do(lambda facts, mint: Decision(events=[replace(EVENT, subject="idle")]))
    async with place.open() as provider:
        group = (provider.store.execute(idle if number % 2 else told(f"{number}")) for number in range(60))
        await asyncio.gather(*group)
    subjects = [record["subject"] for record in place.records()[3:]]
    assert subjects == [f"{number}" for number in range(0, 60, 2)]


async def test_an_operation_that_is_undone_leaves_no_record_and_its_neighbours_do(place: Place) -> None:
    async with place.open() as provider:
        undone = Do(lambda facts, mint: Decision(effects=[insert_access(1), spend_code(99)], events=[EVENT]))
        done = [told("2"), told("3")]
        group = (provider.store.execute(one) for one in (done[0], undone, done[1]))
        answers = await asyncio.gather(*group, return_exceptions=True)
    assert isinstance(answers[1], Conflict)
    assert [record["subject"] for record in place.records()[3:]] == ["2", "3"]


async def test_the_record_is_in_the_file_before_the_answer_is_out(place: Place) -> None:
    async with place.open() as provider:
        for _ in range(5):
            tokens = await asyncio.gather(*(provider.authorize() for _ in range(8)))
            written = place.kinds()[3:]
            assert written.count("issued") == len(written)
            assert len(tokens) == 8
        assert len(written) == 5 * 8 * 2


async def test_the_database_keeps_the_rows_of_one_group_alone(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
        for _ in range(20):
            await asyncio.gather(*(provider.issue_code() for _ in range(10)))
            assert rows(place) == [len(place.records())]


async def test_numbers_go_on_and_the_chain_holds_over_restarts_and_rotations_of_the_key(place: Place) -> None:
    for _ in range(3):
        async with place.open() as provider:
            await provider.authorize()
            await provider.store.execute(RotateKey(purpose=Purpose.AUDIT_CHAIN, master=place.master))
            await provider.issue_code()
    records = place.records()
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert sorted({record["key"] for record in records}) == [1, 2, 3, 4]
    found, is_ours = verify_offline(place.store, place.master, place.file)
    assert (found.fault, found.last, found.unchecked, is_ours) == (None, len(records), 0, True)


async def test_another_path_begins_another_file_that_carries_the_chain_on(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
    former = place.records()
    place.audit = "elsewhere/next.log"
    async with place.open() as provider:
        await provider.issue_code()
    first, second = place.records()
    assert names(first, "seq", "kind", "store") == [len(former) + 1, "begun", former[0]["store"]]
    assert (first["previous"], second["seq"]) == (former[-1]["mac"], first["seq"] + 1)
    former_file = place.folder / "audit.log"
    assert len(former_file.read_bytes().splitlines()) == len(former)
    former_file.unlink()  # archived: the new one stands alone
    async with place.open():
        pass
    found, is_ours = verify_offline(place.store, place.master, place.file)
    assert (found.fault, found.first, is_ours) == (None, first["seq"], True)


async def test_a_store_that_is_moved_with_its_file_goes_on(place: Place, tmp_path: Path) -> None:
    async with place.open() as provider:
        await provider.authorize()
    moved = place.crash("moved")
    place.folder.rename(tmp_path / "gone")
    async with moved.open() as provider:
        await provider.issue_code()
    assert moved.kinds().count("begun") == 1


async def test_a_store_that_was_served_without_its_audit_says_so_when_it_is_back(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
    path, place.audit = place.audit, None
    async with place.open() as provider:
        await provider.authorize()
    place.audit = path
    for _ in range(2):
        async with place.open():
            pass
    assert [one["subject"] for one in place.records() if one["kind"] == "resumed"] == [
        "what was done while the audit was off is not told"
    ]


async def test_a_file_that_is_lost_is_begun_anew_only_after_a_time_without_it(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    last = place.records()[-1]
    place.file.unlink()
    with pytest.raises(StoreRefused, match="it is missing"):
        async with place.open():
            pass
    path, place.audit = place.audit, None
    async with place.open():
        pass
    place.audit = path
    async with place.open() as provider:
        assert await provider.is_live(tokens["access_token"])
        await provider.refresh(tokens["refresh_token"])
    first = place.records()[0]
    assert names(first, "kind", "seq", "previous") == ["begun", last["seq"] + 1, last["mac"]]


async def test_a_client_of_another_name_is_told_by_it(place: Place) -> None:
    async with place.open() as provider:
        await issue_as(provider, "gateway")
    assert place.records()[-1]["caller"] == "gateway"


async def issue_as(provider: Provider, name: str) -> None:
    params = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    await provider.result("oauth2.createAccessToken", params, caller=replace(provider.caller, name=name))
