"""Definitions as documents: what is written is read back, secrets stand apart, what was left out has its default."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rpcauth.model import (
    Application,
    Caller,
    ClientSecret,
    GrantType,
    MacAlgorithm,
    Millis,
    PkcePolicy,
    Proof,
    SecretKind,
    Service,
    SigningAlgorithm,
    TokenType,
)
from rpcauth.storage.documents import (
    read_application,
    read_caller,
    read_service,
    write_application,
    write_caller,
    write_service,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NUMBER = st.integers(0, 2**40)
SECRET = st.builds(
    ClientSecret, kind=st.sampled_from(SecretKind), stored=TEXT, created_at=st.builds(Millis, st.integers(0, 2**45))
)
SERVICES = st.builds(
    Service,
    service_key=TEXT,
    name=TEXT,
    issuer=st.none() | TEXT,
    authorities=TEXTS,
    grant_types=st.lists(st.sampled_from(GrantType), max_size=4).map(tuple),
    access_token_type=st.sampled_from(TokenType),
    mac_algorithm=st.sampled_from(MacAlgorithm),
    id_token_signing_alg=st.sampled_from(SigningAlgorithm),
    access_token_ttl=NUMBER,
    authorization_code_ttl=NUMBER,
    refresh_token_enabled=st.booleans(),
    refresh_token_ttl=NUMBER,
    refresh_token_idle_ttl=NUMBER,
    refresh_retry_window=NUMBER,
    refresh_revokes_access_token=st.booleans(),
    allow_multiple_tokens=st.booleans(),
    force_redirect_uri=st.booleans(),
    force_https_redirect_uri=st.booleans(),
    pkce=st.sampled_from(PkcePolicy),
    pkce_allow_plain=st.booleans(),
    secure_tokens=st.booleans(),
    scopes=TEXTS,
    default_scopes=TEXTS,
    token_in_query=st.booleans(),
    forwarded_headers=TEXTS,
    qps_limit=NUMBER,
    rate_limit=NUMBER,
    inactive_retention=NUMBER,
)
APPLICATIONS = st.builds(
    Application,
    client_id=TEXT,
    id=NUMBER,
    name=TEXT,
    external_id=st.none() | NUMBER,
    public=st.booleans(),
    secrets=st.lists(SECRET, max_size=2).map(tuple),
    redirect_uris=TEXTS,
    services=TEXTS,
    grant_types=st.none() | st.lists(st.sampled_from(GrantType), max_size=4).map(tuple),
    scopes=st.none() | TEXTS,
    pkce=st.none() | st.sampled_from(PkcePolicy),
    disabled=st.booleans(),
)
CALLERS = st.builds(
    Caller,
    name=TEXT,
    api_key=st.none() | TEXT,
    sealed_secret=st.none() | st.binary(max_size=60),
    services=TEXTS,
    methods=TEXTS,
    proofs=st.lists(st.sampled_from(Proof), max_size=4).map(tuple),
    uids=st.lists(NUMBER, max_size=3).map(tuple),
    tls_subjects=TEXTS,
    mac_keys=st.booleans(),
)


@given(SERVICES)
def test_a_service_is_read_back_as_it_was_written(service: Service) -> None:
    assert read_service(write_service(service)) == service


@given(APPLICATIONS)
def test_an_application_is_read_back_as_it_was_written(application: Application) -> None:
    assert read_application(write_application(application)) == application


@given(CALLERS)
def test_a_caller_is_read_back_as_it_was_written_and_its_secret_stands_apart(caller: Caller) -> None:
    document = write_caller(caller)
    assert read_caller(document, caller.sealed_secret) == caller
    assert read_caller(document, None).sealed_secret is None


def test_what_a_document_does_not_name_has_its_default() -> None:
    assert read_service('{"service_key":"s","name":"S"}') == Service(service_key="s", name="S")


def test_what_this_version_does_not_know_is_passed_over() -> None:
    assert read_service('{"service_key":"s","name":"S","later":1}') == Service(service_key="s", name="S")
