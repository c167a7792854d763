"""What a daemon tries on itself before it says that it is ready."""

from __future__ import annotations

import os

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import NONCE_BYTES, Keyring
from rpcauth.operations.rehearsal import ROW, EraseRehearsal, WriteRehearsal
from rpcauth.storage.sqlite import SqliteStore

_PURPOSE = "self_test"


async def run_self_test(store: SqliteStore) -> None:
    """A row written by the writer, read and removed; a digest and a seal there and back.

    Raises StoreRefused for what comes back wrong, StorageUnavailable for a store that cannot write now.
    """
    _check_keys(store.keyring)
    value = os.urandom(16)
    await store.execute(WriteRehearsal(value=value))
    found = store.find_meta(ROW)
    await store.execute(EraseRehearsal())
    if found != value or store.find_meta(ROW) is not None:
        raise StoreRefused(f"{store.path}: what was committed is not what is read; check the disk, restore a backup")


def _check_keys(keyring: Keyring) -> None:
    text = os.urandom(16).hex()
    sealed = keyring.seal(text, _PURPOSE, ROW, nonce=os.urandom(NONCE_BYTES))
    digest = keyring.digest(text)
    is_sound = keyring.open(sealed, _PURPOSE, ROW) == text and keyring.is_digest_of(
        text, keyring.digest_version, digest
    )
    if not is_sound or keyring.is_digest_of(text[:-1], keyring.digest_version, digest):
        raise StoreRefused("the store's keys do not open what they sealed; restart on sound hardware, restore a backup")
