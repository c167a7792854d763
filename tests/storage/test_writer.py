"""The writer's queue: what is answered, when, and to whom. The groups are run by functions of the tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from rpcauth.errors import Outcome, StorageUnavailable
from rpcauth.storage.writer import GROUP_LIMIT, Pending, Writer


class Engine:
    """Runs groups by answering each job with itself, once `gate` is open. `groups` are the jobs of each group."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.groups: list[list[object]] = []

    def run(self, group: Sequence[Pending]) -> None:
        self.entered.set()
        assert self.gate.wait(30)
        self.groups.append([pending.job for pending in group])
        for pending in group:
            pending.result = pending.job

    async def wait_entered(self) -> None:
        assert await asyncio.to_thread(self.entered.wait, 30)


def make_writer(
    run: Callable[[Sequence[Pending]], None],
    *,
    queue_limit: int = 1000,
    queue_wait: float = 30.0,
    patience: float = 30.0,
    on_answers: Callable[[], None] = lambda: None,
) -> Writer:
    return Writer(run, queue_limit=queue_limit, queue_wait=queue_wait, patience=patience, on_answers=on_answers)


async def test_what_waits_is_run_as_one_group_in_its_order() -> None:
    engine = Engine()
    writer = make_writer(engine.run)
    first = writer.submit(0)
    await engine.wait_entered()
    others = [writer.submit(number) for number in range(1, 100)]
    engine.gate.set()
    assert await asyncio.gather(first, *others) == list(range(100))
    assert engine.groups == [[0], list(range(1, 100))]
    await writer.stop()


async def test_a_group_is_bounded() -> None:
    engine = Engine()
    writer = make_writer(engine.run)
    first = writer.submit("first")
    await engine.wait_entered()
    others = [writer.submit(number) for number in range(GROUP_LIMIT + 10)]
    engine.gate.set()
    await asyncio.gather(first, *others)
    assert [len(group) for group in engine.groups] == [1, GROUP_LIMIT, 10]
    await writer.stop()


async def test_a_full_queue_refuses_at_once_and_what_it_holds_is_done() -> None:
    engine = Engine()
    writer = make_writer(engine.run, queue_limit=3)
    running = writer.submit("running")
    await engine.wait_entered()
    queued = [writer.submit(number) for number in range(3)]
    with pytest.raises(StorageUnavailable) as caught:
        writer.submit("too many")
    assert (caught.value.outcome, caught.value.detail) == (Outcome.NOT_DONE, "writer.queue_full")
    assert writer.queue_depth == 3
    engine.gate.set()
    assert await asyncio.gather(running, *queued) == ["running", 0, 1, 2]
    assert await writer.submit("again") == "again"
    await writer.stop()


async def test_a_backlog_that_has_not_moved_for_long_takes_in_no_more() -> None:
    engine = Engine()
    writer = make_writer(engine.run, queue_wait=0.0)
    running = writer.submit("running")
    await engine.wait_entered()
    queued = [writer.submit(number) for number in range(GROUP_LIMIT)]
    with pytest.raises(StorageUnavailable) as caught:
        writer.submit("behind a whole group")
    assert (caught.value.outcome, caught.value.detail) == (Outcome.NOT_DONE, "writer.backlog")
    engine.gate.set()
    assert await asyncio.gather(running, *queued) == ["running", *range(GROUP_LIMIT)]
    assert await writer.submit("again") == "again"
    await writer.stop()


async def test_a_backlog_that_moves_takes_in_as_many_as_the_queue_holds() -> None:
    engine = Engine()
    writer = make_writer(engine.run, queue_wait=30.0, queue_limit=GROUP_LIMIT * 2)
    running = writer.submit("running")
    await engine.wait_entered()
    queued = [writer.submit(number) for number in range(GROUP_LIMIT * 2)]
    with pytest.raises(StorageUnavailable) as caught:
        writer.submit("too many")
    assert caught.value.detail == "writer.queue_full"
    writer.limit(queue_limit=GROUP_LIMIT * 3, queue_wait=0.0, patience=30.0)
    with pytest.raises(StorageUnavailable) as caught:
        writer.submit("the limits have changed")
    assert caught.value.detail == "writer.backlog"
    engine.gate.set()
    await asyncio.gather(running, *queued)
    await writer.stop()


