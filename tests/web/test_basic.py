"""HTTP Basic is read strictly: one header, strict base64, and for OAuth clients form-urlencoded halves."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.web.basic import BasicCredentials, ClientCredentials, read_basic, read_client_basic


def encode(credentials: bytes) -> str:
    return base64.b64encode(credentials).decode()


GOOD = encode(b"id:word")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_scheme_has_no_letter_case(scheme: str) -> None:
    assert read_basic([f"{scheme} {GOOD}"]) == BasicCredentials(b"id", b"word")


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (b"id:a:b", (b"id", b"a:b")),
        (b":", (b"", b"")),
        (b"id:", (b"id", b"")),
        (b":word", (b"", b"word")),
        (b"\xff\0:\xfe", (b"\xff\0", b"\xfe")),
        (b"i%20d:a+b", (b"i%20d", b"a+b")),
    ],
)
def test_the_first_colon_parts_bytes_that_stay_as_they_are(credentials: bytes, expected: tuple[bytes, bytes]) -> None:
    assert read_basic([f"Basic {encode(credentials)}"]) == expected


REFUSED = [
    (),
    ("",),
    ("Basic",),
    ("Basic ",),
    (f"Bearer {GOOD}",),
    (f"Basic{GOOD}",),
    (f"Basic  {GOOD}",),
    (f"Basic {GOOD} ",),
    (f"Basic {GOOD[:4]} {GOOD[4:]}",),
    (f"Basic {GOOD.rstrip('=')}",),
    (f"Basic {GOOD}====",),
    (f"Basic {GOOD}é",),
    (f"Basic {encode(b'no colon')}",),
    (f"Basic {GOOD}", f"Basic {GOOD}"),
    (f"Basic {GOOD}, Basic {GOOD}",),
]


@pytest.mark.parametrize("headers", REFUSED)
def test_anything_else_says_nothing(headers: tuple[str, ...]) -> None:
    assert GOOD.endswith("=")
    assert read_basic(headers) is None
    assert read_client_basic(headers) is None


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (b"id:word", ("id", "word")),
        (b"i%3Ad:a+b%2Bc", ("i:d", "a b+c")),
        (b"%C3%A9:\xc3\xa9", ("é", "é")),
        (b"100%:50%zz", ("100%", "50%zz")),
    ],
)
def test_a_client_writes_both_halves_form_urlencoded(credentials: bytes, expected: tuple[str, str]) -> None:
    assert read_client_basic([f"Basic {encode(credentials)}"]) == ClientCredentials(*expected)


@pytest.mark.parametrize("credentials", [b"%ff:word", b"id:%C3", b"\xff:word"])
def test_a_client_that_is_no_utf_8_says_nothing(credentials: bytes) -> None:
    assert read_client_basic([f"Basic {encode(credentials)}"]) is None


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_client_that_is_written_by_the_rule_is_read_back(client_id: str, secret: str) -> None:
    header = f"Basic {encode(f'{quote_plus(client_id)}:{quote_plus(secret)}'.encode())}"
    assert read_client_basic([header]) == (client_id, secret)
