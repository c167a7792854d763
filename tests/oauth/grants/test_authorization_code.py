"""The authorization code grant as a rule: facts in, decision out (RFC 6749 §4.1.3, RFC 9700 §4.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, Authentication, AuthorizationCode, Grant, GrantType, Millis, RecordId, Service
from rpcauth.oauth.decision import Issue, Refuse
from rpcauth.oauth.grants.authorization_code import AuthorizationCodeRequest, decide

URI = "https://client.example/cb"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SERVICE = Service(service_key="service", name="Service")
APPLICATION = Application(client_id="client", id=1, name="App", redirect_uris=(URI,), services=("service",))
ISSUED, SPENT = Millis(1_000_000), Millis(1_010_000)
CODE = AuthorizationCode(
    id=RecordId(1),
    key_version=1,
    digest=b"",
    service_key="service",
    client_id="client",
    user_context="user",
    redirect_uri=URI,
    redirect_uri_given=True,
    scope="read write",
    code_challenge=CHALLENGE,
    code_challenge_method="S256",
    issued_at=ISSUED,
    expires_at=Millis(ISSUED + 60_000),
    authentication=Authentication(nonce="n", acr="1"),
)
BOUGHT = Grant(
    id=RecordId(2),
    service_key="service",
    client_id="client",
    user_context="user",
    grant_type=GrantType.AUTHORIZATION_CODE,
    scope="read write",
    redirect_uri=URI,
    issued_at=SPENT,
    expires_at=None,
)
REQUEST = AuthorizationCodeRequest(
    code="rpc_x", redirect_uri=URI, code_verifier=VERIFIER, scope=None, user_context=None
)
FAULTS: list[dict[str, Any]] = [
    {"redirect_uri": None},
    {"redirect_uri": URI + "/"},
    {"code_verifier": None},
    {"code_verifier": VERIFIER[::-1]},
]


def decided(code: AuthorizationCode | None = CODE, after: int = 0, **request: Any) -> Issue | Refuse:
    now = Millis(ISSUED + after)
    return decide(replace(REQUEST, **request), SERVICE, APPLICATION, code, now)


def raised(code: AuthorizationCode | None = CODE, after: int = 0, **request: Any) -> tuple[ErrorCode, str | None]:
    with pytest.raises(OAuthError) as error:
        decided(code, after, **request)
    return error.value.code, error.value.detail


def test_a_good_request_issues_what_the_code_stands_for() -> None:
    assert decided() == Issue(
        grant_type=GrantType.AUTHORIZATION_CODE,
        user_context="user",
        scope="read write",
        access_scope="read write",
        redirect_uri=URI,
        refresh=True,
        authentication=CODE.authentication,
    )


@pytest.mark.parametrize("code", [None, replace(CODE, service_key="other"), replace(CODE, client_id="other")])
def test_an_unknown_or_foreign_code_is_refused_without_effect(code: AuthorizationCode | None) -> None:
    assert raised(code) == (ErrorCode.INVALID_GRANT, "code.unknown_or_foreign")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_request_that_does_not_fit_an_unspent_code_spends_it(fault: dict[str, Any]) -> None:
    refused = decided(**fault)

    assert isinstance(refused, Refuse)
    assert (refused.error.code, refused.spend, refused.revoke) == (ErrorCode.INVALID_GRANT, True, False)


@pytest.mark.parametrize(
    ("late", "fault", "revoke"),
    [
        (0, {}, False),
        (999, {}, False),
        (1000, {}, True),
        (10_000_000, {}, True),
        *((0, fault, True) for fault in FAULTS),
    ],
)
def test_a_spent_code_revokes_what_it_bought_unless_it_was_the_same_submit(
    late: int, fault: dict[str, Any], revoke: bool
) -> None:
    spent = replace(CODE, spent_at=SPENT, grant=BOUGHT)

    refused = decided(spent, SPENT - ISSUED + late, **fault)

    assert isinstance(refused, Refuse)
    assert (refused.error.code, refused.spend, refused.revoke) == (ErrorCode.INVALID_GRANT, False, revoke)


@pytest.mark.parametrize("fault", [{}, *FAULTS])
def test_an_expired_or_revoked_code_is_refused_without_effect(fault: dict[str, Any]) -> None:
    assert raised(after=60_000, **fault) == (ErrorCode.INVALID_GRANT, "code.expired_or_revoked")
    assert raised(replace(CODE, watermarked=True), **fault) == (ErrorCode.INVALID_GRANT, "code.expired_or_revoked")
    assert isinstance(decided(after=59_999), Issue)


def test_what_was_refused_for_its_meaning_leaves_the_code_unspent() -> None:
    assert raised(user_context="other")[0] is ErrorCode.INVALID_REQUEST
    assert raised(scope="admin")[0] is ErrorCode.INVALID_SCOPE


def test_neither_code_nor_verifier_shows_in_a_repr() -> None:
    assert repr(REQUEST) == "AuthorizationCodeRequest(***)"
