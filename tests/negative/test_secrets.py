"""Group W: secrets at rest, and text that would be more than text."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedCaller
from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import KEY_BYTES
from rpcauth.model import Caller, Secret, TokenType
from rpcauth.storage.driver import connect
from tests.negative.surface import CREATE_TOKEN, Surface, case, read_rows
from tests.support.provider import CLIENT, REDIRECT_URI, Provider, open_provider

CALLER_SECRET = "secret-of-the-calling-gateway"


async def issue_everything(provider: Provider) -> list[str]:
    """Every kind of secret that there is, some spent, some live; their texts."""
    caller = WantedCaller(caller=Caller(name="gateway", api_key="gateway"), secret=Secret(CALLER_SECRET))
    await provider.define(Wanted(callers=(caller,)))
    secrets = [CLIENT["client_secret"], CALLER_SECRET]
    for settings in (
        {"secure_tokens": True, "access_token_type": TokenType.BEARER},
        {"secure_tokens": False, "access_token_type": TokenType.MAC},
    ):
        await provider.set_service(**settings)
        spent, live = await provider.issue_code(), await provider.issue_code()
        tokens = await provider.redeem(spent)
        successor = await provider.refresh(tokens["refresh_token"])
        secrets += [spent, live]
        for pair in (tokens, successor):
            secrets += [pair["access_token"], pair["refresh_token"]]
            secrets += [pair["extended"]["secret"]] if pair["extended"] else []
    return secrets


@case("W01 database, WAL, backup")
async def test_no_file_holds_a_secret(provider: Provider, tmp_path: Path) -> None:
    texts = await issue_everything(provider)
    await provider.store.backup(tmp_path / "backup.db")
    parts = {text[15:58] if text.startswith("rp") else text for text in texts}
    keys = [key for versions in provider.store.keyring.keys.values() for key in versions.values()]
    needles = [part.encode() for part in parts] + [*keys, provider.master]
    assert find_in_files(tmp_path, [*needles, *(needle.hex().encode() for needle in needles)]) == []


def find_in_files(folder: Path, needles: list[bytes]) -> list[str]:
    """The files of a store's folder in which one of `needles` stands."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert files.keys() >= {"store.db", "store.db-wal", "backup.db"}
    return [name for name, content in files.items() if any(needle in content for needle in needles)]


