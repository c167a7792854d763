"""Group F: refresh tokens, in both forms of the parameters. Each is used once; a lost reply may be fetched again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import Secret
from rpcauth.oauth import token_text
from rpcauth.oauth.token_text import SECRET_BYTES, Kind
from tests.negative.surface import (
    COMMIT,
    CREATE_TOKEN,
    Form,
    Surface,
    case,
    count_rows,
    denying,
    inserting,
    read_rows,
)
from tests.support.provider import APPLICATION, CLIENT, PUBLIC_CLIENT, SERVICE, Provider, open_provider

FAMILY = {"grants"}
"""What a revoked grant changes: one row, which every token of it is read with."""


async def put_client(provider: Provider, **changes: Any) -> None:
    wanted = WantedApplication(
        application=replace(APPLICATION, **changes), client_secrets=(Secret(CLIENT["client_secret"]),)
    )
    await provider.define(Wanted(applications=(wanted,)))


async def is_dead(provider: Provider, *tokens: dict[str, Any]) -> bool:
    """Whether every access token, and every refresh token of the last pair, is good for nothing."""
    live = [await provider.is_live(one["access_token"]) for one in tokens]
    refreshed = await provider.call(CREATE_TOKEN, provider.refreshing(tokens[-1]["refresh_token"]))
    return not any(live) and "error" in refreshed


def forge(refresh_token: str) -> str:
    """A made-up token that carries a known id."""
    known = token_text.parse(refresh_token)
    assert known is not None
    return token_text.write(Kind.REFRESH, known.id, b"f" * SECRET_BYTES)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda token: token[:-1], id="F01 truncated"),
        pytest.param(lambda token: token[:20], id="F01 half"),
        pytest.param(lambda token: token + "x", id="F01 extended"),
        pytest.param(lambda token: token + "\n", id="F01 line break at the end"),
        pytest.param(lambda token: token.swapcase(), id="F01 other letter case"),
        pytest.param(forge, id="F01 known id with another secret"),
        pytest.param(lambda token: "rpa_" + token[4:], id="F01 other prefix"),
        pytest.param(lambda token: "unknown", id="F01 anything"),
    ],
)
async def test_a_damaged_or_made_up_token_is_an_invalid_grant_and_no_reuse(
    either: Surface, damage: Callable[[str], str]
) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    successor = await provider.refresh(tokens["refresh_token"])
    provider.clock.advance(seconds=60)
    for token in (tokens["refresh_token"], successor["refresh_token"]):
        await either.denied(CREATE_TOKEN, provider.refreshing(damage(token)), "invalid_grant")
    assert await provider.is_live(successor["access_token"])
    await either.result(CREATE_TOKEN, provider.refreshing(successor["refresh_token"]))


@pytest.mark.parametrize(
    ("idle", "pause"),
    [
        pytest.param(3600, 3600, id="F02 idle"),
        pytest.param(0, 30 * 86_400, id="F02 absolute"),
    ],
)
async def test_an_expired_refresh_token_is_an_invalid_grant(either: Surface, idle: int, pause: int) -> None:
    provider = either.provider
    await provider.set_service(refresh_token_idle_ttl=idle)
    early, late = await provider.authorize(), await provider.authorize()
    provider.clock.advance(seconds=pause - 0.001)
    await either.result(CREATE_TOKEN, provider.refreshing(early["refresh_token"]))
    provider.clock.advance(seconds=0.001)
    await either.denied(CREATE_TOKEN, provider.refreshing(late["refresh_token"]), "invalid_grant")


@case("F04 rotated token again", "F09 after the window")
async def test_a_reuse_after_the_retry_window_revokes_the_family(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    successor = await provider.refresh(tokens["refresh_token"])
    provider.clock.advance(seconds=30)
    await either.denied(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]), "invalid_grant", changes=FAMILY)
    assert await is_dead(provider, tokens, successor)


@pytest.mark.parametrize("form", list(Form))
@case("F05 after a restart")
async def test_a_restart_forgets_no_rotated_token(tmp_path: Path, form: Form) -> None:
    async with open_provider(tmp_path) as provider:
        clock, master = provider.clock, provider.master
        tokens = await provider.authorize()
        successor = await provider.refresh(tokens["refresh_token"])
    clock.advance(seconds=60)
    async with open_provider(tmp_path, clock, master) as provider:
        reuse = provider.refreshing(tokens["refresh_token"])
        await Surface(provider, form).denied(CREATE_TOKEN, reuse, "invalid_grant", changes=FAMILY)
        assert await is_dead(provider, tokens, successor)


@case("F06 ancestor three generations back", "F09 successor used")
@pytest.mark.parametrize("generation", [0, 1, 2])
async def test_the_reuse_of_any_ancestor_revokes_the_family_even_within_the_window(
    either: Surface, generation: int
) -> None:
    provider = either.provider
    tokens = [await provider.authorize()]
    for _ in range(4):
        tokens.append(await provider.refresh(tokens[-1]["refresh_token"]))
    reuse = provider.refreshing(tokens[generation]["refresh_token"])
    await either.denied(CREATE_TOKEN, reuse, "invalid_grant", changes=FAMILY)
    assert await is_dead(provider, *tokens)


@case("F08 second use at 1 s, in the window")
async def test_a_retry_within_the_window_gets_the_same_tokens(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    refreshing = provider.refreshing(tokens["refresh_token"])
    first = await either.result(CREATE_TOKEN, refreshing)
    for pause, remains in ((1, 3599), (28.9, 3570)):
        provider.clock.advance(seconds=pause)
        before = read_rows(provider)
        again = await either.result(CREATE_TOKEN, refreshing)
        assert again == {**first, "expires_in": remains}
        assert read_rows(provider) == before


@case("F08 retry with another scope")
async def test_a_retry_with_another_scope_is_invalid_scope_and_revokes_nothing(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize(scope="read write")
    successor = await provider.refresh(tokens["refresh_token"], scope="read")
    for scope in (None, "write"):
        other = provider.refreshing(tokens["refresh_token"], scope=scope)
        await either.denied(CREATE_TOKEN, other, "invalid_scope")
    assert await provider.is_live(successor["access_token"])


@pytest.mark.parametrize(
    ("refused", "outcome"),
    [
        pytest.param(inserting("access_tokens"), "not_done", id="F10 the insert fails"),
        pytest.param(inserting("refresh_tokens"), "not_done", id="F10 the second insert fails"),
        pytest.param(COMMIT, "unknown", id="F10 the commit fails"),
    ],
)
async def test_a_failed_rotation_spends_nothing_and_counts_as_no_use(
    either: Surface, refused: tuple[int, str], outcome: str
) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    before = read_rows(provider)
    with denying(provider, refused):
        reply = await either.ask(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]))
    assert (reply["error"]["code"], reply["error"]["data"]) == (-32003, {"outcome": outcome})
    assert read_rows(provider) == before
    provider.clock.advance(seconds=60)
    successor = await either.result(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]))
    assert await provider.is_live(successor["access_token"])
    assert await provider.is_live(tokens["access_token"])


@case("F12 narrower scope")
async def test_a_narrowed_refresh_leaves_the_grant_its_scope(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize(scope="read write")
    narrow = await either.result(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"], scope="read"))
    assert narrow["scope"] == "read"
    full = await either.result(CREATE_TOKEN, provider.refreshing(narrow["refresh_token"]))
    assert full["scope"] == "read write"


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("read write", id="F12 wider"),
        pytest.param("read:all", id="G08 refresh: granted read, asks read:all"),
        pytest.param("rea", id="G08 refresh: granted read, asks rea"),
    ],
)
async def test_a_refresh_never_widens(either: Surface, asked: str) -> None:
    provider = either.provider
    tokens = await provider.authorize(scope="read")
    await either.denied(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"], scope=asked), "invalid_scope")
    await either.result(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]))


@case("F13 allowed scopes shrank")
async def test_a_refresh_gives_what_is_still_allowed_of_its_scope(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize(scope="read write")
    await put_client(provider, scopes=("read",))
    await either.denied(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"], scope="write"), "invalid_scope")
    reduced = await either.result(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]))
    assert reduced["scope"] == "read"


Withdrawal = Callable[[Provider], Awaitable[object]]


@pytest.mark.parametrize(
    ("withdraw", "error"),
    [
        pytest.param(
            lambda provider: provider.result(
                "oauth2.revokeUserApplication",
                {"service_key": "service", "client": {"client_id": "client"}, "user_context": "user"},
            ),
            "invalid_grant",
            id="F14 consent withdrawn",
        ),
        pytest.param(
            lambda provider: provider.result(
                "oauth2.revokeTokens", {"service_key": "service", "where": {"user_context": "user"}}
            ),
            "invalid_grant",
            id="F14 user deleted",
        ),
        pytest.param(
            lambda provider: put_client(provider, redirect_uris=("https://moved.example.com/cb",)),
            "invalid_grant",
            id="F14 redirect_uri taken away",
        ),
        pytest.param(lambda provider: put_client(provider, disabled=True), "invalid_client", id="F14 client disabled"),
        pytest.param(lambda provider: put_client(provider, services=()), "invalid_client", id="F14 client moved away"),
    ],
)
async def test_what_was_withdrawn_cannot_be_refreshed(either: Surface, withdraw: Withdrawal, error: str) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    provider.clock.advance(seconds=1)
    await withdraw(provider)
    await either.denied(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]), error)
    assert not await provider.is_live(tokens["access_token"])


@case("F16 public client without client_id")
async def test_a_public_client_names_itself(either: Surface) -> None:
    provider = either.provider
    params = provider.refreshing("rpf_x", {})
    await either.denied(CREATE_TOKEN, params, "invalid_request")
    params = provider.refreshing("rpf_x", PUBLIC_CLIENT)
    await either.denied(CREATE_TOKEN, params, "invalid_grant")


@case("F20 of another service_key")
async def test_a_refresh_token_is_good_at_its_own_service_only(either: Surface) -> None:
    provider = either.provider
    await provider.define(Wanted(services=(replace(SERVICE, service_key="elsewhere"),)))
    await put_client(provider, services=("service", "elsewhere"))
    tokens = await provider.authorize()
    await provider.refresh(tokens["refresh_token"])
    provider.clock.advance(seconds=60)
    abroad = {**provider.refreshing(tokens["refresh_token"]), "service_key": "elsewhere"}
    await either.denied(CREATE_TOKEN, abroad, "invalid_grant")
    assert await provider.is_live(tokens["access_token"])


@case("F20 of another client")
async def test_another_client_cannot_use_a_refresh_token_nor_revoke_by_it(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    successor = await provider.refresh(tokens["refresh_token"])
    provider.clock.advance(seconds=60)
    for token in (tokens, successor):
        foreign = provider.refreshing(token["refresh_token"], PUBLIC_CLIENT)
        await either.denied(CREATE_TOKEN, foreign, "invalid_grant")
    await either.result(CREATE_TOKEN, provider.refreshing(successor["refresh_token"]))


@pytest.mark.parametrize(
    "presented",
    [
        pytest.param(lambda token: [token, token], id="F21 twice"),
        pytest.param(lambda token: "", id="F21 empty"),
        pytest.param(lambda token: None, id="F21 missing"),
    ],
)
async def test_not_exactly_one_refresh_token_is_an_invalid_request(
    either: Surface, presented: Callable[[str], Any]
) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    params = provider.refreshing(presented(tokens["refresh_token"]))
    await either.denied(CREATE_TOKEN, params, "invalid_request")
    await either.result(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]))


@case("F22 absolute end")
async def test_rotation_never_extends_the_family(either: Surface) -> None:
    provider = either.provider
    await provider.set_service(refresh_token_ttl=10_000)
    tokens = await provider.authorize()
    for pause in (3000, 3000, 3000):
        provider.clock.advance(seconds=pause)
        tokens = await either.result(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]))
    assert tokens["expires_in"] == 1000
    provider.clock.advance(seconds=1000)
    assert not await provider.is_live(tokens["access_token"])
    await either.denied(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize(
    "token_data",
    [
        pytest.param({"grant_type": "implicit"}, id="F24 implicit"),
        pytest.param({"response_type": "token"}, id="F24 implicit by response_type"),
        pytest.param({"grant_type": "client_credentials"}, id="F24 client_credentials"),
    ],
)
async def test_no_refresh_token_is_issued_where_none_may_be(either: Surface, token_data: dict[str, str]) -> None:
    uri = {"redirect_uri": APPLICATION.redirect_uris[0]}
    params = {"service_key": "service", "client": CLIENT, "token_data": token_data, "uri": uri, "user_context": "user"}
    assert (await either.result(CREATE_TOKEN, params))["refresh_token"] is None
    assert count_rows(either.provider, "refresh_tokens", "access_tokens") == [0, 1]
