"""The master key: 32 bytes in a file of 64 hex digits that only its owner may read, or a systemd credential.

It seals the versioned keys in the store and nothing else, so rotating it rewraps a handful of rows.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.folders import make_folder, sync_folder

MASTER_KEY_BYTES = 32
_CHECK_TEXT = b"rpcauth master key check v1"


def load_master_key(path: Path, *, is_credential: bool = False) -> bytes:
    """The key in `path`. Raises StoreRefused when it is missing, readable by others, or not 64 hex digits.

    Who may read a credential is the service manager's to see to: on some file systems its mode shows an ACL's mask.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise StoreRefused(f"{path}: no master key here; put back the one that this store was made with") from None
    except (OSError, UnicodeDecodeError):
        raise StoreRefused(f"{path}: the master key cannot be read; check its owner and mode (0600)") from None
    if stat.S_ISREG(mode) and mode & 0o077 and not is_credential:
        raise StoreRefused(f"{path}: the master key is readable by others; type: chmod 600 {path}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise StoreRefused(f"{path}: the master key must be 64 hex digits; `rpcauth keys init` makes one")
    return key


def find_credential(name: str, environ: Mapping[str, str]) -> Path | None:
    """The file of a credential that the service manager gave to this process (systemd.exec(5)); None without one."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder, name) if folder else None
    return path if path is not None and path.exists() else None


def write_master_key(path: Path, key: bytes) -> None:
    """Write a key to a file that does not exist yet, 0600, whole or not at all, and sync it and its folder.

    Raises FileExistsError.
    """
    make_folder(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, key.hex().encode() + b"\n")
        os.fsync(descriptor)
        os.link(draft, path)
    finally:
        os.close(descriptor)
        draft.unlink()
    sync_folder(path.parent)


@dataclass(slots=True)
class Master:
    """The master key of a store, and the file that it stands in. Its successor waits in a file beside that one.

    While a change is under way both files are there; which of them counts, the store knows. A credential is a file
    that cannot be changed from here.
    """

    file: Path
    key: bytes = field(repr=False)
    is_credential: bool = False

    @property
    def successor(self) -> Path:
        return self.file.with_name(self.file.name + ".new")

    def adopt_successor(self) -> None:
        """Let the key that the store is under now take the old one's place."""
        os.replace(self.successor, self.file)
        sync_folder(self.file.parent)
        self.key = load_master_key(self.file)

    def drop_successor(self) -> None:
        """Forget a key that the store was never under."""
        self.successor.unlink()


def check_value(key: bytes) -> bytes:
    """What the store keeps to recognise its master key; it discloses nothing of the key."""
    return hmac.digest(key, _CHECK_TEXT, hashlib.sha256)
