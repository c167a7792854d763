"""Whether an audit file is as it was written: by the store that is open, or by one that nobody serves."""

from __future__ import annotations

import os
from pathlib import Path

from rpcauth.audit.chain import LineBroken, MacOf
from rpcauth.audit.comparison import Unusable, compare
from rpcauth.audit.walk import Fault, Walk, walk
from rpcauth.errors import StoreRefused
from rpcauth.storage import stored
from rpcauth.storage.driver import Connection, DatabaseError, connect
from rpcauth.storage.opening import check_master
from rpcauth.storage.safeguards.auditing import AUDIT_PATH, AUDIT_STORE, read_known


def verify_offline(store: Path, master: bytes, file: Path) -> tuple[Walk, bool]:
    """The walk through `file`, and whether it is of the store at `store`, which is read and not changed.

    The file that the store wrote last must also reach as far as the store knows. Raises StoreRefused, OSError.
    """
    try:
        connection = connect(store, writer=False)
        try:
            if not check_master(connection, master):
                raise StoreRefused(f"{store}: an empty store, without the keys of an audit")
            keyring = stored.read_keyring(connection, master)
            found = walk(file, keyring.chain_mac)
            is_ours = found.store == (stored.read_meta(connection, AUDIT_STORE) or b"").hex()
            if is_ours and found.fault is None and _is_current(connection, file):
                found.fault = _find_lack(connection, found, file, keyring.chain_mac)
            return found, is_ours
        finally:
            connection.close()
    except DatabaseError as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise StoreRefused(f"{store}: cannot be read ({name}); type: rpcauth doctor") from None


def _is_current(connection: Connection, file: Path) -> bool:
    current = Path(os.fsdecode(stored.read_meta(connection, AUDIT_PATH) or b""))
    return current.exists() and current.samefile(file)


def _find_lack(connection: Connection, found: Walk, file: Path, mac_of: MacOf) -> Fault | None:
    """What stands in the store's own rows may be missing: the next start appends it."""
    try:
        known = read_known(connection, found.store, mac_of)
    except LineBroken:
        return None
    verdict = compare(known, walk(file, mac_of, mark=known.last), mac_of)
    if not isinstance(verdict, Unusable):
        return None
    return Fault(line=found.records + 1, what=f"is not what the store knows: {verdict.what}")
