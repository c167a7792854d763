"""Redirection URIs: what may be registered, what a request may name, and how an answer is put on one.

RFC 6749 §3.1.2, RFC 9700 §2.1 (exact comparison), RFC 8252 §7 (native applications).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_plus, urlencode

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth.uri import Uri, find_uri

MAX_LENGTH = 2048

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})
_BROWSER_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "about", "blob"})
_RESPONSE_NAMES = frozenset({"code", "state", "error", "iss"})
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
# Without localhost: where that leads is the resolver's choice (RFC 8252 §8.3).
_LOOPBACK_LITERAL = re.compile(r"(?P<origin>http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(?P<target>(?:[/?].*)?)")


def find_problem(uri: str, *, public: bool, any_http_host: bool = False) -> str | None:
    """Why `uri` may not be registered, and what to do: a clause to follow its name, without any of its text.

    `public` tells whether the application has no secret, `any_http_host` whether plain http may leave this machine.
    """
    if "*" in uri:
        return "holds a wildcard; register every URI in full"
    return _find_flaw(uri, public=public, any_http_host=any_http_host) or _find_response_name(uri)


def check_usable(uri: str, *, public: bool, force_https: bool) -> None:
    """Refuses a URI that no answer may be sent to, registered or not. Raises INVALID_REQUEST with the reason.

    `force_https` allows https, http to loopback, and for public applications private-use schemes with a dot
    (RFC 8252 §7.1); without it http may go to any host.
    """
    flaw = _find_flaw(uri, public=public, any_http_host=not force_https)
    if flaw is not None:
        detail = f"redirect_uri.not_usable: {flaw}"
        raise OAuthError(ErrorCode.INVALID_REQUEST, f"The redirect_uri {flaw}", detail)


def is_registered(uri: str, registered: Sequence[str]) -> bool:
    """Whether `uri` is one of `registered`, byte for byte; only the port of a loopback IP literal may differ.

    RFC 9700 §2.1, RFC 8252 §7.3.
    """
    if uri in registered:
        return True
    portless = _find_portless(uri)
    return portless is not None and any(portless == _find_portless(one) for one in registered)


def is_loopback(uri: str) -> bool:
    """Whether `uri` is plain http to 127.0.0.1, [::1] or localhost, in exactly these spellings."""
    parts = find_uri(uri)
    return parts is not None and parts.scheme == "http" and parts.userinfo is None and parts.host in _LOOPBACK_HOSTS


def extend_query(uri: str, pairs: Iterable[tuple[str, str | None]]) -> str:
    """`uri` with `pairs` behind its query, which stays as it is; None values are left out. `uri` has no fragment."""
    added = _encode(pairs)
    if not added:
        return uri
    if "?" not in uri:
        return f"{uri}?{added}"
    return f"{uri}{added}" if uri.endswith(("?", "&")) else f"{uri}&{added}"


def with_fragment(uri: str, pairs: Iterable[tuple[str, str | None]]) -> str:
    """`uri` with `pairs` as its fragment (RFC 6749 §4.2.2); None values are left out. `uri` has no fragment."""
    added = _encode(pairs)
    return f"{uri}#{added}" if added else uri


def _encode(pairs: Iterable[tuple[str, str | None]]) -> str:
    """Form encoding with %20 for blanks: in a fragment `+` would stay a plus sign."""
    return urlencode([(name, value) for name, value in pairs if value is not None], safe="", quote_via=quote)


def _find_portless(uri: str) -> tuple[str, str] | None:
    literal = _LOOPBACK_LITERAL.fullmatch(uri)
    return None if literal is None else (literal["origin"], literal["target"])


def _find_flaw(uri: str, *, public: bool, any_http_host: bool) -> str | None:
    if len(uri) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters; use a shorter one"
    if _CHARACTERS.fullmatch(uri) is None:
        return "is empty or holds characters that no URI has; percent-encode them"
    parts = find_uri(uri)
    if parts is None:
        return "is not an absolute URI with a well-formed host; write it as https://host/path"
    if parts.fragment is not None:
        return "has a fragment; leave out everything from the number sign on"
    if parts.userinfo is not None:
        return "has a user name before its host; leave it out"
    if parts.scheme in {"https", "http"}:
        return _find_http_flaw(parts, any_http_host=any_http_host)
    return _find_private_use_flaw(parts.scheme, public=public)


def _find_http_flaw(parts: Uri, *, any_http_host: bool) -> str | None:
    if not parts.host:
        return "names no host; write it as https://host/path"
    if parts.scheme == "http" and not any_http_host and parts.host not in _LOOPBACK_HOSTS:
        return "is plain http to a host other than 127.0.0.1, [::1] or localhost; use https"
    return None


def _find_private_use_flaw(scheme: str, *, public: bool) -> str | None:
    if scheme in _BROWSER_SCHEMES:
        return "has a scheme that browsers run or read locally; use https"
    if not public:
        return "has a scheme that only public applications may use; use https"
    if "." not in scheme:
        return "has a private-use scheme without a dot; use a reversed domain name, as in com.example.app:/callback"
    return None


def _find_response_name(uri: str) -> str | None:
    query = uri.partition("?")[2]
    names = {unquote_plus(pair.partition("=")[0]) for pair in query.split("&")}
    if names & _RESPONSE_NAMES:
        return "has a query that names code, state, error or iss; leave these names to the answer"
    return None
