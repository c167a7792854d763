"""Entries that hold no problem, as the model's values."""

from __future__ import annotations

import msgspec

from rpcauth.definitions.entries import ApplicationEntry, CallerEntry, ServiceEntry
from rpcauth.definitions.wanted import WantedApplication, WantedCaller
from rpcauth.model import Application, Caller, ClientSecret, Millis, Service


def make_service(entry: ServiceEntry) -> Service:
    return Service(**msgspec.structs.asdict(entry))


def make_application(entry: ApplicationEntry) -> WantedApplication:
    stored = tuple(
        ClientSecret(kind=secret.kind, stored=secret.stored, created_at=Millis(secret.created_at))
        for secret in entry.stored_secrets
    )
    application = Application(
        client_id=entry.client_id,
        id=entry.id or 0,
        name=entry.name,
        external_id=entry.external_id,
        public=entry.public,
        redirect_uris=entry.redirect_uris,
        services=entry.services,
        grant_types=entry.grant_types,
        scopes=entry.scopes,
        pkce=entry.pkce,
        disabled=entry.disabled,
    )
    return WantedApplication(
        application=application,
        client_secrets=entry.given_secrets,
        stored_secrets=stored,
        generate_secret=not (entry.public or entry.given_secrets or stored),
    )


def make_caller(entry: CallerEntry) -> WantedCaller:
    caller = Caller(
        name=entry.name,
        api_key=entry.api_key,
        services=entry.services,
        methods=entry.methods,
        proofs=entry.proofs,
        uids=entry.uids,
        tls_subjects=entry.tls_subjects,
        mac_keys=entry.mac_keys,
    )
    return WantedCaller(caller=caller, secret=entry.secret, sealed_secret=entry.sealed_secret)
