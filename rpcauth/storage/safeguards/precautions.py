"""What is looked at before a store is served, beyond what SQLite sees itself: its pages, and its audit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.model import Millis
from rpcauth.storage import stored
from rpcauth.storage.driver import Connection
from rpcauth.storage.effects import DropMeta, PutMeta
from rpcauth.storage.safeguards.auditing import ACCEPT, AUDIT_OFF, AUDIT_STORE, RESTORED, AuditOpening, Circumstances
from rpcauth.storage.safeguards.pages import PageSums, forget_sums, sums_path
from rpcauth.storage.safeguards.recovery import Replay, raise_alarm, refuse_older
from rpcauth.storage.safeguards.trail import AuditTrail, NoTrail, Trail
from rpcauth.storage.writing import write

_log = logging.getLogger(__name__)


def find_damage(store: Path, connection: Connection, circumstances: Circumstances) -> bool:
    """Whether pages of the store are not as they were written, and an operator accepts that.

    The sums stay as they are until what that takes is done. Raises StoreRefused where nobody accepts it, and where
    SQLite cannot read the store either.
    """
    if not sums_path(store).exists():
        if not circumstances.was_restored:
            _log.warning("the store has no sums of its pages: they are made of what is there")
        return False
    sums = PageSums(store, connection)
    sums.open()
    try:
        sums.verify()
    except StoreRefused as refused:
        advice = f"restore the newest backup: rpcauth restore FILE; or go on with what there is: {ACCEPT}"
        advice += f"; where another program was meant to change the store, remove {sums_path(store)}"
        if not circumstances.accepts_loss:
            raise StoreRefused(f"{refused}; {advice}") from None
        _check_integrity(store, connection)
        _log.critical("%s", refused)
        return True
    finally:
        sums.close()
    return False


def _check_integrity(store: Path, connection: Connection) -> None:
    verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != ("ok",):
        raise StoreRefused(f"{store}: too damaged to go on with; restore the newest backup: rpcauth restore FILE")


def open_trail(
    connection: Connection,
    *,
    store: Path,
    audit: Path | None,
    master: bytes,
    node: int,
    now: Callable[[], Millis],
    circumstances: Circumstances,
) -> Trail:
    """The audit of a store that is ready in all else. Raises StoreRefused, OSError."""
    if audit is None:
        return _go_without(connection, store=store, node=node, now=now(), circumstances=circumstances)
    sums = PageSums(store, connection)
    sums.open()
    opening = AuditOpening(
        connection=connection,
        path=audit,
        keyring=stored.read_keyring(connection, master),
        master=master,
        node=node,
        now=now,
        sums=sums,
        circumstances=circumstances,
    )
    try:
        trail: AuditTrail = opening.open()
    except BaseException:
        sums.close()
        raise
    return trail


def _go_without(
    connection: Connection, *, store: Path, node: int, now: Millis, circumstances: Circumstances
) -> NoTrail:
    """Serve without an audit, and remember that: what its file knows is not asked for when it comes back."""
    forget_sums(store)
    if circumstances.was_restored:
        connection.execute("BEGIN IMMEDIATE")
        refuse_older(connection, node=node, now=now, done=Replay(), everything=True)
        text = raise_alarm(connection, "restored without an audit", Replay(), everything=True, now=now)
        write(connection, DropMeta(RESTORED))
        connection.execute("COMMIT")
        _log.critical("%s", text)
    if stored.read_meta(connection, AUDIT_STORE) is not None and stored.read_meta(connection, AUDIT_OFF) is None:
        write(connection, PutMeta(AUDIT_OFF, str(now).encode()))
    return NoTrail(connection)
