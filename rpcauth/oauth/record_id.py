"""Time-ordered record ids: 41 bits of milliseconds since 2020-01-01, 10 bits node, 12 bits sequence.

Law of this file: an id is never smaller than one made before it by the same sequence, whatever the clock does.
Ids grow with time, so rows append to their tables; and "everything issued before" is one comparison.
"""

from __future__ import annotations

from rpcauth.model import Millis, RecordId

EPOCH = Millis(1_577_836_800_000)
"""2020-01-01T00:00:00Z in epoch milliseconds; 41 bits reach to 2089."""

NODE_BITS = 10
SEQUENCE_BITS = 12
_TIME_SHIFT = NODE_BITS + SEQUENCE_BITS
_LAST_SEQUENCE = (1 << SEQUENCE_BITS) - 1
MAX_NODE = (1 << NODE_BITS) - 1


def first_id_at(time: Millis) -> RecordId:
    """The smallest id that can be made at `time`; ids made earlier are all below it."""
    return RecordId(max(0, time - EPOCH) << _TIME_SHIFT)


def time_of(record_id: RecordId) -> Millis:
    """When an id was made, in epoch milliseconds."""
    return Millis((record_id >> _TIME_SHIFT) + EPOCH)


class IdSequence:
    """Makes the ids of one node. Not thread-safe: the writer alone uses it.

    `after` is the highest time that ids may already bear (the store keeps it); the first id comes after it.
    """

    __slots__ = ("_last", "_node", "_sequence")

    def __init__(self, *, node: int, after: Millis) -> None:
        if not 0 <= node <= MAX_NODE:
            raise ValueError(f"node must be 0 to {MAX_NODE}")
        self._node = node << SEQUENCE_BITS
        self._last = max(0, after - EPOCH)
        self._sequence = _LAST_SEQUENCE

    @property
    def last(self) -> Millis:
        """The highest time that any id made so far bears."""
        return Millis(self._last + EPOCH)

    def next(self, now: Millis) -> RecordId:
        elapsed = now - EPOCH
        if elapsed > self._last:
            self._last, self._sequence = elapsed, 0
        elif self._sequence < _LAST_SEQUENCE:
            self._sequence += 1
        else:
            self._last, self._sequence = self._last + 1, 0
        return RecordId(self._last << _TIME_SHIFT | self._node | self._sequence)
