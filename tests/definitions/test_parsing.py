"""A definitions file, and the values of admin.put*, become the model's values or every problem in them."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import msgspec
import pytest

from rpcauth.definitions import (
    Wanted,
    WantedApplication,
    WantedCaller,
    parse_toml,
)
from rpcauth.definitions.entries import ApplicationEntry, CallerEntry, ServiceEntry
from rpcauth.errors import ConfigurationInvalid
from rpcauth.model import (
    Application,
    Caller,
    ClientSecret,
    Millis,
    Proof,
    Secret,
    SecretKind,
    Service,
)

SERVICE = '[[services]]\nservice_key = "s"\nname = "S"\n'
APPLICATION = '[[applications]]\nclient_id = "a"\nname = "A"\n'
CALLER = '[[callers]]\nname = "c"\napi_key = "k"\nsecret = "hunter2"\n'
DIGEST = "v1:" + "ab" * 32
ARGON2ID = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_toml(text, "d.toml")
    return [problem.removeprefix("d.toml:") for problem in caught.value.problems]


def test_a_file_becomes_the_models_values() -> None:
    assert parse_toml(SERVICE + APPLICATION + 'services = ["s"]\nclient_secret = "x"\n' + CALLER, "d") == Wanted(
        services=(Service(service_key="s", name="S"),),
        applications=(
            WantedApplication(
                application=Application(client_id="a", id=0, name="A", services=("s",)),
                client_secrets=(Secret("x"),),
            ),
        ),
        callers=(WantedCaller(caller=Caller(name="c", api_key="k"), secret=Secret("hunter2")),),
    )


def test_an_empty_file_wants_nothing() -> None:
    assert parse_toml("", "d") == Wanted()


@pytest.mark.parametrize(
    ("kind", "entry", "written_otherwise"),
    [
        (Service, ServiceEntry, set()),
        (Application, ApplicationEntry, {"secrets", "id"}),
        (Caller, CallerEntry, {"sealed_secret"}),
    ],
)
def test_entries_have_the_models_members_and_defaults(kind: type, entry: Any, written_otherwise: set[str]) -> None:
    written = {field.name: field for field in msgspec.structs.fields(entry)}
    for field in fields(kind):
        if field.name in written_otherwise:
            continue
        assert written[field.name].required == (field.default is MISSING)
        assert field.default is MISSING or written[field.name].default == field.default


SECRETS = {
    "none": ("", (), (), True),
    "null-like": ('client_secret = ""', (), (), True),
    "one": ('client_secret = "x"', ("x",), (), False),
    "two": ('client_secrets = ["x", "y"]', ("x", "y"), (), False),
    "public": ("public = true", (), (), False),
    "exported": (
        f'stored_secrets = [{{ kind = "digest", stored = "{DIGEST}", created_at = 5 }}]',
        (),
        (ClientSecret(kind=SecretKind.DIGEST, stored=DIGEST, created_at=Millis(5)),),
        False,
    ),
    "exported and new": (
        f'client_secret = "x"\nstored_secrets = [{{ kind = "argon2id", stored = "{ARGON2ID}", created_at = 0 }}]',
        ("x",),
        (ClientSecret(kind=SecretKind.ARGON2ID, stored=ARGON2ID, created_at=Millis(0)),),
        False,
    ),
}


@pytest.mark.parametrize(("text", "given", "stored", "generate"), SECRETS.values(), ids=SECRETS)
def test_an_application_has_the_secrets_that_are_written_or_gets_one(
    text: str, given: tuple[str, ...], stored: tuple[ClientSecret, ...], generate: bool
) -> None:
    (wanted,) = parse_toml(APPLICATION + text, "d").applications
    assert (wanted.client_secrets, wanted.stored_secrets) == (tuple(map(Secret, given)), stored)
    assert wanted.generate_secret is generate
    assert wanted.application.secrets == ()


WHOLE = "expected a whole number from"
LONG = "x" * 513
REDIRECT = "redirect_uris[0]"
IN_SERVICE = {
    "access_token_ttl = -1": [f"4: access_token_ttl: {WHOLE} 0 to 3155760000, got -1; change it"],
    "access_token_ttl = 3155760001": [f"4: access_token_ttl: {WHOLE} 0 to 3155760000, got 3155760001; change it"],
    'access_token_ttl = "1"': [f"4: access_token_ttl: {WHOLE} 0 to 3155760000, got a string of 1 character; change it"],
    "authorization_code_ttl = 0": [f"4: authorization_code_ttl: {WHOLE} 1 to 600, got 0; change it"],
    "authorization_code_ttl = 601": [f"4: authorization_code_ttl: {WHOLE} 1 to 600, got 601; change it"],
    'refresh_token_enabled = "no"': [
        "4: refresh_token_enabled: expected true or false, got a string of 2 characters; change it"
    ],
    'grant_types = ["implict"]': ['4: grant_types[0]: "implict" is not among the choices; did you mean "implicit"?'],
    'grant_types = ["refresh_token"]': [
        '4: grant_types[0]: "refresh_token" is not among the choices; known are authorization_code, '
        "client_credentials, implicit, password"
    ],
    'mac_algorithm = "hmac-sha-265"': [
        '4: mac_algorithm: "hmac-sha-265" is not among the choices; did you mean "hmac-sha-256"?'
    ],
    'forwarded_headers = ["scopes"]': [
        '4: forwarded_headers[0]: "scopes" is not among the choices; did you mean "scope"?'
    ],
    'acces_token_ttl = 3\npkce = "never"': [
        '4: acces_token_ttl: unknown name; did you mean "access_token_ttl"?',
        '5: pkce: "never" is not among the choices; known are always, optional, public',
    ],
    "allow_multiple_tokens = false": [
        "4: allow_multiple_tokens: false needs the tokens themselves, and secure_tokens keeps only digests; "
        "set secure_tokens = false, or this to true"
    ],
    'scopes = ["a b"]': ["4: scopes[0]: is no scope token; use visible ASCII without blank, quote and backslash"],
    'scopes = ["é"]': ["4: scopes[0]: is no scope token; use visible ASCII without blank, quote and backslash"],
    'scopes = ["a", "b"]\ndefault_scopes = ["a",\n"c"]': [
        "6: default_scopes[1]: is not among scopes; add it there, or remove it here"
    ],
    'issuer = "http://as.example"': [
        "4: issuer: is no issuer; write an https URL without query and fragment (RFC 8414 §2)"
    ],
    'issuer = "https://as.example/?a"': [
        "4: issuer: is no issuer; write an https URL without query and fragment (RFC 8414 §2)"
    ],
    'authorities = ["api.example.com"]': [
        '4: authorities[0]: is no authority; write host and port: "api.example.com:443"'
    ],
    'authorities = ["u@h:1", "h:1/x"]': [
        '4: authorities[0]: is no authority; write host and port: "api.example.com:443"',
        '4: authorities[1]: is no authority; write host and port: "api.example.com:443"',
    ],
    f'issuer = "{LONG}"': [
        "4: issuer: expected a string of 1 to 512 characters, got a string of 513 characters; change it"
    ],
    'issuer = "a\\u0000"': ["4: issuer: holds a control character; remove the character"],
    'scopes = [""]': [
        "4: scopes[0]: expected a string of 1 to 512 characters, got a string of 0 characters; change it"
    ],
}
IN_APPLICATION = {
    'redirect_uris = ["https://a/#f"]': [
        f"4: {REDIRECT}: has a fragment; leave out everything from the number sign on"
    ],
    'redirect_uris = ["com.example.app:/cb"]': [
        f"4: {REDIRECT}: has a scheme that only public applications may use; use https"
    ],
    'redirect_uris = ["com.example.app:/cb"]\npublic = 1': ["5: public: expected true or false, got 1; change it"],
    'public = true\nclient_secret = "hunter2"': [
        "5: client_secret: is a secret of a public application; remove it, or public = true"
    ],
    'client_secret = "a"\nclient_secrets = ["b"]': [
        "5: client_secrets: stands beside client_secret; put all secrets into client_secrets"
    ],
    'client_secrets = ["a", "b", "c"]': ["4: client_secrets: expected at most 2 in the list, got 3; change the list"],
    'client_secrets = ["hunter2", "hunter2"]': ["4: client_secrets[1]: is in the list twice; remove one"],
    f'client_secrets = ["a", "b"]\nstored_secrets = [{{ kind = "digest", stored = "{DIGEST}", created_at = 5 }}]': [
        "4: client_secrets: makes 3 live secrets with stored_secrets; keep at most 2"
    ],
    f'client_secret = "{LONG}"': ["4: client_secret: is longer than 512 characters; use a shorter one"],
    "client_secret = 5": ['4: client_secret: expected a string, got 5; write it in " "'],
    'stored_secrets = [{ kind = "digest", stored = "hunter2", created_at = 5 }]': [
        "4: stored: is no digest secret; copy it from an export, whole"
    ],
    'stored_secrets = [{ kind = "argon2id", created_at = -5 }]': [
        "4: stored: is missing; add it",
        "4: created_at: expected a whole number from 0 to 9223372036854775807, got -5; change it",
    ],
    "id = 0": ["4: id: expected a whole number from 1 to 9223372036854775807, got 0; change it"],
    'services = ["t"]': ['4: services[0]: service "t" does not exist; known are s'],
    'services = ["*"]': ['4: services[0]: service "*" does not exist; known are s'],
}
IN_CALLER = {
    'sealed_secret = "00"': ["5: sealed_secret: stands beside secret; remove one of them"],
    'sealed_secret = "0"': ["5: sealed_secret: is not hex; copy it from an export, whole"],
    "proofs = []": ["5: proofs: expected at least 1 in the list, got 0; change the list"],
    'proofs = ["unix_peer", "mtls"]': [
        "1: tls_subjects: is missing, and proof mtls needs it; add tls_subjects, or take mtls out of proofs",
        "1: uids: is missing, and proof unix_peer needs it; add uids, or take unix_peer out of proofs",
    ],
    'proofs = ["unix_peer"]\nuids = [-1]': [f"6: uids[0]: {WHOLE} 0 to 4294967294, got -1; change it"],
    'methods = ["oauth2.*", "a b"]': [
        '5: methods[1]: is no method or pattern; write "oauth2.fetchAccessToken", "oauth2.fetch*" or "*"'
    ],
    'services = ["*", "t"]': ['5: services[1]: service "t" does not exist; known are *, s'],
}


@pytest.mark.parametrize(("text", "problems"), IN_SERVICE.items())
def test_a_problem_in_a_service_has_its_line(text: str, problems: list[str]) -> None:
    assert problems_of(SERVICE + text) == problems


@pytest.mark.parametrize(("text", "problems"), IN_APPLICATION.items())
def test_a_problem_in_an_application_has_its_line(text: str, problems: list[str]) -> None:
    assert problems_of(APPLICATION + text + "\n" + SERVICE) == problems


@pytest.mark.parametrize(("text", "problems"), IN_CALLER.items())
def test_a_problem_in_a_caller_has_its_line(text: str, problems: list[str]) -> None:
    assert sorted(problems_of(CALLER + text + "\n" + SERVICE)) == problems


PROOFS = {
    ("basic", ""): ["api_key", "secret"],
    ("mashery_sig", ""): ["api_key", "secret"],
    ("basic", 'api_key = "k"'): ["secret"],
    ("basic", 'secret = "x"'): ["api_key"],
    ("basic", 'api_key = "a:b"\nsecret = "x"'): ["api_key"],
    ("basic", 'api_key = "k"\nsealed_secret = "00"'): [],
    ("mashery_sig", 'api_key = "a:b"\nsecret = "x"'): [],
    ("unix_peer", ""): ["uids"],
    ("unix_peer", "uids = [0]"): [],
    ("mtls", ""): ["tls_subjects"],
    ("mtls", 'tls_subjects = ["CN=c"]'): [],
}


@pytest.mark.parametrize(("proof", "members"), PROOFS)
def test_a_proof_needs_what_it_uses(proof: str, members: str) -> None:
    text = f'[[callers]]\nname = "c"\nproofs = ["{proof}"]\n{members}'
    if PROOFS[proof, members]:
        assert [problem.split(": ")[1] for problem in problems_of(text)] == PROOFS[proof, members]
    else:
        assert parse_toml(text, "d").callers[0].caller.proofs == (Proof(proof),)


WRONG_SHAPES = {
    "[[service]]": '1: service: unknown name; did you mean "services"?',
    "services = 1": "1: services: expected a list of tables, got 1; write [[services]]",
    "[services]": "1: services: expected a list of tables, got a table; write [[services]]",
    "callers = [1]": "1: callers[0]: expected a table, got 1; write its settings in a table",
    '[[services]]\nname = "S"': "1: service_key: is missing; add it",
    '[[services]]\nname = ""\nservice_key = "s"': "2: name: is missing; add it",
}


@pytest.mark.parametrize(("text", "problem"), WRONG_SHAPES.items())
def test_a_file_of_another_shape_is_refused(text: str, problem: str) -> None:
    assert problems_of(text) == [problem]


@pytest.mark.parametrize(
    "text",
    [
        APPLICATION + 'client_secret = ["hunter2"]',
        APPLICATION + 'public = "hunter2"\nclient_secret = "hunter2"',
        APPLICATION + 'client_secrets = "hunter2"',
        APPLICATION + 'client_secrets = ["hunter2", "hunter2"]',
        APPLICATION + 'client_secret = { value = "hunter2" }',
        CALLER.replace("hunter2", "hunter2\\n"),
        CALLER + 'sealed_secret = "hunter2"',
        CALLER + 'api_key = "hunter2"',
    ],
)
def test_no_problem_repeats_a_secret(text: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_toml(text, "d")
    assert "hunter2" not in str(caught.value)


def test_plain_http_may_be_registered_only_for_a_service_that_does_not_force_https() -> None:
    application = APPLICATION + 'services = ["s"]\nredirect_uris = ["http://intranet.example/cb"]\n'
    assert problems_of(SERVICE + application) == [
        "8: redirect_uris[0]: is plain http to a host other than 127.0.0.1, [::1] or localhost; use https"
    ]
    wanted = parse_toml(SERVICE + "force_https_redirect_uri = false\n" + application, "d.toml")
    assert wanted.applications[0].application.redirect_uris == ("http://intranet.example/cb",)
