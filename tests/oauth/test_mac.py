"""MAC access tokens: who signed what, and when. Ids of cases name the negative case that they come from."""

from __future__ import annotations

import string
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.model import Millis
from rpcauth.oauth import mac
from rpcauth.oauth.mac import MacHeader, SignedRequest
from tests.oauth.mac_signing import AGE, KEY, NOW, SHA1, TS, check, make_header, make_request, refusal_of, sign


def flip_one_bit(signature: str) -> str:
    raw = bytearray(b64decode(signature))
    raw[7] ^= 1
    return b64encode(raw).decode()


@pytest.mark.parametrize("draft", [0, 1])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"method": "PUT"}, id="S05 method"),
        pytest.param({"target": "/r/2?b=1&a=2"}, id="S05 path"),
        pytest.param({"target": "/R/1?b=1&a=2"}, id="S05 path in other letter case"),
        pytest.param({"target": "/r/%31?b=1&a=2"}, id="S05 path percent-encoded"),
        pytest.param({"target": "/r/1?a=2&b=1"}, id="S05 query order"),
        pytest.param({"target": "/r/1"}, id="S05 query left out"),
        pytest.param({"target": "/r/1?b=1&a=2&"}, id="S05 query extended"),
        pytest.param({"host": "evil.example"}, id="S05 host"),
        pytest.param({"port": 8443}, id="S05 port"),
    ],
)
def test_a_changed_request_is_refused(draft: int, change: dict[str, Any]) -> None:
    header = make_header(draft)
    check(header, make_request())
    assert refusal_of(header, make_request(**change)).detail == "mac.wrong_mac"


@pytest.mark.parametrize("draft", [0, 1])
def test_a_changed_header_or_token_is_refused(draft: int) -> None:
    header, request = make_header(draft), make_request()
    for forged in (
        replace(header, ext="a,c"),
        replace(header, ext=""),
        replace(header, nonce=header.nonce + "x"),
        replace(header, mac=flip_one_bit(header.mac)),
        replace(header, mac=header.mac[:-1]),
        replace(header, mac=header.mac + "\n"),
        replace(header, mac=""),
        replace(header, mac="é" * 44),
    ):
        assert refusal_of(forged, request).detail == "mac.wrong_mac"
    assert refusal_of(header, request, key="another key").detail == "mac.wrong_mac"
    assert refusal_of(header, request, algorithm=SHA1).detail == "mac.wrong_mac"


def test_a_request_of_one_draft_does_not_pass_for_one_of_the_other() -> None:
    as_0 = replace(make_header(1), ts=None, age=float(AGE), nonce=f"{TS}\ndj83hs9s")
    refusal_of(as_0, make_request())
    refusal_of(replace(make_header(0), ts=TS, age=None), make_request())


@pytest.mark.parametrize(
    ("signed", "arrived"),
    [("", "/"), ("/", ""), ("?x=1", "/?x=1"), ("/?x=1", "?x=1"), ("/?", "?"), ("/r?", "/r?")],
)
@pytest.mark.parametrize("draft", [0, 1])
def test_an_empty_path_may_be_signed_as_nothing_or_as_a_slash(draft: int, signed: str, arrived: str) -> None:
    header = make_header(draft, request=make_request(target=signed))
    check(header, make_request(target=arrived))


@pytest.mark.parametrize(("signed", "arrived"), [("/r", "/r?"), ("/r?", "/r"), ("/r", "/r/"), ("//", "/"), ("", "/?")])
def test_elsewhere_the_target_is_compared_byte_for_byte(signed: str, arrived: str) -> None:
    header = make_header(1, request=make_request(target=signed))
    refusal_of(header, make_request(target=arrived))


def test_the_host_may_be_signed_as_written_or_in_lower_case() -> None:
    written = make_request(host="API.example.com")
    check(make_header(1, request=written), written)
    check(make_header(1), written)
    refusal_of(make_header(1, request=written), make_request(host="Api.example.com"))


def test_the_method_is_signed_in_upper_case() -> None:
    check(make_header(1), make_request(method="post"))


