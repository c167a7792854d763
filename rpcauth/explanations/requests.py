"""Rules about how something is asked: members, flows, redirects, forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REQUEST_RULES: Final[Mapping[str, str]] = {
    # JSON-RPC
    "params.*": "A member of this object is missing where it must be there, malformed, or too long. The caller only "
    "passes it on, so it is the OAuth client that must change.",
    "flow.no_code": "The token request asks for the authorization code grant, and holds no code.",
    "flow.no_refresh_token": "The token request asks for a refresh, and holds no refresh_token.",
    "flow.unknown_grant_type": "The grant_type is none that there is here.",
    "flow.unknown_response_type": "The response_type is neither code nor token.",
    "flow.contradiction": "The grant_type and the response_type are both missing, or contradict each other.",
    "response_type.unknown": "The response_type is not one that this method takes.",
    # Redirection URIs
    "redirect_uri.not_usable": "No answer may ever be sent to this redirect_uri; the reason stands behind the rule. "
    "Register another one.",
    "redirect_uri.not_registered": "The redirect_uri is not one of the application's; every character counts. "
    "Register it, or have the client send what is registered.",
    "redirect_uri.missing": "The request names no redirect_uri, and the application has none, or several to choose "
    "from.",
    # PKCE
    "pkce.unknown_method": "The code_challenge_method is none that there is: S256 is the one to use.",
    "pkce.plain": "The code_challenge_method is plain, which the service does not allow (pkce_allow_plain). Use S256.",
    "pkce.challenge_syntax": "The code_challenge is not 43 to 128 characters of base64url (RFC 7636 section 4.2).",
    "pkce.method_without_challenge": "A code_challenge_method came without a code_challenge.",
    "pkce.challenge_missing": "This client must send a code_challenge: `pkce` of the service or the application asks "
    "for it.",
    # The standard endpoints
    "form.*": "A parameter of the form is missing; the rule names it.",
    "form.content_type": "The request is not of type application/x-www-form-urlencoded, which OAuth's endpoints take.",
    "form.in_query": "A secret or token stands in the address of the request, where logs and caches keep it. Send it "
    "in the form, or in the Authorization header.",
    "form.repeated": "A parameter stands in the form more than once (RFC 6749 section 3.2 forbids it).",
    "form.too_long": "A parameter of the form is longer than any that could be good.",
    "form.unreadable": "The form is not UTF-8, or has too many parameters.",
    "authz.unknown_service": "The gateway asked about a service that is not defined, or named none. Check its path or "
    "X-Auth-Service, and [authz] service_key.",
    "authz.untrusted_gateway": "Whoever asked is not among [authz] trusted, but sent headers on which the decision "
    "hangs. Add the gateway's address, or have it strip these headers.",
    "authz.contradictory_request": "The gateway told what its client asked for in two ways that differ: perhaps the "
    "client wrote one of them. Have the gateway overwrite the headers that it does not set.",
    "authz.malformed_request": "The gateway passed on a URI that cannot be read.",
    "authz.malformed_scope": "X-Auth-Require-Scope of the gateway is no scope.",
    "authz.request_not_told": "[authz] scopes go by method and path, and the gateway told neither. Configure it as "
    "`rpcauth gateway` prints.",
    # YourMembership's services
    "ym.fields_missing": "Members that the service needs are missing; the answer names them.",
    "ym.unbound": "A member has a value that its type does not take; the answer names it.",
    "ym.malformed": "The body is not what its Content-Type says, or cannot be read as that.",
    "ym.not_served": "No such operation is there, or not for this HTTP method.",
    "ym.service_not_defined": "The service of [ym] service_key is not defined, so every client is refused. Apply its "
    "definition.",
    "ym.mac_tokens": "The service of [ym] service_key issues MAC tokens, which these answers cannot hold. Set its "
    'access_token_type = "bearer".',
    "ym.basic_malformed": "The Authorization header of scheme Basic cannot be read: it must be base64 of client_id, a "
    "colon, and the secret.",
    "ym.basic_and_body": "The client proves itself by header and body at once. One of them must go.",
    "ym.two_secrets": "AppSecret and its old misspelling AppSecert are both there, and differ. Send AppSecret alone.",
    "ym.secret_in_query": "A secret, code or token stands in the query, and so in the logs on its way. Send it in the "
    "body, or set [ym] secrets_in_query = true.",
    "ym.repeated": "A parameter is given more than once, and nobody can say which one counts.",
    "ym.text": "A member is too long, or holds a character that it may not.",
    "ym.callback": "The callback of JSONP must be a name: letters, digits, dots, _ and $.",
}
