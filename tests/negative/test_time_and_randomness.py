"""Group Y: where tokens come from, and a wall clock that jumps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rpcauth.model import Millis, RecordId
from rpcauth.oauth import token_text
from rpcauth.oauth.record_id import IdSequence
from rpcauth.oauth.token_text import SECRET_BYTES, Kind
from rpcauth.storage.minting import FreshMint
from tests.negative.surface import CREATE_TOKEN, REVOKE_TOKEN, case
from tests.support.provider import Provider, open_provider

DAY = 86_400
MANY = 50_000

FORKS = """
import json, os
from rpcauth.storage.minting import FreshMint
from rpcauth.oauth.record_id import IdSequence
mint = FreshMint(ids=IdSequence(node=0, after=0), now=lambda: 0, keyring=None)
read, write = os.pipe()
for _ in range(4):
    if os.fork() == 0:
        os.write(write, json.dumps([mint.random(32).hex() for _ in range(8)]).encode() + b"\\n")
        os._exit(0)
for _ in range(4):
    os.wait()
os.close(write)
print(os.read(read, 65536).decode(), end="")
"""


@case("Y01 no repeat, flat")
def test_secrets_are_256_bits_that_never_repeat(provider: Provider) -> None:
    mint = FreshMint(ids=IdSequence(node=0, after=Millis(0)), now=provider.store.now, keyring=provider.store.keyring)
    secrets = [mint.random(SECRET_BYTES) for _ in range(MANY)]
    texts = {token_text.write(Kind.ACCESS, RecordId(1), secret) for secret in secrets}
    assert {len(secret) for secret in secrets} == {32}
    assert len(texts) == MANY
    counts = Counter(byte for secret in secrets for byte in secret)
    expected = MANY * SECRET_BYTES / 256
    chi_square = sum((counts[byte] - expected) ** 2 / expected for byte in range(256))
    # 255 degrees of freedom: 255 ± 22.6; beyond six of those no fair source goes.
    assert 120 < chi_square < 390


@case("Y01 tokens of one provider")
async def test_no_part_of_a_token_repeats(provider: Provider) -> None:
    codes = [await provider.issue_code() for _ in range(50)]
    pairs = [await provider.redeem(code) for code in codes]
    texts = codes + [pair[kind] for pair in pairs for kind in ("access_token", "refresh_token")]
    assert len({text[4:15] for text in texts}) == 150
    assert len({text[15:58] for text in texts}) == 150


@case("Y02 fork after import")
def test_forked_processes_share_no_randomness() -> None:
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=True)
    secrets = [secret for line in done.stdout.splitlines() for secret in json.loads(line)]
    assert len(secrets) == 32
    assert len(set(secrets)) == 32


async def errors_of(provider: Provider, *calls: tuple[str, dict[str, Any]]) -> list[str]:
    return [await provider.oauth_error(method, params) for method, params in calls]


def is_suspect(provider: Provider) -> bool:
    return provider.store.clock.suspect


@case("Y05 wall clock 2 h ahead")
async def test_a_wall_clock_that_leaps_ahead_is_not_believed_until_it_is_confirmed(provider: Provider) -> None:
    tokens = await provider.authorize()
    code = await provider.issue_code()
    provider.clock.jump(seconds=7200)
    assert await provider.is_live(tokens["access_token"])
    assert is_suspect(provider)
    provider.clock.advance(seconds=1)
    fresh = await provider.redeem(code)
    assert fresh["expires_in"] == 3600
    provider.store.reset_clock()
    assert not is_suspect(provider)
    assert not await provider.is_live(tokens["access_token"])
    assert not await provider.is_live(fresh["access_token"])
    assert await provider.is_live((await provider.authorize())["access_token"])


@case("Y05 wall clock 2 h ahead at a start")
async def test_after_a_restart_two_hours_later_tokens_have_expired(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        clock, master = provider.clock, provider.master
        tokens = await provider.authorize()
    clock.jump(seconds=7200)
    async with open_provider(tmp_path, clock, master) as provider:
        assert not await provider.is_live(tokens["access_token"])
        refreshed = await provider.refresh(tokens["refresh_token"])
        assert await provider.is_live(refreshed["access_token"])


@pytest.mark.parametrize("restart", [False, True])
@case("Y06 wall clock one day back")
async def test_a_wall_clock_set_back_revives_nothing(tmp_path: Path, restart: bool) -> None:
    async with open_provider(tmp_path) as provider:
        clock, master = provider.clock, provider.master
        await provider.set_service(access_token_ttl=600, inactive_retention=0)
        collected = await provider.authorize()
        clock.advance(seconds=700)
        while await provider.store.sweep(100):
            pass
        spent = await provider.issue_code()
        bought = await provider.redeem(spent)
        revoked = await provider.authorize()
        client = {"client_id": "client"}
        revocation = {"service_key": "service", "client": client, "access_token": revoked["refresh_token"]}
        await provider.result(REVOKE_TOKEN, revocation)
        rotated = await provider.authorize()
        successor = await provider.refresh(rotated["refresh_token"])
        await provider.refresh(successor["refresh_token"])
        clock.advance(seconds=60)
        clock.jump(seconds=-DAY)
        if not restart:
            await check_nothing_revived(provider, collected, spent, bought, revoked, rotated)
    if restart:
        async with open_provider(tmp_path, clock, master) as provider:
            await check_nothing_revived(provider, collected, spent, bought, revoked, rotated)


async def check_nothing_revived(
    provider: Provider,
    collected: dict[str, Any],
    spent: str,
    bought: dict[str, Any],
    revoked: dict[str, Any],
    rotated: dict[str, Any],
) -> None:
    assert not await provider.is_live(collected["access_token"])
    assert not await provider.is_live(revoked["access_token"])
    calls = [
        (CREATE_TOKEN, provider.redemption(spent)),
        (CREATE_TOKEN, provider.refreshing(revoked["refresh_token"])),
        (CREATE_TOKEN, provider.refreshing(rotated["refresh_token"])),
    ]
    assert await errors_of(provider, *calls) == ["invalid_grant"] * 3
    assert is_suspect(provider)
    assert not await provider.is_live(rotated["access_token"])
    await provider.authorize()