@pytest.mark.parametrize(
    ("request_host", "port", "authorities", "allowed"),
    [
        pytest.param("api.example.com", 443, (), True, id="none configured"),
        pytest.param("api.example.com", 443, ("api.example.com:443",), True, id="port written"),
        pytest.param("api.example.com", 443, ("api.example.com",), True, id="default port left out"),
        pytest.param("api.example.com", 80, ("api.example.com",), True, id="default port of http left out"),
        pytest.param("API.example.com", 443, ("api.EXAMPLE.com:443",), True, id="letter case"),
        pytest.param("api.example.com", 8443, ("a.example:1", "api.example.com:8443"), True, id="one of two"),
        pytest.param("[::1]", 8443, ("[::1]:8443",), True, id="IPv6"),
        pytest.param("[::1]", 443, ("[::1]",), True, id="IPv6, default port left out"),
        pytest.param("evil.example", 443, ("api.example.com:443",), False, id="S06 another host"),
        pytest.param("api.example.com.evil.example", 443, ("api.example.com",), False, id="S06 host as a prefix"),
        pytest.param("api.example.com", 80, ("api.example.com:443",), False, id="S06 another default port"),
        pytest.param("api.example.com", 8443, ("api.example.com",), False, id="S06 port written, none configured"),
        pytest.param("api.example.com", 443, ("api.example.com:8443",), False, id="S06 port configured, none written"),
        pytest.param("api.example.com", 443, ("",), False, id="S06 empty entry"),
    ],
)
def test_only_configured_authorities_are_served(
    request_host: str, port: int, authorities: tuple[str, ...], allowed: bool
) -> None:
    request = make_request(host=request_host, port=port)
    header = make_header(1, request=request)
    if allowed:
        check(header, request, authorities=authorities)
    else:
        assert refusal_of(header, request, authorities=authorities).detail == "mac.authority"


BODY_HASHES = {"sha-256": "rigaXsrOkqfDt8vyYsRDzFSdz3ZjcpRHHJp4sMR5qIA=", "sha-1": "k9IWkp8HQpIGdgQIoYnkdfZJYZI="}


def test_a_signed_body_hash_must_be_the_one_that_the_gateway_computed() -> None:
    header = make_header(0, body_hash=BODY_HASHES["sha-256"])
    check(header, make_request(body_hashes=BODY_HASHES))


