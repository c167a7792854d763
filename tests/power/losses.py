"""Three ways in which a disk treats what was not synced when the power went. It writes whole sectors of 512 bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from tests.power.platter import Change, Resize, Write

SECTOR = 512

LossModel = Callable[[Sequence[Change], Random], list[Change]]
"""(pending changes, chance) -> those that got to the disk."""


def lose_all(pending: Sequence[Change], random: Random) -> list[Change]:
    return []


def keep_prefix(pending: Sequence[Change], random: Random) -> list[Change]:
    """The first so many changes, and of the next one the first sectors."""
    count = random.randint(0, len(pending))
    kept = list(pending[:count])
    if count < len(pending) and isinstance(torn := pending[count], Write):
        sectors = list(_cut_up(torn))
        kept += sectors[: random.randrange(len(sectors))]
    return kept


def keep_some(pending: Sequence[Change], random: Random) -> list[Change]:
    """Any of the changes: sectors of writes, sizes without what was written there, names."""
    return [kept for change in pending for kept in _keep_some_of(change, random)]


LOSSES: dict[str, LossModel] = {"all": lose_all, "behind a point": keep_prefix, "any": keep_some}


def _keep_some_of(change: Change, random: Random) -> Iterator[Change]:
    if random.random() < 0.5:
        return
    if not isinstance(change, Write) or random.random() < 0.5:
        yield change
        return
    if random.random() < 0.5:
        yield Resize(change.file, change.offset + len(change.content), grows=True)
    for sector in _cut_up(change):
        if random.random() < 0.5:
            yield sector


def _cut_up(write: Write) -> Iterator[Write]:
    """A write by sectors of its file."""
    start = 0
    while start < len(write.content):
        end = start + SECTOR - (write.offset + start) % SECTOR
        yield Write(write.file, write.offset + start, write.content[start:end])
        start = end
