"""Group commit: one thread takes whatever is queued and has the engine run it in one transaction.

Answers go out after the commit, all of a group in one hop back to the event loop. A full queue refuses at once, and so
does a backlog that has not moved for long: under overload a quick no is worth more than a late yes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from rpcauth.errors import Outcome, StorageUnavailable
from rpcauth.storage.pace import Pace
from rpcauth.storage.port import CALLER

_log = logging.getLogger(__name__)

GROUP_LIMIT = 256
"""Most operations of one commit; it bounds how long the first of a group waits."""


class Pending:
    """One submitted job and, once run, what came of it: exactly one of `result` and `error` counts.

    `caller` is the name of the caller that asked for it, where one did.
    """

    __slots__ = ("caller", "error", "future", "job", "result")

    def __init__(self, job: Any, future: asyncio.Future[Any]) -> None:
        self.job = job
        self.caller = CALLER.get()
        self.future = future
        self.result: Any = None
        self.error: Exception | None = None

    def answer(self) -> None:
        if self.future.done():
            return  # its caller went away; what was committed stays committed
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """Runs `run_group` in its own thread. `on_answers` is called on the loop before each group's answers go out;
    `patience` is how many seconds an answer may take.

    At most `queue_limit` jobs wait. Behind a whole group or more none is taken in that would wait for longer than
    `queue_wait` seconds, or while the oldest one has: what a slow disk lets in, it answers about so soon.
    """

    def __init__(
        self,
        run_group: Callable[[Sequence[Pending]], None],
        *,
        queue_limit: int,
        queue_wait: float,
        patience: float,
        on_answers: Callable[[], None],
    ) -> None:
        self._run_group = run_group
        self._on_answers = on_answers
        self.limit(queue_limit=queue_limit, queue_wait=queue_wait, patience=patience)
        self._waiting: deque[tuple[float, float, Pending]] = deque()
        """When each came, when it is given up, and what it is; the oldest without an answer first."""
        self._pace = Pace(backlog=GROUP_LIMIT)
        self._watch: asyncio.TimerHandle | None = None
        # None ends the thread, behind all that was queued before it.
        self._queue: SimpleQueue[Pending | None] = SimpleQueue()
        self._stopping = False
        self._began: float | None = None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="rpcauth-writer", daemon=True)
        self._thread.start()

    @property
    def queue_depth(self) -> int:
        return self._queue.qsize()

    @property
    def queue_limit(self) -> int:
        return self._queue_limit

    @property
    def busy_for(self) -> float:
        """Seconds for which the group that is run now has been run; 0 when none is."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    def limit(self, *, queue_limit: int, queue_wait: float, patience: float) -> None:
        """Take other limits, from the next job on."""
        self._queue_limit = queue_limit
        self._queue_wait = queue_wait
        self._patience = patience

    def submit(self, job: Any) -> asyncio.Future[Any]:
        """Queue a job; the future answers after its commit. Raises StorageUnavailable when full or stopped."""
        if self._stopping:
            raise StorageUnavailable(Outcome.NOT_DONE, "writer.stopped")
        now, depth = self._loop.time(), self._queue.qsize()
        if depth >= self._queue_limit:
            raise StorageUnavailable(Outcome.NOT_DONE, "writer.queue_full")
        if depth >= GROUP_LIMIT and self._is_behind(depth, now):
            raise StorageUnavailable(Outcome.NOT_DONE, "writer.backlog")
        pending = Pending(job, self._loop.create_future())
        self._queue.put(pending)
        self._waiting.append((now, now + self._patience, pending))
        if self._watch is None:
            self._watch = self._loop.call_later(self._patience, self._give_up)
        return pending.future

    def _is_behind(self, depth: int, now: float) -> bool:
        has_waited = bool(self._waiting) and now - self._waiting[0][0] > self._queue_wait
        return has_waited or self._pace.estimate(depth) > self._queue_wait

    def _give_up(self) -> None:
        """Answer those whose disk has kept them waiting too long; what becomes of their write is not known."""
        self._watch, now = None, self._loop.time()
        while self._waiting and (self._waiting[0][2].future.done() or self._waiting[0][1] <= now):
            *_, pending = self._waiting.popleft()
            if not pending.future.done():
                pending.future.set_exception(StorageUnavailable(Outcome.UNKNOWN, "writer.slow"))
        if self._waiting:
            self._watch = self._loop.call_at(self._waiting[0][1], self._give_up)

    async def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._stopping = True
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)
        if self._watch is not None:
            self._watch.cancel()
        # The last group's answers were posted to this loop before the thread ended.
        await asyncio.sleep(0)

    def _work(self) -> None:
        while group := self._take():
            self._began = time.monotonic()
            try:
                self._run_group(group)
            except Exception as error:  # noqa: BLE001 - the engine classifies its own failures: this is a defect in it
                _log.critical("the writer met an unexpected %s", type(error).__name__)
                for pending in group:
                    pending.error = StorageUnavailable(Outcome.UNKNOWN, "writer.defect")
            self._began = None
            self._loop.call_soon_threadsafe(self._answer, group)

    def _take(self) -> list[Pending]:
        """What is queued, at least one; nothing when the thread is to end."""
        group: list[Pending] = []
        pending = self._queue.get()
        while pending is not None:
            group.append(pending)
            if len(group) == GROUP_LIMIT or self._queue.empty():
                return group
            pending = self._queue.get()
        if group:
            self._queue.put(None)  # to be met again when this group is done
        return group

    def _answer(self, group: list[Pending]) -> None:
        try:
            self._on_answers()
        finally:
            for pending in group:
                pending.answer()
            self._pace.note(len(group), self._loop.time(), self._queue.qsize())
            while self._waiting and self._waiting[0][2].future.done():
                self._waiting.popleft()
