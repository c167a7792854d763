"""/authz: what lets a request pass, what does not, and which headers go with either."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import unquote

import pytest

from rpcauth.definitions import Wanted
from rpcauth.model import Service, TokenType
from rpcauth.rest.oauth2.authz import Authz
from rpcauth.rest.oauth2.facade import OAuth2Facade
from rpcauth.rest.oauth2.scope_routes import ScopeRoute
from tests.rest.oauth2.asking import GATEWAY, OWNER, Answer, House, make_house, settings, unreadable
from tests.support.provider import CLIENT, START

SECONDS = START // 1000
IDENTITY = (
    "X-Auth-Subject",
    "X-Auth-Client",
    "X-Auth-Scope",
    "X-Auth-Audience",
    "X-Auth-Expires",
    "X-Mashery-Oauth-Access-Token",
    "X-Mashery-Oauth-Client-Id",
    "X-Mashery-Oauth-Scope",
    "X-Mashery-Oauth-User-Context",
)
ROUTES = (
    ScopeRoute(prefix="/open"),
    ScopeRoute(prefix="/admin", scope="admin"),
    ScopeRoute(prefix="/", methods=("GET",), scope="read"),
    ScopeRoute(prefix="/", methods=("POST", "PUT"), scope="read write"),
)


def identity_of(answer: Answer) -> tuple[str | None, ...]:
    return tuple(answer.header(name) for name in IDENTITY)


def check_denied(answer: Answer, status: int, word: str, challenge: str | None) -> None:
    """A no, with every identity header there and empty, and nothing in its body."""
    assert (answer.status, answer.reply.body) == (status, b"")
    assert (answer.header("X-Auth-Error"), answer.header("WWW-Authenticate")) == (word, challenge)
    assert identity_of(answer) == ("",) * len(IDENTITY)
    assert not answer.reply.cacheable
    assert answer.reply.log.outcome == word
    assert answer.reply.log.incident is not None
    assert answer.reply.log.detail is not None


async def issue(house: House, **params: Any) -> str:
    """An access token of the client for a user."""
    call = {
        "service_key": "service",
        "client": CLIENT,
        "token_data": {"grant_type": "password", "scope": params.pop("scope", "read")},
        "user_context": params.pop("user", "user"),
    }
    token: str = (await house.provider.result("oauth2.createAccessToken", call))["access_token"]
    return token


async def test_a_good_token_is_200_with_its_identity_and_no_body(house: House) -> None:
    answer = await house.ask(token=await issue(house, scope="read write"))
    assert (answer.status, answer.reply.body, answer.reply.content_type) == (200, b"", None)
    assert identity_of(answer) == ("user", "client", "read write", "", str(SECONDS + 3600), "", "", "", "")
    assert answer.header("X-Auth-Error") is None
    assert not answer.reply.cacheable


async def test_what_a_token_has_not_is_there_and_empty(house: House) -> None:
    await house.provider.set_service(access_token_ttl=0)
    call = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    token = (await house.provider.result("oauth2.createAccessToken", call))["access_token"]
    assert identity_of(await house.ask(token=token)) == ("", "client", *[""] * 7)


async def test_the_audience_is_the_resource_of_the_grant(house: House) -> None:
    code = await house.provider.issue_code(authorization_data={"resource": "https://api.example.com"})
    answer = await house.ask(token=(await house.provider.redeem(code))["access_token"])
    assert answer.header("X-Auth-Audience") == "https://api.example.com"


async def test_what_the_service_forwards_has_the_names_of_mashery_too(house: House) -> None:
    names = ("access-token", "client-id", "scope", "user-context")
    token = await issue(house)
    for count in range(len(names) + 1):
        await house.provider.set_service(forwarded_headers=names[:count])
        values = (token, "client", "read", "user")[:count]
        assert identity_of(await house.ask(token=token))[5:] == (*values, *[""] * (4 - count))


@pytest.mark.parametrize(
    "user", ["Zoë", "100%", " a  b ", "a\r\nX-Auth-Scope: admin", "\x7f", "日本", "%C3%AB", '"<>\\']
)
async def test_a_subject_is_one_line_of_ascii_that_can_be_read_back(house: House, user: str) -> None:
    answer = await house.ask(token=await issue(house, user=user))
    assert answer.status == 200
    subject = answer.header("X-Auth-Subject")
    assert subject is not None
    assert subject == subject.strip()
    assert subject.isascii()
    assert subject.isprintable()
    assert unquote(subject) == user


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("path", ["/authz", "/authz/", "/authz/v1/things", "/services/service/authz/v1/things"])
async def test_every_method_and_every_path_below_is_decided(house: House, method: str, path: str) -> None:
    token = await issue(house)
    assert house.facade.serves(path)
    assert house.facade.judges_head(path)
    assert (await house.ask(method=method, path=path, query="a=1&a=2&%", token=token)).status == 200
    check_denied(await house.ask(method=method, path=path), 401, "invalid_token", 'Bearer realm="Test API"')


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_is_read_in_any_case(house: House, scheme: str) -> None:
    answer = await house.ask(("Authorization", f"{scheme} {await issue(house)}"))
    assert answer.status == 200


NGINX = settings(for_nginx=True)
INVALID = 'Bearer realm="Test API", error="invalid_token"'
NO_TOKEN = 'Bearer realm="Test API"'


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, NO_TOKEN),
        ("", NO_TOKEN),
        ("Bearer", NO_TOKEN),
        ("Bearer ", NO_TOKEN),
        ("Basic Y2xpZW50OnNlY3JldA==", NO_TOKEN),
        ("Bearer made-up", INVALID),
        ("Bearer a b", INVALID),
        ("MAC id=x", INVALID),
    ],
)
async def test_without_a_good_token_it_is_401_and_says_so_only_of_a_token_that_came(
    house: House, authorization: str | None, challenge: str
) -> None:
    headers = [] if authorization is None else [("Authorization", authorization)]
    check_denied(await house.ask(*headers), 401, "invalid_token", challenge)


async def test_refresh_tokens_codes_and_tokens_of_other_services_do_not_pass(house: House) -> None:
    await house.provider.define(Wanted(services=(Service(service_key="third", name="Test API"),)))
    tokens = await house.provider.authorize()
    for text in (tokens["refresh_token"], await house.provider.issue_code()):
        check_denied(await house.ask(token=text), 401, "invalid_token", INVALID)
    elsewhere = await house.ask(path="/services/third/authz", token=tokens["access_token"])
    check_denied(elsewhere, 401, "invalid_token", INVALID)


async def test_a_token_that_is_bound_to_a_proof_does_not_pass_without_one(house: House) -> None:
    code = await house.provider.issue_code(
        authorization_data={"cnf": '{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uig"}'}
    )
    tokens = await house.provider.redeem(code)
    check_denied(await house.ask(token=tokens["access_token"]), 401, "invalid_token", INVALID)
    as_dpop = await house.ask(("Authorization", f"DPoP {tokens['access_token']}"))
    check_denied(as_dpop, 401, "invalid_token", NO_TOKEN)
    refreshed = await house.provider.refresh(tokens["refresh_token"])
    check_denied(await house.ask(token=refreshed["access_token"]), 401, "invalid_token", INVALID)


async def test_two_tokens_at_once_are_a_malformed_request(house: House) -> None:
    header = ("Authorization", f"Bearer {await issue(house)}")
    challenge = 'Bearer realm="Test API", error="invalid_request"'
    check_denied(await house.ask(header, header), 400, "invalid_request", challenge)
    check_denied(await house.ask(header, header, query="deny=nginx"), 403, "invalid_request", challenge)


@pytest.mark.parametrize("by", ["query", "setting"])
async def test_what_nginx_takes_stays_as_it_is_for_nginx(house: House, by: str) -> None:
    """A 401 tells clients to come again with a token; a 403 would not."""
    asked, query = (house, "a=1&deny=nginx") if by == "query" else (make_house(house.provider, authz=NGINX), "")
    check_denied(await asked.ask(query=query), 401, "invalid_token", NO_TOKEN)
    check_denied(await asked.ask(query=query, token="made up"), 401, "invalid_token", INVALID)
    assert (await asked.ask(("X-Auth-Require-Scope", "admin"), query=query, token=await issue(house))).status == 403


async def test_an_expired_and_a_revoked_token_are_denied_at_the_next_question(house: House) -> None:
    revoked = await issue(house)
    assert (await house.ask(token=revoked)).status == 200
    assert (await house.post("revoke", {"token": revoked}, OWNER)).status == 200
    check_denied(await house.ask(token=revoked), 401, "invalid_token", INVALID)
    expired = await issue(house)
    house.provider.clock.advance(seconds=3600)
    check_denied(await house.ask(token=expired), 401, "invalid_token", INVALID)


@pytest.mark.parametrize(
    ("required", "missing"),
    [("read", None), ("read write", None), ("admin", "admin"), ("read admin", "read admin"), ("READ", "READ")],
)
async def test_the_gateway_says_which_scope_a_request_needs(house: House, required: str, missing: str | None) -> None:
    token = await issue(house, scope="read write")
    answer = await house.ask(("X-Auth-Require-Scope", required), token=token)
    if missing is None:
        assert answer.status == 200
    else:
        challenge = f'Bearer realm="Test API", error="insufficient_scope", scope="{missing}"'
        check_denied(answer, 403, "insufficient_scope", challenge)


@pytest.mark.parametrize("required", ["a  b", 'a"b', "a\\b", "ä"])
async def test_a_requirement_that_is_no_scope_is_never_met(house: House, required: str) -> None:
    answer = await house.ask(("X-Auth-Require-Scope", required), token=await issue(house))
    check_denied(answer, 403, "malformed_scope", None)


TOLD = [
    ("X-Auth-Require-Scope", "read"),
    ("X-Auth-Service", "service"),
    ("X-Original-Method", "GET"),
    ("X-Original-URI", "/v1"),
    ("X-Original-URL", "/v1"),
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Uri", "/v1"),
]


@pytest.mark.parametrize("header", TOLD, ids=[name for name, _ in TOLD])
@pytest.mark.parametrize("source", ["198.51.100.1", "2001:db8::1", "127.0.0.1", None])
async def test_the_word_of_a_stranger_is_no_word_and_gets_no_yes(
    house: House, header: tuple[str, str], source: str | None
) -> None:
    token = await issue(house)
    assert (await house.ask(header, token=token)).status == 200
    assert (await house.ask(header, token=token, source="unix")).status == 200
    check_denied(await house.ask(header, token=token, source=source), 403, "untrusted_gateway", None)
    assert (await house.ask((header[0], ""), token=token, source=source)).status == 200


@pytest.mark.parametrize("service_key", ["service", "elsewhere", "nowhere", ""])
async def test_a_gateway_names_the_service_by_header_or_by_path(house: House, service_key: str) -> None:
    token = await issue(house)
    by_header = await house.ask(("X-Auth-Service", service_key), token=token)
    by_path = await house.ask(path=f"/services/{service_key or 'service'}/authz", token=token)
    expected = {"service": 200, "elsewhere": 401, "nowhere": 403, "": 200}[service_key]
    assert by_header.status == by_path.status == expected
    if expected == 403:
        check_denied(by_header, 403, "unknown_service", None)


async def test_path_and_header_must_name_the_same_service(house: House) -> None:
    token, path = await issue(house), "/services/service/authz"
    assert (await house.ask(("X-Auth-Service", "service"), path=path, token=token)).status == 200
    answer = await house.ask(("X-Auth-Service", "elsewhere"), path=path, token=token)
    check_denied(answer, 403, "contradictory_request", None)


async def test_without_any_service_nothing_passes(house: House) -> None:
    bare = make_house(house.provider, authz=settings(service_key=None))
    token = await issue(house)
    check_denied(await bare.ask(token=token), 403, "unknown_service", None)
    assert (await bare.ask(path="/services/service/authz", token=token)).status == 200


WAYS: dict[str, Any] = {
    "X-Original": lambda method, target: {"headers": [("X-Original-Method", method), ("X-Original-URI", target)]},
    "X-Original-URL": lambda method, target: {
        "headers": [("X-Original-Method", method), ("X-Original-URL", f"https://api.example.com{target}")]
    },
    "X-Forwarded": lambda method, target: {"headers": [("X-Forwarded-Method", method), ("X-Forwarded-Uri", target)]},
    "path": lambda method, target: {
        "headers": [],
        "method": method,
        "path": f"/authz{target.partition('?')[0]}",
        "query": target.partition("?")[2],
    },
    "all at once": lambda method, target: {
        "headers": [
            ("X-Original-Method", method),
            ("X-Original-URI", target),
            ("X-Forwarded-Method", method),
            ("X-Forwarded-Uri", target),
        ],
        "method": method,
        "path": f"/authz{target.partition('?')[0]}",
        "query": target.partition("?")[2],
    },
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("method", "target", "scope", "status"),
    [
        ("GET", "/v1/things?a=1", "read", 200),
        ("HEAD", "/v1/things", "read", 200),
        ("GET", "/v1/things", "write", 403),
        ("HEAD", "/v1/things", "write", 403),
        ("POST", "/v1/things", "read", 403),
        ("POST", "/v1/things", "read write", 200),
        ("DELETE", "/v1/things", "none", 200),
        ("GET", "/open/x?/admin", "none", 200),
        ("GET", "/admin", "read", 403),
        ("GET", "/admin", "admin", 200),
        ("DELETE", "/admin/x", "read write", 403),
        ("GET", "/%61dmin/x", "read", 403),
        ("GET", "/open/../admin", "read", 403),
        ("GET", "/open/%2e%2e/admin", "read", 403),
        ("GET", "//admin", "read", 403),
        ("GET", "/open\\..\\admin", "read", 403),
    ],
)
async def test_the_table_says_which_scope_a_request_needs(
    house: House, way: str, method: str, target: str, scope: str, status: int
) -> None:
    guarded = make_house(house.provider, authz=settings(scopes=ROUTES))
    how = WAYS[way](method, target)
    answer = await guarded.ask(*how.pop("headers"), token=await issue(house, scope=scope), **how)
    assert answer.status == status


async def test_table_and_gateway_together_ask_for_both(house: House) -> None:
    guarded = make_house(house.provider, authz=settings(scopes=ROUTES))
    asked = [("X-Original-Method", "GET"), ("X-Original-URI", "/v1"), ("X-Auth-Require-Scope", "write read")]
    assert (await guarded.ask(*asked, token=await issue(house, scope="read write"))).status == 200
    challenge = 'Bearer realm="Test API", error="insufficient_scope", scope="read write"'
    for scope in ("read", "write"):
        denied = await guarded.ask(*asked, token=await issue(house, scope=scope))
        check_denied(denied, 403, "insufficient_scope", challenge)


@pytest.mark.parametrize("told", [[], [("X-Original-URI", "/v1")], [("X-Original-Method", "GET")]])
async def test_with_a_table_a_request_that_is_not_told_is_denied(house: House, told: list[tuple[str, str]]) -> None:
    guarded = make_house(house.provider, authz=settings(scopes=ROUTES))
    token = await issue(house, scope="read write admin")
    check_denied(await guarded.ask(*told, token=token), 403, "request_not_told", None)
    assert (await house.ask(*told, token=token)).status == 200


@pytest.mark.parametrize(
    ("headers", "how"),
    [
        ([("X-Original-URI", "/open"), ("X-Forwarded-Uri", "/admin")], {}),
        ([("X-Original-URI", "/open"), ("X-Original-URI", "/admin")], {}),
        ([("X-Original-URI", "/open"), ("X-Original-URL", "https://api.example.com/admin")], {}),
        ([("X-Original-URI", "/open")], {"path": "/authz/admin"}),
        ([("X-Forwarded-Uri", "/admin")], {"path": "/authz/admin", "query": "a=1"}),
        ([("X-Original-Method", "GET"), ("X-Forwarded-Method", "POST")], {}),
        ([("X-Original-Method", "GET"), ("X-Original-URI", "/v1")], {"path": "/authz/v1", "method": "POST"}),
        ([("X-Auth-Require-Scope", "read"), ("X-Auth-Require-Scope", "none")], {}),
    ],
)
async def test_what_is_told_in_two_ways_that_differ_is_not_believed(
    house: House, headers: list[tuple[str, str]], how: dict[str, str]
) -> None:
    answer = await house.ask(*headers, token=await issue(house), **how)
    check_denied(answer, 403, "contradictory_request", None)


@pytest.mark.parametrize("uri", ["*", "admin", "mailto:x", "https://", "https://a b/admin", "http:/x", "ftp://a/b"])
async def test_a_target_that_is_none_is_denied(house: House, uri: str) -> None:
    answer = await house.ask(("X-Original-URI", uri), token=await issue(house))
    check_denied(answer, 403, "malformed_request", None)


async def test_a_token_in_the_query_counts_where_the_service_takes_it(house: House) -> None:
    token = await issue(house)
    uri = ("X-Original-URI", f"/v1?access_token={token}")
    check_denied(await house.ask(uri), 401, "invalid_token", NO_TOKEN)
    await house.provider.set_service(token_in_query=True)
    assert (await house.ask(uri)).status == 200
    assert (await house.ask(path="/authz/v1", query=f"access_token={token}")).status == 200
    assert (await house.ask(query=f"access_token={token}")).status == 401
    challenge = 'Bearer realm="Test API", error="invalid_request"'
    check_denied(await house.ask(uri, token=token), 400, "invalid_request", challenge)


def sign(tokens: dict[str, Any], method: str, target: str, host: str, port: int, nonce: str) -> tuple[str, str]:
    text = "".join(f"{line}\n" for line in (SECONDS, nonce, method, target, host, port, ""))
    key = tokens["extended"]["secret"].encode()
    mac = b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()
    return ("Authorization", f'MAC id="{tokens["access_token"]}", ts="{SECONDS}", nonce="{nonce}", mac="{mac}"')


PLACES: dict[str, tuple[list[tuple[str, str]], dict[str, str], int]] = {
    "nginx": (
        [
            ("X-Original-Method", "POST"),
            ("X-Original-URI", "/v1?a=%7e"),
            ("X-Forwarded-Proto", "http"),
            ("Host", "api.example.com:8080"),
        ],
        {},
        8080,
    ),
    "Caddy": (
        [
            ("X-Forwarded-Method", "POST"),
            ("X-Forwarded-Uri", "/v1?a=%7e"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "api.example.com"),
            ("Host", "daemon"),
        ],
        {"query": "a=%7e"},
        443,
    ),
    "Envoy": (
        [("Host", "api.example.com"), ("X-Forwarded-Proto", "http")],
        {"method": "POST", "path": "/authz/v1", "query": "a=%7e"},
        80,
    ),
    "ingress": (
        [("X-Original-Method", "POST"), ("X-Original-URL", "https://api.example.com/v1?a=%7e"), ("Host", "daemon")],
        {},
        443,
    ),
    "no word on the scheme": (
        [("X-Original-Method", "POST"), ("X-Original-URI", "/v1?a=%7e"), ("Host", "api.example.com")],
        {},
        443,
    ),
}


@pytest.mark.parametrize("place", PLACES)
async def test_a_signed_request_is_checked_as_the_gateway_tells_it_and_passes_once(house: House, place: str) -> None:
    house = make_house(house.provider, authz=settings(cache_seconds=60))
    await house.provider.set_service(access_token_type=TokenType.MAC)
    call = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    tokens = await house.provider.result("oauth2.createAccessToken", call)
    headers, how, port = PLACES[place]

    async def ask(method: str, target: str, nonce: str) -> Answer:
        proof = sign(tokens, method, target, "api.example.com", port, nonce)
        return await house.ask(*headers, proof, **how)

    good = await ask("POST", "/v1?a=%7e", "n-1")
    assert (good.status, good.reply.cacheable) == (200, False)
    challenge = 'MAC realm="Test API", error="invalid_token"'
    for method, target, nonce in (("POST", "/v1?a=%7e", "n-1"), ("GET", "/v1?a=%7e", "n-2"), ("POST", "/v1", "n-3")):
        check_denied(await ask(method, target, nonce), 401, "invalid_token", challenge)
    check_denied(await house.ask(token=tokens["access_token"]), 401, "invalid_token", challenge)


@pytest.mark.parametrize(
    ("header", "host", "port"),
    [(("X-Forwarded-Host", "api.example.com"), "daemon", 443), (("X-Forwarded-Proto", "http"), "api.example.com", 80)],
)
async def test_host_and_scheme_of_a_signed_request_are_the_gateways_word_alone(
    house: House, header: tuple[str, str], host: str, port: int
) -> None:
    """Else a request that was signed for one place could be sent to another."""
    await house.provider.set_service(access_token_type=TokenType.MAC)
    call = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    tokens = await house.provider.result("oauth2.createAccessToken", call)
    for source, status in (("198.51.100.1", 401), (GATEWAY, 200)):
        proof = sign(tokens, "GET", "/v1", "api.example.com", port, f"n-{source}")
        answer = await house.ask(header, ("Host", host), proof, path="/authz/v1", source=source)
        assert answer.status == status


@pytest.mark.parametrize(("seconds", "ttl", "kept"), [(0, 3600, None), (60, 3600, 60), (60, 20, 20), (60, 0, 60)])
async def test_a_yes_may_be_kept_for_a_bounded_time_where_that_is_switched_on(
    house: House, seconds: int, ttl: int, kept: int | None
) -> None:
    house = make_house(house.provider, authz=settings(cache_seconds=seconds))
    await house.provider.set_service(access_token_ttl=ttl)
    answer = await house.ask(token=await issue(house))
    assert answer.reply.cacheable is (kept is not None)
    assert answer.header("Cache-Control") == (None if kept is None else f"private, max-age={kept}")
    vary = answer.header("Vary")
    assert vary == (None if kept is None else ", ".join(("Authorization", *(name for name, _ in SAID))))
    assert not (await house.ask()).reply.cacheable


SAID = [TOLD[0], TOLD[1], TOLD[2], TOLD[5], TOLD[3], TOLD[4], TOLD[6]]
"""The headers that a decision may hang on, in their order on the wire."""


@pytest.mark.parametrize("for_nginx", [False, True])
async def test_a_store_that_cannot_answer_is_a_no_that_may_be_tried_again(house: House, for_nginx: bool) -> None:
    token = await issue(house)
    asked = make_house(house.provider, authz=settings(for_nginx=for_nginx))
    with unreadable(house.provider):
        answer = await asked.ask(token=token)
        by_query = await asked.ask(token=token, query="a=1&deny=nginx")
    check_denied(answer, 403 if for_nginx else 503, "temporarily_unavailable", None)
    check_denied(by_query, 403, "temporarily_unavailable", None)
    assert answer.header("Retry-After") == "1"
    assert (await asked.ask(token=token)).status == 200


@pytest.mark.parametrize(("query", "status"), [("", 500), ("deny=nginx", 403), ("deny=caddy", 500)])
async def test_a_defect_is_a_no_that_tells_nothing(house: House, query: str, status: int) -> None:
    # Settings that no configuration gives: the trusted sources are no collection.
    faulty = Authz(house.provider.store, settings(trusted=None))
    answer = await House(house.provider, OAuth2Facade(house.provider.store, {}, faulty)).ask(query=query)
    check_denied(answer, status, "server_error", None)
    assert answer.reply.log.incident is not None
    assert (answer.reply.log.detail or "").startswith("TypeError at authz.py:")


async def test_what_is_not_switched_on_is_not_served(house: House) -> None:
    store = house.provider.store
    nothing, authz = OAuth2Facade(store, {}, None), OAuth2Facade(store, {}, Authz(store, settings()))
    endpoints = [f"/services/service/oauth2/{name}" for name in ("introspect", "revoke")]
    questions = ["/authz", "/authz/x", "/services/service/authz", "/services/service/authz/x"]
    assert [path for path in (*endpoints, *questions) if nothing.serves(path)] == []
    assert [path for path in (*endpoints, *questions) if authz.serves(path)] == questions
    assert [path for path in (*endpoints, *questions) if house.facade.serves(path)] == [*endpoints, *questions]
    assert GATEWAY in settings().trusted
