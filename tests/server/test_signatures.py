from __future__ import annotations

import hashlib

import pytest

from rpcauth.model import Secret
from rpcauth.server.signatures import SignatureWindow

THEN = 1_357_504_962
KNOWN = "dcba2289afc3c75a902a0d33a8dbe6ae"
"""Of key xxx, secret yyy, at THEN: from Mashery's documentation."""


def sign(second: int) -> str:
    return hashlib.md5(b"xxxyyy%d" % second).hexdigest()


def test_the_known_vector_is_made_as_mashery_makes_it() -> None:
    assert sign(THEN) == KNOWN
    assert SignatureWindow("xxx", Secret("yyy")).holds(KNOWN, THEN)


@pytest.mark.parametrize(
    ("offset", "is_live"), [(-301, False), (-300, True), (-1, True), (0, True), (1, True), (300, True), (301, False)]
)
def test_a_signature_lives_for_300_seconds_either_way(offset: int, is_live: bool) -> None:
    assert SignatureWindow("xxx", Secret("yyy")).holds(KNOWN, THEN + offset) is is_live


@pytest.mark.parametrize("wrong", ["", KNOWN.upper(), KNOWN[:-1], KNOWN + "0", " " + KNOWN, KNOWN + "\n", "0" * 32])
def test_only_its_exact_32_characters_are_a_signature(wrong: str) -> None:
    assert not SignatureWindow("xxx", Secret("yyy")).holds(wrong, THEN)


@pytest.mark.parametrize(
    "steps",
    [
        [0, 1, 2, 3, 10, 300, 301, 601],
        [0, 599, 1199, 1200],
        [0, 600, 601, 1202, 100_000],
        [0, -1, 0, 1, -600, 700],
        [100_000, 0, 100_000],
    ],
)
def test_the_window_follows_the_clock_wherever_it_goes(steps: list[int]) -> None:
    window = SignatureWindow("xxx", Secret("yyy"))
    for step in steps:
        now = THEN + step
        expected = {offset: -300 <= offset <= 300 for offset in (-302, -301, -300, -150, 0, 150, 300, 301, 302)}
        assert {offset: window.holds(sign(now + offset), now) for offset in expected} == expected