@pytest.mark.parametrize(
    "body_hashes",
    [
        pytest.param({"sha-256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}, id="S08 another body"),
        pytest.param({}, id="S08 nothing to compare with"),
        pytest.param({"sha-1": BODY_HASHES["sha-256"]}, id="S08 only with another algorithm"),
    ],
)
def test_a_body_hash_that_differs_is_refused(body_hashes: dict[str, str]) -> None:
    header = make_header(0, body_hash=BODY_HASHES["sha-256"])
    assert refusal_of(header, make_request(body_hashes=body_hashes)).detail == "mac.body_hash"


def test_a_body_hash_cannot_be_stripped_from_or_added_to_a_signed_request() -> None:
    request = make_request(body_hashes=BODY_HASHES)
    refusal_of(replace(make_header(0, body_hash=BODY_HASHES["sha-256"]), body_hash=None), request)
    refusal_of(replace(make_header(0), body_hash=BODY_HASHES["sha-256"]), request)


def test_a_body_hash_is_not_required() -> None:
    check(make_header(0), make_request(body_hashes=BODY_HASHES))
    check(make_header(1), make_request(body_hashes=BODY_HASHES))


@pytest.mark.parametrize("draft", [0, 1])
@pytest.mark.parametrize(
    ("offset", "timely"), [(-60_001, False), (-60_000, True), (0, True), (60_000, True), (60_001, False)]
)
def test_the_time_window_is_sixty_seconds_either_way(draft: int, offset: int, timely: bool) -> None:
    header, request, now = make_header(draft), make_request(), Millis(NOW + offset)
    if timely:
        check(header, request, now=now)
    else:
        assert refusal_of(header, request, now=now).detail == "mac.time"


def test_a_header_without_a_time_is_refused() -> None:
    assert refusal_of(replace(make_header(0), age=None), make_request()).detail == "mac.time"


def test_the_largest_ts_is_refused_and_does_not_overflow() -> None:
    assert refusal_of(replace(make_header(1), ts=10**19 - 1), make_request()).detail == "mac.time"


@pytest.mark.parametrize("draft", [0, 1])
def test_a_nonce_is_remembered_longer_than_any_replay_of_it_is_timely(draft: int) -> None:
    header, request = make_header(draft), make_request()
    first, last = Millis(NOW - 60_000), Millis(NOW + 60_000)
    check(header, request, now=first)
    check(header, request, now=last)
    assert first + mac.NONCE_KEEP_SECONDS * 1000 > last


def test_a_replay_has_the_nonce_key_of_its_original_and_nothing_else_has() -> None:
    headers = [make_header(1), make_header(0)]
    headers += [replace(header, nonce=header.nonce + "x") for header in headers]
    headers.append(replace(make_header(1), ts=TS + 1))
    keys = [mac.nonce_key(header) for header in headers]
    assert keys == [mac.nonce_key(replace(header)) for header in headers]
    assert len(set(keys)) == len(headers)


def test_every_refusal_reads_the_same_outside_and_shows_no_secret() -> None:
    header, request = make_header(0, body_hash="x"), make_request()
    refusals = [
        refusal_of(header, request, now=Millis(0)),
        refusal_of(header, request, authorities=("other.example",)),
        refusal_of(header, request),
        refusal_of(make_header(1), request, key="other"),
    ]
    assert len({refusal.description for refusal in refusals}) == 1
    assert len({refusal.detail for refusal in refusals}) == 4
    shown = repr(header) + "".join(f"{refusal!r}{vars(refusal)}" for refusal in refusals)
    assert KEY not in shown
    assert header.mac not in shown


PLAIN = string.ascii_letters + string.digits + "!#$%&'()*+,-./:;<=>?@[]^_`{|}~ "
VISIBLE = st.text(PLAIN.strip(), min_size=1, max_size=20)


@st.composite
def signed_requests(draw: st.DrawFn) -> tuple[MacHeader, SignedRequest, str]:
    request = SignedRequest(
        method=draw(st.sampled_from(["GET", "POST", "PROPFIND"])),
        target="/r" + draw(st.text(PLAIN.strip().replace("#", ""), max_size=20)),
        host=draw(st.from_regex(r"[a-z0-9.-]{1,20}", fullmatch=True)),
        port=draw(st.integers(0, 65_535)),
    )
    key, ext = draw(VISIBLE), draw(st.text(PLAIN, max_size=10))
    place = [request.method, request.target, request.host, str(request.port)]
    nonce = draw(VISIBLE)
    if draw(st.booleans()):
        signature = sign([str(TS), nonce, *place, ext], key)
        return MacHeader(id="i", ts=TS, nonce=nonce, ext=ext, mac=signature), request, key
    nonce = f"{AGE}:{nonce}"
    return MacHeader(id="i", age=AGE, nonce=nonce, ext=ext, mac=sign([nonce, *place, "", ext], key)), request, key


@given(signed_requests(), st.sampled_from(["method", "target", "host", "port", "nonce", "ext", "mac", "key"]), VISIBLE)
def test_what_was_signed_verifies_and_no_single_change_of_it_does(
    signed: tuple[MacHeader, SignedRequest, str], changed: str, text: str
) -> None:
    header, request, key = signed
    check(header, request, key=key)
    match changed:
        case "method":
            request = replace(request, method=request.method + "X")
        case "target" | "host":
            request = replace(request, **{changed: getattr(request, changed) + text})
        case "port":
            request = replace(request, port=request.port + 1)
        case "nonce" | "ext":
            header = replace(header, **{changed: getattr(header, changed) + text})
        case "mac":
            header = replace(header, mac=flip_one_bit(header.mac))
        case _:
            key += text
    refusal_of(header, request, key=key)
