"""oauth2.validateRequest for MAC tokens: both drafts, replays, time, authorities, body hash (contract §4)."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from rpcauth.model import MacAlgorithm, TokenType
from rpcauth.rpc.dialect import MASHERY
from tests.operations.calls import NAMED, REVOKE, VALIDATE, issue, refusal
from tests.support.provider import START, Provider, open_provider

SECONDS = START // 1000
HASHES = {"hmac-sha-256": "sha256", "hmac-sha-1": "sha1"}
HOST, TARGET = "api.example.com", "/orders/1?b=1&a=2&a=%7e"
DRAFTS = pytest.mark.parametrize("draft", [0, 1], ids=["ietf-00", "ietf-01"])


def signed(tokens: dict[str, Any], draft: int, **changes: Any) -> dict[str, Any]:
    """The context of a request as its OAuth client signed it, with changes made on the way."""
    said: dict[str, Any] = {
        "at": SECONDS,
        "nonce": "n-1",
        "method": "POST",
        "host": HOST,
        "port": 443,
        "target": TARGET,
        "ext": "",
    }
    said |= {"body_hash": "", **{name: value for name, value in changes.items() if name != "sent"}}
    place = [said["method"], said["target"], said["host"], str(said["port"])]
    if draft == 1:
        lines = [str(said["at"]), said["nonce"], *place, said["ext"]]
        attributes = f'ts="{said["at"]}", nonce="{said["nonce"]}"'
    else:
        nonce = f"{said['at'] - SECONDS}:{said['nonce']}"
        lines = [nonce, *place, said["body_hash"], said["ext"]]
        attributes = f'nonce="{nonce}"' + (f', bodyhash="{said["body_hash"]}"' if said["body_hash"] else "")
    text = "".join(f"{line}\n" for line in lines)
    key, algorithm = tokens["extended"]["secret"], HASHES[tokens["extended"]["algorithm"]]
    mac = b64encode(hmac.new(key.encode(), text.encode(), algorithm).digest()).decode()
    header = f'MAC id="{tokens["access_token"]}", {attributes}, mac="{mac}"'
    context = {"method": said["method"], "uri": f"https://{HOST}{TARGET}", "headers": {"Authorization": header}}
    return {**context, **changes.get("sent", {})}


def request_call(context: dict[str, Any], scope: str | None = None) -> dict[str, Any]:
    return {"service_key": "service", "context": context, "scope": scope}


async def mac_token(provider: Provider, **settings: Any) -> dict[str, Any]:
    await provider.set_service(access_token_type=TokenType.MAC, **settings)
    return await issue(provider, scope="read")


async def is_good(provider: Provider, context: dict[str, Any]) -> bool:
    reply = await provider.call(VALIDATE, request_call(context))
    if "error" in reply:
        detail = reply["error"]["data"]
        assert (detail["error"], detail["error_response"]["status"]) == ("invalid_token", 401)
        challenge = detail["error_response"]["headers"]["WWW-Authenticate"]
        assert challenge == 'MAC realm="Test API", error="invalid_token"'
    return "result" in reply


@DRAFTS
@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
async def test_a_signed_request_is_good_and_its_answer_has_no_secret(
    provider: Provider, draft: int, algorithm: MacAlgorithm
) -> None:
    tokens = await mac_token(provider, mac_algorithm=algorithm)

    found = await provider.result(VALIDATE, request_call(signed(tokens, draft)), dialect=MASHERY)

    assert (found["token_type"], found["extended"]) == ("mac", {"algorithm": algorithm.value})


@DRAFTS
@pytest.mark.parametrize(
    "changed",
    [
        {"sent": {"method": "GET"}},
        {"sent": {"uri": f"https://{HOST}{TARGET}&c=3"}},
        {"sent": {"uri": f"https://{HOST}/orders/1?a=2&b=1&a=%7e"}},
        {"sent": {"uri": f"https://{HOST}/orders/1?b=1&a=2&a=~"}},
        {"sent": {"uri": f"https://other.example.com{TARGET}"}},
        {"sent": {"uri": f"https://{HOST}:444{TARGET}"}},
        {"sent": {"uri": f"http://{HOST}{TARGET}"}},
        {"port": 80},
        {"ext": "not sent"},
    ],
)
async def test_a_request_changed_after_signing_is_refused(
    provider: Provider, draft: int, changed: dict[str, Any]
) -> None:
    assert not await is_good(provider, signed(await mac_token(provider), draft, **changed))


@DRAFTS
async def test_a_request_signed_with_another_key_is_refused(provider: Provider, draft: int) -> None:
    tokens, others = await mac_token(provider), await mac_token(provider)

    assert not await is_good(provider, signed({**tokens, "extended": others["extended"]}, draft))


@DRAFTS
async def test_the_same_request_twice_is_a_replay(provider: Provider, draft: int) -> None:
    context = signed(await mac_token(provider), draft)

    assert await is_good(provider, context)
    assert not await is_good(provider, context)
    provider.clock.advance(seconds=60)
    await provider.store.sweep(100)
    assert not await is_good(provider, context)


@DRAFTS
async def test_a_replay_is_noticed_after_a_restart(tmp_path: Path, draft: int) -> None:
    async with open_provider(tmp_path) as provider:
        context = signed(await mac_token(provider), draft)
        assert await is_good(provider, context)
    async with open_provider(tmp_path, provider.clock, provider.master) as reopened:
        assert not await is_good(reopened, context)


@DRAFTS
async def test_a_nonce_belongs_to_its_token_and_time(provider: Provider, draft: int) -> None:
    first, second = await mac_token(provider), await mac_token(provider)

    assert await is_good(provider, signed(first, draft))
    assert await is_good(provider, signed(second, draft))
    assert await is_good(provider, signed(first, draft, nonce="n-2"))
    assert await is_good(provider, signed(first, draft, at=SECONDS + 1))


@DRAFTS
async def test_a_request_whose_mac_is_wrong_spends_no_nonce(provider: Provider, draft: int) -> None:
    tokens = await mac_token(provider)
    good = signed(tokens, draft)

    assert not await is_good(provider, {**good, "method": "DELETE"})
    assert await is_good(provider, good)


@DRAFTS
@pytest.mark.parametrize(
    ("offset", "good"), [(0, True), (60, True), (-60, True), (61, False), (-61, False), (-3600, False)]
)
async def test_a_request_is_good_within_a_minute_of_its_time(
    provider: Provider, draft: int, offset: int, good: bool
) -> None:
    tokens = await mac_token(provider)
    provider.clock.advance(seconds=1000)

    assert await is_good(provider, signed(tokens, draft, at=SECONDS + 1000 + offset)) is good


@pytest.mark.parametrize(
    ("authorities", "good"),
    [
        ((), True),
        (("api.example.com:443",), True),
        (("other.example.com:443", "API.example.com:443"), True),
        (("api.example.com:80",), False),
        (("other.example.com:443",), False),
    ],
)
@DRAFTS
async def test_host_and_port_must_be_among_the_authorities(
    provider: Provider, draft: int, authorities: tuple[str, ...], good: bool
) -> None:
    assert await is_good(provider, signed(await mac_token(provider, authorities=authorities), draft)) is good


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
async def test_a_body_hash_that_was_signed_is_compared(provider: Provider, algorithm: MacAlgorithm) -> None:
    tokens = await mac_token(provider, mac_algorithm=algorithm)
    name = HASHES[algorithm.value].replace("sha", "sha-")
    body_hash = b64encode(hashlib.new(HASHES[algorithm.value], b"hello").digest()).decode()

    def context(nonce: str, **sent: Any) -> dict[str, Any]:
        return signed(tokens, 0, nonce=nonce, body_hash=body_hash, sent=sent)

    assert await is_good(provider, context("1", body_hash={name: body_hash}))
    assert await is_good(provider, context("2", body_hash={name.upper(): body_hash, "md5": "x"}))
    assert not await is_good(provider, context("3", body_hash={name: body_hash[::-1]}))
    assert not await is_good(provider, context("4", body_hash={}))
    assert not await is_good(provider, context("5"))


@DRAFTS
async def test_a_revoked_or_expired_mac_token_is_refused(provider: Provider, draft: int) -> None:
    tokens, brief = await mac_token(provider), await mac_token(provider)
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": tokens["access_token"]})
    assert not await is_good(provider, signed(tokens, draft))

    provider.clock.advance(seconds=3600)
    assert not await is_good(provider, signed(brief, draft, at=SECONDS + 3600))


@DRAFTS
async def test_a_mac_request_with_too_little_scope_is_403(provider: Provider, draft: int) -> None:
    tokens = await mac_token(provider)

    detail = await refusal(provider, VALIDATE, request_call(signed(tokens, draft), "write"))

    answer = detail["error_response"]
    assert (detail["error"], answer["status"]) == ("insufficient_scope", 403)
    expected = 'MAC realm="Test API", error="insufficient_scope", scope="write"'
    assert answer["headers"]["WWW-Authenticate"] == expected


@pytest.mark.parametrize("missing", ["method", "uri"])
async def test_a_mac_request_without_method_or_uri_is_400(provider: Provider, missing: str) -> None:
    context = signed(await mac_token(provider), 1)

    for nothing in (None, ""):
        detail = await refusal(provider, VALIDATE, request_call({**context, missing: nothing}))
        assert (detail["error"], detail["error_response"]["status"]) == ("invalid_request", 400)


@pytest.mark.parametrize("header", ["MAC", "MAC id", 'MAC id="x"', 'MAC id="x", nonce="1:a", mac="bQ=="', "MAC  ,,,"])
async def test_a_malformed_mac_header_is_401(provider: Provider, header: str) -> None:
    await mac_token(provider)

    context = {"method": "GET", "uri": f"https://{HOST}/", "headers": {"Authorization": header}}
    assert not await is_good(provider, context)


async def test_without_a_token_a_mac_service_asks_for_one(provider: Provider) -> None:
    await mac_token(provider)

    answer = (await refusal(provider, VALIDATE, request_call({})))["error_response"]

    assert (answer["status"], answer["headers"]["WWW-Authenticate"]) == (401, 'MAC realm="Test API"')
