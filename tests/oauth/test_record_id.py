"""Record ids: they grow whatever the clock does, and tell when they were made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.model import Millis, RecordId
from rpcauth.oauth.record_id import EPOCH, MAX_NODE, NODE_BITS, SEQUENCE_BITS, IdSequence, first_id_at, time_of

SHIFT = NODE_BITS + SEQUENCE_BITS
NOW = Millis(1_800_000_000_000)
END_OF_TIME = Millis(EPOCH + (1 << 41) - 1)
TIMES = st.integers(EPOCH + 2, END_OF_TIME - 1_000_000).map(Millis)
NODES = st.integers(0, MAX_NODE)


def test_an_id_is_time_node_and_sequence() -> None:
    ids = IdSequence(node=5, after=Millis(0))
    first, second = ids.next(NOW), ids.next(NOW)
    assert first == (NOW - EPOCH) << SHIFT | 5 << SEQUENCE_BITS | 0
    assert second == first + 1
    assert time_of(first) == time_of(second) == NOW


@given(st.lists(st.integers(0, 2**41), min_size=1, max_size=300), NODES)
def test_ids_grow_whatever_the_clock_does(clock: list[int], node: int) -> None:
    ids = IdSequence(node=node, after=Millis(0))
    made = [ids.next(Millis(now)) for now in clock]
    assert made == sorted(set(made))
    assert all(0 < record_id < 1 << 63 for record_id in made)
    assert {record_id >> SEQUENCE_BITS & MAX_NODE for record_id in made} == {node}
    assert ids.last == time_of(made[-1])


@given(TIMES, st.integers(-(10**9), 10**9), NODES, NODES)
def test_a_sequence_that_goes_on_after_another_stays_above_it(now: Millis, step: int, node: int, after: int) -> None:
    first = IdSequence(node=node, after=Millis(0))
    made = [first.next(now) for _ in range(3)]
    second = IdSequence(node=after, after=first.last)
    assert second.next(Millis(now + step)) > made[-1]


def test_a_millisecond_holds_4096_ids_and_the_next_ones_run_ahead() -> None:
    ids = IdSequence(node=0, after=Millis(0))
    made = [ids.next(NOW) for _ in range(3 * 4096)]
    assert made == sorted(set(made))
    assert [time_of(record_id) - NOW for record_id in made] == [0] * 4096 + [1] * 4096 + [2] * 4096
    assert time_of(ids.next(Millis(NOW + 1))) == NOW + 3
    assert time_of(ids.next(Millis(NOW + 4))) == NOW + 4


@given(TIMES, NODES)
def test_the_first_id_at_a_time_parts_what_was_made_before_from_what_was_made_then(now: Millis, node: int) -> None:
    ids = IdSequence(node=node, after=Millis(0))
    earlier = [ids.next(Millis(now - 1)) for _ in range(5)]
    then = [ids.next(now) for _ in range(5)]
    assert max(earlier) < first_id_at(now) <= min(then)


def test_the_first_id_of_all_nodes_is_that_of_node_0() -> None:
    assert IdSequence(node=0, after=Millis(0)).next(NOW) == first_id_at(NOW)
    assert IdSequence(node=MAX_NODE, after=Millis(0)).next(NOW) < first_id_at(Millis(NOW + 1))


@pytest.mark.parametrize("time", [0, 1, EPOCH - 1, EPOCH])
def test_before_the_epoch_there_are_no_ids(time: int) -> None:
    assert first_id_at(Millis(time)) == 0
    assert IdSequence(node=0, after=Millis(0)).next(Millis(time)) > 0


def test_ids_of_the_last_day_still_fit_63_bits() -> None:
    assert IdSequence(node=MAX_NODE, after=Millis(0)).next(END_OF_TIME) < 1 << 63
    assert time_of(RecordId((1 << 63) - 1)) == END_OF_TIME


@pytest.mark.parametrize("node", [-1, MAX_NODE + 1])
def test_a_node_that_does_not_fit_is_refused(node: int) -> None:
    with pytest.raises(ValueError, match="node"):
        IdSequence(node=node, after=Millis(0))
