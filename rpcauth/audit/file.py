"""The audit file at its end: whole groups of lines are appended and synced, and what a failure left is cut off."""

from __future__ import annotations

import os
from pathlib import Path

_PRIVATE = 0o600


class AuditFile:
    """A file that is open for appending. `size` is how many bytes of it are good and synced."""

    def __init__(self, path: Path, *, size: int) -> None:
        """Open, or make (0600), the file of which the first `size` bytes are good; what follows them is cut off.

        Raises OSError.
        """
        self.path = path
        self.size = size
        is_new = not path.exists()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
        try:
            self.cut()
            if is_new:
                os.fsync(self._descriptor)
                _sync_folder(path.parent)
        except BaseException:
            self.close()
            raise

    def append(self, lines: bytes) -> None:
        """Write and sync; on return the lines are on the disk. Raises OSError, and then `cut` is due before the next.

        After a sync that failed nobody knows what is on the disk, so the same lines are to be written again.
        """
        written = 0
        while written < len(lines):
            written += os.pwrite(self._descriptor, lines[written:], self.size + written)
        os.fdatasync(self._descriptor)
        self.size += len(lines)

    def cut(self) -> None:
        """Cut off what follows the good bytes. Raises OSError."""
        if os.fstat(self._descriptor).st_size != self.size:
            os.ftruncate(self._descriptor, self.size)

    def close(self) -> None:
        os.close(self._descriptor)


def set_aside(path: Path, suffix: str) -> Path:
    """Rename a file to a name that is free: its own with `suffix`, and a number where need be. Raises OSError."""
    target, number = path.with_name(path.name + suffix), 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}{suffix}.{number}")
    os.rename(path, target)
    _sync_folder(path.parent)
    return target


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