async def test_a_slow_disk_without_a_backlog_refuses_nobody() -> None:
    engine = Engine()
    writer = make_writer(engine.run, queue_wait=0.0)
    running = writer.submit("running")
    await engine.wait_entered()
    queued = [writer.submit(number) for number in range(GROUP_LIMIT)]
    engine.gate.set()
    await asyncio.gather(running, *queued)
    await writer.stop()


async def test_whoever_waits_too_long_is_told_unknown_and_the_write_still_happens() -> None:
    engine = Engine()
    writer = make_writer(engine.run, patience=0.05)
    slow = [writer.submit("running"), writer.submit("queued")]
    answers = await asyncio.gather(*slow, return_exceptions=True)
    assert [type(answer) for answer in answers] == [StorageUnavailable] * 2
    assert {(answer.outcome, answer.detail) for answer in answers if isinstance(answer, StorageUnavailable)} == {
        (Outcome.UNKNOWN, "writer.slow")
    }
    engine.gate.set()
    await writer.stop()
    assert [job for group in engine.groups for job in group] == ["running", "queued"]


async def test_patience_is_counted_from_each_ones_own_arrival() -> None:
    engine = Engine()
    writer = make_writer(engine.run, patience=0.2)
    first = writer.submit("first")
    await asyncio.wait([first], timeout=0.1)
    second = writer.submit("second")
    with pytest.raises(StorageUnavailable):
        await first
    assert not second.done()
    engine.gate.set()
    assert await second == "second"
    await writer.stop()


async def test_stopping_finishes_what_is_queued_and_refuses_what_comes_after() -> None:
    engine = Engine()
    writer = make_writer(engine.run)
    futures = [writer.submit(0)]
    await engine.wait_entered()
    futures += [writer.submit(number) for number in range(1, GROUP_LIMIT + 3)]
    stopping = asyncio.ensure_future(writer.stop())
    await asyncio.sleep(0)
    with pytest.raises(StorageUnavailable) as caught:
        writer.submit("late")
    assert (caught.value.outcome, caught.value.detail) == (Outcome.NOT_DONE, "writer.stopped")
    engine.gate.set()
    await stopping
    assert [future.result() for future in futures] == list(range(GROUP_LIMIT + 3))


async def test_a_caller_that_went_away_disturbs_no_other_of_its_group() -> None:
    engine = Engine()
    writer = make_writer(engine.run)
    futures = [writer.submit(number) for number in range(3)]
    futures[1].cancel()
    engine.gate.set()
    assert [await futures[0], await futures[2]] == [0, 2]
    await writer.stop()
    assert [job for group in engine.groups for job in group] == [0, 1, 2]


async def test_a_defect_of_the_engine_is_answered_unknown_and_the_writer_lives_on() -> None:
    def broken(group: Sequence[Pending]) -> None:
        if group[0].job == "broken":
            group[0].error = StorageUnavailable(Outcome.NOT_DONE, "not true any more")
            raise RuntimeError
        group[0].result = "good"

    writer = make_writer(broken)
    with pytest.raises(StorageUnavailable) as caught:
        await writer.submit("broken")
    assert (caught.value.outcome, caught.value.detail) == (Outcome.UNKNOWN, "writer.defect")
    assert await writer.submit("fine") == "good"
    await writer.stop()


async def test_answers_go_out_even_where_what_comes_before_them_fails() -> None:
    engine = Engine()
    engine.gate.set()
    reported: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: reported.append(type(context["exception"]).__name__)
    )

    def fail() -> None:
        raise LookupError

    writer = make_writer(engine.run, on_answers=fail)
    assert await asyncio.wait_for(writer.submit("job"), 10) == "job"
    await writer.stop()
    assert reported == ["LookupError"]


async def test_what_comes_before_the_answers_comes_before_them() -> None:
    engine = Engine()
    engine.gate.set()
    order: list[str] = []
    writer = make_writer(engine.run, on_answers=lambda: order.append("events"))
    future = writer.submit("job")
    future.add_done_callback(lambda _: order.append("answer"))
    await future
    await writer.stop()
    assert order[:2] == ["events", "answer"]
