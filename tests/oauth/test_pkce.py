"""Proof Key for Code Exchange, RFC 7636. The ids of the cases name the negative case that they come from."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth import pkce

# RFC 7636 Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
VERIFIERS = st.text(UNRESERVED, min_size=43, max_size=128)


@pytest.mark.parametrize(
    ("challenge", "method", "allow_plain", "kept"),
    [
        pytest.param(None, None, False, None, id="none given, none required"),
        pytest.param(CHALLENGE, "S256", False, (CHALLENGE, "S256"), id="S256"),
        pytest.param(CHALLENGE, "S256", True, (CHALLENGE, "S256"), id="S256 where plain is allowed"),
        pytest.param(VERIFIER, "plain", True, (VERIFIER, "plain"), id="plain"),
        pytest.param(VERIFIER, None, True, (VERIFIER, "plain"), id="no method means plain"),
        pytest.param("~" * 43, "plain", True, ("~" * 43, "plain"), id="shortest plain"),
        pytest.param("." * 128, "plain", True, ("." * 128, "plain"), id="longest plain"),
    ],
)
def test_a_good_challenge_is_kept_with_its_method(
    challenge: str | None, method: str | None, allow_plain: bool, kept: tuple[str, str] | None
) -> None:
    assert pkce.check_challenge(challenge, method, required=False, allow_plain=allow_plain) == kept


@pytest.mark.parametrize(
    ("challenge", "method", "required", "allow_plain"),
    [
        pytest.param(None, None, True, False, id="C01 C02 C16 no challenge though required"),
        pytest.param(CHALLENGE, None, False, False, id="C04 no method means plain, which is not allowed"),
        pytest.param(VERIFIER, "plain", False, False, id="plain is not allowed"),
        pytest.param(CHALLENGE, "S512", False, True, id="C05 method S512"),
        pytest.param(CHALLENGE, "s256", False, True, id="C05 method s256"),
        pytest.param(CHALLENGE, "", False, True, id="C05 method empty"),
        pytest.param(None, "S256", False, False, id="C06 method without challenge"),
        pytest.param(None, "plain", False, True, id="C06 method plain without challenge"),
        pytest.param("", "S256", False, False, id="C06 challenge empty"),
        pytest.param("", None, True, True, id="C06 challenge empty without method"),
        pytest.param(CHALLENGE + "=", "S256", False, False, id="C08 padding"),
        pytest.param(CHALLENGE[:-1] + "=", "S256", False, False, id="C08 equals sign"),
        pytest.param(CHALLENGE[:-1] + "+", "S256", False, False, id="C08 plus sign"),
        pytest.param(CHALLENGE[:-1] + "/", "S256", False, False, id="C08 slash"),
        pytest.param(CHALLENGE[:-1] + " ", "S256", False, False, id="C08 blank"),
        pytest.param(CHALLENGE[:-1] + "é", "S256", False, False, id="C08 non-ASCII"),
        pytest.param(CHALLENGE + "\n", "S256", False, False, id="C08 line break at the end"),
        pytest.param(CHALLENGE[:-1] + "~", "S256", False, False, id="tilde is not base64url"),
        pytest.param(CHALLENGE[:-1], "S256", False, False, id="S256 of 42 characters"),
        pytest.param(CHALLENGE + "A", "S256", False, False, id="S256 of 44 characters"),
        pytest.param("a" * 42, "plain", False, True, id="plain of 42 characters"),
        pytest.param("a" * 129, "plain", False, True, id="plain of 129 characters"),
        pytest.param("a" * 43 + "+", "plain", False, True, id="plain with a plus sign"),
    ],
)
def test_a_bad_challenge_is_an_invalid_request(
    challenge: str | None, method: str | None, required: bool, allow_plain: bool
) -> None:
    with pytest.raises(OAuthError) as refusal:
        pkce.check_challenge(challenge, method, required=required, allow_plain=allow_plain)
    assert refusal.value.code is ErrorCode.INVALID_REQUEST


def test_the_example_of_the_rfc_verifies() -> None:
    assert pkce.is_verified(VERIFIER, CHALLENGE, "S256")


@pytest.mark.parametrize(
    "verifier",
    [
        pytest.param("x" * 43, id="C10 another"),
        pytest.param(VERIFIER[:-1], id="C12 42 characters"),
        pytest.param(VERIFIER[:-1] + "+", id="C12 illegal character"),
        pytest.param(VERIFIER[:-1] + "é", id="C12 non-ASCII"),
        pytest.param(VERIFIER + "\n", id="C13 trailing line break"),
        pytest.param(VERIFIER + " ", id="C13 trailing blank"),
        pytest.param(VERIFIER + "=", id="C13 trailing equals sign"),
        pytest.param(VERIFIER.swapcase(), id="C13 other letter case"),
        pytest.param("", id="C14 empty"),
        pytest.param(CHALLENGE, id="the challenge itself"),
    ],
)
def test_a_wrong_or_malformed_verifier_is_refused(verifier: str) -> None:
    assert not pkce.is_verified(verifier, CHALLENGE, "S256")


@pytest.mark.parametrize("length", [42, 129], ids=["C12 42 characters", "C12 129 characters"])
def test_a_verifier_of_the_wrong_length_is_refused_though_its_hash_is_right(length: int) -> None:
    verifier = "a" * length
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert not pkce.is_verified(verifier, challenge, "S256")
    assert not pkce.is_verified(verifier, verifier, "plain")


def test_an_unknown_method_verifies_nothing() -> None:
    assert not pkce.is_verified(VERIFIER, CHALLENGE, "S512")
    assert not pkce.is_verified(VERIFIER, VERIFIER, "")


@given(VERIFIERS, VERIFIERS)
def test_a_challenge_is_met_by_its_own_verifier_alone(verifier: str, other: str) -> None:
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert pkce.check_challenge(challenge, "S256", required=True, allow_plain=False) == (challenge, "S256")
    assert pkce.is_verified(verifier, challenge, "S256")
    assert pkce.is_verified(other, challenge, "S256") is (other == verifier)
    assert pkce.is_verified(other, verifier, "plain") is (other == verifier)
