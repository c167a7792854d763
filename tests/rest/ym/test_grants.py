"""What each service hands out for codes and refresh tokens, and how they share them with JSON-RPC (decision 16)."""

from __future__ import annotations

import asyncio

import pytest

from rpcauth.web.messages import HttpReply
from tests.negative.surface import find_changed, read_rows
from tests.operations.calls import CREATE, LIST, NAMED, PKCE, REVOKE, VERIFIER, described
from tests.rest.ym.conversation import (
    GET_SERVICE,
    OIDC_SERVICE,
    OWN_CLIENT,
    SERVICES,
    Spoken,
    code_request,
    exchange,
    post,
    redemption_of,
    refreshing_of,
)
from tests.rest.ym.said import FORMATS, read_reply
from tests.rest.ym.serving import CLIENT_ID, Served, content_of
from tests.support.provider import PUBLIC_CLIENT, START

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.dto)


async def buy(served: Served, service: Spoken = OIDC_SERVICE, code: str | None = None) -> dict[str, str]:
    """The tokens that a code buys here, by OAuth's names."""
    members = await code_request(served) if code is None else redemption_of(code)
    return tokens_of(await post(served, service.say(members), service), service)


async def refresh(served: Served, refresh_token: str, service: Spoken = OIDC_SERVICE) -> dict[str, str]:
    return tokens_of(await post(served, service.say(refreshing_of(refresh_token)), service), service)


def tokens_of(reply: HttpReply, service: Spoken) -> dict[str, str]:
    assert reply.status == 200, reply.body
    content = content_of(reply)
    return {name: content[service.name(name)] for name in ("access_token", "refresh_token")}


async def fail(served: Served, members: dict[str, str], service: Spoken = OIDC_SERVICE) -> str | None:
    """The ErrorCode of a request that must fail."""
    said = read_reply(await post(served, service.say(members), service))
    assert said.reply.status >= 400
    return said.code


async def expire_double_submit(served: Served) -> None:
    served.provider.clock.advance(seconds=2)


# --- what they hand out -----------------------------------------------------------------------------------------------


async def test_the_oidc_service_answers_with_a_bearer_token_and_its_remaining_time(served: Served) -> None:
    await served.provider.set_service(access_token_ttl=100)
    content = content_of(await post(served, await code_request(served)))
    assert (content["token_type"], content["expires_in"]) == ("Bearer", 100)
    assert "ResponseStatus" not in content
    assert "id_token" not in content
    served.provider.clock.advance(seconds=50.5)
    refreshed = content_of(await post(served, refreshing_of(content["refresh_token"])))
    assert refreshed["expires_in"] == 100


async def test_the_other_service_answers_with_an_instant_its_grant_and_its_scope(served: Served) -> None:
    members = GET_SERVICE.say(await code_request(served, scope="basic_profile"))
    content = content_of(await post(served, members, GET_SERVICE))
    assert content["ExpiresOnUtc"] == "2027-01-15T09:00:00.0000000Z"
    assert START == 1_800_000_000_000
    assert (content["GrantType"], content["Scope"]) == ("Code", "basic_profile")
    again = GET_SERVICE.say(refreshing_of(content["RefreshToken"]))
    assert content_of(await post(served, again, GET_SERVICE))["GrantType"] == "RefreshToken"


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_token_without_expiry_lasts_as_long_as_time_does(served: Served, kind: str) -> None:
    await served.provider.set_service(access_token_ttl=0, refresh_token_ttl=0)
    said = await exchange(served, GET_SERVICE, kind, GET_SERVICE.say(await code_request(served)))
    assert said.members["ExpiresOnUtc"] == "9999-12-31T23:59:59.9999999Z"


async def test_a_token_without_expiry_has_no_expires_in(served: Served) -> None:
    await served.provider.set_service(access_token_ttl=0, refresh_token_ttl=0)
    assert "expires_in" not in content_of(await post(served, await code_request(served)))


@every_service
async def test_without_refresh_tokens_there_is_no_such_member(served: Served, service: Spoken) -> None:
    await served.provider.set_service(refresh_token_enabled=False)
    content = content_of(await post(served, service.say(await code_request(served)), service))
    assert service.name("refresh_token") not in content


