"""Finding secrets where none may be: in stores, write-ahead logs, log lines and backups, as text and in disguise."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote_plus

from rpcauth.oauth.token_text import SECRET_BYTES

_TOKEN = re.compile(rb"rp[acfr]_[0-9A-Za-z]{20,}")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN_SECRET = slice(15, 58)
"""Where 32 bytes of secret stand in the text of a code or token, in base62."""


def find_tokens(text: bytes) -> set[bytes]:
    """The codes, tokens and references in a text."""
    return set(_TOKEN.findall(text))


def disguises(secret: bytes) -> Iterator[bytes]:
    """A secret as it stands, and how careless code would write it: hex, base64, escaped, percent-encoded, decoded."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for before, blurred in enumerate((0, 2, 3)):
        # What stands before a secret decides how base64 cuts it; digits that neighbours have a part in are left out.
        inner = b64encode(bytes(before) + secret).rstrip(b"=")[blurred:-1]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
    text = secret.decode("latin-1")
    yield json.dumps(text)[1:-1].encode()
    yield quote_plus(text).encode()
    yield text.encode("utf-16-le")
    if _TOKEN.fullmatch(secret):
        yield secret[4:]
        yield _decode_secret(text)


def find_leaks(secrets: Iterable[bytes], files: Iterable[Path]) -> list[tuple[str, bytes]]:
    """Every file that holds a secret in some form, and that form."""
    forms = {form for secret in secrets for form in disguises(secret)}
    contents = {path.name: path.read_bytes() for path in files}
    return [(name, form) for name, content in contents.items() for form in forms if form in content]


def _decode_secret(token: str) -> bytes:
    """The random bytes of a token; of a shorter text, which has no such part, the text again."""
    digits = token[_TOKEN_SECRET]
    if len(digits) < 43:
        return token.encode()
    number = 0
    for digit in digits:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number.to_bytes(SECRET_BYTES + 1, "big")[1:]
