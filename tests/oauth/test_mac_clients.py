"""MAC headers that other people published or other people's clients make."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from oauthlib.oauth2.rfc6749.tokens import prepare_mac_header

from rpcauth.model import MacAlgorithm, Millis
from rpcauth.oauth import mac
from rpcauth.oauth.mac import MacHeader, SignedRequest
from tests.oauth.mac_signing import HASHES, ISSUED_AT, KEY, SHA1, SHA256, check, refusal_of

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "mac.json").read_text())
REPRODUCED = [vector for vector in VECTORS if vector["reproduced"]]
MISPRINTED = [vector for vector in VECTORS if not vector["reproduced"]]


def read_vector(vector: Mapping[str, Any], signature: str) -> tuple[MacHeader, SignedRequest, dict[str, Any]]:
    first, *lines = vector["normalized"].split("\n")[:-1]
    if vector["draft"] == "ietf-01":
        nonce, *lines = lines
        header = MacHeader(id="h480djs93hd8", ts=int(first), nonce=nonce, mac=signature, ext=lines[4])
        facts = {"now": Millis(int(first) * 1000)}
    else:
        age = int(first.partition(":")[0])
        header = MacHeader(id="h480djs93hd8", age=age, nonce=first, mac=signature, ext=lines[5])
        facts = {"now": Millis(ISSUED_AT + age * 1000)}
    request = SignedRequest(method=lines[0], target=lines[1], host=lines[2], port=int(lines[3]))
    return header, request, {**facts, "key": vector["key"], "algorithm": MacAlgorithm(vector["algorithm"])}


@pytest.mark.parametrize("vector", REPRODUCED, ids=lambda vector: vector["name"])
def test_published_vectors_verify(vector: dict[str, Any]) -> None:
    header, request, facts = read_vector(vector, vector["mac"])
    assert mac.normalized(header, request) == vector["normalized"]
    check(header, request, **facts)
    if vector["header"]:
        assert mac.parse_header(vector["header"]) == header


@pytest.mark.parametrize("vector", MISPRINTED, ids=lambda vector: vector["name"])
def test_the_misprinted_vector_is_computed_as_its_text_demands(vector: dict[str, Any]) -> None:
    header, request, facts = read_vector(vector, vector["computed"])
    assert mac.normalized(header, request) == vector["normalized"]
    check(header, request, **facts)
    refusal_of(replace(header, mac=vector["mac"]), request, **facts)


OAUTHLIB_URIS = [
    "https://api.example.com/r/1?x=1",
    "http://api.example.com:8080/r/1?b=1&a=2&a=%2F",
    "https://API.Example.com/R",
    "https://api.example.com",
    "https://api.example.com/",
    "https://api.example.com?x=1",
]


@pytest.mark.parametrize("algorithm", [SHA1, SHA256])
@pytest.mark.parametrize("uri", OAUTHLIB_URIS)
def test_oauthlib_draft_1_verifies(uri: str, algorithm: MacAlgorithm) -> None:
    signed = prepare_mac_header("SlAV32hkKG", uri, KEY, "GET", ext="x y", hash_algorithm=algorithm.value, draft=1)
    header = mac.parse_header(signed["Authorization"])
    assert (header.id, header.ext, header.age) == ("SlAV32hkKG", "x y", None)
    assert header.ts is not None
    check(header, mac.read_request("GET", uri), algorithm=algorithm, now=Millis(header.ts * 1000))


@pytest.mark.parametrize("algorithm", [SHA1, SHA256])
@pytest.mark.parametrize("uri", OAUTHLIB_URIS)
def test_oauthlib_draft_0_with_a_body_verifies(uri: str, algorithm: MacAlgorithm) -> None:
    issue_time = datetime.now() - timedelta(seconds=77)
    signed = prepare_mac_header(
        "SlAV32hkKG", uri, KEY, "POST", body="a=1&b=é", hash_algorithm=algorithm.value, issue_time=issue_time
    )
    header = mac.parse_header(signed["Authorization"])
    assert header.age is not None
    assert header.ts is None
    hashes = {
        f"sha-{bits}": b64encode(hashlib.new(f"sha{bits}", "a=1&b=é".encode()).digest()).decode() for bits in (1, 256)
    }
    now = Millis(ISSUED_AT + 77_000)
    check(header, mac.read_request("POST", uri, hashes), algorithm=algorithm, now=now)
    assert refusal_of(header, mac.read_request("POST", uri), algorithm=algorithm, now=now).detail == "mac.body_hash"


def test_a_fraction_in_the_age_verifies() -> None:
    nonce = "77.000016:13329722269092622281795311694"
    signed = prepare_mac_header("SlAV32hkKG", "https://api.example.com/r/1", KEY, "GET", nonce=nonce)
    header = mac.parse_header(signed["Authorization"])
    assert header.age == 77.000016
    check(header, mac.read_request("GET", "https://api.example.com/r/1"), algorithm=SHA1, now=ISSUED_AT + 77_000)


@pytest.mark.parametrize("algorithm", [SHA1, SHA256])
@pytest.mark.parametrize(
    "uri", ["https://api.example.com/r?b=1&a=2", "http://API.example.com:8080/r", "https://api.example.com"]
)
@pytest.mark.filterwarnings("ignore:'cgi' is deprecated:DeprecationWarning")
def test_macauthlib_verifies(uri: str, algorithm: MacAlgorithm) -> None:
    import macauthlib
    import webob

    request = webob.Request.blank(uri, method="PUT")
    value = macauthlib.sign_request(request, "SlAV32hkKG", KEY, hashmod=HASHES[algorithm])
    header = mac.parse_header(value)
    assert header.ts is not None
    check(header, mac.read_request("PUT", uri), algorithm=algorithm, now=Millis(header.ts * 1000))