async def test_get_token_answers_as_the_oidc_service(served: Served) -> None:
    get_token = Spoken("/OAuth/GetToken", "OIDCGetAccessToken")
    ours = content_of(await post(served, await code_request(served), get_token))
    theirs = content_of(await post(served, await code_request(served)))
    assert ours.keys() == theirs.keys()
    error = content_of(await post(served, {}, get_token))
    assert (error["error"], error["ResponseStatus"]["Errors"][0]["FieldName"]) == ("invalid_request", "grant_type")
    broken = await served.ask("/OAuth/GetToken", "code=%ff")
    assert b"using OIDCGetAccessToken" in broken.body


async def test_a_request_without_grant_type_means_a_code_where_the_documentation_does_not_ask_for_it(
    served: Served,
) -> None:
    members = GET_SERVICE.say(await code_request(served))
    del members["GrantType"]
    content = content_of(await post(served, members, GET_SERVICE))
    assert content["GrantType"] == "Code"


@pytest.mark.parametrize("spelling", ["authorization_code", "AUTHORIZATION_CODE", "0", " authorization_code "])
async def test_a_grant_type_may_be_written_in_any_case_or_as_its_number(served: Served, spelling: str) -> None:
    assert (await post(served, await code_request(served) | {"grant_type": spelling})).status == 200


@pytest.mark.parametrize("spelling", ["RefreshToken", "refreshtoken", "1"])
async def test_the_other_services_grant_type_too(served: Served, spelling: str) -> None:
    tokens = await buy(served, GET_SERVICE)
    members = GET_SERVICE.say(refreshing_of(tokens["refresh_token"])) | {"GrantType": spelling}
    assert (await post(served, members, GET_SERVICE)).status == 200


@every_service
async def test_a_refresh_may_narrow_the_scope_of_its_token(served: Served, service: Spoken) -> None:
    code = await served.provider.issue_code(scope="read write")
    tokens = await buy(served, service, code)
    members = service.say(refreshing_of(tokens["refresh_token"]) | {"scope": "read"})
    token = content_of(await post(served, members, service))[service.name("access_token")]
    assert (await described(served.provider, token))["scope"] == "read"


# --- GetAccessToken has no redirect_uri -------------------------------------------------------------------------------


async def test_no_redirect_uri_is_compared_where_there_is_no_member_for_one(served: Served) -> None:
    for name in ("redirect_uri", "RedirectUri"):
        members = GET_SERVICE.say(await code_request(served)) | {name: "https://evil.example.com/"}
        assert (await post(served, members, GET_SERVICE)).status == 200


async def test_the_oidc_service_compares_it_and_burns_the_code(served: Served) -> None:
    members = await code_request(served)
    assert await fail(served, members | {"redirect_uri": "https://evil.example.com/"}) == "invalid_grant"
    assert await fail(served, members) == "invalid_grant"
    assert await fail(served, members, GET_SERVICE) == "invalid_grant"


@pytest.mark.parametrize("name", ["code_verifier", "CodeVerifier", "codeVerifier"])
async def test_a_code_with_a_challenge_is_refused_and_spent_where_no_verifier_can_be_sent(
    served: Served, name: str
) -> None:
    members = await code_request(served, authorization_data=PKCE)
    reply = await post(served, GET_SERVICE.say(members) | {name: VERIFIER}, GET_SERVICE)
    assert (reply.status, reply.reason) == (400, "invalid_grant")
    await expire_double_submit(served)
    assert await fail(served, members | {"code_verifier": VERIFIER}) == "invalid_grant"


@pytest.mark.parametrize("secret", [{}, {"AppSecret": ""}])
async def test_a_public_client_is_refused_where_a_secret_is_a_must(served: Served, secret: dict[str, str]) -> None:
    members = GET_SERVICE.say(await code_request(served, client=PUBLIC_CLIENT, authorization_data=PKCE))
    before = read_rows(served.provider)
    members = {name: text for name, text in members.items() if name != "AppSecret"} | {"AppId": "public"} | secret
    said = read_reply(await post(served, members, GET_SERVICE))
    assert (said.code, said.fields) == ("NotEmpty", ["AppSecret"])
    said = read_reply(await post(served, members | {"AppSecret": "anything"}, GET_SERVICE))
    assert (said.reply.status, said.code) == (401, "invalid_client")
    assert find_changed(before, read_rows(served.provider)) == set()


# --- one store behind both façades ------------------------------------------------------------------------------------


