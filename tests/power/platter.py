"""What is on a disk, and what is on its way there: the state of files at any point of a diary, were the power cut.

A change is on the disk once a sync of its file, or of the folder of its name, has ended that began after it. Nothing is
taken for granted beyond that: a synced file whose name is not synced is gone, and the order of changes is nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.power.diary import Entry, Kind

FOLDER = -1
"""What stands under the name of a folder."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes of a file; those that it ends with may come as zeros, where only its new size has got there."""

    file: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Resize:
    """A new size of a file; `grows` leaves a longer one alone."""

    file: int
    size: int
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Rename:
    """What names stand for from now on, all at once; None for a name that is gone."""

    names: tuple[tuple[Path, int | None], ...]

    @property
    def folder(self) -> Path:
        return self.names[0][0].parent


Change = Write | Resize | Rename


@dataclass(slots=True)
class State:
    """Names and what they stand for, files and what is in them."""

    names: dict[Path, int] = field(default_factory=dict)
    files: dict[int, bytearray] = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.names), {file: bytearray(content) for file, content in self.files.items()})

    def apply(self, change: Change) -> None:
        match change:
            case Write(file, offset, content):
                there = self.files.setdefault(file, bytearray())
                there.extend(bytes(max(0, offset - len(there))))
                there[offset : offset + len(content)] = content
            case Resize(file, size, grows):
                there = self.files.setdefault(file, bytearray())
                there.extend(bytes(max(0, size - len(there))))
                if not grows:
                    del there[size:]
            case Rename(names):
                for name, stands_for in names:
                    if stands_for is None:
                        self.names.pop(name, None)
                    else:
                        self.names[name] = stands_for

    def write_out(self, root: Path, target: Path) -> None:
        """Make these files below `target` instead of `root`; a name whose folder is gone is gone with it."""
        for name in sorted(self.names):
            file, place = self.names[name], target / name.relative_to(root)
            if not place.parent.is_dir():
                continue
            if file == FOLDER:
                place.mkdir(mode=0o700)
            else:
                place.touch(mode=0o600)
                place.write_bytes(self.files.get(file, b""))


class Platter:
    """A disk that follows a diary: `synced` is what a power cut leaves at least, `pending` what else it may, in order.

    A file for which `deaf` is true of its name is never synced: a disk that lies, for the tests of the test.
    """

    def __init__(self, deaf: Callable[[Path], bool] = lambda name: False) -> None:
        self.synced = State()
        self.pending: list[Change] = []
        self._deaf = deaf
        self._names: dict[Path, int] = {}
        self._numbers: dict[int, int] = {}
        self._last = 0
        self._syncing: dict[int, list[Change]] = {}

    def follow(self, entry: Entry) -> None:
        """Take note of the next entry."""
        match entry.kind:
            case Kind.WRITTEN:
                self.pending.append(Write(self._numbers[entry.file], entry.offset, entry.content))
            case Kind.CUT:
                self.pending.append(Resize(self._numbers[entry.file], entry.offset))
            case Kind.CREATED:
                self._numbers[entry.file] = self._last = self._last + 1
                self._name((entry.paths[0], self._last))
            case Kind.FOLDER:
                self._name((entry.paths[0], FOLDER))
            case Kind.UNLINKED:
                self._name((entry.paths[0], None))
            case Kind.LINKED:
                former, name = entry.paths
                self._name((name, self._names[former]))
            case Kind.RENAMED:
                former, name = entry.paths
                assert former.parent == name.parent
                self._name((former, None), (name, self._names[former]))
            case Kind.SYNCING:
                self._syncing[entry.offset] = self._concerned(entry)
            case Kind.SYNCED:
                self._settle(self._syncing.pop(entry.offset))

    @property
    def latest(self) -> State:
        """The files as processes see them."""
        state = self.synced.copy()
        for change in self.pending:
            state.apply(change)
        return state

    def leave(self, kept: Sequence[Change]) -> State:
        """What a power cut leaves: what was synced, and of the pending changes those that are `kept`."""
        state = self.synced.copy()
        for change in kept:
            state.apply(change)
        return state

    def _name(self, *names: tuple[Path, int | None]) -> None:
        for name, file in names:
            if file is None:
                del self._names[name]
            else:
                self._names[name] = file
        self.pending.append(Rename(names))

    def _concerned(self, entry: Entry) -> list[Change]:
        """The changes that a sync which begins now brings to the disk."""
        if entry.content:
            folder = entry.paths[0]
            return [one for one in self.pending if isinstance(one, Rename) and one.folder == folder]
        file = self._numbers[entry.file]
        if any(file == named and self._deaf(name) for name, named in self._names.items()):
            return []
        return [one for one in self.pending if not isinstance(one, Rename) and one.file == file]

    def _settle(self, changes: Sequence[Change]) -> None:
        settled = {id(change) for change in changes}
        for change in self.pending:
            if id(change) in settled:
                self.synced.apply(change)
        self.pending = [change for change in self.pending if id(change) not in settled]
