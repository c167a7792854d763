"""Whether an audit file is as it was written: by the store that is open, or by one that nobody serves."""

from __future__ import annotations

from pathlib import Path

from rpcauth.audit.walk import Walk, walk
from rpcauth.errors import StoreRefused
from rpcauth.storage import stored
from rpcauth.storage.auditing import AUDIT_STORE
from rpcauth.storage.driver import DatabaseError, connect
from rpcauth.storage.opening import check_master


def verify_offline(store: Path, master: bytes, file: Path) -> tuple[Walk, bool]:
    """The walk through `file`, and whether it is of the store at `store`, which is read and not changed.

    Raises StoreRefused, OSError.
    """
    try:
        connection = connect(store, writer=False)
        try:
            if not check_master(connection, master):
                raise StoreRefused(f"{store}: an empty store, without the keys of an audit")
            found = walk(file, stored.read_keyring(connection, master).chain_mac)
            return found, found.store == (stored.read_meta(connection, AUDIT_STORE) or b"").hex()
        finally:
            connection.close()
    except DatabaseError as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise StoreRefused(f"{store}: cannot be read ({name}); type: rpcauth doctor") from None
