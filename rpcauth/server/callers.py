"""Who calls: from what a request and its connection show to a caller of the definitions (contract §6).

What a request says of itself decides: one with an Authorization header is that caller or nobody, whatever its
connection could prove. Unknown key, wrong secret, wrong signature and a proof that the caller does not list are one
answer.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from aiohttp import hdrs
from multidict import CIMultiDictProxy

from rpcauth.errors import StoreRefused
from rpcauth.model import Caller, Definitions, Millis, Proof, Secret
from rpcauth.server.credentials import is_signed, read_signature
from rpcauth.server.peers import Peer
from rpcauth.server.signatures import SignatureWindow
from rpcauth.web.basic import read_basic

_log = logging.getLogger(__name__)

Headers: TypeAlias = CIMultiDictProxy[str]

CallerProof: TypeAlias = Callable[[Headers, str | None, Peer], Caller | None]
"""(headers, raw query or None where signatures are not taken, peer) -> the proven caller, or None."""

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Lock:
    """What a presented secret or signature is compared with. `caller` is None for the lock that nothing opens."""

    caller: Caller | None
    digest: bytes
    signatures: SignatureWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    definitions: Definitions
    by_key: Mapping[bytes, _Lock]
    by_uid: Mapping[int, Caller]
    by_subject: Mapping[str, Caller]


class CallerRegistry:
    """Proves callers against the definitions of the moment. For one thread.

    `open_secret` unseals a caller's secret, None when there is none. It is asked once for each value of a caller; what
    it gives stays in memory as long as the caller does. A key, uid or subject that two callers claim proves neither.
    """

    def __init__(
        self,
        *,
        definitions: Callable[[], Definitions],
        open_secret: Callable[[Caller], Secret | None],
        clock: Callable[[], Millis],
    ) -> None:
        self._definitions = definitions
        self._open_secret = open_secret
        self._clock = clock
        self._locks: dict[Caller, _Lock] = {}
        self._no_lock = _build_lock(None, "", Secret(secrets.token_hex()))
        self._index = _Index(definitions=Definitions(), by_key={}, by_uid={}, by_subject={})

    def prove(self, headers: Headers, query: str | None, peer: Peer) -> Caller | None:
        """The caller that made a request, or None: a `CallerProof`."""
        index = self._find_index()
        if hdrs.AUTHORIZATION in headers:
            return self._prove_basic(headers, index)
        if query and is_signed(query):
            return self._prove_signature(query, index)
        if peer.uid is not None:
            return index.by_uid.get(peer.uid)
        return None if peer.subject is None else index.by_subject.get(peer.subject)

    def prove_basic(self, headers: Headers) -> Caller | None:
        """The caller that the Authorization header alone proves: where requests may be others' than callers'."""
        return self._prove_basic(headers, self._find_index())

    def _prove_basic(self, headers: Headers, index: _Index) -> Caller | None:
        credentials = read_basic(headers.getall(hdrs.AUTHORIZATION, ()))
        if credentials is None:
            return None
        lock = index.by_key.get(credentials.user_id, self._no_lock)
        is_right = hmac.compare_digest(hashlib.sha256(credentials.password).digest(), lock.digest)
        return _find_listed(Proof.BASIC, lock.caller if is_right else None)

    def _prove_signature(self, query: str, index: _Index) -> Caller | None:
        credentials = read_signature(query)
        if credentials is None:
            return None
        lock = index.by_key.get(credentials.api_key, self._no_lock)
        is_right = lock.signatures.holds(credentials.signature, self._clock() // 1000)
        return _find_listed(Proof.MASHERY_SIG, lock.caller if is_right else None)

    def _find_index(self) -> _Index:
        definitions = self._definitions()
        if definitions is not self._index.definitions:
            self._index = self._build_index(definitions)
        return self._index

    def _build_index(self, definitions: Definitions) -> _Index:
        callers = definitions.callers.values()
        opened = ((caller, self._locks.get(caller) or self._open(caller)) for caller in callers)
        self._locks = {caller: lock for caller, lock in opened if lock is not None}
        keys = (((caller.api_key or "").encode(), lock) for caller, lock in self._locks.items())
        return _Index(
            definitions=definitions,
            by_key=_keep_unique(keys),
            by_uid=_keep_unique((uid, c) for c in callers if Proof.UNIX_PEER in c.proofs for uid in c.uids),
            by_subject=_keep_unique((name, c) for c in callers if Proof.MTLS in c.proofs for name in c.tls_subjects),
        )

    def _open(self, caller: Caller) -> _Lock | None:
        if caller.api_key is None or not {Proof.BASIC, Proof.MASHERY_SIG}.intersection(caller.proofs):
            return None
        try:
            secret = self._open_secret(caller)
        except StoreRefused:
            # One caller's damaged secret is that caller's trouble, not everybody's.
            _log.error("the secret of the caller %s does not open; apply its definition with a secret", caller.name)
            return None
        return None if secret is None else _build_lock(caller, caller.api_key, secret)


def shows_credentials(headers: Headers, query: str | None) -> bool:
    """Whether a request says of itself who calls: by an Authorization header, or by a signature that is taken."""
    return hdrs.AUTHORIZATION in headers or bool(query and is_signed(query))


def prove_by_uid(caller: Caller, uids: Collection[int]) -> CallerProof:
    """A proof for a socket of one purpose: whoever runs as one of `uids` is `caller`, all others nobody."""

    def prove(_headers: Headers, _query: str | None, peer: Peer) -> Caller | None:
        return caller if peer.uid in uids else None

    return prove


def _build_lock(caller: Caller | None, api_key: str, secret: Secret) -> _Lock:
    digest = hashlib.sha256(secret.reveal().encode()).digest()
    return _Lock(caller, digest, SignatureWindow(api_key, secret))


def _find_listed(proof: Proof, caller: Caller | None) -> Caller | None:
    return caller if caller is not None and proof in caller.proofs else None


def _keep_unique(pairs: Iterable[tuple[_Key, _Value]]) -> Mapping[_Key, _Value]:
    found: dict[_Key, _Value] = {}
    claimed_twice: set[_Key] = set()
    for key, value in pairs:
        if found.setdefault(key, value) is not value:
            claimed_twice.add(key)
    return {key: value for key, value in found.items() if key not in claimed_twice}