@every_service
async def test_a_token_bought_here_is_fetched_listed_and_revoked_there(served: Served, service: Spoken) -> None:
    provider = served.provider
    await provider.set_service(secure_tokens=False)
    tokens = await buy(served, service)
    found = await described(provider, tokens["access_token"])
    assert (found["client_id"], found["user_context"]) == (CLIENT_ID, "user")
    (application,) = await provider.result(LIST, {"service_key": "service", "user_context": "user"})
    assert application["access_tokens"] == [tokens["access_token"]]
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": tokens["access_token"]})
    assert not await provider.is_live(tokens["access_token"])


@every_service
async def test_a_refresh_token_revoked_there_buys_nothing_here(served: Served, service: Spoken) -> None:
    tokens = await buy(served, service)
    params = {"service_key": "service", "client": OWN_CLIENT, "access_token": tokens["refresh_token"]}
    await served.provider.result(REVOKE, params)
    assert await fail(served, refreshing_of(tokens["refresh_token"]), service) == "invalid_grant"
    assert not await served.provider.is_live(tokens["access_token"])


@every_service
async def test_a_code_replayed_here_revokes_what_it_bought_anywhere(served: Served, service: Spoken) -> None:
    for bought_here in (True, False):
        code = await served.provider.issue_code()
        tokens = await buy(served, service, code) if bought_here else await served.provider.redeem(code)
        await expire_double_submit(served)
        assert await served.provider.is_live(tokens["access_token"])
        assert await fail(served, redemption_of(code), service) == "invalid_grant"
        assert not await served.provider.is_live(tokens["access_token"])
        assert await fail(served, refreshing_of(tokens["refresh_token"]), service) == "invalid_grant"


@every_service
async def test_a_code_replayed_there_revokes_what_it_bought_here(served: Served, service: Spoken) -> None:
    code = await served.provider.issue_code()
    tokens = await buy(served, service, code)
    await expire_double_submit(served)
    assert await served.provider.oauth_error(CREATE, served.provider.redemption(code)) == "invalid_grant"
    assert not await served.provider.is_live(tokens["access_token"])


@every_service
async def test_a_double_submit_over_both_facades_logs_nobody_out(served: Served, service: Spoken) -> None:
    code = await served.provider.issue_code()
    tokens = await buy(served, service, code)
    assert await fail(served, redemption_of(code), service) == "invalid_grant"
    assert await served.provider.oauth_error(CREATE, served.provider.redemption(code)) == "invalid_grant"
    assert await served.provider.is_live(tokens["access_token"])


async def test_of_many_redemptions_at_once_over_all_facades_one_buys(served: Served) -> None:
    code = await served.provider.issue_code()
    members = redemption_of(code)
    calls = [post(served, service.say(members), service) for service in SERVICES for _ in range(4)]
    there = [served.provider.call(CREATE, served.provider.redemption(code)) for _ in range(4)]
    replies, answers = await asyncio.gather(asyncio.gather(*calls), asyncio.gather(*there))
    bought = [reply for reply in replies if reply.status == 200]
    assert len(bought) + sum("result" in answer for answer in answers) == 1
    assert {reply.reason for reply in replies if reply.status != 200} <= {"invalid_grant"}


@every_service
async def test_a_refresh_that_is_tried_again_gives_the_same_tokens(served: Served, service: Spoken) -> None:
    first = (await buy(served, service))["refresh_token"]
    tokens = await refresh(served, first, service)
    assert await refresh(served, first, service) == tokens
    for other in SERVICES:
        assert await refresh(served, first, other) == tokens
    there = await served.provider.refresh(first)
    assert {name: there[name] for name in tokens} == tokens


@every_service
async def test_a_refresh_there_that_is_tried_again_here_gives_the_same_tokens(served: Served, service: Spoken) -> None:
    first = (await served.provider.authorize())["refresh_token"]
    there = await served.provider.refresh(first)
    tokens = await refresh(served, first, service)
    assert {name: there[name] for name in tokens} == tokens


@every_service
async def test_a_refresh_token_used_again_later_ends_the_grant_for_all(served: Served, service: Spoken) -> None:
    first = (await buy(served, service))["refresh_token"]
    tokens = await refresh(served, first, service)
    served.provider.clock.advance(seconds=31)
    assert await fail(served, refreshing_of(first), service) == "invalid_grant"
    assert not await served.provider.is_live(tokens["access_token"])
    params = served.provider.refreshing(tokens["refresh_token"])
    assert await served.provider.oauth_error(CREATE, params) == "invalid_grant"