@case("W05 stolen database")
async def test_a_digest_cannot_be_made_without_the_key(provider: Provider) -> None:
    tokens = await provider.authorize()
    text = tokens["access_token"].encode()
    with closing(connect(provider.path, writer=False)) as connection:
        ((digest,),) = connection.execute("SELECT digest FROM access_tokens").fetchall()
    names = [name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")]
    guesses = [
        hashlib.new(name, part, usedforsecurity=False).digest() for name in names for part in (text, text[15:58])
    ]
    guesses += [hmac.digest(key, text, "sha256") for key in (b"", bytes(KEY_BYTES), provider.master)]
    assert len(digest) == 32
    assert digest not in [guess[:32] for guess in guesses]


@case("W06 wrong master key")
async def test_a_wrong_master_key_opens_nothing_and_changes_nothing(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        clock, master = provider.clock, provider.master
        tokens = await provider.authorize()
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(StoreRefused, match="not the master key"):
        async with open_provider(tmp_path, clock, os.urandom(KEY_BYTES)):
            pass
    assert (tmp_path / "store.db").read_bytes() == before
    async with open_provider(tmp_path, clock, master) as provider:
        assert await provider.is_live(tokens["access_token"])


INJECTIONS = {
    "W08 quotation mark": "'; DROP TABLE access_tokens; --",
    "W08 condition": "' OR '1'='1",
    "W08 double quotation mark": '" OR ""="',
    "W08 placeholder": "?1 OR 1=1",
    "W08 wildcard": "%",
}


def strings_of(method: str, text: str) -> dict[str, Any]:
    """Parameters of a method with `text` wherever a string may stand, but in what finds the rows."""
    client = {"client_id": text, "client_secret": text}
    uri = {"redirect_uri": f"{REDIRECT_URI}?{text}", "state": text}
    data = {"scope": text, "code": text, "refresh_token": text, "code_verifier": text}
    more = dict.fromkeys(("nonce", "acr", "amr", "resource", "cnf", "code_challenge"), text)
    params: dict[str, dict[str, Any]] = {
        CREATE_TOKEN: {
            "client": client,
            "uri": uri,
            "token_data": {**data, "grant_type": "authorization_code"},
            "user_context": text,
        },
        "oauth2.createAuthorizationCode": {
            "client": {"client_id": text},
            "uri": uri,
            "scope": text,
            "user_context": text,
            "response_type": text,
            "authorization_data": more,
        },
        "oauth2.fetchApplication": {"client": client, "uri": uri, "response_type": text},
        "oauth2.fetchAccessToken": {"access_token": [text]},
        "oauth2.validateRequest": {
            "scope": text,
            "context": {"method": text, "uri": text, "headers": {"Authorization": f"Bearer {text}", text: text}},
        },
        "oauth2.updateAccessToken": {"client": client, "access_token": text, "scope": text, "user_context": text},
        "oauth2.fetchUserApplications": {"user_context": text, "token_status": "all"},
        "oauth2.revokeAccessToken": {"client": client, "access_token": text},
        "oauth2.revokeUserApplication": {"client": client, "user_context": text},
    }
    return params[method]


METHODS = [
    CREATE_TOKEN,
    "oauth2.createAuthorizationCode",
    "oauth2.fetchApplication",
    "oauth2.fetchAccessToken",
    "oauth2.validateRequest",
    "oauth2.updateAccessToken",
    "oauth2.fetchUserApplications",
    "oauth2.revokeAccessToken",
    "oauth2.revokeUserApplication",
]


@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
async def test_text_is_never_a_statement(surface: Surface, text: str) -> None:
    provider = surface.provider
    tokens = await provider.authorize()
    before = read_rows(provider)
    for method in METHODS:
        reply = await surface.ask(method, {"service_key": "service", **strings_of(method, text)})
        assert reply.get("error", {}).get("code") in (None, -2001)
        reply = await surface.ask(method, {**strings_of(method, "x"), "service_key": text})
        assert reply["error"]["code"] == -32001
    assert read_rows(provider) == before
    assert await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
async def test_text_is_stored_as_it_came_and_found_again_by_itself_alone(surface: Surface, text: str) -> None:
    provider = surface.provider
    params = {
        "service_key": "service",
        "client": CLIENT,
        "token_data": {"grant_type": "password"},
        "user_context": text,
    }
    theirs = await provider.result(CREATE_TOKEN, params)
    ours = await provider.authorize()
    listing = {"service_key": "service", "user_context": text}
    (held,) = await provider.result("oauth2.fetchUserApplications", listing)
    assert len(held["access_tokens"]) == 1
    watermark = {"service_key": "service", "where": {"user_context": text}}
    assert await provider.result("oauth2.revokeTokens", watermark) is True
    assert not await provider.is_live(theirs["access_token"])
    assert await provider.is_live(ours["access_token"])


@case("W10 more tokens than are listed")
async def test_a_list_is_bounded_and_shows_no_secret(provider: Provider) -> None:
    code = await provider.issue_code(user_context="other")
    other = await provider.redeem(code)
    params = {
        "service_key": "service",
        "client": CLIENT,
        "token_data": {"grant_type": "password"},
        "user_context": "user",
    }
    await asyncio.gather(*(provider.result(CREATE_TOKEN, params) for _ in range(1005)))
    (held,) = await provider.result("oauth2.fetchUserApplications", {"service_key": "service", "user_context": "user"})
    assert held.keys() == {"id", "name", "client_id", "access_tokens"}
    assert len(held["access_tokens"]) == 1000
    assert {text[:4] for text in held["access_tokens"]} == {"rpr_"}
    assert other["access_token"] not in str(held)
