"""Which client may do what: standing, proof, and the flows that it may use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, ClientSecret, Definitions, GrantType, Millis, SecretKind, Service
from rpcauth.oauth.client import ClientProof, check_authenticated, check_grant_type, check_identified, find_application

LIVE = ClientSecret(kind=SecretKind.DIGEST, stored="v1:live", created_at=Millis(1))
OLDER = ClientSecret(kind=SecretKind.ARGON2ID, stored="$argon2id$older", created_at=Millis(0))
GONE = ClientSecret(kind=SecretKind.DIGEST, stored="v1:gone", created_at=Millis(0))
SERVICE = Service(service_key="service", name="S")
CLIENT = Application(client_id="client", id=1, name="C", services=("service",), secrets=(OLDER, LIVE))
PUBLIC = replace(CLIENT, client_id="public", public=True, secrets=())
APPLICATIONS = (
    CLIENT,
    PUBLIC,
    replace(CLIENT, client_id="disabled", disabled=True),
    replace(CLIENT, client_id="elsewhere", services=("other",)),
    replace(CLIENT, client_id="nowhere", services=()),
    replace(CLIENT, client_id="secretless", secrets=()),
)
DEFINITIONS = Definitions({"service": SERVICE}, {one.client_id: one for one in APPLICATIONS}, {})


def proof(client_id: str, matched: ClientSecret | None = None, *, given: bool | None = None) -> ClientProof:
    return ClientProof(
        client_id=client_id, secret_given=(matched is not None) if given is None else given, matched=matched
    )


@pytest.mark.parametrize("client_id", ["unknown", "disabled", "elsewhere", "nowhere", "", "CLIENT", "client "])
def test_a_client_that_may_not_use_the_service_is_not_found(client_id: str) -> None:
    assert find_application(DEFINITIONS, SERVICE, client_id) is None


@pytest.mark.parametrize(
    ("shown", "application"),
    [(proof("client", LIVE), CLIENT), (proof("client", OLDER), CLIENT), (proof("public"), PUBLIC)],
    ids=["newest secret", "older secret", "public"],
)
def test_a_proven_client_is_authenticated(shown: ClientProof, application: Application) -> None:
    assert check_authenticated(DEFINITIONS, SERVICE, shown) is application
    assert check_identified(DEFINITIONS, SERVICE, shown) is application


UNPROVEN: dict[str, tuple[ClientProof, str]] = {
    "unknown": (proof("unknown", LIVE), "client.unknown"),
    "disabled": (proof("disabled", LIVE), "client.unknown"),
    "of another service": (proof("elsewhere", LIVE), "client.unknown"),
    "no secret": (proof("client"), "client.no_secret"),
    "a wrong secret": (proof("client", given=True), "client.wrong_secret"),
    "a secret that was taken away since": (proof("client", GONE), "client.wrong_secret"),
    "public with a secret": (proof("public", given=True), "client.public_with_secret"),
    "public with another's secret": (proof("public", LIVE), "client.public_with_secret"),
    "confidential without any secret": (proof("secretless"), "client.no_secret"),
    "confidential whose secrets are all gone": (proof("secretless", LIVE), "client.wrong_secret"),
}


@pytest.mark.parametrize(("shown", "detail"), UNPROVEN.values(), ids=UNPROVEN)
def test_authentication_has_one_answer_for_every_failure(shown: ClientProof, detail: str) -> None:
    with pytest.raises(OAuthError) as caught:
        check_authenticated(DEFINITIONS, SERVICE, shown)
    assert (caught.value.code, caught.value.description) == (
        ErrorCode.INVALID_CLIENT,
        "Client authentication failed",
    )
    assert caught.value.detail == detail


@pytest.mark.parametrize("client_id", ["client", "public", "secretless"])
def test_to_be_identified_the_id_is_enough(client_id: str) -> None:
    assert check_identified(DEFINITIONS, SERVICE, proof(client_id)).client_id == client_id


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (proof("unknown"), ErrorCode.UNAUTHORIZED_CLIENT),
        (proof("disabled", LIVE), ErrorCode.UNAUTHORIZED_CLIENT),
        (proof("elsewhere"), ErrorCode.UNAUTHORIZED_CLIENT),
        (proof("client", given=True), ErrorCode.INVALID_CLIENT),
        (proof("client", GONE), ErrorCode.INVALID_CLIENT),
        (proof("public", given=True), ErrorCode.INVALID_CLIENT),
    ],
    ids=str,
)
def test_a_secret_that_is_given_must_be_right_even_where_none_is_asked(shown: ClientProof, code: ErrorCode) -> None:
    with pytest.raises(OAuthError) as caught:
        check_identified(DEFINITIONS, SERVICE, shown)
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("by_service", "by_application", "code"),
    [
        ((GrantType.PASSWORD,), None, None),
        ((GrantType.PASSWORD,), (GrantType.PASSWORD,), None),
        ((), None, ErrorCode.UNSUPPORTED_GRANT_TYPE),
        ((GrantType.IMPLICIT,), (GrantType.PASSWORD,), ErrorCode.UNSUPPORTED_GRANT_TYPE),
        ((GrantType.PASSWORD,), (), ErrorCode.UNAUTHORIZED_CLIENT),
        ((GrantType.PASSWORD,), (GrantType.IMPLICIT,), ErrorCode.UNAUTHORIZED_CLIENT),
    ],
)
def test_a_flow_must_be_allowed_by_the_service_and_by_the_application(
    by_service: tuple[GrantType, ...], by_application: tuple[GrantType, ...] | None, code: ErrorCode | None
) -> None:
    service = replace(SERVICE, grant_types=by_service)
    application = replace(CLIENT, grant_types=by_application)
    try:
        check_grant_type(service, application, GrantType.PASSWORD, ErrorCode.UNSUPPORTED_GRANT_TYPE)
        refused = None
    except OAuthError as error:
        refused = error.code
    assert refused is code


def test_a_flow_asked_by_response_type_is_refused_in_those_words() -> None:
    with pytest.raises(OAuthError) as caught:
        check_grant_type(SERVICE, CLIENT, GrantType.IMPLICIT, ErrorCode.UNSUPPORTED_RESPONSE_TYPE)
    assert caught.value.code is ErrorCode.UNSUPPORTED_RESPONSE_TYPE
