"""The lifetime lock of a store: one daemon, or one command without a daemon, at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rpcauth.errors import StoreRefused


class StoreLocked(StoreRefused):
    """Another process has the store."""


class StoreLock:
    """Holds an exclusive lock on `<store>.lock` until `release`; the kernel drops it when the process dies."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + ".lock")
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise StoreLocked(
                f"{store}: another rpcauth process serves this store; stop it, or talk to it by its admin socket"
            ) from None
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let go; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
