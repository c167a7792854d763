"""Group S: MAC tokens, from issue to validateRequest. The requests are signed independently of the product."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rpcauth.model import Caller, MacAlgorithm, TokenType
from tests.negative.surface import CREATE_TOKEN, FETCH_TOKEN, VALIDATE, Surface, case, count_rows, read_rows
from tests.oauth.mac_signing import sign
from tests.support.provider import Provider, open_provider

URI = "https://api.example.com/r/1?b=1&a=2"
PLACE = ["POST", "/r/1?b=1&a=2", "api.example.com", "443"]
CHALLENGE = 'MAC realm="Test API", error="invalid_token"'
GATEWAY = Caller(name="gateway", services=("*",), methods=("*",), mac_keys=True)


@pytest.fixture
async def mac_provider(provider: Provider) -> AsyncIterator[Provider]:
    await provider.set_service(access_token_type=TokenType.MAC, authorities=("api.example.com:443",))
    yield provider


def header_of(tokens: dict[str, Any], ts: int | str, nonce: str = "dj83hs9s", **changes: str) -> str:
    """An ietf-01 header; `changes` are made after signing."""
    signed = [str(ts), nonce, *PLACE, "ext"]
    mac = changes.pop("mac", sign(signed, tokens["extended"]["secret"]))
    parts = {"id": tokens["access_token"], "ts": str(ts), "nonce": nonce, "ext": "ext", "mac": mac} | changes
    return "MAC " + ", ".join(f'{name}="{value}"' for name, value in parts.items())


def asking(header: str, *, method: str = "POST", uri: str = URI, **context: Any) -> dict[str, Any]:
    headers = {"Authorization": header, **context.pop("headers", {})}
    return {"service_key": "service", "context": {"method": method, "uri": uri, "headers": headers, **context}}


def second_of(provider: Provider) -> int:
    return provider.clock.time // 1000


async def refused(provider: Provider, params: dict[str, Any]) -> None:
    """401 with a MAC challenge, and nothing remembered."""
    before = read_rows(provider)
    reply = await Surface(provider).ask(VALIDATE, params)
    answer = reply["error"]["data"]["error_response"]
    assert (answer["status"], answer["headers"]["WWW-Authenticate"]) == (401, CHALLENGE)
    assert read_rows(provider) == before


def flip_one_bit(mac: str) -> str:
    raw = bytearray(b64decode(mac))
    raw[-1] ^= 1
    return b64encode(raw).decode()


@case("S01 one bit", "S01 other key", "S01 other algorithm")
async def test_a_wrong_mac_is_401(mac_provider: Provider) -> None:
    tokens, other = await mac_provider.authorize(), await mac_provider.authorize()
    ts = second_of(mac_provider)
    lines, key = [str(ts), "dj83hs9s", *PLACE, "ext"], tokens["extended"]["secret"]
    for mac in (
        flip_one_bit(sign(lines, key)),
        sign(lines, other["extended"]["secret"]),
        sign(lines, key, MacAlgorithm.SHA1),
    ):
        await refused(mac_provider, asking(header_of(tokens, ts, mac=mac)))
    await mac_provider.result(VALIDATE, asking(header_of(tokens, ts)))


@case("S02 twice")
async def test_a_replayed_request_is_401(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    params = asking(header_of(tokens, second_of(mac_provider)))
    await mac_provider.result(VALIDATE, params)
    await refused(mac_provider, params)


@case("S02 in parallel", "V06 nonce inserted if absent")
async def test_of_many_equal_requests_at_once_one_is_good(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    params = asking(header_of(tokens, second_of(mac_provider)))
    replies = await asyncio.gather(*(mac_provider.call(VALIDATE, params) for _ in range(32)))
    assert sum("result" in reply for reply in replies) == 1
    assert count_rows(mac_provider, "nonces") == [1]


@case("S02 after a restart within the window")
async def test_a_restart_forgets_no_nonce(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        await provider.set_service(access_token_type=TokenType.MAC)
        clock, master = provider.clock, provider.master
        params = asking(header_of(await provider.authorize(), second_of(provider)))
        await provider.result(VALIDATE, params)
    clock.advance(seconds=59)
    async with open_provider(tmp_path, clock, master) as provider:
        await refused(provider, params)


@pytest.mark.parametrize(
    "ts",
    [
        pytest.param("-1800000000", id="S04 negative"),
        pytest.param("1800000000.5", id="S04 float"),
        pytest.param("0x6b49d200", id="S04 hex"),
        pytest.param("", id="S04 empty"),
        pytest.param("18000000001800000000", id="S04 20 digits"),
        pytest.param("9223372036854775807", id="S04 the largest of 64 bits"),
    ],
)
async def test_a_ts_that_is_no_time_is_401(mac_provider: Provider, ts: str) -> None:
    await refused(mac_provider, asking(header_of(await mac_provider.authorize(), ts)))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"method": "PUT"}, id="S05 method"),
        pytest.param({"uri": "https://api.example.com/r/2?b=1&a=2"}, id="S05 path"),
        pytest.param({"uri": "https://api.example.com/r/1?a=2&b=1"}, id="S05 query order"),
        pytest.param({"uri": "https://evil.example.com/r/1?b=1&a=2"}, id="S05 host"),
        pytest.param({"uri": "https://api.example.com:8443/r/1?b=1&a=2"}, id="S05 port"),
    ],
)
async def test_a_request_changed_after_signing_is_401(mac_provider: Provider, change: dict[str, str]) -> None:
    tokens = await mac_provider.authorize()
    await mac_provider.set_service(authorities=())
    await refused(mac_provider, asking(header_of(tokens, second_of(mac_provider)), **change))


@case("S05 ext")
async def test_an_ext_changed_after_signing_is_401(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    await refused(mac_provider, asking(header_of(tokens, second_of(mac_provider), ext="other")))


@case("S06 Host, X-Forwarded-Host")
async def test_a_host_header_neither_helps_nor_harms(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    ts = second_of(mac_provider)
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    await mac_provider.result(VALIDATE, asking(header_of(tokens, ts), headers=evil))
    place = ["POST", "/r/1?b=1&a=2", "evil.example", "443"]
    mac = sign([str(ts), "second", *place, "ext"], tokens["extended"]["secret"])
    elsewhere = "https://evil.example/r/1?b=1&a=2"
    await refused(mac_provider, asking(header_of(tokens, ts, "second", mac=mac), uri=elsewhere, headers=evil))


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({"body_hash": {"sha-256": b64encode(b"x" * 32).decode()}}, id="S08 another body"),
        pytest.param({}, id="S08 no body hash to compare with"),
    ],
)
async def test_a_signed_body_hash_is_compared(mac_provider: Provider, context: dict[str, Any]) -> None:
    tokens = await mac_provider.authorize()
    mac_provider.clock.advance(seconds=5)
    body_hash = b64encode(b"y" * 32).decode()
    mac = sign(["5:nonce", *PLACE, body_hash, ""], tokens["extended"]["secret"])
    header = f'MAC id="{tokens["access_token"]}", nonce="5:nonce", bodyhash="{body_hash}", mac="{mac}"'
    await refused(mac_provider, asking(header, **context))
    await mac_provider.result(VALIDATE, asking(header, body_hash={"sha-256": body_hash}))


@case("S09 MAC token as bearer")
async def test_a_mac_token_is_no_bearer_token(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    await refused(mac_provider, asking(f"Bearer {tokens['access_token']}"))


@case("S09 bearer token with a MAC")
async def test_a_bearer_token_signs_nothing(provider: Provider) -> None:
    tokens = await provider.authorize()
    await provider.set_service(access_token_type=TokenType.MAC)
    signed = {**tokens, "extended": {"secret": tokens["access_token"]}}
    await refused(provider, asking(header_of(signed, second_of(provider))))


@case("S10 key after issue")
async def test_a_key_is_told_at_issue_and_to_callers_with_mac_keys_alone(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    secret = tokens["extended"]["secret"]
    token = tokens["access_token"]
    client = {"client_id": "client"}
    asked = [
        (FETCH_TOKEN, {"service_key": "service", "access_token": token}),
        (FETCH_TOKEN, {"service_key": "service", "access_token": [token]}),
        (VALIDATE, asking(header_of(tokens, second_of(mac_provider)))),
        (
            "oauth2.updateAccessToken",
            {"service_key": "service", "client": client, "access_token": token, "scope": "r"},
        ),
        ("oauth2.fetchUserApplications", {"service_key": "service", "user_context": "user"}),
    ]
    for method, params in asked:
        assert secret not in str(await mac_provider.result(method, params))
    assert (await mac_provider.result(*asked[0], caller=GATEWAY))["extended"]["secret"] == secret
    assert secret not in str(await mac_provider.result(*asked[2 + 1], caller=GATEWAY))


@case("S12 nonces")
async def test_nonces_are_kept_for_their_window_only(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    ts = second_of(mac_provider)
    params = [asking(header_of(tokens, ts, f"n{number}")) for number in range(300)]
    await asyncio.gather(*(mac_provider.result(VALIDATE, one) for one in params))
    assert count_rows(mac_provider, "nonces") == [300]
    mac_provider.clock.advance(seconds=121)
    while await mac_provider.store.sweep(100):
        pass
    assert count_rows(mac_provider, "nonces") == [0]


@case("F08 retry of a MAC refresh")
async def test_a_retried_refresh_gives_the_same_key_again(mac_provider: Provider) -> None:
    tokens = await mac_provider.authorize()
    refreshing = mac_provider.refreshing(tokens["refresh_token"])
    first = await mac_provider.result(CREATE_TOKEN, refreshing)
    assert await mac_provider.result(CREATE_TOKEN, refreshing) == first
