"""Rules about what is presented: codes, tokens, scopes, signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TOKEN_RULES: Final[Mapping[str, str]] = {
    # Authorization codes
    "code.unknown_or_foreign": "No such code was issued to this client for this service; or it is mistyped, or so old "
    "that it was removed. Have the user sign in again.",
    "code.spent": "The code was used before. Unless it was a double submit within a second, everything that it bought "
    "is revoked now: either the client redeems twice, or somebody stole the code.",
    "code.expired_or_revoked": "The code was not redeemed in time (authorization_code_ttl of the service), or was "
    "revoked with the user's tokens. Have the user sign in again.",
    "code.redirect_uri_missing": "The code was issued for a redirect_uri that the request named, so its redemption "
    "must name the same one (RFC 6749 section 4.1.3). The code is spent by this try.",
    "code.redirect_uri_differs": "The redirect_uri is not the one that the code was issued for; every character "
    "counts. The code is spent by this try.",
    "code.redirect_uri_unregistered_since": "The redirect_uri of the code is no longer one of the application's. "
    "Register it again, or have the user sign in anew.",
    "code.verifier_without_challenge": "A code_verifier came, but the code was issued without a code_challenge: "
    "perhaps somebody took the challenge out on its way (RFC 9700 section 4.8.2). The code is spent by this try.",
    "code.verifier_wrong": "The code_verifier is missing, or does not belong to the code_challenge. The client must "
    "keep it from the authorization request on. The code is spent by this try.",
    "code.public_uncompared": "This service has no place for a redirect_uri, so the client must have a secret. Use "
    "the other service, or give the application one.",
    "code.user_context_differs": "The call names another user than the one that the code was issued for. Leave "
    "user_context out: the code's own counts.",
    # Refresh tokens
    "refresh.unknown": "No such refresh token was issued for this service; or it is mistyped, or so old that it was "
    "removed. Have the user sign in again.",
    "refresh.of_another_client": "The refresh token was issued to another client. If that is no mix-up, it was "
    "stolen: revoke it.",
    "refresh.revoked": "The grant of this refresh token was revoked. Have the user sign in again.",
    "refresh.expired": "The grant has reached its end (refresh_token_ttl), or was not used for too long "
    "(refresh_token_idle_ttl). Have the user sign in again.",
    "refresh.reused": "The refresh token was used before, and the time for a retry is over, so two parties hold it: "
    "its whole grant is revoked now. The client must keep the newest token it got; if it does, the old one was stolen.",
    "refresh.retry_with_other_scope": "The refresh was retried with another scope than the first time. Repeat the "
    "request as it was, or refresh with the new token.",
    "refresh.redirect_uri_unregistered_since": "The redirect_uri that this grant began at is no longer one of the "
    "application's. Register it again, or have the user sign in anew.",
    "refresh.not_enabled": "The service does not refresh. Set refresh_token_enabled = true, if it should.",
    # Access tokens
    "token.not_live": "The token is unknown, expired, revoked, or of another service: callers are told no more. Which "
    "it is, tells: rpcauth tokens inspect",
    "token.none": "The request to the API holds no token of the kind that the service takes, or where it takes it "
    "(token_in_query).",
    "token.several": "The request to the API holds more than one token, and nobody can say which one counts (RFC 6750 "
    "section 2).",
    "token.unknown_or_wrong_type": "The presented token is not live, or is a bearer token where a MAC one is due, or "
    "the other way round. Look into it: rpcauth tokens inspect",
    "token.bound": "The token is bound to a key or certificate of its client (cnf), and no such proof can be checked "
    "here, so nobody may use it as a plain one (RFC 9449 section 7.2, RFC 8705 section 3). Issue codes without cnf in "
    "authorization_data, or let the API check the proof itself, by introspection.",
    "token.of_another_client": "A client named a token that was issued to another one, which stays good.",
    "update.unknown_or_foreign": "No such access token was issued to this client for this service.",
    "update.not_live": "The access token has expired or was revoked, and cannot be changed any more.",
    "update.expires_in": "The new lifetime is not positive, or too large to be a time.",
    "revoke.*": "The string is a code or a reference, which this endpoint does not revoke. Codes end within minutes; "
    "references are for oauth2.revokeAccessToken.",
    "introspect.both": "The request has both `token` and `tokens`. One of them must go.",
    "introspect.too_many": "More tokens were asked about at once than one request may. Split the request.",
    # Scopes
    "scope.syntax": "The scope holds characters that a scope may not (RFC 6749 section 3.3): tokens of visible ASCII "
    "without quotation mark and backslash, one blank between them.",
    "scope.not_allowed": "The scope is not among `scopes` of the service or of the application. Add it there, or have "
    "the client ask for less.",
    "scope.wider": "More scope was asked for than the grant has. A code and a refresh may narrow it, never widen it.",
    "scope.insufficient": "The token is good, but lacks a scope that this request needs. The client must ask its user "
    "for more.",
    # MAC signatures
    "mac.time": "The request was signed too long ago, or too far ahead: the client's clock is off by more than a "
    "minute.",
    "mac.authority": "The request was signed for a host and port that are not among `authorities` of the service.",
    "mac.body_hash": "The body is not the one whose hash was signed, or the caller did not pass its hash on.",
    "mac.wrong_mac": "The MAC does not belong to this request: another key or algorithm, or the gateway passed on "
    "another method, URI, host or port than the client signed.",
    "mac.replayed": "A request with the same time and nonce came before. A client must make a new nonce for each.",
    "mac.request_incomplete": "The call lacks the method or the URI of the request, without which no MAC can be "
    "checked.",
    "mac.request.*": "Method or URI of the signed request, as the caller passed them on, cannot be read.",
    "mac.header.*": "The Authorization header of scheme MAC cannot be read; its attributes are id, ts, nonce, mac, "
    "and perhaps ext and bodyhash.",
}
