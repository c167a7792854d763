"""A store that has lost its end is noticed, and after an operator accepts that, nothing that was over lives again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rpcauth.audit.record import Record, format_time
from rpcauth.errors import OAuthError, StoreRefused
from rpcauth.keys.keyring import Purpose
from rpcauth.model import Millis, RecordId
from rpcauth.oauth.mac import NONCE_KEEP_SECONDS
from rpcauth.oauth.record_id import first_id_at
from rpcauth.operations.data_loss import DATA_LOSS, AcknowledgeLoss
from rpcauth.operations.key_rotation import RotateKey
from rpcauth.operations.protect import RecordMacRequest
from rpcauth.storage import stored
from rpcauth.storage.driver import connect
from rpcauth.storage.effects import DropApplication, DropService
from rpcauth.storage.safeguards.recovery import refuse_older, replay
from rpcauth.storage.verification import verify_offline
from tests.audit.places import ACCEPTED, Place
from tests.storage.records import writing
from tests.support.provider import CLIENT, Provider


@dataclass(slots=True)
class Lost:
    """A store that ends before its audit file does, and what was done before the end and behind it."""

    place: Place
    former: Place
    before: dict[str, Any] = field(default_factory=dict)
    behind: dict[str, Any] = field(default_factory=dict)


async def revoke(provider: Provider, token: str) -> None:
    named = {"service_key": "service", "client": CLIENT, "access_token": token}
    await provider.result("oauth2.revokeAccessToken", named)


async def revoke_user(provider: Provider, user: str) -> None:
    where = {"user_context": user}
    await provider.result("oauth2.revokeTokens", {"service_key": "service", "where": where})


async def authorize(provider: Provider, user: str) -> dict[str, Any]:
    return await provider.redeem(await provider.issue_code(user_context=user))


@pytest.fixture
async def lost(place: Place, tmp_path: Path) -> AsyncIterator[Lost]:
    """The store as it was halfway, with the audit file of the whole way."""
    async with place.open() as provider:
        told = Lost(place, place)
        for name in ("kept", "refreshed", "revoked", "updated", "family", "below"):
            told.before[name] = await authorize(provider, name)
        told.before["code"] = await provider.issue_code()
        told.before["unspent"] = await provider.issue_code()
        halfway = place.crash("halfway")
        place.clock.advance(seconds=5)
        told.behind["redeemed"] = await provider.redeem(told.before["code"])
        told.behind["refreshed"] = await provider.refresh(told.before["refreshed"]["refresh_token"])
        await revoke(provider, told.before["revoked"]["access_token"])
        await revoke(provider, told.before["family"]["refresh_token"])
        updating = {"service_key": "service", "client": CLIENT, "access_token": told.before["updated"]["access_token"]}
        await provider.result("oauth2.updateAccessToken", updating | {"expires_in": 10})
        await revoke_user(provider, "below")
        told.behind["issued"] = await authorize(provider, "kept")
    shutil.copyfile(place.file, halfway.file)
    told.place = halfway
    yield told


async def refusal(place: Place) -> str:
    with pytest.raises(StoreRefused) as refused:
        async with place.open():
            pass
    return str(refused.value)


def contents(place: Place) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.folder.iterdir() if not path.name.endswith("-shm")}


async def test_a_lost_end_is_refused_with_what_to_type_and_nothing_is_changed(lost: Lost) -> None:
    before = contents(lost.place)
    for _ in range(2):
        told = await refusal(lost.place)
        assert "the store has lost what came last" in told
        assert "rpcauth serve --accept-data-loss" in told
        assert "rpcauth restore FILE" in told
        assert contents(lost.place) == before


async def check_nothing_revived(provider: Provider, lost: Lost) -> None:
    """What was over is over, what was issued behind the end is unknown, and no code from before is good."""
    live = {name: await provider.is_live(tokens["access_token"]) for name, tokens in all_tokens(lost).items()}
    assert {name for name, is_live in live.items() if is_live} == {"before kept"}
    for code in (lost.before["code"], lost.before["unspent"]):
        assert await provider.oauth_error("oauth2.createAccessToken", provider.redemption(code)) == "invalid_grant"


def all_tokens(lost: Lost) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for when, told in (("before", lost.before), ("behind", lost.behind)):
        found |= {f"{when} {name}": tokens for name, tokens in told.items() if isinstance(tokens, dict)}
    del found["before refreshed"]  # its access token was not ended by the refresh: it is looked at apart
    return found


async def test_after_an_accepted_loss_nothing_that_was_over_lives_again_nor_after_further_starts(lost: Lost) -> None:
    async with lost.place.open(ACCEPTED) as provider:
        await check_nothing_revived(provider, lost)
    for _ in range(2):
        async with lost.place.open() as provider:
            await check_nothing_revived(provider, lost)


async def test_after_an_accepted_loss_no_refresh_token_from_before_is_good(lost: Lost) -> None:
    async with lost.place.open(ACCEPTED) as provider:
        for name, tokens in all_tokens(lost).items():
            asked = provider.refreshing(tokens["refresh_token"])
            assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant", name
        kept = lost.before["kept"]["access_token"]
        assert await provider.is_live(kept), "a refresh token that was good is refused, and is no sign of theft"


async def test_a_refresh_token_that_was_spent_behind_the_end_ends_its_family_when_it_comes_again(lost: Lost) -> None:
    spent = lost.before["refreshed"]
    async with lost.place.open(ACCEPTED) as provider:
        assert await provider.is_live(spent["access_token"])
        await provider.oauth_error("oauth2.createAccessToken", provider.refreshing(spent["refresh_token"]))
        assert not await provider.is_live(spent["access_token"])


async def test_a_code_that_was_spent_behind_the_end_revokes_what_it_bought_when_it_comes_again(
    place: Place, tmp_path: Path
) -> None:
    async with place.open() as provider:
        await provider.set_service(allow_multiple_tokens=False, secure_tokens=False)
        bought = await provider.authorize()
        again, burnt = await provider.issue_code(), await provider.issue_code()
        halfway = place.crash("halfway")
        assert (await provider.redeem(again))["access_token"] == bought["access_token"]
        wrong = provider.redemption(burnt) | {"uri": {"redirect_uri": "https://client.example.com/other"}}
        await provider.oauth_error("oauth2.createAccessToken", wrong)
    shutil.copyfile(place.file, halfway.file)
    place.clock.advance(seconds=5)
    async with halfway.open(ACCEPTED) as provider:
        with closing(connect(halfway.store, writer=False)) as reader:
            assert reader.execute("SELECT COUNT(*) FROM codes WHERE spent_at IS NULL").fetchone() == (0,)
        assert await provider.is_live(bought["access_token"])
        await provider.oauth_error("oauth2.createAccessToken", provider.redemption(again))
        assert not await provider.is_live(bought["access_token"])


async def test_a_retry_of_a_refresh_from_before_gives_nothing(lost: Lost, tmp_path: Path) -> None:
    async with lost.place.open(ACCEPTED) as provider:
        tokens = await authorize(provider, "later")
        await provider.refresh(tokens["refresh_token"])
        cut = lost.place.crash("cut")
        await provider.issue_code()
    shutil.copyfile(lost.place.file, cut.file)
    async with cut.open(ACCEPTED) as provider:
        asked = provider.refreshing(tokens["refresh_token"])
        assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant"


async def test_nonces_from_before_are_refused_until_no_replay_can_pass(lost: Lost) -> None:
    async with lost.place.open(ACCEPTED) as provider:
        record = RecordMacRequest(token_id=RecordId(7), nonce="1:n")
        with pytest.raises(OAuthError, match="invalid_token"):
            await provider.store.execute(record)
        lost.place.clock.advance(seconds=NONCE_KEEP_SECONDS)
        await provider.store.sweep(100)
        await provider.store.execute(record)


async def test_new_ids_are_above_those_that_were_lost(lost: Lost) -> None:
    last = max(record.get("refresh_token_id", 0) for record in lost.place.records())
    lost.place.clock.time -= 60_000  # the clock is late, besides
    async with lost.place.open(ACCEPTED) as provider:
        await provider.issue_code()
    assert lost.place.records()[-1]["code_id"] > last


async def test_an_accepted_loss_is_recorded_and_an_alarm_until_it_is_acknowledged(lost: Lost) -> None:
    count = len(lost.place.records())
    async with lost.place.open(ACCEPTED):
        pass
    records = lost.place.records()
    assert (records[count]["kind"], records[count]["seq"]) == ("recovered", count + 1)
    assert "codes and refresh tokens from before are refused" in records[count]["subject"]
    async with lost.place.open() as provider:
        assert b"records replayed" in (provider.store.find_meta(DATA_LOSS) or b"")
        await provider.store.execute(AcknowledgeLoss())
        assert provider.store.find_meta(DATA_LOSS) is None
    found, is_ours = verify_offline(lost.place.store, lost.place.master, lost.place.file)
    assert (found.fault, is_ours) == (None, True)


async def test_accepting_a_loss_where_there_is_none_changes_nothing(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    before = place.file.read_bytes()
    async with place.open(ACCEPTED) as provider:
        assert provider.store.find_meta(DATA_LOSS) is None
        await provider.refresh(tokens["refresh_token"])
    assert place.file.read_bytes().startswith(before)


async def test_changes_that_may_be_lost_are_named(place: Place) -> None:
    async with place.open() as provider:
        halfway = place.crash("halfway")
        await provider.set_service(access_token_ttl=60)
    shutil.copyfile(place.file, halfway.file)
    async with halfway.open(ACCEPTED) as provider:
        assert b"change service" in (provider.store.find_meta(DATA_LOSS) or b"")


async def test_an_audit_key_that_was_lost_is_followed_by_another_and_the_file_by_a_new_one(place: Place) -> None:
    async with place.open() as provider:
        halfway = place.crash("halfway")
        await provider.store.execute(RotateKey(purpose=Purpose.AUDIT_CHAIN, master=place.master))
        await provider.authorize()
    shutil.copyfile(place.file, halfway.file)
    async with halfway.open(ACCEPTED) as provider:
        await provider.issue_code()
    for _ in range(2):
        async with halfway.open():
            pass
    assert [record["key"] for record in halfway.records()] == [3, 3, 3]
    kept = halfway.folder / "audit.log.before"
    assert verify_offline(halfway.store, halfway.master, kept)[0].unchecked == 3


# --- a file that does not tell ----------------------------------------------------------------------------------------


def alter_a_line(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"issued", b"Issued")
    file.write_bytes(b"".join(lines))


def take_a_line_out(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:3] + lines[4:]))


def cut_in_the_middle(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


UNUSABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "altered": (alter_a_line, "line 4"),
    "a line taken out": (take_a_line_out, "line 4"),
    "cut": (cut_in_the_middle, "lacks the records"),
    "emptied": (lambda file: os.truncate(file, 0), "lacks the records"),
    "missing": (Path.unlink, "it is missing"),
}


@pytest.mark.parametrize(("damage", "what"), UNUSABLE.values(), ids=UNUSABLE)
async def test_a_file_that_does_not_tell_is_refused_and_accepted_only_with_all_from_before_revoked(
    place: Place, damage: Callable[[Path], None], what: str
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        code = await provider.issue_code()
    damage(place.file)
    told = await refusal(place)
    assert what in told
    assert "--accept-data-loss" in told
    await refusal(place)
    async with place.open(ACCEPTED) as provider:
        assert not await provider.is_live(tokens["access_token"])
        for asked in (provider.refreshing(tokens["refresh_token"]), provider.redemption(code)):
            assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant"
        fresh = await provider.authorize()
    async with place.open() as provider:
        assert await provider.is_live(fresh["access_token"])
        assert not await provider.is_live(tokens["access_token"])
    assert place.kinds()[:2] == ["begun", "recovered"]


async def test_what_a_service_issued_that_is_gone_meanwhile_is_revoked_as_well(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.execute(writing(DropApplication("client"), DropService("service")))
    place.file.unlink()
    async with place.open(ACCEPTED) as provider:  # which defines the service anew
        assert not await provider.is_live(tokens["access_token"])
        assert await provider.is_live((await provider.authorize())["access_token"])


async def test_the_file_of_another_store_is_refused(place: Place, tmp_path: Path) -> None:
    async with place.open() as provider:
        await provider.authorize()
    (tmp_path / "other").mkdir()
    other = Place(tmp_path / "other", place.clock, place.master)
    async with other.open() as provider:
        await provider.authorize()
    shutil.copyfile(other.file, place.file)
    assert "another store" in await refusal(place)


@pytest.mark.parametrize("has_key", [True, False])
async def test_a_store_that_is_gone_is_not_made_anew_beside_its_audit(place: Place, has_key: bool) -> None:
    async with place.open() as provider:
        await provider.authorize()
    before = place.file.read_bytes()
    place.store.unlink()
    if not has_key:
        place.master = bytes(32)
    assert "move this file away" in await refusal(place)
    assert place.file.read_bytes() == before


async def test_a_file_that_cannot_be_written_is_told_at_start(place: Place) -> None:
    async with place.open():
        pass
    place.file.unlink()
    place.file.mkdir()
    with pytest.raises(OSError, match="audit"):
        async with place.open():
            pass


# --- a file that is behind --------------------------------------------------------------------------------------------


def without_last_group(place: Place) -> bytes:
    """The file as it was before its last group."""
    whole = place.file.read_bytes()
    with closing(connect(place.store, writer=False)) as reader:
        ((lines,),) = reader.execute("SELECT event FROM audit_outbox").fetchall()
    return whole.removesuffix(lines)


@pytest.mark.parametrize("torn", [0, 1, 40])
async def test_a_crash_between_commit_and_append_is_caught_up_from_the_rows(place: Place, torn: int) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        crashed = place.crash("crashed")
    whole = crashed.file.read_bytes()
    before = without_last_group(crashed)
    crashed.file.write_bytes(before + whole[len(before) : len(before) + torn])
    async with crashed.open() as provider:
        assert crashed.file.read_bytes() == whole
        assert await provider.is_live(tokens["access_token"])
        await provider.refresh(tokens["refresh_token"])
    assert crashed.file.read_bytes().startswith(whole)


async def test_a_crash_before_the_first_line_is_caught_up(place: Place) -> None:
    async with place.open():
        crashed = place.crash("crashed")
        begun = crashed.file.read_bytes()
    with closing(connect(crashed.store, writer=False)) as reader:
        ((lines,),) = reader.execute("SELECT event FROM audit_outbox").fetchall()
    assert not begun.startswith(lines), "two groups: the file's beginning, and the definitions"
    crashed.file.write_bytes(begun.removesuffix(lines))
    async with crashed.open():
        assert crashed.file.read_bytes() == begun


async def test_the_former_file_is_completed_before_another_is_begun(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
        crashed = place.crash("crashed")
    shutil.rmtree(place.folder)
    crashed.folder.rename(place.folder)
    whole = place.file.read_bytes()
    place.file.write_bytes(without_last_group(place))
    former, place.audit = place.file, "next.log"
    async with place.open():
        pass
    assert former.read_bytes() == whole
    assert place.records()[0]["previous"] == json.loads(whole.splitlines()[-1])["mac"]


async def test_a_former_file_that_is_ahead_is_not_left_behind(lost: Lost) -> None:
    shutil.rmtree(lost.former.folder)
    lost.place.folder.rename(lost.former.folder)
    lost.former.audit = "next.log"
    assert "put [audit] path back" in await refusal(lost.former)


async def test_ids_that_ran_ahead_of_the_clock_are_not_made_again(place: Place) -> None:
    async with place.open():
        pass
    ahead = Millis(place.clock.time + 10_000)
    record = Record(
        seq=9, time=format_time(place.clock.wall()), kind="issued", access_token_id=first_id_at(ahead), key=1
    )
    with closing(connect(place.store, writer=True)) as connection:
        done = replay(connection, [record], not_after=None)
        refuse_older(connection, node=0, now=place.clock.wall(), done=done, everything=False)
        assert stored.read_times(connection)[0] >= ahead


async def test_a_line_that_damage_made_of_another_moves_neither_ids_nor_time_on(place: Place) -> None:
    async with place.open():
        pass
    now, later = place.clock.wall(), Millis(place.clock.time + 10**11)
    records = [
        Record(seq=9, time=format_time(later), kind="revoked", service_key="service", before_id=RecordId(2**62), key=1),
        Record(seq=9, time=format_time(now), kind="issued", access_token_id=RecordId(2**62), key=1),
        Record(seq=9, time="yesterday", kind="issued", key=1),
        Record(seq=9, time=format_time(now), kind="revoked", access_token_id=RecordId(2**63), key=1),
    ]
    with closing(connect(place.store, writer=True)) as connection:
        done = replay(connection, records, not_after=now)
        refuse_older(connection, node=0, now=max(now, done.last_time), done=done, everything=False)
        ids_until, seen_at = stored.read_times(connection)
        assert (ids_until <= now + 2000, seen_at) == (True, now)
        assert connection.execute("SELECT before_id FROM watermarks").fetchall() == [(first_id_at(now),)]
    assert done.count == 2
