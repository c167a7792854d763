"""MAC access tokens: draft-ietf-oauth-v2-http-mac-00 and -01, told apart by the attribute `ts` (only -01 has it).

The caller of `check_mac` must then remember `nonce_key` durably for the token, and refuse one that it knows: only
after the MAC was verified, or anybody could spend a client's nonces.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import MacAlgorithm, Millis
from rpcauth.oauth.uri import find_uri

WINDOW_SECONDS = 60
"""How far a request's time may lie from ours, either way."""

NONCE_KEEP_SECONDS = 2 * WINDOW_SECONDS + 1
"""A request may come a window early and its replay a window late, both edges included."""

NONCE_KEY_LENGTH = 512

_DEFAULT_PORTS = {"http": 80, "https": 443}
_BODY_HASHES = {MacAlgorithm.SHA256: "sha-256", MacAlgorithm.SHA1: "sha-1"}
_DIGESTS = {MacAlgorithm.SHA256: "sha256", MacAlgorithm.SHA1: "sha1"}
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SCHEME = re.compile(r"MAC +", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rf"[ \t]*(?P<name>{_TOKEN})[ \t]*=[ \t]*"
    rf'(?:"(?P<quoted>[\x20\x21\x23-\x5b\x5d-\x7e]*)"|(?P<bare>{_TOKEN}))[ \t]*(?:,|\Z)'
)
_TS = re.compile(r"[1-9][0-9]{0,18}")
_AGE_NONCE = re.compile(r"(?P<age>[0-9]{1,10}(?:\.[0-9]{1,9})?):.+")
_LINE = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MacHeader:
    """What an `Authorization: MAC` header says. Exactly one of `ts` and `age` is set.

    `ts` is the request's time in epoch seconds (ietf-01), `age` the credentials' age in seconds (ietf-00, the first
    part of `nonce`; some clients print a fraction). `body_hash` is base64 and ietf-00 only. `ext` is `""` if absent.
    """

    id: str
    nonce: str
    mac: str = field(repr=False)
    ts: int | None = None
    age: float | None = None
    body_hash: str | None = None
    ext: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """The HTTP request that a client signed. Raises INVALID_REQUEST if a part could not stand in a request line.

    `target` is the raw request target, `host` the host as it was written, `port` the one meant; `body_hashes` holds
    base64 by algorithm (`sha-256`, `sha-1`), as the gateway computed them from the body.
    """

    method: str
    target: str
    host: str
    port: int
    body_hashes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A line break would let one field of the signed text pass for two.
        if any(_LINE.fullmatch(part) is None for part in (self.method, self.target, self.host)):
            raise _unusable("characters")


def read_request(method: str, uri: str, body_hashes: Mapping[str, str] = MappingProxyType({})) -> SignedRequest:
    """The signed request from its absolute URI (see split_uri). Raises INVALID_REQUEST."""
    host, port, target = split_uri(uri)
    return SignedRequest(method=method, target=target, host=host, port=port, body_hashes=body_hashes)


def split_uri(uri: str) -> tuple[str, int, str]:
    """Host as it is written, port (by the scheme if not written) and raw target of an absolute http or https URI.

    Raises INVALID_REQUEST if it is anything else, or holds what a request line cannot: user name or fragment.
    """
    parts = find_uri(uri)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.host:
        raise _unusable("not_absolute_http")
    if parts.userinfo is not None or parts.fragment is not None:
        raise _unusable("userinfo_or_fragment")
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return parts.host, port, parts.target


def parse_header(value: str) -> MacHeader:
    """Reads the value of an `Authorization: MAC` header, either draft. Raises INVALID_TOKEN.

    Unknown attributes are ignored, repeated ones refused; names are case-insensitive.
    """
    scheme = _SCHEME.match(value)
    if scheme is None:
        raise _malformed("scheme")
    header = _make_header(_read_attributes(value, scheme.end()))
    if len(nonce_key(header)) > NONCE_KEY_LENGTH:
        raise _malformed("nonce_length")
    return header


def nonce_key(header: MacHeader) -> str:
    """What must be new for the token, at most NONCE_KEY_LENGTH characters: ietf-01 ts and nonce, ietf-00 the nonce."""
    return header.nonce if header.ts is None else f"{header.ts}:{header.nonce}"


def normalized(header: MacHeader, request: SignedRequest) -> str:
    """The text that is signed: draft -01 §3.2.1, and -00, which has a body hash and no ts."""
    return _base_string(header, request, request.host.lower(), request.target)


