"""Rules about who asks: callers, clients, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CLIENT_RULES: Final[Mapping[str, str]] = {
    # Callers
    "caller.wrong_credentials": "The caller's key, secret or signature is wrong, or its definition does not list this "
    "proof. Compare api_key, secret and proofs with the definition (rpcauth callers show NAME); a signature also "
    "needs a clock that is right within 300 seconds.",
    "caller.no_credentials": "The request does not say which caller it comes from, and its connection proves none. "
    "The caller must send HTTP Basic, or be defined with the proof unix_peer or mtls.",
    "caller.method": "The caller's definition does not list this method. Add it to `methods`, if it may call it.",
    "caller.service": "No such service is defined, or the caller's definition does not list it. Check the "
    "service_key, or add it to `services`.",
    "caller.rate": "The caller sent more calls than [limits] caller_rate and caller_burst allow. It may try again "
    "after Retry-After; raise the limit if this is its ordinary load.",
    "caller.console_key": "A key to the console was asked for in the console itself. Keys are made on the "
    "administrative socket.",
    # Addresses
    "address.too_many_failures": "More wrong credentials came from this address than [limits] address_failures allows "
    "in a minute, so its requests are not looked at for a while. Find out who guesses there, or which program has an "
    "old secret. Behind a proxy, set [server] trusted_proxies, or all its users share one address.",
    # Clients
    "client.unknown": "The application is not defined, is disabled, or is not one of this service. Check the "
    "client_id, and `services` and `disabled` of its definition (rpcauth applications show CLIENT_ID).",
    "client.wrong_secret": "The client_secret is not one of the application's. It may have been rotated, or sent in "
    "the wrong encoding: behind HTTP Basic it is form-encoded first (RFC 6749 section 2.3.1).",
    "client.no_secret": "The application has a secret, and none was sent. If it cannot keep one, define it with "
    "public = true.",
    "client.public_with_secret": "The application is public, so it has no secret, but one was sent. Have it send "
    "none, or define it with a secret.",
    "client.public": "A public client asked for what only one with a secret may, such as introspection. Give it a "
    "secret, or ask by a caller.",
    "client.not_named": "The request names no client: neither an Authorization header nor client_id is there.",
    "client.basic_malformed": "The Authorization header of scheme Basic cannot be read, or is too long: it must be "
    "base64 of client_id, a colon, and the secret.",
    "client.two_names": "The Authorization header and the body name two different clients. One of them must go.",
    "client.two_methods": "The client proves itself in two ways at once, which RFC 6749 section 2.3 forbids. Have it "
    "send the header or the body's client_secret, not both.",
    "client.too_many_wrong_secrets": "More wrong secrets were sent for this client than [limits] client_failures "
    "allows in a minute. Somebody guesses, or a copy of the client has an old secret; clients with the right one that "
    "are at work are still served.",
    "client.rate": "The client asked for more tokens than [limits] client_rate and client_burst allow. It should keep "
    "its token until it expires; raise the limit if this is its ordinary load.",
    # What a client may do
    "flow.not_enabled": "The service does not offer this grant. Add it to `grant_types` of the service, if it should.",
    "flow.not_for_this_client": "The application's own `grant_types` do not list this grant, though the service "
    "offers it. Add it there, if this client may use it.",
    "client_credentials.public_client": "A public client has nothing to prove itself with, so it gets no token of its "
    "own (RFC 6749 section 4.4). Give it a secret, or another grant.",
    "implicit.mac_service": "The service issues MAC tokens, which cannot be handed over in a redirect. Use the "
    "authorization code grant.",
    "implicit.no_user_context": "A token for a user was asked for without user_context. The caller must say which "
    "user it has logged in.",
    "password.no_user_context": "The password grant needs user_context: the caller checks the password, and says "
    "which user that was.",
}
