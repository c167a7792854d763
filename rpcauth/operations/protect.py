"""Checking one request to a protected resource: RFC 6750 bearer tokens and MAC tokens (draft-ietf-oauth-v2-http-mac).

The refusal carries the answer of the resource: 401 or 403 with its challenge, 400 for two tokens at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import AccessToken, Millis, RecordId, Service, TokenType
from rpcauth.oauth import mac, scope
from rpcauth.oauth.mac import MacHeader
from rpcauth.operations.answers import AnsweredError, JsonAnswer, quoted
from rpcauth.operations.current import open_sealed
from rpcauth.operations.introspect import find_live_token
from rpcauth.operations.issuing import SECOND
from rpcauth.storage.effects import RecordNonce
from rpcauth.storage.port import Decision, Facts, Locks, Mint, Store

_SCHEMES = ("bearer", "mac")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRequest:
    """The OAuth client's request to the API, as its gateway saw it.

    `headers` by lower-case name, each with all its values; `uri` is absolute with the raw request target; `form` is
    the decoded body of a form post; `body_hashes` base64 by algorithm (`sha-256`, `sha-1`).
    """

    method: str | None = None
    uri: str | None = None
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    body_hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMacRequest:
    """Remember the nonce of a verified MAC request, once: the second of two equal ones is a replay."""

    token_id: RecordId
    nonce: str

    @property
    def locks(self) -> Locks:
        return Locks(nonce=(self.token_id, self.nonce))

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        if facts.nonce_seen:
            raise _invalid_token("mac.replayed")
        remove_at = Millis(facts.now + mac.NONCE_KEEP_SECONDS * SECOND)
        return Decision(effects=[RecordNonce(self.token_id, self.nonce, remove_at)])


async def check_request(
    store: Store, service: Service, request: ResourceRequest, required_scope: str | None
) -> tuple[AccessToken, str]:
    """The good token of a request, and its text. Raises AnsweredError with the challenge of RFC 6750 §3."""
    try:
        bearer, header = _find_presented(service, request)
        text = header.id if header is not None else bearer
        if text is None:
            raise _no_token(service)
        token = await find_live_token(store, service, text)
        expected = TokenType.BEARER if header is None else TokenType.MAC
        if token is None or token.token_type is not expected:
            raise _invalid_token("token.unknown_or_wrong_type")
        if token.grant_cnf is not None:
            # RFC 9449 §7.2, RFC 8705 §3: without the proof that it is bound to, it is good in nobody's hands.
            raise _invalid_token("token.bound")
        if header is not None:
            await _check_mac(store, service, request, token, header)
        if not scope.is_within(required_scope, token.scope):
            text = "The request requires higher privileges than the access token has"
            raise OAuthError(ErrorCode.INSUFFICIENT_SCOPE, text, "scope.insufficient")
    except AnsweredError:
        raise
    except OAuthError as error:
        raise _answer(error, service, required_scope) from None
    return token, text


def _find_presented(service: Service, request: ResourceRequest) -> tuple[str | None, MacHeader | None]:
    """The one token that the request presents, as bearer text or MAC header. Raises invalid_request for two."""
    authorization = request.headers.get("authorization", ())
    in_header = [value for value in authorization if value.partition(" ")[0].lower() in _SCHEMES]
    in_query = _query_tokens(request.uri) if service.token_in_query else []
    in_form = [request.form["access_token"]] if "access_token" in request.form and request.method != "GET" else []
    if len(in_header) + len(in_query) + len(in_form) > 1 or len(authorization) > 1:
        raise OAuthError(ErrorCode.INVALID_REQUEST, "More than one access token was presented", "token.several")
    if not in_header:
        return next(iter(in_query + in_form), None), None
    scheme, _, credentials = in_header[0].partition(" ")
    if scheme.lower() == "mac":
        return None, mac.parse_header(in_header[0])
    return credentials.strip(" ") or None, None


def _query_tokens(uri: str | None) -> list[str]:
    query = (uri or "").partition("?")[2]
    return [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "access_token"]


async def _check_mac(
    store: Store, service: Service, request: ResourceRequest, token: AccessToken, header: MacHeader
) -> None:
    key = open_sealed(store.keyring, token, token.sealed_mac_secret, "mac_secret")
    if request.method is None or request.uri is None or key is None or token.mac_algorithm is None:
        text = "A MAC request needs the method and the absolute URI that were signed"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "mac.request_incomplete")
    mac.check_mac(
        header,
        mac.read_request(request.method, request.uri, request.body_hashes),
        key=key,
        algorithm=token.mac_algorithm,
        issued_at=token.issued_at,
        now=store.now(),
        authorities=service.authorities,
    )
    await store.execute(RecordMacRequest(token_id=token.id, nonce=mac.nonce_key(header)))


def _invalid_token(detail: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_TOKEN, "Invalid Access Token", detail)


def _scheme(service: Service) -> str:
    return "MAC" if service.access_token_type is TokenType.MAC else "Bearer"


def _no_token(service: Service) -> AnsweredError:
    """RFC 6750 §3.1: without any token the challenge carries no error code."""
    error = OAuthError(ErrorCode.INVALID_TOKEN, "No access token was presented", "token.none")
    return AnsweredError(error, JsonAnswer(status=401, challenge=f"{_scheme(service)} realm={quoted(service.name)}"))


_STATUSES = {ErrorCode.INVALID_REQUEST: 400, ErrorCode.INSUFFICIENT_SCOPE: 403}


def _answer(error: OAuthError, service: Service, required_scope: str | None) -> AnsweredError:
    parts = [f"realm={quoted(service.name)}", f'error="{error.code}"']
    if error.code is ErrorCode.INSUFFICIENT_SCOPE and required_scope is not None:
        parts.append(f"scope={quoted(required_scope)}")
    challenge = f"{_scheme(service)} {', '.join(parts)}"
    return AnsweredError(error, JsonAnswer(status=_STATUSES.get(error.code, 401), challenge=challenge))
