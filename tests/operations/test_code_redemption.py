"""One use of a code, and what the tokens then stand for (json-rpc contract §4, One use)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.operations.calls import (
    CREATE,
    OTHER_CLIENT,
    PKCE,
    VERIFIER,
    add_other_client,
    add_second_service,
    change_application,
    described,
    public_code,
    refusal,
)
from tests.support.provider import CLIENT, PUBLIC_CLIENT, REDIRECT_URI, Provider

OTHER_VERIFIER = VERIFIER[::-1]


async def redeem_again(provider: Provider, code: str, client: dict[str, str] = CLIENT, **token_data: Any) -> str:
    return await provider.oauth_error(CREATE, provider.redemption(code, client, **token_data))


async def test_a_second_use_of_a_code_is_invalid_grant(provider: Provider) -> None:
    code = await provider.issue_code()
    await provider.redeem(code)

    detail = await refusal(provider, CREATE, provider.redemption(code))

    assert (detail["error"], detail["error_response"]["status"]) == ("invalid_grant", 400)


async def test_a_double_submit_within_a_second_revokes_nothing(provider: Provider) -> None:
    code = await provider.issue_code()
    tokens = await provider.redeem(code)
    provider.clock.advance(seconds=0.999)

    assert await redeem_again(provider, code) == "invalid_grant"

    assert await provider.is_live(tokens["access_token"])
    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


@pytest.mark.parametrize("after", [1, 59, 61, 3600, 29 * 86_400])
async def test_second_use_of_a_code_revokes_the_tokens_it_bought(provider: Provider, after: int) -> None:
    await provider.set_service(access_token_ttl=86_400 * 30)
    code = await provider.issue_code()
    first = await provider.redeem(code)
    second = await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=after)
    await provider.store.sweep(1000)

    assert await redeem_again(provider, code) == "invalid_grant"

    assert not await provider.is_live(first["access_token"])
    assert not await provider.is_live(second["access_token"])
    assert await provider.oauth_error(CREATE, provider.refreshing(second["refresh_token"])) == "invalid_grant"


@pytest.mark.parametrize(
    "change",
    [{"uri": {"redirect_uri": "https://client.example.com/other"}}, {"uri": None}],
    ids=["other redirect_uri", "no redirect_uri"],
)
async def test_a_second_use_that_is_not_the_same_submit_revokes_at_once(
    provider: Provider, change: dict[str, Any]
) -> None:
    code = await provider.issue_code()
    tokens = await provider.redeem(code)

    assert await provider.oauth_error(CREATE, {**provider.redemption(code), **change}) == "invalid_grant"

    assert not await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("verifier", [OTHER_VERIFIER, None, "short"])
async def test_a_second_use_with_another_verifier_revokes_at_once(provider: Provider, verifier: str | None) -> None:
    code = await public_code(provider)
    bought = await provider.result(CREATE, provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER))

    assert await redeem_again(provider, code, PUBLIC_CLIENT, code_verifier=verifier) == "invalid_grant"

    assert not await provider.is_live(bought["access_token"])


async def test_a_third_use_after_a_double_submit_still_revokes(provider: Provider) -> None:
    code = await provider.issue_code()
    tokens = await provider.redeem(code)
    await redeem_again(provider, code)
    provider.clock.advance(seconds=1)

    await redeem_again(provider, code)

    assert not await provider.is_live(tokens["access_token"])


async def test_of_many_redemptions_at_once_exactly_one_succeeds_and_its_tokens_live(provider: Provider) -> None:
    params = provider.redemption(await provider.issue_code())

    replies = await asyncio.gather(*(provider.call(CREATE, params) for _ in range(32)))

    won = [reply["result"] for reply in replies if "result" in reply]
    lost = {reply["error"]["data"]["error"] for reply in replies if "error" in reply}
    assert (len(won), lost) == (1, {"invalid_grant"})
    assert await provider.is_live(won[0]["access_token"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": {"redirect_uri": REDIRECT_URI + "/"}},
        {"uri": {"redirect_uri": REDIRECT_URI.upper()}},
        {"uri": {"state": "only"}},
        {"uri": None},
    ],
)
async def test_a_wrong_redirect_uri_spends_the_code(provider: Provider, wrong: dict[str, Any]) -> None:
    code = await provider.issue_code()

    assert await provider.oauth_error(CREATE, {**provider.redemption(code), **wrong}) == "invalid_grant"
    assert await redeem_again(provider, code) == "invalid_grant"


@pytest.mark.parametrize("verifier", [OTHER_VERIFIER, None, "", "short", VERIFIER + "\n", VERIFIER[:-1], "x" * 129])
async def test_a_wrong_verifier_spends_the_code(provider: Provider, verifier: str | None) -> None:
    code = await public_code(provider)

    assert await redeem_again(provider, code, PUBLIC_CLIENT, code_verifier=verifier) == "invalid_grant"
    assert await redeem_again(provider, code, PUBLIC_CLIENT, code_verifier=VERIFIER) == "invalid_grant"


async def test_a_verifier_without_a_challenge_spends_the_code(provider: Provider) -> None:
    code = await provider.issue_code()

    assert await redeem_again(provider, code, code_verifier=VERIFIER) == "invalid_grant"
    assert await redeem_again(provider, code) == "invalid_grant"


async def test_failed_authentication_changes_nothing(provider: Provider) -> None:
    code = await provider.issue_code()
    for wrong in ({"client_id": "client", "client_secret": "wrong"}, {"client_id": "client"}):
        assert await redeem_again(provider, code, wrong) == "invalid_client"

    tokens = await provider.redeem(code)
    provider.clock.advance(seconds=5)
    assert await redeem_again(provider, code, {"client_id": "client"}) == "invalid_client"

    assert await provider.is_live(tokens["access_token"])


async def test_another_client_changes_nothing(provider: Provider) -> None:
    await add_other_client(provider)
    code = await provider.issue_code()
    assert await redeem_again(provider, code, OTHER_CLIENT) == "invalid_grant"

    tokens = await provider.redeem(code)
    provider.clock.advance(seconds=5)
    assert await redeem_again(provider, code, OTHER_CLIENT) == "invalid_grant"

    assert await provider.is_live(tokens["access_token"])


async def test_another_service_of_the_same_client_changes_nothing(provider: Provider) -> None:
    await add_second_service(provider)
    code = await provider.issue_code()
    foreign = {**provider.redemption(code), "service_key": "second"}
    assert await provider.oauth_error(CREATE, foreign) == "invalid_grant"

    tokens = await provider.redeem(code)
    provider.clock.advance(seconds=5)
    assert await provider.oauth_error(CREATE, foreign) == "invalid_grant"

    assert await provider.is_live(tokens["access_token"])


async def test_a_made_up_code_with_a_known_id_changes_nothing(provider: Provider) -> None:
    from rpcauth.oauth.token_text import Kind, parse, write

    code = await provider.issue_code()
    known = parse(code)
    assert known is not None
    made_up = write(Kind.CODE, known.id, bytes(32))
    assert await redeem_again(provider, made_up) == "invalid_grant"

    tokens = await provider.redeem(code)
    provider.clock.advance(seconds=5)
    assert await redeem_again(provider, made_up) == "invalid_grant"

    assert await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("text", ["SlAV32hkKG", "rpc_", "rpc_" + "0" * 60, "é" * 64, "x" * 512])
async def test_what_is_no_code_is_invalid_grant(provider: Provider, text: str) -> None:
    assert await redeem_again(provider, text) == "invalid_grant"


async def test_a_token_is_no_code(provider: Provider) -> None:
    tokens = await provider.authorize()

    for name in ("access_token", "refresh_token"):
        assert await redeem_again(provider, tokens[name]) == "invalid_grant"


@pytest.mark.parametrize("lifetime", [1, 60, 600])
async def test_a_code_lives_as_long_as_the_service_says(provider: Provider, lifetime: int) -> None:
    await provider.set_service(authorization_code_ttl=lifetime)
    good, late = await provider.issue_code(), await provider.issue_code()
    provider.clock.advance(seconds=lifetime - 0.001)
    assert (await provider.redeem(good))["access_token"]

    provider.clock.advance(seconds=0.001)
    assert await redeem_again(provider, late) == "invalid_grant"


async def test_a_code_that_was_not_given_a_user_takes_the_one_of_the_redemption(provider: Provider) -> None:
    code = await provider.issue_code(user_context=None)

    tokens = await provider.result(CREATE, {**provider.redemption(code), "user_context": "late"})

    assert (await described(provider, tokens["access_token"]))["user_context"] == "late"


@pytest.mark.parametrize("given", [None, "", "user"])
async def test_the_user_of_the_code_counts(provider: Provider, given: str | None) -> None:
    code = await provider.issue_code()

    tokens = await provider.result(CREATE, {**provider.redemption(code), "user_context": given})

    assert (await described(provider, tokens["access_token"]))["user_context"] == "user"


async def test_another_user_than_the_codes_is_invalid_request(provider: Provider) -> None:
    params = {**provider.redemption(await provider.issue_code()), "user_context": "somebody else"}

    assert await provider.oauth_error(CREATE, params) == "invalid_request"


@pytest.mark.parametrize(
    ("issued", "asked", "granted"),
    [
        ("read write", None, "read write"),
        ("read write", "", "read write"),
        ("read write", "write", "write"),
        ("read write", "write read", "write read"),
        (None, "anything at.all", "anything at.all"),
        (None, None, None),
    ],
)
async def test_scope_may_narrow_at_redemption(
    provider: Provider, issued: str | None, asked: str | None, granted: str | None
) -> None:
    tokens = await provider.redeem(await provider.issue_code(scope=issued), scope=asked)

    assert tokens["scope"] == granted
    assert (await described(provider, tokens["access_token"]))["scope"] == granted


@pytest.mark.parametrize("asked", ["read admin", "admin", "Read", "read  write", " read", 'say"so', "é"])
async def test_a_wider_or_malformed_scope_at_redemption_is_invalid_scope(provider: Provider, asked: str) -> None:
    assert await redeem_again(provider, await provider.issue_code(scope="read write"), scope=asked) == "invalid_scope"


async def test_a_code_without_scope_gets_none_at_redemption_where_the_service_lists_scopes(provider: Provider) -> None:
    await provider.set_service(scopes=("read", "write"))

    assert await redeem_again(provider, await provider.issue_code(), scope="read") == "invalid_scope"


async def test_the_scopes_of_the_application_bound_what_a_code_without_scope_takes(provider: Provider) -> None:
    await change_application(provider, scopes=("read",))

    assert (await provider.redeem(await provider.issue_code(), scope="read"))["scope"] == "read"
    assert await redeem_again(provider, await provider.issue_code(), scope="write") == "invalid_scope"


async def test_the_challenge_of_one_code_is_not_the_challenge_of_another(provider: Provider) -> None:
    challenged, plain = await provider.issue_code(authorization_data=PKCE), await provider.issue_code()

    assert (await provider.redeem(challenged, code_verifier=VERIFIER))["access_token"]
    assert (await provider.redeem(plain))["access_token"]


@pytest.mark.parametrize("burnt", [False, True])
async def test_a_code_that_bought_nothing_is_kept_as_long_as_dead_tokens_are(provider: Provider, burnt: bool) -> None:
    await provider.set_service(authorization_code_ttl=10, inactive_retention=20)
    code = await provider.issue_code()
    if burnt:
        elsewhere = {"redirect_uri": "https://elsewhere.example.com/cb"}
        assert await provider.oauth_error(CREATE, {**provider.redemption(code), "uri": elsewhere}) == "invalid_grant"
    provider.clock.advance(seconds=29)
    assert await provider.store.sweep(100) == 0
    provider.clock.advance(seconds=1)
    assert await provider.store.sweep(100) == 1
    assert await redeem_again(provider, code) == "invalid_grant"
