"""An export is a definitions file that says the same."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rpcauth.definitions import Wanted, WantedApplication, WantedCaller, parse_toml, render_toml
from rpcauth.model import (
    Application,
    Caller,
    ClientSecret,
    Definitions,
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

SECONDS = st.integers(0, 36_525 * 86_400)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20)
SCOPES = st.lists(st.from_regex(r"[!#-\[\]-~]{1,8}", fullmatch=True), unique=True, max_size=3).map(tuple)


def distinct(values: st.SearchStrategy[object], least: int = 0) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, unique=True, min_size=least, max_size=3).map(tuple)


SERVICES = st.builds(
    Service,
    service_key=TEXT,
    name=TEXT,
    issuer=st.sampled_from([None, "https://as.example.com/s"]),
    authorities=distinct(st.sampled_from(["api.example.com:443", "[::1]:80"])),
    grant_types=distinct(st.sampled_from(GrantType)),
    access_token_type=st.sampled_from(TokenType),
    mac_algorithm=st.sampled_from(MacAlgorithm),
    id_token_signing_alg=st.sampled_from(SigningAlgorithm),
    access_token_ttl=SECONDS,
    authorization_code_ttl=st.integers(1, 600),
    refresh_token_enabled=st.booleans(),
    refresh_token_ttl=SECONDS,
    refresh_token_idle_ttl=SECONDS,
    refresh_retry_window=SECONDS,
    refresh_revokes_access_token=st.booleans(),
    allow_multiple_tokens=st.just(True),
    force_redirect_uri=st.booleans(),
    force_https_redirect_uri=st.booleans(),
    pkce=st.sampled_from(PkcePolicy),
    pkce_allow_plain=st.booleans(),
    secure_tokens=st.booleans(),
    scopes=SCOPES,
    default_scopes=st.just(()),
    token_in_query=st.booleans(),
    forwarded_headers=distinct(st.sampled_from(["access-token", "client-id", "scope", "user-context"])),
    qps_limit=st.integers(0, 2**31 - 1),
    rate_limit=st.integers(0, 2**31 - 1),
    inactive_retention=SECONDS,
).flatmap(
    lambda service: st.builds(
        replace,
        st.just(service),
        allow_multiple_tokens=st.just(True) if service.secure_tokens else st.booleans(),
        default_scopes=distinct(st.sampled_from(service.scopes)) if service.scopes else SCOPES,
    )
)
SECRETS = st.builds(
    ClientSecret,
    kind=st.just(SecretKind.DIGEST),
    stored=st.binary(min_size=32, max_size=32).map(lambda digest: f"v1:{digest.hex()}"),
    created_at=st.integers(0, 2**62).map(Millis),
)


def applications(services: list[str]) -> st.SearchStrategy[Application]:
    return st.booleans().flatmap(
        lambda public: st.builds(
            Application,
            client_id=TEXT,
            id=st.integers(1, 2**63 - 1),
            name=TEXT,
            external_id=st.none() | st.integers(-(2**62), 2**62),
            public=st.just(public),
            secrets=st.just(()) if public else st.lists(SECRETS, unique=True, max_size=2).map(tuple),
            redirect_uris=distinct(
                st.sampled_from(["https://a.example/cb", "http://127.0.0.1/cb", "https://b/?x=%22"])
            ),
            services=distinct(st.sampled_from(services)) if services else st.just(()),
            grant_types=st.none() | distinct(st.sampled_from(GrantType)),
            scopes=st.none() | SCOPES,
            pkce=st.none() | st.sampled_from(PkcePolicy),
            disabled=st.booleans(),
        )
    )


def callers(services: list[str]) -> st.SearchStrategy[Caller]:
    return st.builds(
        Caller,
        name=TEXT,
        api_key=TEXT.filter(lambda text: ":" not in text),
        sealed_secret=st.binary(min_size=1, max_size=40),
        services=distinct(st.sampled_from(["*", *services])),
        methods=distinct(st.sampled_from(["*", "oauth2.fetch*", "test.hello"])),
        proofs=distinct(st.sampled_from(Proof), least=1),
        uids=distinct(st.integers(0, 2**32 - 2), least=1),
        tls_subjects=distinct(TEXT, least=1),
        mac_keys=st.booleans(),
    )


@st.composite
def definitions(draw: st.DrawFn) -> Definitions:
    services = draw(st.lists(SERVICES, unique_by=lambda one: one.service_key, max_size=3))
    keys = [one.service_key for one in services]
    clients = draw(st.lists(applications(keys), unique_by=(lambda one: one.client_id, lambda one: one.id), max_size=3))
    backends = draw(st.lists(callers(keys), unique_by=(lambda one: one.name, lambda one: one.api_key), max_size=2))
    return Definitions(
        services=MappingProxyType({one.service_key: one for one in services}),
        applications=MappingProxyType({one.client_id: one for one in clients}),
        callers=MappingProxyType({one.name: one for one in backends}),
    )


def as_wanted(these: Definitions) -> Wanted:
    """What an export of these definitions asks for."""
    return Wanted(
        services=tuple(these.services[key] for key in sorted(these.services)),
        applications=tuple(
            WantedApplication(
                application=replace(one, secrets=()),
                stored_secrets=one.secrets,
                generate_secret=not one.public and not one.secrets,
            )
            for _, one in sorted(these.applications.items())
        ),
        callers=tuple(
            WantedCaller(caller=replace(one, sealed_secret=None), sealed_secret=one.sealed_secret)
            for _, one in sorted(these.callers.items())
        ),
    )


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(definitions())
def test_an_export_reads_back_as_what_was_exported(these: Definitions) -> None:
    assert parse_toml(render_toml(these), "export") == as_wanted(these)


def test_an_export_has_what_is_required_and_what_is_not_the_default() -> None:
    digest = ClientSecret(kind=SecretKind.DIGEST, stored="v1:" + "ab" * 32, created_at=Millis(5))
    these = Definitions(
        services={"s": Service(service_key="s", name="S", pkce=PkcePolicy.ALWAYS)},
        applications={"a": Application(client_id="a", id=7, name="A", secrets=(digest,), services=("s",))},
        callers={"c": Caller(name="c", api_key="k", sealed_secret=b"\x01\xff", methods=("*",))},
    )
    assert (
        render_toml(these)
        == f"""\
# rpcauth definitions. stored_secrets and sealed_secret are good under the same master key only.

[[services]]
service_key = "s"
name = "S"
pkce = "always"

[[applications]]
client_id = "a"
id = 7
name = "A"
services = ["s"]
stored_secrets = [{{ kind = "digest", stored = "v1:{"ab" * 32}", created_at = 5 }}]

[[callers]]
name = "c"
api_key = "k"
sealed_secret = "01ff"
methods = ["*"]
"""
    )


def test_the_order_of_an_export_is_by_name() -> None:
    one, other = Service(service_key="a", name="A"), Service(service_key="b", name="B")
    assert render_toml(Definitions(services={"b": other, "a": one})) == render_toml(
        Definitions(services={"a": one, "b": other})
    )
