"""What is read of a MAC authorization header, and of the request it signs. Ids of cases name the negative case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth import mac
from rpcauth.oauth.mac import MacHeader
from tests.oauth.mac_signing import make_request

GOOD = 'MAC id="h480djs93hd8", ts="1336363200", nonce="dj83hs9s", mac="bhCQXTVyfj5cmA9uKkPFx1zeOXM="'


@pytest.mark.parametrize(
    "value",
    [
        GOOD,
        GOOD.replace("MAC", "mac"),
        GOOD.replace("MAC ", "Mac   "),
        GOOD.replace(", ", ","),
        GOOD.replace(", ", " ,\t "),
        GOOD.replace("=", " = ", 1),
        GOOD.replace('"1336363200"', "1336363200"),
        GOOD.replace("nonce=", "Nonce="),
        GOOD + ', ext=""',
        GOOD + ', realm="of no interest"',
        GOOD + ', bodyhash="not of this draft"',
        'MAC id="h480djs93hd8", mac="bhCQXTVyfj5cmA9uKkPFx1zeOXM=", nonce="dj83hs9s", ts="1336363200"',
    ],
)
def test_a_header_is_read_in_every_permitted_spelling(value: str) -> None:
    assert mac.parse_header(value) == MacHeader(
        id="h480djs93hd8", ts=1336363200, nonce="dj83hs9s", mac="bhCQXTVyfj5cmA9uKkPFx1zeOXM="
    )


def test_an_empty_body_hash_is_none() -> None:
    header = mac.parse_header('MAC id="a", nonce="5:x", bodyhash="", mac="x="')
    assert header.body_hash is None


def test_values_may_hold_commas_and_equals_signs() -> None:
    header = mac.parse_header('MAC id="a,b=c", nonce="5:x, mac=y", ext="k=v, ts=1", bodyhash="Zg==", mac="x="')
    assert header == MacHeader(id="a,b=c", nonce="5:x, mac=y", age=5, ext="k=v, ts=1", body_hash="Zg==", mac="x=")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("Bearer mF_9.B5f-4.1JqM", id="S09 bearer token"),
        pytest.param("", id="empty"),
        pytest.param("MAC", id="scheme only"),
        pytest.param("MAC ", id="no attributes"),
        pytest.param("MACHINE " + GOOD[4:], id="another scheme"),
        pytest.param("MAC h480djs93hd8", id="not an attribute"),
        pytest.param(GOOD + ', nonce="dj83hs9s"', id="nonce twice"),
        pytest.param(GOOD + ', TS="1336363200"', id="ts twice, in other letter case"),
        pytest.param(GOOD + ', realm="a", realm="a"', id="unknown attribute twice"),
        pytest.param(GOOD.replace("id=", "token="), id="id missing"),
        pytest.param(GOOD.replace("nonce=", "seq="), id="nonce missing"),
        pytest.param(GOOD.replace("mac=", "signature="), id="mac missing"),
        pytest.param(GOOD.replace('"h480djs93hd8"', '""'), id="id empty"),
        pytest.param(GOOD.replace('"dj83hs9s"', '""'), id="nonce empty"),
        pytest.param(GOOD.replace('"1336363200"', '"-1336363200"'), id="S04 ts negative"),
        pytest.param(GOOD.replace('"1336363200"', '"1336363200.5"'), id="S04 ts float"),
        pytest.param(GOOD.replace('"1336363200"', '"1e9"'), id="S04 ts with exponent"),
        pytest.param(GOOD.replace('"1336363200"', '"0x4fa7a180"'), id="S04 ts hex"),
        pytest.param(GOOD.replace('"1336363200"', '""'), id="S04 ts empty"),
        pytest.param(GOOD.replace('"1336363200"', '"13363632001336363200"'), id="S04 ts of 20 digits"),
        pytest.param(GOOD.replace('"1336363200"', '"01336363200"'), id="ts with a leading zero"),
        pytest.param(GOOD.replace('"1336363200"', '"0"'), id="ts zero"),
        pytest.param(GOOD.replace('"1336363200"', '"+1336363200"'), id="ts with a plus sign"),
        pytest.param(GOOD.replace('"1336363200"', '"1_336_363_200"'), id="ts with underscores"),
        pytest.param(GOOD.replace('"1336363200"', '"١٣٣٦"'), id="ts in other digits"),
        pytest.param(GOOD.replace('ts="1336363200", ', ""), id="neither ts nor age"),
        pytest.param(GOOD.replace('ts="1336363200", nonce="', 'nonce="-5:'), id="age negative"),
        pytest.param(GOOD.replace('ts="1336363200", nonce="', 'nonce="nan:'), id="age not a number"),
        pytest.param(GOOD.replace('ts="1336363200", nonce="', 'nonce="inf:'), id="age infinite"),
        pytest.param(GOOD.replace('ts="1336363200", nonce="dj83hs9s"', 'nonce="5:"'), id="age without a nonce"),
        pytest.param(GOOD.replace("dj83hs9s", "dj\n83"), id="line break in a value"),
        pytest.param(GOOD.replace("dj83hs9s", 'dj\\"83'), id="escape in a value"),
        pytest.param(GOOD.replace("dj83hs9s", "é"), id="non-ASCII value"),
        pytest.param(GOOD[:-1], id="quote left open"),
        pytest.param(GOOD.replace('", mac', '" mac'), id="comma missing"),
        pytest.param(GOOD + ' trailing="x" y', id="text at the end"),
        pytest.param(GOOD.replace("dj83hs9s", "n" * 502), id="S12 nonce too long"),
        pytest.param("MAC " + "a=1," * 2000, id="only repetitions"),
    ],
)
def test_a_malformed_header_is_an_invalid_token(value: str) -> None:
    with pytest.raises(OAuthError) as refusal:
        mac.parse_header(value)
    assert refusal.value.code is ErrorCode.INVALID_TOKEN


def test_a_nonce_key_is_bounded() -> None:
    longest = "n" * (mac.NONCE_KEY_LENGTH - len("1336363200:"))
    assert len(mac.nonce_key(mac.parse_header(GOOD.replace("dj83hs9s", longest)))) == mac.NONCE_KEY_LENGTH
    with pytest.raises(OAuthError):
        mac.parse_header(GOOD.replace("dj83hs9s", longest + "n"))


@given(
    st.text(max_size=80)
    | st.lists(st.from_regex(r'(id|ts|nonce|mac|ext)="?[0-9a-z:.]{1,9}"?', fullmatch=True)).map(
        lambda attributes: f"MAC {', '.join(attributes)}"
    )
)
def test_any_text_is_a_header_or_a_refusal(value: str) -> None:
    try:
        header = mac.parse_header(value)
    except OAuthError as refusal:
        assert refusal.code is ErrorCode.INVALID_TOKEN
    else:
        assert (header.ts is None) is not (header.age is None)
        assert len(mac.nonce_key(header)) <= mac.NONCE_KEY_LENGTH


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        ("https://api.example.com:8443/r?x=1", ("api.example.com", 8443, "/r?x=1")),
        ("https://api.example.com/r", ("api.example.com", 443, "/r")),
        ("http://api.example.com/r", ("api.example.com", 80, "/r")),
        ("HTTP://API.example.com/R", ("API.example.com", 80, "/R")),
        ("https://api.example.com/r?", ("api.example.com", 443, "/r?")),
        ("https://api.example.com", ("api.example.com", 443, "")),
        ("https://api.example.com?x", ("api.example.com", 443, "?x")),
        ("https://api.example.com//a/../b;c?d=%2f&&?e", ("api.example.com", 443, "//a/../b;c?d=%2f&&?e")),
        ("https://[2001:DB8::1]:8443/r", ("[2001:DB8::1]", 8443, "/r")),
        ("http://[::1]/", ("[::1]", 80, "/")),
    ],
)
def test_a_uri_is_split_without_a_byte_of_its_target_changed(uri: str, parts: tuple[str, int, str]) -> None:
    assert mac.split_uri(uri) == parts


@pytest.mark.parametrize(
    "uri",
    [
        "/r?x=1",
        "//api.example.com/r",
        "https:///r",
        "https://:443/r",
        "ftp://api.example.com/r",
        "https://user@api.example.com/r",
        "https://user:password@api.example.com/r",
        "https://api.example.com/r#f",
        "https://api.example.com:port/r",
        "https://api.example.com:65536/r",
        "https://[::1/r",
        "https://api.example.com/r\nevil.example",
        "https://api.example.com/a b",
        "https://api.example.com/é",
        "https://api.example.com\n/r",
    ],
    ids=ascii,
)
def test_a_uri_that_no_request_line_came_from_is_an_invalid_request(uri: str) -> None:
    with pytest.raises(OAuthError) as refusal:
        mac.read_request("GET", uri)
    assert refusal.value.code is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("change", [{"method": "GET\n/x"}, {"target": "/r\n"}, {"host": "api\nx"}])
def test_a_line_break_cannot_make_one_field_two(change: dict[str, str]) -> None:
    with pytest.raises(OAuthError):
        make_request(**change)
