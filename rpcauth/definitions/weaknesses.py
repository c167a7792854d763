"""What is allowed and yet ill-advised: the warnings of `config check`. The sections named are of RFC 9700."""

from __future__ import annotations

from collections.abc import Iterator

from rpcauth.definitions.wanted import Wanted
from rpcauth.model import Application, Caller, GrantType, PkcePolicy, Proof, Service


def advice(wanted: Wanted) -> list[str]:
    """Warnings in the order of the file: the entry, what is weak in it, and what to do instead."""
    return [
        *(f'service "{one.service_key}": {text}' for one in wanted.services for text in _advise_service(one)),
        *(
            f'application "{one.application.client_id}": {text}'
            for one in wanted.applications
            for text in _advise_application(one.application)
        ),
        *(f'caller "{one.caller.name}": {text}' for one in wanted.callers for text in _advise_caller(one.caller)),
    ]


def _advise_service(service: Service) -> Iterator[str]:
    if GrantType.IMPLICIT in service.grant_types:
        yield "implicit shows access tokens to the browser's history and scripts (§2.1.2); use authorization_code"
    if GrantType.PASSWORD in service.grant_types:
        yield "password gives users' passwords to clients and must not be used (§2.4); use authorization_code"
    if not service.force_redirect_uri:
        yield "force_redirect_uri = false sends codes to URIs that nobody registered (§2.1); set it to true"
    if not service.force_https_redirect_uri:
        yield "force_https_redirect_uri = false lets codes travel over plain http (§2.6); set it to true"
    if service.pkce is PkcePolicy.OPTIONAL:
        yield 'pkce = "optional" lets stolen codes be used (§2.1.1); set it to "public" or "always"'
    if service.pkce_allow_plain:
        yield "pkce_allow_plain shows the verifier in the authorization request (§2.1.1); set it to false"
    if service.token_in_query:
        yield "token_in_query puts tokens into logs and histories (§4.3.2); use the Authorization header"


def _advise_application(application: Application) -> Iterator[str]:
    if application.pkce is PkcePolicy.OPTIONAL:
        yield 'pkce = "optional" lets stolen codes be used (§2.1.1); remove it'


def _advise_caller(caller: Caller) -> Iterator[str]:
    if Proof.MASHERY_SIG in caller.proofs:
        yield "a mashery_sig binds nothing and can be replayed for ten minutes; use basic over TLS, or mtls"
    if caller.uids and Proof.UNIX_PEER not in caller.proofs:
        yield "uids do nothing without proof unix_peer; add it to proofs, or remove uids"
    if caller.tls_subjects and Proof.MTLS not in caller.proofs:
        yield "tls_subjects do nothing without proof mtls; add it to proofs, or remove tls_subjects"
