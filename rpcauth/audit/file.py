"""The audit file at its end: whole groups of lines are appended and synced, and what a failure left is cut off."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from rpcauth.folders import sync_folder

_PRIVATE = 0o600


class AuditFile:
    """A file that is open for appending, in one process alone. `size` is how many bytes of it are good and synced."""

    def __init__(self, path: Path, *, size: int) -> None:
        """Open, or make (0600), the file of which the first `size` bytes are good; what follows them is cut off.

        Raises OSError.
        """
        self.path = path
        self.size = size
        self._owes_folder = False
        check_regular(path)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
        try:
            _lock(self._descriptor, path)
            self.cut()
            if size == 0:  # it is new, or was when a process was killed
                os.fsync(self._descriptor)
                sync_folder(path.parent)
        except BaseException:
            self.close()
            raise

    def append(self, lines: bytes) -> None:
        """Write and sync; on return the lines are on the disk. Raises OSError, and then `cut` is due before the next.

        After a sync that failed nobody knows what is on the disk, so the same lines are to be written again.
        """
        if self._owes_folder:
            sync_folder(self.path.parent)
            self._owes_folder = False
        written = 0
        while written < len(lines):
            written += os.pwrite(self._descriptor, lines[written:], self.size + written)
        os.fdatasync(self._descriptor)
        self.size += len(lines)

    def begin_anew(self, kept: Path) -> None:
        """Leave the file under the name `kept`, and go on with an empty one in its place, as `append` makes sure of.

        There is a file at the path at any moment. Raises OSError, and then it goes on as it was.
        """
        if self.path.is_symlink():
            raise OSError(errno.ELOOP, "a symbolic link would be replaced, and not the file", str(self.path))
        if not self.stands_at(self.path):
            raise OSError(errno.ENOENT, "another file stands in its place", str(self.path))
        draft = self.path.with_name(self.path.name + ".next")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
        try:
            _lock(descriptor, draft)
            os.link(self.path, kept)
            _replace(draft, self.path, kept)
        except OSError:
            os.close(descriptor)
            draft.unlink(missing_ok=True)
            raise
        former, self.size, self._descriptor, self._owes_folder = self._descriptor, 0, descriptor, True
        with suppress(OSError):  # all that is in it was synced
            os.close(former)

    def cut(self) -> None:
        """Cut off what follows the good bytes. Raises OSError."""
        if os.fstat(self._descriptor).st_size != self.size:
            os.ftruncate(self._descriptor, self.size)

    def stands_at(self, path: Path) -> bool:
        """Whether it is this file that is found at `path`, and not one that took its place."""
        return path.exists() and os.path.samestat(path.stat(), os.fstat(self._descriptor))

    def close(self) -> None:
        os.close(self._descriptor)


def check_regular(path: Path) -> None:
    """Raises OSError where something else than a file stands: a pipe would be waited for, a device keeps nothing."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is no regular file", str(path))


def set_aside(path: Path, suffix: str) -> Path:
    """Rename a file to a name that is free: its own with `suffix`, and a number where need be. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor, path)
        return _rename(path, suffix)
    finally:
        os.close(descriptor)


def _rename(path: Path, suffix: str) -> Path:
    target, number = path.with_name(path.name + suffix), 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}{suffix}.{number}")
    os.rename(path, target)
    sync_folder(path.parent)
    return target


def _replace(draft: Path, path: Path, kept: Path) -> None:
    try:
        os.rename(draft, path)
    except OSError:
        kept.unlink()
        raise


def _lock(descriptor: int, path: Path) -> None:
    """The lock of the open file: the kernel drops it when the file is closed, or the process dies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError(errno.EBUSY, "another rpcauth process writes this file", str(path)) from None
