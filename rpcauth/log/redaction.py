"""The second net under the log: masks what looks like a credential and escapes what could forge a line or a terminal.

No line should hold either; this is for the one that does. It works on whole lines of JSON or text, many at a time.
"""

from __future__ import annotations

import re
from typing import Final

# Our tokens, JSON Web Tokens, and what stands behind the schemes of an Authorization header.
_CREDENTIAL: Final = re.compile(
    rb"(rp[acfr]_)[0-9A-Za-z]{20,}"
    rb"|\b(eyJ)[\w-]{8,}(?:\.[\w-]*){1,4}"
    rb"|\b((?i:basic|bearer) +)[0-9A-Za-z+/=._~-]{8,}"
)
_MARKS: Final = (b"rpa_", b"rpc_", b"rpf_", b"rpr_", b"eyj", b"basic ", b"bearer ")

# A value behind a name for secrets: in a form, a query, a header's attribute, or JSON, also as text within ours.
_NAMED: Final = re.compile(
    rb"((?:secret|secert|verifier|password|_token|\bcode|\bmac|\bsig)(?:\\*[\"'] *: *\\*[\"']| *[=:] *(?:\\*[\"'])?))"
    rb"[^\s\"'&\\,;{}]{4,}",
    re.IGNORECASE,
)

# DEL, the C1 controls (U+009B is CSI to some terminals), line separators, and what turns the direction of text.
_UNSAFE: Final = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")


def scrub(lines: bytes) -> bytes:
    """`lines` without credentials and without control characters other than the newlines that end them.

    The C0 controls are not looked for: the JSON encoder has escaped them already.
    """
    lowered = lines.lower()
    # A plain search first: it is ten times cheaper than the expression, and hardly ever finds anything.
    if any(mark in lowered for mark in _MARKS):
        lines = _CREDENTIAL.sub(_mask, lines)
    if b"\x7f" in lines or not lines.isascii():
        lines = _UNSAFE.sub(_escape, lines)
    return lines


def mask_named(line: bytes) -> bytes:
    """`line` without what stands behind the name of a secret.

    It is slow, and for lines with texts of others in them: those of requests are made of our own words.
    """
    return _NAMED.sub(_mask, line)


def _mask(found: re.Match[bytes]) -> bytes:
    mark: bytes = next(filter(None, found.groups()))
    return mark + b"***"


def _escape(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(found[0].decode())
