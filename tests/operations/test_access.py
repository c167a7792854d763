"""What a caller may call (json-rpc contract §6)."""

from __future__ import annotations

import pytest

from rpcauth.errors import CallerRefused
from rpcauth.model import Caller, Definitions, Service
from rpcauth.operations.access import check_method, get_allowed_service

ALPHA = Service(service_key="alpha", name="Alpha")
STAR = Service(service_key="*", name="Star")
DEFINITIONS = Definitions(services={"alpha": ALPHA, "*": STAR})


def is_method_allowed(methods: tuple[str, ...], method: str) -> bool:
    try:
        check_method(Caller(name="c", methods=methods), method)
    except CallerRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("methods", "method", "allowed"),
    [
        ((), "test.hello", False),
        (("*",), "test.hello", True),
        (("oauth2.fetch*",), "oauth2.fetchAccessToken", True),
        (("oauth2.fetch*",), "oauth2.fetchUserApplications", True),
        (("oauth2.fetch*",), "oauth2.revokeAccessToken", False),
        (("oauth2.fetchAccessToken",), "oauth2.fetchAccessToken", True),
        (("oauth2.fetchAccessToken",), "oauth2.fetchAccessTokens", False),
        (("oauth2.FETCH*",), "oauth2.fetchAccessToken", False),
        (("test.*", "oauth2.revoke*"), "oauth2.revokeTokens", True),
    ],
)
def test_methods_are_matched_whole_by_case_sensitive_patterns(
    methods: tuple[str, ...], method: str, allowed: bool
) -> None:
    assert is_method_allowed(methods, method) is allowed


@pytest.mark.parametrize(
    ("services", "service_key", "found"),
    [
        (("alpha",), "alpha", ALPHA),
        (("beta", "alpha"), "alpha", ALPHA),
        (("*",), "alpha", ALPHA),
        (("*",), "*", STAR),
    ],
)
def test_a_service_that_is_there_and_allowed_is_found(
    services: tuple[str, ...], service_key: str, found: Service
) -> None:
    assert get_allowed_service(Caller(name="c", services=services), DEFINITIONS, service_key) is found


@pytest.mark.parametrize(
    ("services", "service_key"),
    [((), "alpha"), (("beta",), "beta"), (("*",), "beta"), (("alph*",), "alpha"), (("ALPHA",), "alpha")],
)
def test_a_service_that_is_unknown_or_not_allowed_is_refused_alike(services: tuple[str, ...], service_key: str) -> None:
    with pytest.raises(CallerRefused) as refused:
        get_allowed_service(Caller(name="c", services=services), DEFINITIONS, service_key)

    assert refused.value.detail == "caller.service"
