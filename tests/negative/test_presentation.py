"""How a token is presented to a protected resource (RFC 6750): what of group Q holds for every resource."""

from __future__ import annotations

from typing import Any

import pytest

from tests.negative.surface import VALIDATE, Surface, case

URI = "https://api.example.com/r"


def asking(**context: Any) -> dict[str, Any]:
    return {"service_key": "service", "context": {"method": "POST", "uri": URI, **context}}


async def answer_of(surface: Surface, params: dict[str, Any]) -> tuple[int, str]:
    """Status and challenge of a refusal."""
    reply = await surface.ask(VALIDATE, params)
    answer = reply["error"]["data"]["error_response"]
    return answer["status"], answer["headers"]["WWW-Authenticate"]


@case("Q04 token without the scope")
async def test_a_token_without_the_scope_is_403(surface: Surface) -> None:
    token = (await surface.provider.authorize(scope="profile"))["access_token"]
    params = {**asking(headers={"Authorization": f"Bearer {token}"}), "scope": "openid"}
    challenge = 'Bearer realm="Test API", error="insufficient_scope", scope="openid"'
    assert await answer_of(surface, params) == (403, challenge)


@pytest.mark.parametrize("second", ["form", "query", "header"])
@case("Q05 presented twice")
async def test_a_token_presented_twice_is_400(surface: Surface, second: str) -> None:
    await surface.provider.set_service(token_in_query=True)
    token = (await surface.provider.authorize())["access_token"]
    bearer = f"Bearer {token}"
    params = {
        "form": asking(headers={"Authorization": bearer}, form={"access_token": token}),
        "query": asking(headers={"Authorization": bearer}, uri=f"{URI}?access_token={token}"),
        "header": asking(headers={"Authorization": [bearer, bearer]}),
    }[second]
    assert await answer_of(surface, params) == (400, 'Bearer realm="Test API", error="invalid_request"')


@case("Q06 token in the query")
async def test_a_token_in_the_query_is_not_looked_at_unless_the_service_says_so(surface: Surface) -> None:
    token = (await surface.provider.authorize())["access_token"]
    params = asking(uri=f"{URI}?access_token={token}")
    assert await answer_of(surface, params) == (401, 'Bearer realm="Test API"')
    await surface.provider.set_service(token_in_query=True)
    assert (await surface.result(VALIDATE, params))["client_id"] == "client"


@pytest.mark.parametrize(
    "cnf", ['{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}', '{"x5t#S256":"bwcK"}', "x", "{}"]
)
@case("L18 bound token as Bearer")
async def test_a_bound_token_without_its_proof_is_401(surface: Surface, cnf: str) -> None:
    tokens = await surface.provider.redeem(await surface.provider.issue_code(authorization_data={"cnf": cnf}))
    params = asking(headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert await answer_of(surface, params) == (401, 'Bearer realm="Test API", error="invalid_token"')
