"""What the members of one entry must be together, beyond the type and bounds of each (json-rpc contract §5, §6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rpcauth.definitions.entries import MAX_SECRETS, ApplicationEntry, CallerEntry, ServiceEntry
from rpcauth.model import Proof, SecretKind
from rpcauth.oauth import redirect_uri
from rpcauth.oauth.uri import find_uri
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import Problems

_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 §3.3
_METHOD_PATTERN = re.compile(r"[A-Za-z0-9_.*]+")
_STORED: Final[Mapping[SecretKind, re.Pattern[str]]] = MappingProxyType(
    {
        SecretKind.DIGEST: re.compile(r"v[0-9]{1,9}:[0-9a-f]{64}"),
        # Memory and time are those that every check is going to cost: at most four times our own profile's.
        SecretKind.ARGON2ID: re.compile(
            r"\$argon2id\$v=19\$m=[1-9][0-9]{0,4},t=[1-8],p=[1-4]\$[A-Za-z0-9+/]{2,86}\$[A-Za-z0-9+/]{2,86}"
        ),
    }
)
_SHARED_SECRET_PROOFS: Final = frozenset({Proof.BASIC, Proof.MASHERY_SIG})


def find_service_problems(entry: ServiceEntry, at: Pointer, problems: Problems) -> None:
    if problems.is_clean((*at, "issuer")) and entry.issuer is not None and not _is_issuer(entry.issuer):
        problems.add((*at, "issuer"), "is no issuer", "write an https URL without query and fragment (RFC 8414 §2)")
    for place, authority in problems.place_items((*at, "authorities"), entry.authorities):
        if not _is_authority(authority):
            problems.add(place, "is no authority", 'write host and port: "api.example.com:443"')
    _find_scope_problems(entry.scopes, (*at, "scopes"), problems)
    _find_scope_problems(entry.default_scopes, (*at, "default_scopes"), problems)
    if problems.is_clean((*at, "scopes"), (*at, "default_scopes")) and entry.scopes:
        for place, token in problems.place_items((*at, "default_scopes"), entry.default_scopes):
            if token not in entry.scopes:
                problems.add(place, "is not among scopes", "add it there, or remove it here")
    if not entry.allow_multiple_tokens and entry.secure_tokens and problems.is_clean((*at, "secure_tokens")):
        what = "false needs the tokens themselves, and secure_tokens keeps only digests"
        problems.add((*at, "allow_multiple_tokens"), what, "set secure_tokens = false, or this to true")


def find_application_problems(entry: ApplicationEntry, at: Pointer, problems: Problems) -> None:
    for place, uri in problems.place_items((*at, "redirect_uris"), entry.redirect_uris):
        # Whether plain http may leave the machine is the services' word: see integrity.py.
        flaw = redirect_uri.find_problem(uri, public=entry.public, any_http_host=True)
        if flaw is not None and problems.is_clean((*at, "public")):
            problems.add(place, *_split(flaw))
    _find_scope_problems(entry.scopes or (), (*at, "scopes"), problems)
    for place, secret in problems.place_items((*at, "stored_secrets"), entry.stored_secrets):
        if not _STORED[secret.kind].fullmatch(secret.stored):
            problems.add((*place, "stored"), f"is no {secret.kind} secret", "copy it from an export, whole")
    if problems.is_clean((*at, "client_secret"), (*at, "client_secrets"), (*at, "stored_secrets")):
        _find_secret_count_problems(entry, at, problems)


def find_caller_problems(entry: CallerEntry, at: Pointer, problems: Problems) -> None:
    for place, pattern in problems.place_items((*at, "methods"), entry.methods):
        if not _METHOD_PATTERN.fullmatch(pattern):
            problems.add(place, "is no method or pattern", 'write "oauth2.fetchAccessToken", "oauth2.fetch*" or "*"')
    if entry.secret is not None and entry.sealed_secret is not None:
        problems.add((*at, "sealed_secret"), "stands beside secret", "remove one of them")
    if not problems.is_clean((*at, "proofs")):
        return
    if Proof.BASIC in entry.proofs and ":" in (entry.api_key or ""):
        problems.add((*at, "api_key"), "holds a colon, which ends it in HTTP Basic (RFC 7617 §2)", "choose another")
    for member, proofs in _find_unmet_needs(entry).items():
        if problems.is_clean((*at, member), (*at, "sealed_secret")):
            advice = f"add {member}, or take {_join(proofs)} out of proofs"
            problems.add((*at, member), f"is missing, and proof {_join(proofs)} needs it", advice)


def _find_unmet_needs(entry: CallerEntry) -> dict[str, list[Proof]]:
    """The members that are not there, each with the proofs that need it."""
    shared = [proof for proof in entry.proofs if proof in _SHARED_SECRET_PROOFS]
    needs: dict[str, tuple[bool, list[Proof]]] = {
        "api_key": (entry.api_key is not None, shared),
        "secret": (entry.secret is not None or entry.sealed_secret is not None, shared),
        "uids": (bool(entry.uids), [proof for proof in entry.proofs if proof is Proof.UNIX_PEER]),
        "tls_subjects": (bool(entry.tls_subjects), [proof for proof in entry.proofs if proof is Proof.MTLS]),
    }
    return {member: proofs for member, (is_there, proofs) in needs.items() if proofs and not is_there}


def _find_secret_count_problems(entry: ApplicationEntry, at: Pointer, problems: Problems) -> None:
    count = len(entry.given_secrets) + len(entry.stored_secrets)
    if entry.public and count:
        member = next(name for name in ("client_secret", "client_secrets", "stored_secrets") if getattr(entry, name))
        problems.add((*at, member), "is a secret of a public application", "remove it, or public = true")
    elif entry.client_secret is not None and entry.client_secrets:
        problems.add((*at, "client_secrets"), "stands beside client_secret", "put all secrets into client_secrets")
    elif count > MAX_SECRETS:
        what = f"makes {count} live secrets with stored_secrets"
        member = "client_secrets" if entry.client_secrets else "client_secret"
        problems.add((*at, member), what, f"keep at most {MAX_SECRETS}")


def _find_scope_problems(tokens: Iterable[str], at: Pointer, problems: Problems) -> None:
    for place, token in problems.place_items(at, tokens):
        if not _SCOPE_TOKEN.fullmatch(token):
            problems.add(place, "is no scope token", "use visible ASCII without blank, quote and backslash")


def _is_issuer(text: str) -> bool:
    uri = find_uri(text)
    if uri is None or not uri.host or uri.userinfo is not None or uri.query is not None or uri.fragment is not None:
        return False
    return uri.scheme == "https" or redirect_uri.is_loopback(text)


def _is_authority(text: str) -> bool:
    uri = find_uri(f"https://{text}")
    return uri is not None and bool(uri.host) and bool(uri.port) and uri.userinfo is None and uri.target == ""


def _split(text: str) -> tuple[str, str]:
    what, _, advice = text.partition("; ")
    return what, advice


def _join(proofs: Iterable[Proof]) -> str:
    return " and ".join(proofs)