def check_mac(
    header: MacHeader,
    request: SignedRequest,
    *,
    key: str,
    algorithm: MacAlgorithm,
    issued_at: Millis,
    now: Millis,
    authorities: Sequence[str],
) -> None:
    """Refuses a request that the holder of `key` did not sign, about now, for one of our hosts. Raises INVALID_TOKEN.

    `issued_at` is the token's; `authorities` are `host[:port]`, none meaning any. A body hash is compared if the
    client signed one. Every refusal reads the same outside; `detail` tells which rule it was.
    """
    if not _is_timely(header, issued_at=issued_at, now=now):
        raise _refused("time")
    if authorities and not _is_among(request, authorities):
        raise _refused("authority")
    if header.body_hash is not None and header.body_hash != request.body_hashes.get(_BODY_HASHES[algorithm]):
        raise _refused("body_hash")
    if not any(_is_signature(header.mac, text, key, algorithm) for text in _signable(header, request)):
        raise _refused("wrong_mac")


def _read_attributes(value: str, start: int) -> dict[str, str]:
    attributes: dict[str, str] = {}
    while start < len(value):
        attribute = _ATTRIBUTE.match(value, start)
        if attribute is None:
            raise _malformed("attribute_syntax")
        name = attribute["name"].lower()
        if name in attributes:
            raise _malformed("attribute_twice")
        attributes[name] = attribute["bare"] or attribute["quoted"] or ""
        start = attribute.end()
    return attributes


def _make_header(attributes: Mapping[str, str]) -> MacHeader:
    id_, nonce, mac = (attributes.get(name, "") for name in ("id", "nonce", "mac"))
    if not (id_ and nonce and mac):
        raise _malformed("attribute_missing")
    ext = attributes.get("ext", "")
    if "ts" in attributes:
        return MacHeader(id=id_, nonce=nonce, mac=mac, ts=_read_ts(attributes["ts"]), ext=ext)
    body_hash = attributes.get("bodyhash") or None
    return MacHeader(id=id_, nonce=nonce, mac=mac, age=_read_age(nonce), body_hash=body_hash, ext=ext)


def _read_ts(text: str) -> int:
    # The draft forbids leading zeros, and the signed text is made from the number.
    if _TS.fullmatch(text) is None:
        raise _malformed("ts")
    return int(text)


def _read_age(nonce: str) -> float:
    parts = _AGE_NONCE.fullmatch(nonce)
    if parts is None:
        raise _malformed("age")
    return float(parts["age"])


def _is_timely(header: MacHeader, *, issued_at: Millis, now: Millis) -> bool:
    window = WINDOW_SECONDS * 1000
    if header.ts is not None:
        return abs(now - header.ts * 1000) <= window
    return header.age is not None and abs(now - issued_at - header.age * 1000) <= window


def _is_among(request: SignedRequest, authorities: Sequence[str]) -> bool:
    host = request.host.lower()
    names = {f"{host}:{request.port}"}
    if request.port in _DEFAULT_PORTS.values():
        names.add(host)
    return any(authority.lower() in names for authority in authorities)


def _is_signature(mac: str, text: str, key: str, algorithm: MacAlgorithm) -> bool:
    expected = b64encode(hmac.digest(key.encode(), text.encode(), _DIGESTS[algorithm]))
    return hmac.compare_digest(mac.encode(), expected)


def _signable(header: MacHeader, request: SignedRequest) -> Iterator[str]:
    """The texts a client may have signed for this one request.

    Some clients do not lower the host's case, and an empty path is `/` on the wire but nothing in the URI they sign.
    """
    path, question, query = request.target.partition("?")
    other_target = {"": "/", "/": ""}.get(path, path) + question + query
    for host in dict.fromkeys((request.host.lower(), request.host)):
        for target in dict.fromkeys((request.target, other_target)):
            yield _base_string(header, request, host, target)


def _base_string(header: MacHeader, request: SignedRequest, host: str, target: str) -> str:
    place = (request.method.upper(), target, host, str(request.port))
    if header.ts is not None:
        lines = (str(header.ts), header.nonce, *place, header.ext)
    else:
        lines = (header.nonce, *place, header.body_hash or "", header.ext)
    return "\n".join((*lines, ""))


def _malformed(detail: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_TOKEN, "The MAC authorization header is malformed", f"mac.header.{detail}")


def _refused(detail: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_TOKEN, "The MAC of the request is not valid", f"mac.{detail}")


def _unusable(detail: str) -> OAuthError:
    text = "The signed request is not described by a valid method and URI"
    return OAuthError(ErrorCode.INVALID_REQUEST, text, f"mac.request.{detail}")
