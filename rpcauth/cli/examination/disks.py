"""What the doctor looks at in the disks of the store and of its audit: room, and whether a database may lie there."""

from __future__ import annotations

import os
from pathlib import Path

from rpcauth.cli.examination.findings import Finding, Verdict

MEBIBYTE = 1024 * 1024
LEAST_SPACE, GOOD_SPACE = 64 * MEBIBYTE, 1024 * MEBIBYTE
LEAST_FILES, GOOD_FILES = 16, 256
"""Files that can still be made: the store itself needs a handful."""

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset({"9p", "afs", "ceph", "cifs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
"""File systems of other machines; those of FUSE that are, are named below."""
NETWORK_FUSE = frozenset({"fuse.cephfs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"})
VOLATILE = frozenset({"ramfs", "tmpfs"})


def examine_disk(subject: str, path: Path, *, is_store: bool, mounts: Path = MOUNTS) -> Finding:
    """The disk that a file is on, or will be: a database cannot lie everywhere."""
    folder = next(above for above in path.absolute().parents if above.is_dir())
    kind = find_filesystem(folder.resolve(), mounts.read_text() if mounts.exists() else "")
    if is_store and kind in NETWORK | NETWORK_FUSE:
        what = f"{folder} is on another machine ({kind}), where SQLite's WAL is not safe"
        return Finding(subject, Verdict.FAIL, what, "put the store on a disk of this machine: [storage] url")
    if kind in VOLATILE:
        what = f"{folder} is in memory ({kind}), and gone when the machine restarts"
        return Finding(subject, Verdict.WARN, what, "put it on a disk")
    found = os.statvfs(folder)
    # A file system that makes inodes as it needs them tells of none.
    files = found.f_favail if found.f_files else None
    return judge_room(subject, folder, free=found.f_bavail * found.f_frsize, files=files)


def judge_room(subject: str, folder: Path, *, free: int, files: int | None) -> Finding:
    """`free` are the bytes that are left, `files` how many can still be made, None where nothing bounds them."""
    text = f"{free // MEBIBYTE} MiB free at {folder}"
    if files is not None and files < GOOD_FILES:
        text += f", and room for {files} files"
    if free < LEAST_SPACE or (files is not None and files < LEAST_FILES):
        return Finding(subject, Verdict.FAIL, text, "make room: a full disk refuses every write")
    if free < GOOD_SPACE or (files is not None and files < GOOD_FILES):
        return Finding(subject, Verdict.WARN, text, "make room soon")
    return Finding(subject, Verdict.OK, text)


def is_same_disk(one: Path, other: Path) -> bool:
    """Whether two files are, or will be, on one file system."""
    folders = (next(above for above in path.absolute().parents if above.is_dir()) for path in (one, other))
    return len({folder.stat().st_dev for folder in folders}) == 1


def find_filesystem(folder: Path, mounts: str) -> str | None:
    """The kind of file system that a folder is on, by a text like /proc/self/mountinfo; None where it does not say."""
    found: tuple[int, str | None] = (-1, None)
    for line in mounts.splitlines():
        mounted, _, source = line.partition(" - ")
        point = Path(mounted.split(" ")[4].encode().decode("unicode_escape"))
        depth = len(point.parts)
        # Of two at one place, the later one hides the other.
        if folder.is_relative_to(point) and depth >= found[0]:
            found = depth, source.split(" ")[0]
    return found[1]
