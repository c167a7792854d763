"""The express lane and the ordinary lane give the same replies, byte for byte, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import Caller, RecordId, Secret, TokenType
from rpcauth.oauth import token_text
from rpcauth.oauth.token_text import Kind
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.envelope import Call, parse
from rpcauth.rpc.express import METHOD, answer_live, find_service_key
from rpcauth.rpc.invocation import Invocation
from rpcauth.rpc.params import Reader
from rpcauth.rpc.reply import Reply
from tests.support.provider import APPLICATION, CALLER, CLIENT, SERVICE, Provider, open_provider

ISSUE = "oauth2.createAccessToken"

DIALECTS = {"rpc": RPC, "mashery": MASHERY}
CALLERS = {
    "all": CALLER,
    "mac_keys": replace(CALLER, mac_keys=True),
    "other_methods": replace(CALLER, methods=("test.*", "oauth2.revoke*")),
    "other_services": replace(CALLER, services=("other",)),
}
ENVELOPES: Mapping[str, Mapping[str, Any]] = {
    "2.0": {"jsonrpc": "2.0", "id": 1},
    "2.0 text id": {"jsonrpc": "2.0", "id": "a\u00e9"},
    "2.0 fractional id": {"jsonrpc": "2.0", "id": 1.5},
    "2.0 null id": {"jsonrpc": "2.0", "id": None},
    "2.0 notification": {"jsonrpc": "2.0"},
    "2.0 bad id": {"jsonrpc": "2.0", "id": True},
    "1.1": {"version": "1.1", "id": 7},
    "1.1 without id": {"version": "1.1"},
    "1.0": {"id": 7},
    "1.0 notification": {"id": None},
}
# Strings in <> stand for the tokens that the fixture makes.
FETCHES: Mapping[str, Any] = {
    "live": {"service_key": "service", "access_token": "<live>"},
    "live, its members turned round": {"access_token": "<live>", "service_key": "service"},
    "live, ordered": ["service", "<live>"],
    "live, context null": {"service_key": "service", "access_token": "<live>", "context": None},
    "live, context given": {"service_key": "service", "access_token": "<live>", "context": {"method": "GET"}},
    "live, context wrong": {"service_key": "service", "access_token": "<live>", "context": 7},
    "of a user, with scope": {"service_key": "service", "access_token": "<of a user>"},
    "mac": {"service_key": "mac", "access_token": "<mac>"},
    "expired": {"service_key": "service", "access_token": "<expired>"},
    "revoked": {"service_key": "service", "access_token": "<revoked>"},
    "of another service": {"service_key": "other", "access_token": "<live>"},
    "known id, wrong secret": {"service_key": "service", "access_token": "<forged>"},
    "unknown id": {"service_key": "service", "access_token": token_text.write(Kind.ACCESS, RecordId(7), b"x" * 32)},
    "refresh token": {"service_key": "service", "access_token": token_text.write(Kind.REFRESH, RecordId(7), b"x" * 32)},
    "malformed": {"service_key": "service", "access_token": "rpa_nonsense"},
    "with NUL": {"service_key": "service", "access_token": "rpa_\0"},
    "empty": {"service_key": "service", "access_token": ""},
    "too long": {"service_key": "service", "access_token": "x" * 513},
    "number": {"service_key": "service", "access_token": 7},
    "null": {"service_key": "service", "access_token": None},
    "list": {"service_key": "service", "access_token": ["<live>", "<revoked>", "<of a user>"]},
    "empty list": {"service_key": "service", "access_token": []},
    "unknown service": {"service_key": "nowhere", "access_token": "<live>"},
    "empty service": {"service_key": "", "access_token": "<live>"},
    "service too long": {"service_key": "x" * 513, "access_token": "<live>"},
    "service with NUL": {"service_key": "\0", "access_token": "<live>"},
    "service a list": {"service_key": ["service"], "access_token": "<live>"},
    "token missing": {"service_key": "service"},
    "service missing": {"access_token": "<live>"},
    "unknown name besides": {"service_key": "service", "access_token": "<live>", "more": 1},
    "unknown name instead": {"service_key": "service", "token": "<live>"},
    "none": {},
    "none, ordered": [],
    "too many, ordered": ["service", "<live>", None, 1],
    "no params": 7,
}
_CREDENTIALS = {"grant_type": "client_credentials"}
ISSUES: Mapping[str, Any] = {
    "good": {"service_key": "service", "client": CLIENT, "token_data": _CREDENTIALS},
    "good, uri and context": {
        "service_key": "service",
        "client": CLIENT,
        "token_data": _CREDENTIALS,
        "uri": {"state": "s"},
        "user_context": None,
        "context": {},
    },
    "good, ordered": ["service", CLIENT, _CREDENTIALS],
    "wrong secret": {"service_key": "service", "client": {"client_id": "client"}, "token_data": _CREDENTIALS},
    "unknown grant": {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "x"}},
    "wrong type": {"service_key": "service", "client": [], "token_data": _CREDENTIALS},
    "missing": {"service_key": "service", "client": CLIENT},
    "unknown name": {"service_key": "service", "client": CLIENT, "token_data": _CREDENTIALS, "more": 1},
    "unknown and missing": {"service_key": "service", "client": CLIENT, "more": 1},
    "name of the first argument": {"service_key": "service", "client": CLIENT, "token_data": {}, "call": 1},
    "unknown service": {"service_key": "nowhere", "client": CLIENT, "token_data": _CREDENTIALS},
    "none": {},
    "too many, ordered": ["service", CLIENT, _CREDENTIALS, None, None, None, 1],
}


@dataclass(frozen=True, slots=True)
class Lanes:
    """The same store behind both lanes."""

    provider: Provider
    express: Dispatcher
    ordinary: Dispatcher
    tokens: Mapping[str, str]

    def fill(self, value: Any) -> Any:
        """The value with tokens in the place of their names."""
        if isinstance(value, dict):
            return {name: self.fill(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.fill(member) for member in value]
        return self.tokens.get(value, value) if isinstance(value, str) else value

    async def replies(self, request: Any, caller: Caller, dialect: Dialect) -> tuple[Reply, Reply]:
        """What each lane makes of a request, the express lane first."""
        body = msgspec.json.encode(self.fill(request))
        return await self.express(body, caller, dialect), await self.ordinary(body, caller, dialect)


async def make_tokens(provider: Provider) -> Mapping[str, str]:
    async def issue(service_key: str = "service", **named: Any) -> str:
        data = {"grant_type": "client_credentials", "scope": named.pop("scope", None)}
        params = {"service_key": service_key, "client": CLIENT, "token_data": data, **named}
        token: str = (await provider.result(ISSUE, params))["access_token"]
        return token

    expired = await issue()
    provider.clock.advance(seconds=SERVICE.access_token_ttl)
    tokens = {
        "<expired>": expired,
        "<live>": await issue(),
        "<twin>": await issue(),
        "<revoked>": await issue(),
        "<of a user>": await issue(user_context="us\u00e9r \U0001f600", scope="read write"),
        "<mac>": await issue("mac"),
    }
    revoked = {"service_key": "service", "client": CLIENT, "access_token": tokens["<revoked>"]}
    assert await provider.result("oauth2.revokeAccessToken", revoked) is True
    known = token_text.parse(tokens["<live>"])
    assert known is not None
    return {**tokens, "<forged>": token_text.write(Kind.ACCESS, known.id, b"x" * 32)}


@pytest.fixture
def cache_seconds() -> int:
    return 60


@pytest.fixture
async def lanes(tmp_path: Path, cache_seconds: int) -> AsyncIterator[Lanes]:
    async with open_provider(tmp_path) as provider:
        services = tuple(replace(SERVICE, service_key=key) for key in ("service", "other"))
        mac = replace(SERVICE, service_key="mac", access_token_type=TokenType.MAC)
        application = replace(APPLICATION, services=("service", "other", "mac"))
        secret = Secret(CLIENT["client_secret"])
        wanted = WantedApplication(application=application, client_secrets=(secret,))
        await provider.define(Wanted(services=(*services, mac), applications=(wanted,)))
        backend = replace(provider.dispatcher._backend, cache_seconds=cache_seconds)
        express, ordinary = (Dispatcher(backend, batch_limit=100, express=express) for express in (True, False))
        yield Lanes(provider, express, ordinary, await make_tokens(provider))


def comparable(reply: Reply) -> Any:
    """All of a reply but what is random in it: incidents, and the tokens it hands out."""
    incidents = tuple(replace(one, incident="an incident") for one in reply.log.incidents)
    log = replace(reply.log, incident=reply.log.incident and "an incident", incidents=incidents)
    return replace(reply, body=re.sub(rb"rpa_\w{60}", b"a token", reply.body), log=log)


async def assert_alike(lanes: Lanes, method: str, params: Any) -> None:
    for (envelope, members), (caller, who), (dialect, form) in product(
        ENVELOPES.items(), CALLERS.items(), DIALECTS.items()
    ):
        request = {**members, "method": method, "params": params}
        express, ordinary = await lanes.replies(request, who, form)
        assert comparable(express) == comparable(ordinary), (envelope, caller, dialect)


@pytest.mark.parametrize("params", FETCHES.values(), ids=FETCHES.keys())
async def test_both_lanes_answer_every_fetch_alike(lanes: Lanes, params: Any) -> None:
    await assert_alike(lanes, METHOD, params)


@pytest.mark.parametrize("params", ISSUES.values(), ids=ISSUES.keys())
async def test_both_lanes_answer_every_issue_alike(lanes: Lanes, params: Any) -> None:
    await assert_alike(lanes, ISSUE, params)


@pytest.mark.parametrize("cache_seconds", [0, 60])
@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS.keys())
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
async def test_both_lanes_answer_a_batch_of_everything_alike(lanes: Lanes, caller: Caller, dialect: Dialect) -> None:
    envelopes = list(ENVELOPES.values())
    calls = [
        {**envelopes[number % len(envelopes)], "method": METHOD, "params": params}
        for number, params in enumerate(FETCHES.values())
    ]
    express, ordinary = await lanes.replies([*calls, 7, *reversed(calls)], caller, dialect)
    assert comparable(express) == comparable(ordinary)
    assert express.log.calls == 2 * len(FETCHES) + 1


async def test_a_fetch_in_a_batch_sees_the_revocation_before_it_in_either_lane(lanes: Lanes) -> None:
    def batch(token: str) -> bytes:
        fetch = {"jsonrpc": "2.0", "method": METHOD, "params": ["service", lanes.tokens[token]], "id": 1}
        revocation = {
            "jsonrpc": "2.0",
            "method": "oauth2.revokeAccessToken",
            "params": ["service", CLIENT, lanes.tokens[token]],
            "id": 2,
        }
        return msgspec.json.encode([fetch, fetch, revocation, fetch])

    express = await lanes.express(batch("<live>"), CALLER, RPC)
    ordinary = await lanes.ordinary(batch("<twin>"), CALLER, RPC)
    assert express.body == ordinary.body
    assert ["result" in one for one in msgspec.json.decode(express.body)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("token", "is_answered"),
    [("<live>", True), ("<of a user>", True), ("<expired>", False), ("<revoked>", False), ("<forged>", False)],
)
async def test_the_express_lane_answers_live_tokens_and_no_others(lanes: Lanes, token: str, is_answered: bool) -> None:
    call = read_call({"jsonrpc": "2.0", "method": METHOD, "params": ["service", lanes.tokens[token]], "id": 1})
    assert find_service_key(call) == "service"
    invocation = Invocation(lanes.provider.dispatcher._backend, CALLER, RPC, Reader(None))
    (answered,) = await answer_live("service", [call], invocation)
    assert (answered is not None) is is_answered


def read_call(request: Any) -> Call:
    call = parse(msgspec.json.encode(request), batch_limit=1)
    assert isinstance(call, Call)
    return call
