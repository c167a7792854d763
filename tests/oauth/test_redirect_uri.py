"""Redirection URIs. The ids of the cases name the negative case that they come from."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth import redirect_uri

CB = "https://client.example/cb"
QUERY = "https://client.example/cb?a=1&b=2"
LOOPBACK = "http://127.0.0.1/cb"
LOOPBACK_V6 = "http://[::1]:8000/cb?a=1"

HOSTILE = {
    "A34 100 kB of path": "https://client.example/" + "a" * 100_000,
    "A34 colons in an open bracket": "http://[" + ":" * 10_000 + "/" * 10_000,
    "A34 colons in brackets": "http://[" + ":" * 100_000 + "]:::::/",
    "A34 user names": "http://" + "a@" * 50_000,
    "A34 2048 colons": "http://[" + ":" * 2040,
    "A34 2048 at signs": "http://" + "@" * 2041,
}


@pytest.mark.parametrize(
    ("uri", "registered"),
    [
        pytest.param(CB, CB, id="the same"),
        pytest.param(QUERY, QUERY, id="the same with a query"),
        pytest.param("com.example.app:/cb", "com.example.app:/cb", id="the same private-use scheme"),
        pytest.param("http://localhost:3000/cb", "http://localhost:3000/cb", id="the same localhost"),
        pytest.param("http://127.0.0.1:51004/cb", LOOPBACK, id="A25 a port where none was registered"),
        pytest.param("http://127.0.0.1:51004/cb", "http://127.0.0.1:8080/cb", id="A25 another port"),
        pytest.param("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb", id="A25 no port"),
        pytest.param("http://127.0.0.1:51004", "http://127.0.0.1", id="A25 another port, empty path"),
        pytest.param("http://[::1]:51004/cb?a=1", LOOPBACK_V6, id="A25 another port, IPv6"),
        pytest.param("http://127.0.0.1:9?x=1", "http://127.0.0.1?x=1", id="A25 another port, query only"),
    ],
)
def test_a_registered_uri_is_accepted(uri: str, registered: str) -> None:
    assert redirect_uri.is_registered(uri, ("https://other.example/", registered))


@pytest.mark.parametrize(
    ("uri", "registered"),
    [
        pytest.param(CB + "/", CB, id="A10 trailing slash added"),
        pytest.param(CB, CB + "/", id="A10 trailing slash missing"),
        pytest.param("https://client.example/CB", CB, id="A12 path in other letter case"),
        pytest.param("https://Client.example/cb", CB, id="A12 host in other letter case"),
        pytest.param(QUERY + "&c=3", QUERY, id="A13 extra query parameter"),
        pytest.param(CB + "?a=1", CB, id="A13 extra query"),
        pytest.param(CB + "?", CB, id="A13 bare question mark"),
        pytest.param("https://client.example/cb?b=2&a=1", QUERY, id="A14 query in another order"),
        pytest.param("https://client.example/%63b", CB, id="A16 percent-encoded letter"),
        pytest.param("https://client.example%2Fcb", CB, id="A16 percent-encoded slash"),
        pytest.param(CB + "/../evil", CB, id="A17 dot segments"),
        pytest.param(CB + "/..%2fevil", CB, id="A18 encoded slash"),
        pytest.param(CB + "/%2e%2e/evil", CB, id="A18 encoded dots"),
        pytest.param(CB + "/%252e%252e/evil", CB, id="A18 dots encoded twice"),
        pytest.param(CB + "/..;/evil", CB, id="A18 path parameter"),
        pytest.param("https://evil.example\\@client.example/cb", CB, id="A20 backslash"),
        pytest.param("https://client.example.evil.example/cb", CB, id="A21 host as a prefix"),
        pytest.param("https://evilclient.example/cb", CB, id="A22 host as a suffix"),
        pytest.param("https://client.example:8443/cb", CB, id="A24 other port"),
        pytest.param("http://client.example:8080/cb", "http://client.example/cb", id="A24 other port of http"),
        pytest.param("https://127.0.0.1:8443/cb", "https://127.0.0.1/cb", id="A24 other port of https loopback"),
        pytest.param("http://localhost:3001/cb", "http://localhost:3000/cb", id="A24 other port of localhost"),
        pytest.param("http://127.0.0.1:51004/evil", LOOPBACK, id="A26 loopback, other path"),
        pytest.param("http://127.0.0.1:51004/CB", LOOPBACK, id="A26 loopback, other letter case"),
        pytest.param("HTTP://127.0.0.1:51004/cb", LOOPBACK, id="A26 loopback, scheme in other letter case"),
        pytest.param("http://127.0.0.1:51004/cb?x=1", LOOPBACK, id="A26 loopback, query added"),
        pytest.param("http://[::1]:9/cb?a=2", LOOPBACK_V6, id="A26 loopback, other query"),
        pytest.param("http://[::1]:9/cb?a=1#f", LOOPBACK_V6, id="A26 loopback, fragment"),
        pytest.param("http://[::1]/cb", LOOPBACK, id="A26 IPv6 for IPv4"),
        pytest.param("http://127.0.0.1.evil.example/cb", LOOPBACK, id="A28 loopback as a prefix"),
        pytest.param("http://127.0.0.1@evil.example/cb", LOOPBACK, id="A28 loopback as a user name"),
        pytest.param("http://127.0.0.1:80@evil.example/cb", LOOPBACK, id="A28 loopback as user name and password"),
        pytest.param("http://localhost:80@evil.example/", "http://localhost/", id="A28 localhost as a user name"),
        pytest.param("http://127.0.0.1:x/cb", LOOPBACK, id="A28 port of letters"),
        pytest.param("http://127.0.0.1:/cb", LOOPBACK, id="A28 empty port"),
        pytest.param("http://127x0.0.1:9/cb", "http://127x0.0.1/cb", id="A28 almost the loopback, other port"),
        pytest.param("http://2130706433/cb", LOOPBACK, id="A29 decimal address"),
        pytest.param("http://0177.0.0.1/cb", LOOPBACK, id="A29 octal address"),
        pytest.param("http://[::ffff:127.0.0.1]/cb", LOOPBACK, id="A29 mapped address"),
        pytest.param("http://[0:0:0:0:0:0:0:1]/cb?a=1", LOOPBACK_V6, id="A29 long form of the IPv6 loopback"),
        pytest.param("http://localhost/cb", LOOPBACK, id="A29 localhost for the literal"),
        pytest.param(LOOPBACK, CB, id="A30 loopback not registered"),
        pytest.param("https://bücher.example/cb", "https://xn--bcher-kva.example/cb", id="A32 Unicode for punycode"),
        pytest.param("https://xn--bcher-kva.example/cb", "https://bücher.example/cb", id="A32 punycode for Unicode"),
        pytest.param(CB + "\n", CB, id="trailing line break"),
        pytest.param("http://127.0.0.1:51004/cb\n", LOOPBACK, id="loopback, trailing line break"),
    ],
)
def test_what_is_not_registered_letter_for_letter_is_refused(uri: str, registered: str) -> None:
    assert not redirect_uri.is_registered(uri, (registered,))


def test_nothing_is_registered_where_nothing_is() -> None:
    assert not redirect_uri.is_registered(LOOPBACK, ())


@pytest.mark.parametrize("uri", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_uri_costs_little(uri: str) -> None:
    def measure() -> float:
        start = time.process_time()
        assert not redirect_uri.is_registered(uri, (CB, LOOPBACK, LOOPBACK_V6))
        assert redirect_uri.find_problem(uri, public=True) is not None
        assert not redirect_uri.is_loopback(uri)
        with pytest.raises(OAuthError):
            redirect_uri.check_usable(uri, public=True, force_https=False)
        return time.process_time() - start

    assert min(measure() for _ in range(5)) < 0.02


REGISTRABLE = [
    pytest.param(CB, False, id="https"),
    pytest.param("https://client.example", False, id="https without path"),
    pytest.param("https://client.example:8443/cb?tenant=1&filter[a]=b", False, id="https with port and query"),
    pytest.param("https://[2001:db8::1]/cb", False, id="https to an IPv6 address"),
    pytest.param("HTTPS://client.example/cb", False, id="scheme in capitals"),
    pytest.param("http://127.0.0.1/cb", False, id="IPv4 loopback"),
    pytest.param("http://127.0.0.1:8080/cb", True, id="IPv4 loopback with port"),
    pytest.param("http://[::1]/cb", True, id="IPv6 loopback"),
    pytest.param("http://localhost:3000/cb", False, id="localhost"),
    pytest.param("com.example.app:/oauth2redirect/example.com", True, id="private-use scheme"),
    pytest.param("com.example.app://callback", True, id="private-use scheme with authority"),
    pytest.param("https://client.example/cb?statement=1&decode=2&errors=3", False, id="names that only begin alike"),
]

NEVER_USABLE = [
    pytest.param("", False, id="empty"),
    pytest.param("/cb", False, id="relative"),
    pytest.param("//client.example/cb", False, id="without scheme"),
    pytest.param("client.example/cb", False, id="host only"),
    pytest.param("https:///cb", False, id="without host"),
    pytest.param("https:cb", False, id="without authority"),
    pytest.param("https://:443/cb", False, id="port without host"),
    pytest.param("https://client.example:99999/cb", False, id="port too large"),
    pytest.param("https://client.example:/cb", False, id="empty port"),
    pytest.param("https://client%2eexample/cb", False, id="A16 percent-encoded host"),
    pytest.param("https://[::1/cb", False, id="bracket left open"),
    pytest.param("https://[:::::]/cb", False, id="no IPv6 address in brackets"),
    pytest.param("https://user@client.example/cb", False, id="user name"),
    pytest.param("https://@client.example/cb", False, id="empty user name"),
    pytest.param("https://client.example@evil.example/cb", False, id="host as user name"),
    pytest.param("com.example.app://user@callback", True, id="user name in a private-use URI"),
    pytest.param("https://evil.example\\@client.example/cb", False, id="A20 backslash"),
    pytest.param("http://localhost:80@evil.example/", False, id="A28 localhost as user name"),
    pytest.param("https://bücher.example/cb", False, id="A32 Unicode host"),
    pytest.param("https://client.example/cb\n", False, id="line break at the end"),
    pytest.param("https://client.example/\r\nLocation: https://evil.example", False, id="header injection"),
    pytest.param("https://client.example/a b", False, id="blank"),
    pytest.param("https://client.example/\x00", False, id="NUL"),
    pytest.param("https://client.example/<script>", False, id="A40 markup"),
    pytest.param("https://client.example/(a|b)", False, id="A42 regular expression"),
    pytest.param(CB + "#here", False, id="A42 fragment"),
    pytest.param(CB + "#", False, id="A42 empty fragment"),
    pytest.param("https://client.example/" + "a" * 2026, False, id="2049 characters"),
    pytest.param("javascript:alert(1)", True, id="A41 javascript"),
    pytest.param("JaVaScRiPt://client.example/%0aalert(1)", True, id="A41 javascript in mixed case"),
    pytest.param("data:text/html,hi", True, id="A41 data"),
    pytest.param("vbscript:x", True, id="A41 vbscript"),
    pytest.param("file:///etc/passwd", True, id="A41 file"),
    pytest.param("about:blank", True, id="A41 about"),
    pytest.param("blob:https://client.example/1", True, id="A41 blob"),
    pytest.param("myapp:/cb", True, id="private-use scheme without a dot"),
    pytest.param("com.example.app:/cb", False, id="private-use scheme of a confidential application"),
]

PLAIN_HTTP = [
    pytest.param("http://client.example/cb", id="A42 http"),
    pytest.param("http://127.0.0.1.evil.example/", id="A28 loopback as a prefix"),
    pytest.param("http://2130706433/cb", id="A29 decimal address"),
    pytest.param("http://0177.0.0.1/cb", id="A29 octal address"),
    pytest.param("http://127.0.0.2/cb", id="A29 another loopback address"),
    pytest.param("http://[::ffff:127.0.0.1]/cb", id="A29 mapped address"),
]


@pytest.mark.parametrize(("uri", "public"), REGISTRABLE)
def test_a_good_uri_may_be_registered_and_used(uri: str, public: bool) -> None:
    assert redirect_uri.find_problem(uri, public=public) is None
    redirect_uri.check_usable(uri, public=public, force_https=True)
    redirect_uri.check_usable(uri, public=public, force_https=False)


@pytest.mark.parametrize("force_https", [True, False])
@pytest.mark.parametrize(("uri", "public"), NEVER_USABLE)
def test_a_bad_uri_is_neither_registered_nor_used(uri: str, public: bool, force_https: bool) -> None:
    assert redirect_uri.find_problem(uri, public=public) is not None
    with pytest.raises(OAuthError) as refusal:
        redirect_uri.check_usable(uri, public=public, force_https=force_https)
    assert refusal.value.code is ErrorCode.INVALID_REQUEST
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", refusal.value.description)


@pytest.mark.parametrize("scheme", ["javascript", "data", "vbscript", "file", "about", "blob"])
def test_a_scheme_that_browsers_run_is_called_that(scheme: str) -> None:
    problem = redirect_uri.find_problem(f"{scheme}:x", public=True)
    assert problem == "has a scheme that browsers run or read locally; use https"


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("uri", PLAIN_HTTP)
def test_plain_http_leaves_the_machine_only_where_https_is_not_forced(uri: str, public: bool) -> None:
    assert redirect_uri.find_problem(uri, public=public) is not None
    redirect_uri.check_usable(uri, public=public, force_https=False)
    with pytest.raises(OAuthError):
        redirect_uri.check_usable(uri, public=public, force_https=True)


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://*.client.example/cb", id="A42 wildcard in the host"),
        pytest.param("https://client.example/*", id="A42 wildcard in the path"),
        pytest.param("https://client.example/.*", id="A42 regular expression"),
        pytest.param("https://client.example/cb?code=1", id="query names code"),
        pytest.param("https://client.example/cb?a=1&state", id="query names state"),
        pytest.param("https://client.example/cb?error=", id="query names error"),
        pytest.param("https://client.example/cb?iss=x", id="query names iss"),
        pytest.param("https://client.example/cb?%63ode=1", id="query names code, percent-encoded"),
        pytest.param("com.example.app:/cb?code=1", id="query of a private-use URI names code"),
    ],
)
def test_wildcards_and_the_names_of_an_answer_are_not_registered(uri: str) -> None:
    assert redirect_uri.find_problem(uri, public=True) is not None


def test_a_problem_repeats_nothing_of_the_uri() -> None:
    problems = [redirect_uri.find_problem(f"{scheme}secret-text", public=False) for scheme in ("", "x:", "http://")]
    assert all(problem and "secret-text" not in problem for problem in problems)


@pytest.mark.parametrize(
    ("uri", "loopback"),
    [
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:1/cb", True),
        ("http://[::1]:1/cb", True),
        ("http://localhost/cb", True),
        ("https://127.0.0.1/cb", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://127.0.0.1@evil.example/", False),
        ("http://evil@127.0.0.1/", False),
        ("http://localhost.evil.example/", False),
        ("127.0.0.1", False),
    ],
)
def test_loopback_is_plain_http_to_three_hosts(uri: str, loopback: bool) -> None:
    assert redirect_uri.is_loopback(uri) is loopback


@pytest.mark.parametrize(
    ("uri", "extended"),
    [
        (CB, CB + "?code=a%20b&state=%26%3D"),
        (CB + "?", CB + "?code=a%20b&state=%26%3D"),
        (CB + "?x=%7e+1&&y", CB + "?x=%7e+1&&y&code=a%20b&state=%26%3D"),
        (CB + "?x=1&", CB + "?x=1&code=a%20b&state=%26%3D"),
        ("com.example.app:/cb", "com.example.app:/cb?code=a%20b&state=%26%3D"),
    ],
)
def test_an_answer_stands_behind_the_query_that_was_there(uri: str, extended: str) -> None:
    assert redirect_uri.extend_query(uri, [("code", "a b"), ("state", "&="), ("iss", None)]) == extended


def test_a_fragment_leaves_the_query_alone_and_writes_blanks_as_percent_20() -> None:
    pairs = [("access_token", "t"), ("scope", "read write"), ("state", None)]
    assert redirect_uri.with_fragment(QUERY, pairs) == QUERY + "#access_token=t&scope=read%20write"


def test_without_values_a_uri_stays_as_it_is() -> None:
    assert redirect_uri.extend_query(QUERY, [("state", None)]) == QUERY
    assert redirect_uri.with_fragment(QUERY, []) == QUERY


@given(st.text(max_size=20), st.sampled_from([CB, QUERY, CB + "?", LOOPBACK]))
def test_any_state_arrives_as_it_was_sent(state: str, uri: str) -> None:
    for put in (redirect_uri.extend_query, redirect_uri.with_fragment):
        answer = put(uri, [("state", state)])
        assert answer.isascii()
        assert parse_qsl(re.split("[?#]", answer)[-1], keep_blank_values=True)[-1] == ("state", state)


@given(st.text(max_size=60) | st.from_regex(r"[a-z.]{1,9}:(//)?[\[\]@:/?#a-z0-9.]{0,30}", fullmatch=True))
def test_what_may_be_registered_may_be_used_and_is_found_again(uri: str) -> None:
    if redirect_uri.find_problem(uri, public=True) is None:
        redirect_uri.check_usable(uri, public=True, force_https=True)
    assert redirect_uri.is_registered(uri, (CB, uri))
