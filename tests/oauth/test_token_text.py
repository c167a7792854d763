"""The text of tokens: what is written is parsed, and nothing else is."""

from __future__ import annotations

import re
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.model import RecordId
from rpcauth.oauth.token_text import REFERENCE_MAC_BYTES, SECRET_BYTES, Kind, parse, write, write_secret

IDS = st.integers(0, (1 << 63) - 1).map(RecordId)
SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
TOKEN_KINDS = [kind for kind in Kind if kind is not Kind.REFERENCE]
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TEXT = write(Kind.ACCESS, RecordId(1234567890123456789), bytes(range(SECRET_BYTES)))
REFERENCE = write(Kind.REFERENCE, RecordId(7), bytes(range(REFERENCE_MAC_BYTES)))


def size_of(kind: Kind) -> int:
    return REFERENCE_MAC_BYTES if kind is Kind.REFERENCE else SECRET_BYTES


def with_checksum(body: str) -> str:
    """Any text with a checksum that is right, as anybody can make it."""
    number, digits = crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = LETTERS[digit] + digits
    return body + digits


@pytest.mark.parametrize(
    ("kind", "prefix", "length"),
    [(Kind.ACCESS, "rpa_", 64), (Kind.REFRESH, "rpf_", 64), (Kind.CODE, "rpc_", 64), (Kind.REFERENCE, "rpr_", 38)],
)
def test_a_text_is_prefix_and_base62_of_fixed_length(kind: Kind, prefix: str, length: int) -> None:
    for record_id in (0, 1, (1 << 63) - 1):
        for byte in (b"\0", b"\xff"):
            text = write(kind, RecordId(record_id), byte * size_of(kind))
            assert len(text) == length
            assert re.fullmatch(rf"{prefix}[0-9A-Za-z]+", text)


@given(st.sampled_from(Kind), IDS, st.data())
def test_what_is_written_is_parsed(kind: Kind, record_id: RecordId, data: st.DataObject) -> None:
    secret = data.draw(st.binary(min_size=size_of(kind), max_size=size_of(kind)))
    presented = parse(write(kind, record_id, secret))
    assert presented is not None
    assert (presented.kind, presented.id) == (kind, record_id)


@given(IDS, SECRETS, IDS, SECRETS)
def test_no_two_tokens_have_one_text(first: RecordId, secret: bytes, second: RecordId, other: bytes) -> None:
    texts = {write(kind, *token) for kind in TOKEN_KINDS for token in ((first, secret), (second, other))}
    assert len(texts) == (3 if (first, secret) == (second, other) else 6)


@pytest.mark.parametrize("text", [TEXT, REFERENCE], ids=["token", "reference"])
def test_any_one_character_changed_is_refused(text: str) -> None:
    for position in range(len(text)):
        for letter in [*LETTERS, "_", "-", " ", "\0", "\n", "é"]:
            changed = text[:position] + letter + text[position + 1 :]
            assert changed == text or parse(changed) is None


@pytest.mark.parametrize("text", [TEXT, REFERENCE], ids=["token", "reference"])
def test_any_truncation_or_extension_is_refused(text: str) -> None:
    for length in range(len(text)):
        assert parse(text[:length]) is None
        assert parse(text[len(text) - length :]) is None
    for more in (*LETTERS, " ", "\n", "\0", text):
        assert parse(text + more) is None
        assert parse(more + text) is None


@pytest.mark.parametrize("text", [TEXT, REFERENCE], ids=["token", "reference"])
def test_two_neighbours_that_changed_places_are_refused(text: str) -> None:
    for position in range(len(text) - 1):
        turned = text[:position] + text[position + 1] + text[position] + text[position + 2 :]
        assert turned == text or parse(turned) is None


@given(st.text(max_size=80))
def test_other_text_is_none_of_ours(text: str) -> None:
    assert parse(text) is None


@given(st.text(st.characters(codec="utf-8"), min_size=60, max_size=60))
def test_other_text_of_our_prefix_and_length_is_none_of_ours(rest: str) -> None:
    assert parse("rpa_" + rest) is None


@pytest.mark.parametrize("spoiled", ["\ud800", "é", "\x7f", "\N{MATHEMATICAL BOLD DIGIT ZERO}"], ids=ascii)
def test_what_is_not_ascii_is_refused_quietly(spoiled: str) -> None:
    for position in (0, 5, 20, 60):
        assert parse(TEXT[:position] + spoiled + TEXT[position + 1 :]) is None


@pytest.mark.parametrize("kind", TOKEN_KINDS)
def test_a_text_with_another_prefix_is_refused(kind: Kind) -> None:
    assert (parse(kind.value + TEXT[4:]) is None) is (kind is not Kind.ACCESS)


@pytest.mark.parametrize("digits", ["z" * 11, "AzL8n0Y58m8", "-----------", "0000000000 "], ids=str)
def test_an_id_beyond_63_bits_or_of_other_digits_is_refused_although_the_checksum_is_right(digits: str) -> None:
    assert parse(with_checksum("rpa_" + digits + "0" * 43)) is None


def test_the_greatest_id_is_taken() -> None:
    greatest = parse(with_checksum("rpa_" + "AzL8n0Y58m7" + "0" * 43))
    assert greatest is not None
    assert greatest.id == (1 << 63) - 1


@pytest.mark.parametrize("text", [TEXT, REFERENCE], ids=["token", "reference"])
def test_a_presented_text_is_not_shown(text: str) -> None:
    presented = parse(text)
    assert presented is not None
    for shown in (repr(presented), str(presented), f"{presented}", repr([presented])):
        assert text[15:-6] not in shown
        assert str(presented.id) in shown


@given(SECRETS, SECRETS)
def test_a_generated_secret_is_43_characters_of_base62_and_its_own(secret: bytes, other: bytes) -> None:
    assert re.fullmatch(r"[0-9A-Za-z]{43}", write_secret(secret))
    assert (write_secret(secret) == write_secret(other)) is (secret == other)
